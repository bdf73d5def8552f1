//! Relative frequencies against their definition.

use super::*;
use crate::ngram::testing::{BOUNDARY, Slow, assert_normalised, counts, text};

#[test]
fn probabilities_are_those_of_the_definition() {
    let (train, test) = (text(1, 300, 8), text(2, 60, 8));
    for order in 1..=4 {
        for (boundary, delta) in [(None, 0.5), (Some(BOUNDARY), 0.01)] {
            let slow = Slow::new(order, 8, boundary, &train);
            let model =
                AdditiveNgram::from_counts(counts(order, 8, boundary, &train), delta).unwrap();
            assert_eq!((model.order(), model.delta()), (order, delta));
            for t in 0..test.len() {
                let followers = slow.followers(&slow.history(&test[..t]));
                let total: u64 = followers.iter().sum();
                for w in 0..8 {
                    let count = followers[w as usize] as f64;
                    let expected = match total {
                        0 => 1.0 / 8.0,
                        total => (count + delta) / (total as f64 + 8.0 * delta),
                    };
                    let found = model.probability(&test[..t], w).unwrap();
                    assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
                }
            }
            assert_normalised(&model, &test);
        }
    }
}

#[test]
fn without_smoothing_what_was_not_seen_cannot_be() {
    let model = AdditiveNgram::train(2, 4, 0.0, &[0, 1, 0, 2, 0, 1]).unwrap();
    assert_eq!(model.probability(&[0], 1), Ok(2.0 / 3.0));
    assert_eq!(model.probability(&[0], 3), Ok(0.0));
    assert_eq!(model.cross_entropy(&[0, 3]), Ok(f64::INFINITY));
}

#[test]
fn the_weight_is_the_best_of_the_grid() {
    let (train, valid) = (text(3, 200, 9), text(4, 200, 9));
    let best = AdditiveNgram::fit(3, 9, &train, &valid).unwrap();
    let found = best.cross_entropy(&valid).unwrap();
    for delta in DELTA_GRID {
        let other = AdditiveNgram::train(3, 9, delta, &train).unwrap();
        let other = other.cross_entropy(&valid).unwrap();
        assert!(found <= other);
        assert_eq!(found == other, delta == best.delta());
    }
}

#[test]
fn what_is_out_of_range_is_an_error() {
    assert!(AdditiveNgram::train(0, 4, 1.0, &[0, 1]).is_err());
    assert!(AdditiveNgram::train(2, 4, -1.0, &[0, 1]).is_err());
    assert!(AdditiveNgram::train(2, 4, f64::NAN, &[0, 1]).is_err());
    assert!(AdditiveNgram::train(2, 4, 1.0, &[0]).is_err());
    assert!(AdditiveNgram::train(2, 4, 1.0, &[0, 4]).is_err());
    let model = AdditiveNgram::train(2, 4, 1.0, &[0, 1]).unwrap();
    assert!(model.probability(&[4], 0).is_err());
    assert!(model.probability(&[0], 4).is_err());
    assert!(model.cross_entropy(&[0]).is_err());
}
