//! Mixtures and the fit of their weights.

use super::*;
use crate::ngram::AdditiveNgram;
use crate::ngram::testing::{Numbers, assert_normalised, text};

/// Probabilities `[M][T]` of models that are right in turn.
fn probabilities(length: usize) -> Vec<Vec<f64>> {
    let mut numbers = Numbers(3);
    let mut draw = || f64::from(numbers.next() % 1000 + 1) / 1001.0;
    (0..3)
        .map(|_| (0..length).map(|_| draw()).collect())
        .collect()
}

fn rows(probabilities: &[Vec<f64>]) -> Vec<&[f64]> {
    probabilities.iter().map(Vec::as_slice).collect()
}

#[test]
fn the_weights_are_the_best() {
    let probabilities = probabilities(500);
    let rows = rows(&probabilities);
    let weights = fit_weights(&rows).unwrap();
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let best = mixture_cross_entropy(&rows, &weights).unwrap();
    // No step from one model to another makes it better.
    for from in 0..3 {
        for to in 0..3 {
            let mut moved = weights.clone();
            let step = weights[from].min(0.01);
            moved[from] -= step;
            moved[to] += step;
            let found = mixture_cross_entropy(&rows, &moved).unwrap();
            assert!(found >= best - 1e-9, "{from} to {to}: {found} below {best}");
        }
    }
}

#[test]
fn the_weights_of_a_known_mixture_are_found() {
    // Symbols that model 0 gives 0.9 and model 1 gives 0.1, or the other way round: the share of the first kind that is
    // likeliest under 0.9 w + 0.1 (1 - w) is w = (share - 0.1) / 0.8.
    let kinds: Vec<bool> = (0..1000).map(|t| t % 10 < 7).collect();
    let row = |yes: f64, no: f64| {
        kinds
            .iter()
            .map(|&kind| if kind { yes } else { no })
            .collect()
    };
    let models: [Vec<f64>; 2] = [row(0.9, 0.1), row(0.1, 0.9)];
    let weights = fit_weights(&rows(&models)).unwrap();
    assert!((weights[0] - 0.75).abs() < 1e-5, "{weights:?}");
}

#[test]
fn a_model_that_is_always_better_gets_all() {
    let weights = fit_weights(&[&[0.5, 0.4], &[0.1, 0.2]]).unwrap();
    assert!(weights[0] > 0.999, "{weights:?}");
    assert_eq!(fit_weights(&[&[0.5]]).unwrap(), [1.0]);
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let message = |rows: &[&[f64]]| fit_weights(rows).unwrap_err().to_string();
    assert!(message(&[]).contains("at least one model"));
    assert!(message(&[&[]]).contains("at least one model and one symbol"));
    assert!(message(&[&[0.1], &[0.1, 0.2]]).contains("as many symbols of each model"));
    assert!(message(&[&[1.1]]).contains("numbers of 0 to 1, found 1.1"));
    assert!(message(&[&[f64::NAN]]).contains("numbers of 0 to 1"));
    assert!(message(&[&[0.1, 0.0], &[0.2, 0.0]]).contains("none for symbol 1"));
    for weights in [&[1.0][..], &[0.5, 0.6], &[1.5, -0.5]] {
        assert!(mixture_cross_entropy(&[&[0.1], &[0.2]], weights).is_err());
    }
}

#[test]
fn a_mixture_is_the_sum_of_its_models() {
    let train = text(1, 300, 8);
    let model = |order| AdditiveNgram::train(order, 8, 0.1, &train).unwrap();
    for weights in [[0.0, 1.0, 0.0], [0.3, 0.5, 0.2]] {
        let models = [model(1), model(2), model(3)];
        let mixture = Mixture::new(models.iter().collect(), &weights).unwrap();
        let test = text(2, 40, 8);
        assert_normalised(&mixture, &test);
        let mut state = mixture.start();
        for t in 0..test.len() {
            let of = |model: &AdditiveNgram| model.probability(&test[..t], test[t]).unwrap();
            let parts = models.iter().zip(weights);
            let expected: f64 = parts.map(|(model, weight)| weight * of(model)).sum();
            let found = f64::from(mixture.step(&mut state, test[t])).exp();
            assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
        }
    }
}

#[test]
fn models_of_different_symbols_have_no_mixture() {
    let model = |vocabulary| AdditiveNgram::train(1, vocabulary, 1.0, &[0, 1, 2]).unwrap();
    assert!(Mixture::new(vec![model(3), model(4)], &[0.5, 0.5]).is_err());
    assert!(Mixture::new(vec![model(3), model(3)], &[1.5, -0.5]).is_err());
    assert!(Mixture::new(vec![model(3), model(3)], &[1.0]).is_err());
    assert!(Mixture::<AdditiveNgram>::new(Vec::new(), &[]).is_err());
}
