//! Pruning against the relative entropy of models that really lack an n-gram.

use super::*;
use crate::LanguageModel;
use crate::ngram::KneserNey;
use crate::ngram::model::NgramState;
use crate::ngram::testing::{BOUNDARY, assert_normalised, counts, text};

fn model(order: usize, boundary: Option<u32>) -> Ngram {
    let counts = counts(order, 8, boundary, &text(3, 250, 8));
    KneserNey::default().estimate(&counts).unwrap().0
}

/// `Σ_w p(w|h) ln p(w|h) / p'(w|h)` after `symbols`, where `other` may know less of them.
fn relative_entropy(model: &Ngram, other: &Ngram, symbols: &[u32]) -> f64 {
    let all = |model: &Ngram| {
        let mut state = NgramState(super::super::trie::ROOT);
        let from = usize::from(Some(symbols[0]) == model.boundary());
        if from == 1 {
            state = model.start();
        }
        symbols[from..]
            .iter()
            .for_each(|&symbol| model.advance(&mut state, symbol));
        let mut out = vec![0.0; model.vocabulary()];
        model.log_probabilities(&state, &mut out);
        out
    };
    let (p, q) = (all(model), all(other));
    let parts = p
        .iter()
        .zip(q)
        .map(|(&p, q)| f64::from(p).exp() * f64::from(p - q));
    parts.sum()
}

#[test]
fn the_formula_is_the_entropy_of_a_model_without_the_ngram() {
    for boundary in [None, Some(BOUNDARY)] {
        // All n-grams of the highest order, which nothing extends.
        let model = model(3, boundary);
        let trie = &model.trie;
        let mut checked = 0;
        trie.visit(3, |ngram, symbols| {
            let context = (trie.contexts[2]..trie.contexts[3])
                .find(|&context| trie.children(context).contains(&ngram))
                .ok_or("a context")?;
            let rest = Rest::of(trie, &model.log10, &model.backoff, context);
            let found = rest.relative_entropy(
                probability(model.log10[ngram]),
                model.shorter(context, ngram),
            );
            let mut kept = vec![true; trie.words.len()];
            kept[ngram] = false;
            let expected = relative_entropy(&model, &model.without(&kept), &symbols[..2]);
            // Differences of logarithms in single precision.
            if (found - expected).abs() > 2e-5 {
                return Err("another entropy");
            }
            checked += 1;
            Ok(())
        })
        .unwrap();
        assert!(checked > 100, "{checked}");
    }
}

#[test]
fn a_pruned_model_sums_to_one_and_is_smaller() {
    for boundary in [None, Some(BOUNDARY)] {
        let whole = model(4, boundary);
        let test = text(9, 200, 8);
        let mut last = (whole.clone(), whole.cross_entropy(&test).unwrap());
        for threshold in [1e-5, 1e-4, 1e-3, 1e-2] {
            let pruned = whole.pruned(threshold).unwrap();
            assert_normalised(&pruned, &text(4, 60, 8));
            let size = |model: &Ngram| (2..=4).map(|n| model.ngram_count(n)).sum::<usize>();
            assert!(size(&pruned) < size(&last.0), "{threshold}");
            last = (pruned.clone(), pruned.cross_entropy(&test).unwrap());
        }
        // Without any n-gram above order 1 it is the model of order 1.
        let least = whole.pruned(1e9).unwrap();
        assert_eq!(least.order(), 1);
        assert_normalised(&least, &text(4, 20, 8));
    }
}

#[test]
fn contexts_of_what_stays_stay() {
    let pruned = model(4, None).pruned(1e-3).unwrap();
    // Building the trie anew from its levels needs every parent.
    let table = Table::of(&pruned);
    for order in 2..=pruned.order() {
        let level = &table.levels[order - 1];
        assert_eq!(level.parents.len(), level.words.len());
        assert!(level.len() > 0);
    }
}

#[test]
fn without_a_threshold_the_model_stays_as_it_is() {
    let whole = model(3, Some(BOUNDARY));
    let pruned = whole.pruned(0.0).unwrap();
    let test = text(5, 100, 8);
    let (a, b) = (
        whole.cross_entropy(&test).unwrap(),
        pruned.cross_entropy(&test).unwrap(),
    );
    assert!((a - b).abs() < 1e-5, "{a} and {b}");
}

#[test]
fn a_threshold_out_of_range_is_an_error() {
    let model = model(2, None);
    for threshold in [-1.0, f64::NAN, f64::INFINITY] {
        let error = model.pruned(threshold).unwrap_err().to_string();
        assert!(error.contains("prune: expected a finite number"), "{error}");
    }
}
