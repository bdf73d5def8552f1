//! Probabilities from scores: `p = softmax(s / τ)`, the temperature `τ` fitted on the validation split (Guo, Pleiss, Sun
//! and Weinberger, *On Calibration of Modern Neural Networks*, 2017).
//!
//! Of `N` texts and `K` classes the target of the right class is `(N + 1) / (N + K)` and that of another `1 / (N + K)`, as
//! if one more text of each had been seen (Platt 1999), so that a few texts that are all right do not make a classifier
//! certain.

/// The least and the greatest temperature.
const RANGE: [f64; 2] = [1e-3, 1e3];
/// The search ends where the logarithm of the temperature is known to this.
const KNOWN: f64 = 1e-3;
/// The golden ratio less one.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The temperature with the lowest log loss over the scores `[N][K]` of examples; 1 where there are none. The loss has one minimum in `1 / τ`, so
/// that the golden-section search (Kiefer 1953) over its logarithm finds it.
pub(super) fn fit_temperature(scores: &[Vec<f64>], labels: &[usize]) -> f64 {
    let Some(first) = scores.first() else {
        return 1.0;
    };
    let other = 1.0 / (labels.len() + first.len()) as f64;
    let count = labels.len() as f64;
    // The target of the right class beside that of the others.
    let right = count * other;
    let loss = |log: f64| -> f64 {
        let rate = (-log).exp();
        let of = |(scores, &label): (&Vec<f64>, &usize)| {
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = scores.iter().map(|s| (rate * (s - most)).exp()).sum();
            let all: f64 = scores.iter().map(|s| s - most).sum();
            sum.ln() - rate * (right * (scores[label] - most) + other * all)
        };
        scores.iter().zip(labels).map(of).sum()
    };
    let [mut low, mut high] = RANGE.map(f64::ln);
    let mut inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    let mut losses = inner.map(loss);
    while high - low > KNOWN {
        if losses[0] < losses[1] {
            high = inner[1];
            inner = [high - GOLDEN * (high - low), inner[0]];
            losses = [loss(inner[0]), losses[0]];
        } else {
            low = inner[0];
            inner = [inner[1], low + GOLDEN * (high - low)];
            losses = [losses[1], loss(inner[1])];
        }
    }
    (0.5 * (low + high)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use recurrent_linear::softmax;

    #[test]
    fn probabilities_become_the_shares_that_are_right() {
        let fitted = |labels: &[usize]| {
            let of = |n: usize| match n % 2 {
                0 => vec![5.0, -5.0],
                _ => vec![-5.0, 5.0],
            };
            let scores: Vec<Vec<f64>> = (0..labels.len()).map(of).collect();
            let mut first = of(0);
            softmax(&mut first, fit_temperature(&scores, labels));
            first[0]
        };
        // Six of eight answers are right, and with one more text of each class seven of ten.
        let found = fitted(&[0, 1, 0, 1, 0, 1, 1, 0]);
        assert!((found - 0.7).abs() < 1e-3, "{found}");
        // All four are right: five of six.
        let found = fitted(&[0, 1, 0, 1]);
        assert!((found - 5.0 / 6.0).abs() < 1e-3, "{found}");
        assert_eq!(fit_temperature(&[], &[]), 1.0);
    }
}
