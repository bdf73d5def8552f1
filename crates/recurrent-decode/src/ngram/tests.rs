//! Counts and cross entropies worked out by hand.

use super::*;

/// Differences of a few roundings of f64 in sums of a few terms of order 1.
const ROUNDING: f64 = 1e-14;

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < ROUNDING, "{found} {expected}");
}

/// "abacab" over {a, b, c, d}: a 3, b 2, c 1, d 0; ab 2, ba 1, ac 1, ca 1.
const TEXT: [u32; 6] = [0, 1, 0, 2, 0, 1];

#[test]
fn unigram_by_hand() {
    let model = AdditiveNgram::train(1, 4, 0.5, &TEXT).unwrap();
    for (symbol, expected) in [
        (0, 3.5 / 8.0),
        (1, 2.5 / 8.0),
        (2, 1.5 / 8.0),
        (3, 0.5 / 8.0),
    ] {
        assert_close(model.probability(3, symbol).unwrap(), expected);
    }
    // The first symbol is given: only b and d are predicted.
    let expected = -((2.5f64 / 8.0).ln() + (0.5f64 / 8.0).ln()) / 2.0;
    assert_close(model.cross_entropy(&[2, 1, 3]).unwrap(), expected);
}

#[test]
fn bigram_by_hand() {
    let model = AdditiveNgram::train(2, 4, 1.0, &TEXT).unwrap();
    // a is followed three times, b once (the last b by nothing), d never.
    assert_close(model.probability(0, 1).unwrap(), 3.0 / 7.0);
    assert_close(model.probability(0, 3).unwrap(), 1.0 / 7.0);
    assert_close(model.probability(1, 0).unwrap(), 2.0 / 5.0);
    assert_close(model.probability(3, 0).unwrap(), 1.0 / 4.0);
    let expected = -((3.0f64 / 7.0).ln() + (2.0f64 / 5.0).ln() + (2.0f64 / 7.0).ln()) / 3.0;
    assert_close(model.cross_entropy(&[0, 1, 0, 2]).unwrap(), expected);
}

#[test]
fn probabilities_sum_to_one() {
    for order in 1..=2 {
        for delta in DELTA_GRID {
            let model = AdditiveNgram::train(order, 4, delta, &TEXT).unwrap();
            for context in 0..4 {
                let sum = (0..4).map(|symbol| model.probability(context, symbol).unwrap());
                assert_close(sum.sum(), 1.0);
            }
        }
    }
}

#[test]
fn a_uniform_text_costs_the_logarithm_of_the_vocabulary() {
    let text: Vec<u32> = (0..8).collect();
    let model = AdditiveNgram::train(1, 8, 0.1, &text).unwrap();
    assert_close(model.cross_entropy(&text).unwrap(), 8f64.ln());
}

#[test]
fn fit_takes_the_best_delta_of_the_grid() {
    // A text unlike the training text wants much smoothing, the training text itself little.
    let unlike = [3, 3, 2, 2, 3, 1, 1, 3, 3];
    for order in 1..=2 {
        for valid in [&unlike[..], &TEXT] {
            let fitted = AdditiveNgram::fit(order, 4, &TEXT, valid).unwrap();
            let lowest = DELTA_GRID
                .map(|delta| {
                    let model = AdditiveNgram::train(order, 4, delta, &TEXT).unwrap();
                    model.cross_entropy(valid).unwrap()
                })
                .into_iter()
                .fold(f64::INFINITY, f64::min);
            assert_eq!(fitted.cross_entropy(valid).unwrap(), lowest);
            assert_eq!(fitted.order(), order);
        }
    }
    let much = AdditiveNgram::fit(2, 4, &TEXT, &unlike).unwrap();
    let little = AdditiveNgram::fit(2, 4, &TEXT, &TEXT).unwrap();
    assert!(much.delta() > 0.5 && little.delta() < 0.01);
}

#[test]
fn bad_input_is_an_error() {
    let message = |result: Result<AdditiveNgram, DecodeError>| result.unwrap_err().to_string();
    assert_eq!(
        message(AdditiveNgram::train(3, 4, 1.0, &TEXT)),
        "order: expected 1 or 2, found 3"
    );
    assert_eq!(
        message(AdditiveNgram::train(1, 4, 0.0, &TEXT)),
        "delta: expected a finite number above 0, found 0"
    );
    assert_eq!(
        message(AdditiveNgram::train(2, 2, 1.0, &TEXT)),
        "symbol at position 3: expected an id below 2, found 2"
    );
    assert_eq!(
        message(AdditiveNgram::train(2, 4, 1.0, &[0])),
        "text: expected at least 2 symbols, found 1"
    );
    let model = AdditiveNgram::train(1, 4, 1.0, &TEXT).unwrap();
    let (expected, found) = (2, 1);
    assert_eq!(
        model.cross_entropy(&[0]),
        Err(DecodeError::TooShort { expected, found })
    );
    assert!(model.cross_entropy(&[0, 4]).is_err());
    assert!(model.probability(4, 0).is_err());
}
