//! Pruning against the relative entropy of models that really lack an n-gram.

use super::*;
use crate::LanguageModel;
use crate::ngram::KneserNey;
use crate::ngram::model::NgramState;
use crate::ngram::testing::{BOUNDARY, assert_normalised, counts, text};
use crate::ngram::trie::ROOT;

fn model(order: usize, boundary: Option<u32>) -> Ngram {
    let counts = counts(order, 8, boundary, &text(3, 250, 8));
    KneserNey::default().estimate(&counts).unwrap().0
}

/// The state after `symbols`, of which a boundary is the start of a sentence.
fn state_after(model: &Ngram, symbols: &[u32]) -> NgramState {
    let mut state = NgramState(ROOT);
    for &symbol in symbols {
        model.advance(&mut state, symbol);
    }
    state
}

/// `p(h)` by the chain rule.
fn probability_of(model: &Ngram, symbols: &[u32]) -> f64 {
    let steps = (0..symbols.len()).map(|t| {
        let state = state_after(model, &symbols[..t]);
        f64::from(model.log_probability(&state, symbols[t]))
    });
    steps.sum::<f64>().exp()
}

/// `Σ_w p(w|h) ln p(w|h) / p'(w|h)` after `symbols`, where `other` may know less of them.
fn relative_entropy(model: &Ngram, other: &Ngram, symbols: &[u32]) -> f64 {
    let all = |model: &Ngram| {
        let mut out = vec![0.0; model.vocabulary()];
        model.log_probabilities(&state_after(model, symbols), &mut out);
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
fn what_goes_is_what_the_perplexity_does_not_need() {
    for boundary in [None, Some(BOUNDARY)] {
        let whole = model(3, boundary);
        let trie = &whole.trie;
        for threshold in [1e-4, 1e-3] {
            let pruned = whole.pruned(threshold).unwrap();
            let (mut gone, mut stayed) = (0, 0);
            let mut check = |ngram: usize, symbols: &[u32]| -> Result<(), String> {
                let extended = (0..8).any(|next| {
                    let longer = [symbols, &[next]].concat();
                    longer.len() < 4 && pruned.trie.ngram(&longer).is_some()
                });
                let mut kept = vec![true; trie.words.len()];
                kept[ngram] = false;
                let context = &symbols[..symbols.len() - 1];
                let entropy = relative_entropy(&whole, &whole.without(&kept), context);
                let rise = (probability_of(&whole, context) * entropy).exp_m1();
                let is_there = pruned.trie.ngram(symbols).is_some();
                gone += usize::from(!is_there);
                stayed += usize::from(is_there);
                // Logarithms in single precision leave the rise uncertain by so much.
                let surely = |needed: f64| (needed - threshold).abs() > 1e-5;
                if surely(rise) && is_there != (extended || rise >= threshold) {
                    return Err(format!("{symbols:?}: {rise} at {threshold}"));
                }
                Ok(())
            };
            trie.visit(3, &mut check).unwrap();
            // Without an n-gram that longer ones extend the model is another; these are judged alone.
            trie.visit(2, |ngram, symbols| {
                match trie.length(trie.next[ngram]) == 2 {
                    true => Ok(()),
                    false => check(ngram, symbols),
                }
            })
            .unwrap();
            assert!(gone > 5 && stayed > 5, "{gone} gone, {stayed} stayed");
        }
    }
}

#[test]
fn a_pruned_model_sums_to_one_and_is_smaller() {
    for boundary in [None, Some(BOUNDARY)] {
        let whole = model(4, boundary);
        let size = |model: &Ngram| (2..=4).map(|n| model.ngram_count(n)).sum::<usize>();
        let mut last = whole.clone();
        for threshold in [1e-5, 1e-4, 1e-3, 1e-2] {
            let pruned = whole.pruned(threshold).unwrap();
            assert_normalised(&pruned, &text(4, 60, 8));
            assert!(size(&pruned) < size(&last), "{threshold}");
            last = pruned;
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

#[test]
fn a_model_that_does_not_sum_to_one_is_found() {
    for boundary in [None, Some(BOUNDARY)] {
        let mut model = model(3, boundary);
        assert!(model.deviation() < 1e-5, "{}", model.deviation());
        let mut backoff = model.backoff.to_vec();
        backoff.iter_mut().for_each(|weight| *weight += 0.1);
        model.backoff = backoff.into();
        assert!(model.deviation() > 1e-2, "{}", model.deviation());
    }
}
