//! Queries of a model.

use super::*;
use crate::ngram::testing::{BOUNDARY, assert_normalised, counts, text};
use crate::ngram::{KneserNey, NgramCounts};

fn model(order: usize, boundary: Option<u32>) -> (NgramCounts, Ngram) {
    let counts = counts(order, 10, boundary, &text(2, 500, 10));
    let (model, _) = KneserNey::default().estimate(&counts).unwrap();
    (counts, model)
}

#[test]
fn all_symbols_at_once_are_each_by_itself() {
    for order in 1..=5 {
        for boundary in [None, Some(BOUNDARY)] {
            assert_normalised(&model(order, boundary).1, &text(3, 60, 10));
        }
    }
}

#[test]
fn a_state_is_the_longest_context_that_the_model_knows() {
    let (counts, model) = model(4, None);
    let test = text(6, 100, 10);
    let mut state = model.start();
    assert_eq!(model.context_length(state), 0);
    for t in 0..test.len() {
        model.advance(&mut state, test[t]);
        // A context is an n-gram that others extend.
        let extended = |from: &usize| {
            let extended = |w| counts.count(&[&test[*from..=t], &[w]].concat()) > 0;
            (0..10).any(extended)
        };
        let longest = (t.saturating_sub(2)..=t)
            .find(extended)
            .map_or(0, |from| t + 1 - from);
        assert_eq!(model.context_length(state), longest, "at {t}");
    }
}

#[test]
fn cross_entropy_is_the_mean_over_what_is_predicted() {
    for (boundary, given) in [(None, 1), (Some(BOUNDARY), 0)] {
        let (_, model) = model(3, boundary);
        let test = text(4, 50, 10);
        let mut state = model.start();
        let mut total = 0.0;
        for (t, &symbol) in test.iter().enumerate() {
            if t >= given {
                total -= f64::from(model.log_probability(&state, symbol));
            }
            model.advance(&mut state, symbol);
        }
        let expected = total / (test.len() - given) as f64;
        let found = model.cross_entropy(&test).unwrap();
        assert!((found - expected).abs() < 1e-12);
        assert!(model.cross_entropy(&[]).is_err());
        assert!(model.cross_entropy(&[3, 10]).is_err());
    }
}

#[test]
fn ngrams_are_counted_by_order() {
    let (counts, model) = model(3, None);
    assert_eq!((model.order(), model.boundary()), (3, None));
    assert_eq!(model.ngram_count(1), 10, "all symbols");
    for order in 2..=3 {
        assert_eq!(model.ngram_count(order), counts.distinct(order));
    }
    assert_eq!((model.ngram_count(0), model.ngram_count(4)), (0, 0));
}

#[test]
fn without_its_highest_order_a_model_backs_off_from_there() {
    let (_, whole) = model(4, Some(BOUNDARY));
    for order in 1..=4 {
        let shorter = whole.truncated(order).unwrap();
        assert_eq!(shorter.order(), order);
        for n in 1..=order {
            assert_eq!(shorter.ngram_count(n), whole.ngram_count(n));
        }
        // N-grams of the order that is left have the probability that they had.
        let symbols = text(8, 200, 10);
        for window in symbols.windows(order) {
            let read = |model: &Ngram| {
                let mut state = NgramState(crate::ngram::trie::ROOT);
                window.iter().map(|&w| model.step(&mut state, w)).last()
            };
            assert_eq!(read(&shorter), read(&whole));
        }
    }
    assert!(whole.truncated(0).is_err() && whole.truncated(5).is_err());
}
