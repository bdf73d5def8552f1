//! Filters against sets known by hand, draws against their probabilities.

use super::*;

fn sampler(temperature: f64, top_k: Option<usize>, top_p: Option<f64>) -> Sampler {
    let config = SamplerConfig {
        temperature,
        top_k,
        top_p,
    };
    Sampler::new(config, 7).expect("the settings are valid")
}

fn logits_of(probabilities: &[f64]) -> Vec<f32> {
    probabilities.iter().map(|p| p.ln() as f32).collect()
}

fn kept(sampler: &mut Sampler, logits: &[f32]) -> Vec<usize> {
    let candidates = sampler.candidates(logits).expect("the logits are valid");
    candidates.iter().map(|c| c.symbol).collect()
}

/// Pearson's statistic of `draws` draws against the sampler's own probabilities, and its degrees of freedom.
fn chi_square(sampler: &mut Sampler, logits: &[f32], draws: usize) -> (f64, usize) {
    let expected = sampler.candidates(logits).unwrap().to_vec();
    let mut counts = vec![0usize; logits.len()];
    for _ in 0..draws {
        counts[sampler.sample(logits).unwrap()] += 1;
    }
    let inside: usize = expected.iter().map(|c| counts[c.symbol]).sum();
    assert_eq!(inside, draws, "a symbol outside the kept set was drawn");
    let statistic = expected.iter().map(|c| {
        let mean = c.probability * draws as f64;
        (counts[c.symbol] as f64 - mean).powi(2) / mean
    });
    (statistic.sum(), expected.len() - 1)
}

#[test]
fn frequencies_follow_the_probabilities() {
    let logits = logits_of(&[0.05, 0.4, 0.1, 0.02, 0.25, 0.18]);
    for (temperature, top_k, top_p) in [
        (1.0, None, None),
        (0.7, None, None),
        (1.6, Some(4), None),
        (1.0, None, Some(0.8)),
        (1.3, Some(5), Some(0.9)),
    ] {
        let mut sampler = sampler(temperature, top_k, top_p);
        let (statistic, freedom) = chi_square(&mut sampler, &logits, 50_000);
        // The statistic has mean d and variance 2d; it passes d + 5 sqrt(2d) with a probability of exp(-6) = 0.0025 for
        // d = 2, less above, and the seed is fixed, so a pass stays a pass. A p wrong by 10% of itself adds some 500 p.
        let bound = freedom as f64 + 5.0 * (2.0 * freedom as f64).sqrt();
        assert!(freedom >= 2 && statistic < bound, "{statistic} >= {bound}");
    }
}

#[test]
fn temperature_divides_the_logits() {
    let mut sampler = sampler(2.0, None, None);
    let candidates = sampler.candidates(&[0.0, 2.0]).unwrap();
    let second = 1.0 / (1.0 + (-1.0f64).exp());
    // A handful of f64 roundings.
    assert!((candidates[1].probability - second).abs() < 1e-15);
    assert!((candidates[0].probability - (1.0 - second)).abs() < 1e-15);
}

#[test]
fn top_k_keeps_the_k_best() {
    let logits = [0.5, 3.0, -1.0, 2.0, 2.5];
    assert_eq!(kept(&mut sampler(1.0, Some(1), None), &logits), [1]);
    assert_eq!(kept(&mut sampler(1.0, Some(3), None), &logits), [1, 4, 3]);
    assert_eq!(
        kept(&mut sampler(1.0, Some(99), None), &logits),
        [0, 1, 2, 3, 4]
    );
}

#[test]
fn top_p_keeps_the_shortest_prefix_that_reaches_p() {
    let logits = logits_of(&[0.1, 0.5, 0.15, 0.25]);
    assert_eq!(kept(&mut sampler(1.0, None, Some(0.01)), &logits), [1]);
    assert_eq!(kept(&mut sampler(1.0, None, Some(0.49)), &logits), [1]);
    assert_eq!(kept(&mut sampler(1.0, None, Some(0.51)), &logits), [1, 3]);
    assert_eq!(
        kept(&mut sampler(1.0, None, Some(0.76)), &logits),
        [1, 3, 2]
    );
    assert_eq!(
        kept(&mut sampler(1.0, None, Some(1.0)), &logits),
        [0, 1, 2, 3]
    );
    // Exact in binary: two equal symbols have 1/2 each, and one alone reaches 1/2.
    assert_eq!(kept(&mut sampler(1.0, None, Some(0.5)), &[0.0, 0.0]), [0]);
}

