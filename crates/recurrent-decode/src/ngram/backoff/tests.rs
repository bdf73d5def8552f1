//! Scores against their definition.

use super::*;
use crate::ngram::testing::{BOUNDARY, Slow, counts, text};

fn score(slow: &Slow, alpha: f64, context: &[u32], symbol: u32) -> f64 {
    let followers = slow.followers(context);
    let total: u64 = followers.iter().sum();
    match (followers[symbol as usize], context) {
        (0, []) => 0.0,
        (0, [_, shorter @ ..]) => alpha * score(slow, alpha, shorter, symbol),
        (count, _) => count as f64 / total as f64,
    }
}

#[test]
fn scores_are_those_of_the_definition() {
    let (train, test) = (text(1, 300, 8), text(2, 60, 8));
    for order in 1..=4 {
        for (boundary, alpha) in [(None, 0.4), (Some(BOUNDARY), 0.7)] {
            let slow = Slow::new(order, 8, boundary, &train);
            let model = StupidBackoff::new(&counts(order, 8, boundary, &train), alpha).unwrap();
            let mut state = model.start();
            let mut all = [0.0; 8];
            for (t, &symbol) in test.iter().enumerate() {
                let history = slow.history(&test[..t]);
                model.log_probabilities(&state, &mut all);
                for w in 0..8 {
                    let expected = score(&slow, alpha, &history, w);
                    let found = model.log_probability(&state, w);
                    assert_eq!(found, all[w as usize]);
                    let found = f64::from(found).exp();
                    assert!(
                        (found - expected).abs() < 1e-5,
                        "{history:?}: {found} for {expected}"
                    );
                }
                model.advance(&mut state, symbol);
            }
        }
    }
}

#[test]
fn a_factor_out_of_range_is_an_error() {
    let counts = counts(2, 4, None, &[0, 1, 2]);
    for alpha in [0.0, -1.0, 1.5, f64::NAN] {
        let error = StupidBackoff::new(&counts, alpha).unwrap_err().to_string();
        assert!(
            error.contains("alpha: expected a number above 0 and at most 1"),
            "{error}"
        );
    }
}
