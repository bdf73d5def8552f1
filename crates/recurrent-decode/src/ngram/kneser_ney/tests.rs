//! The estimate against its equations, computed the slow way.

use super::*;
use crate::LanguageModel;
use crate::ngram::testing::{BOUNDARY, Slow, assert_normalised, counts, text};

/// `p(symbol | context)` by the equations at the top of the module.
fn probability(slow: &Slow, discounts: &[Discounts], context: &[u32], symbol: u32) -> f64 {
    let lower = match context {
        [] => 1.0 / f64::from(slow.vocabulary),
        [_, shorter @ ..] => probability(slow, discounts, shorter, symbol),
    };
    let adjusted = |w: u32| slow.adjusted(&[context, &[w]].concat());
    let all: Vec<u64> = (0..slow.vocabulary).map(adjusted).collect();
    let total: u64 = all.iter().sum();
    if total == 0 {
        return lower;
    }
    let discount = |count: u64| discounts[context.len()].of(count);
    let taken: f64 = all.iter().map(|&count| discount(count)).sum();
    let count = all[symbol as usize];
    (count as f64 - discount(count)) / total as f64 + taken / total as f64 * lower
}

#[test]
fn probabilities_are_those_of_the_equations() {
    let (train, test) = (text(7, 600, 9), text(8, 60, 9));
    for order in 1..=4 {
        for boundary in [None, Some(BOUNDARY)] {
            let counts = counts(order, 9, boundary, &train);
            let slow = Slow::new(order, 9, boundary, &train);
            let (model, discounts) = KneserNey::default().estimate(&counts).unwrap();
            let mut state = model.start();
            for (t, &symbol) in test.iter().enumerate() {
                let history = slow.history(&test[..t]);
                for w in 0..9 {
                    let expected = probability(&slow, &discounts, &history, w);
                    let found = f64::from(model.log_probability(&state, w)).exp();
                    // A logarithm and a weight for each order in single precision.
                    let close = (found - expected).abs() < 1e-5 * expected;
                    assert!(
                        close,
                        "order {order}, {history:?} {w}: {found} for {expected}"
                    );
                }
                model.advance(&mut state, symbol);
            }
        }
    }
}

#[test]
fn probabilities_sum_to_one_also_where_rare_ngrams_are_left_out() {
    let train = text(11, 900, 12);
    for thresholds in [vec![], vec![0, 1], vec![0, 0, 1, 2]] {
        for boundary in [None, Some(BOUNDARY)] {
            let counts = counts(4, 12, boundary, &train);
            let estimate = KneserNey {
                thresholds: thresholds.clone(),
                ..KneserNey::default()
            };
            let (model, _) = estimate.estimate(&counts).unwrap();
            assert_normalised(&model, &text(12, 80, 12));
            let last = thresholds.last().copied().unwrap_or(0);
            for order in 2..=model.order() {
                let least = thresholds.get(order - 1).copied().unwrap_or(last);
                model
                    .trie
                    .visit(order, |_, ngram| match counts.count(ngram) > least {
                        true => Ok(()),
                        false => Err(format!("{ngram:?} is rare")),
                    })
                    .unwrap();
            }
        }
    }
}

#[test]
fn settings_out_of_range_are_errors() {
    let counts = counts(2, 5, None, &[0, 1, 2, 3, 0, 1, 2, 3, 4]);
    let message = |estimate: KneserNey| estimate.estimate(&counts).unwrap_err().to_string();
    let with = |thresholds: &[u64]| KneserNey {
        thresholds: thresholds.to_vec(),
        ..KneserNey::default()
    };
    for thresholds in [&[1][..], &[0, 2, 1]] {
        assert!(message(with(thresholds)).contains("thresholds: expected 0 for order 1"));
    }
    let fallback = |fallback| KneserNey {
        fallback,
        ..KneserNey::default()
    };
    assert!(message(fallback(Some([0.5, 1.0, 3.5]))).contains("fallback: expected three"));
    assert!(message(fallback(None)).contains("too few of order 1"));
}