#[test]
fn the_nucleus_is_taken_of_what_top_k_leaves() {
    // Of 0.4, 0.3, 0.2, 0.1, top-k 2 leaves 4/7 and 3/7: 0.56 is then reached by the first alone.
    let logits = logits_of(&[0.4, 0.3, 0.2, 0.1]);
    assert_eq!(kept(&mut sampler(1.0, None, Some(0.56)), &logits), [0, 1]);
    assert_eq!(kept(&mut sampler(1.0, Some(2), Some(0.56)), &logits), [0]);
    let mut both = sampler(1.0, Some(2), Some(0.9));
    let sum: f64 = (both.candidates(&logits).unwrap().iter())
        .map(|c| c.probability)
        .sum();
    assert!((sum - 1.0).abs() < 1e-15);
}

#[test]
fn ties_go_to_the_lower_index() {
    let logits = [1.0, 2.0, 2.0, 1.0, 2.0];
    assert_eq!(kept(&mut sampler(1.0, Some(2), None), &logits), [1, 2]);
    assert_eq!(
        kept(&mut sampler(1.0, Some(4), None), &logits),
        [1, 2, 4, 0]
    );
    assert_eq!(sampler(0.0, None, None).sample(&logits), Ok(1));
    assert_eq!(
        kept(&mut sampler(1.0, Some(1), None), &[0.0, -0.0]),
        [0],
        "the two zeros are equal"
    );
}

#[test]
fn greedy_takes_the_best_and_small_temperatures_approach_it() {
    let logits = [0.1, f32::NEG_INFINITY, 0.3, 0.2];
    assert_eq!(sampler(0.0, None, None).sample(&logits), Ok(2));
    assert_eq!(
        sampler(f64::MIN_POSITIVE, None, None).sample(&logits),
        Ok(2)
    );
}

#[test]
fn a_seed_fixes_the_draws() {
    let logits = [0.0; 16];
    let draws = |seed| -> Vec<usize> {
        let mut sampler = Sampler::new(SamplerConfig::default(), seed).unwrap();
        (0..64).map(|_| sampler.sample(&logits).unwrap()).collect()
    };
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
}

#[test]
fn a_filter_that_removes_nothing_leaves_the_draws() {
    let logits = [0.5, 2.0, -1.0, 1.0, 0.0];
    let draws = |top_k, top_p| -> Vec<usize> {
        let mut sampler = sampler(1.0, top_k, top_p);
        (0..64).map(|_| sampler.sample(&logits).unwrap()).collect()
    };
    let plain = draws(None, None);
    for (top_k, top_p) in [
        (Some(5), None),
        (Some(9), None),
        (None, Some(1.0)),
        (None, Some(0.9999)),
        (Some(5), Some(1.0)),
    ] {
        assert_eq!(draws(top_k, top_p), plain, "{top_k:?} {top_p:?}");
    }
    assert_ne!(draws(Some(4), None), plain);
}

#[test]
fn minus_infinity_is_never_drawn() {
    let logits = [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY, f32::MIN];
    let mut sampler = sampler(1.0, None, None);
    assert_eq!(kept(&mut sampler, &logits), [1, 3]);
    assert!((0..200).all(|_| sampler.sample(&logits) == Ok(1)));
}

#[test]
fn unusable_logits_are_errors() {
    for temperature in [0.0, 1.0] {
        let mut sampler = sampler(temperature, Some(1), None);
        let nan = sampler.sample(&[0.0, f32::NAN]).unwrap_err();
        assert_eq!(
            nan.to_string(),
            "logit of symbol 1: expected a finite number or -inf, found NaN"
        );
        let infinite = sampler.sample(&[f32::INFINITY]).unwrap_err();
        let found = f32::INFINITY;
        assert_eq!(infinite, DecodeError::Logit { symbol: 0, found });
        for row in [&[][..], &[f32::NEG_INFINITY; 3]] {
            let found = row.len();
            assert_eq!(sampler.sample(row), Err(DecodeError::NoCandidate { found }));
        }
    }
}

#[test]
fn settings_out_of_range_are_errors() {
    let message = |temperature, top_k, top_p| {
        let config = SamplerConfig {
            temperature,
            top_k,
            top_p,
        };
        Sampler::new(config, 0).unwrap_err().to_string()
    };
    for (temperature, found) in [(-0.5, "-0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        assert_eq!(
            message(temperature, None, None),
            format!("temperature: expected a finite number of at least 0, found {found}")
        );
    }
    assert_eq!(
        message(1.0, Some(0), None),
        "top_k: expected an integer of at least 1, found 0"
    );
    for (top_p, found) in [(0.0, "0"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        assert_eq!(
            message(1.0, None, Some(top_p)),
            format!("top_p: expected a number above 0 and at most 1, found {found}")
        );
    }
}
