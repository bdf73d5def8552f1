//! Naive Bayes: features are independent given the class.
//!
//! ```text
//! multinomial  score_k = ln N_k / N + Σ_f x_f ln θ_kf        θ_kf = (c_kf + α) / (Σ_f c_kf + α F)
//! Bernoulli    score_k = ln N_k / N + Σ_f ln(x_f θ_kf + (1 - x_f) (1 - θ_kf))      θ_kf = (n_kf + α) / (N_k + 2 α)
//! ```
//!
//! `c_kf` is the sum of feature `f` over the rows of class `k`, `n_kf` the number of those that have it. McCallum and
//! Nigam, *A Comparison of Event Models for Naive Bayes Text Classification* (1998). Both are linear in the features.

use crate::error::{EXPECTED, RANGE};
use crate::rows::Rows;
use crate::{Linear, LinearError, check_labels};

/// Multinomial naive Bayes with smoothing `alpha`; presence in place of counts makes it the binarised one.
///
/// # Errors
/// Where labels do not fit the rows, `alpha` is not above 0, or a feature is below 0.
pub fn multinomial(
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    alpha: f64,
) -> Result<Linear, LinearError> {
    let sums = sums(rows, labels, classes, alpha)?;
    let features = rows.features();
    let mut weights = Vec::with_capacity(classes * features);
    for sums in sums.chunks_exact(features.max(1)).take(classes) {
        let total = sums.iter().sum::<f64>() + alpha * features as f64;
        weights.extend(sums.iter().map(|sum| ((sum + alpha) / total).ln()));
    }
    let bias = priors(labels, classes);
    Ok(Linear { weights, bias })
}

/// Bernoulli naive Bayes with smoothing `alpha`, of rows of 0 and 1.
///
/// # Errors
/// Where labels do not fit the rows, `alpha` is not above 0, or a feature is neither 0 nor 1.
pub fn bernoulli(
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    alpha: f64,
) -> Result<Linear, LinearError> {
    let other = rows
        .iter()
        .flat_map(|row| row.values)
        .find(|&&x| x != 0.0 && x != 1.0);
    if let Some(found) = other {
        return Err(LinearError::examples("features of 0 and 1", found));
    }
    let sums = sums(rows, labels, classes, alpha)?;
    let features = rows.features();
    let mut weights = Vec::with_capacity(classes * features);
    let mut bias = priors(labels, classes);
    for (class, sums) in sums.chunks_exact(features.max(1)).take(classes).enumerate() {
        let total = labels.iter().filter(|&&label| label == class).count() as f64;
        for sum in sums {
            // Each by itself, as their difference from 1 may be lost in it.
            let there = ((sum + alpha) / (total + 2.0 * alpha)).ln();
            let absent = ((total - sum + alpha) / (total + 2.0 * alpha)).ln();
            weights.push(there - absent);
            bias[class] += absent;
        }
    }
    Ok(Linear { weights, bias })
}

/// Refuses smoothing that a sum of counts would lose.
pub(crate) fn check_alpha(alpha: f64) -> Result<(), LinearError> {
    match RANGE.contains(&alpha) {
        true => Ok(()),
        false => Err(LinearError::setting("alpha", EXPECTED, alpha)),
    }
}

/// `ln N_k / N`, `[K]`.
fn priors(labels: &[usize], classes: usize) -> Vec<f64> {
    let all = labels.len() as f64;
    (0..classes)
        .map(|class| {
            let own = labels.iter().filter(|&&label| label == class).count();
            (own as f64 / all).ln()
        })
        .collect()
}

/// The sum of each feature over the rows of each class, `[K, F]`.
fn sums(
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    alpha: f64,
) -> Result<Vec<f64>, LinearError> {
    check_labels(rows, labels, classes)?;
    check_alpha(alpha)?;
    let features = rows.features();
    let mut sums = vec![0.0; classes * features];
    for (row, label) in rows.iter().zip(labels) {
        for (feature, value) in row.iter() {
            if value < 0.0 || !value.is_finite() {
                return Err(LinearError::examples(
                    "finite features of at least 0",
                    value,
                ));
            }
            sums[label * features + feature] += f64::from(value);
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rows;

    const COUNTS: [[f32; 3]; 4] = [
        [2.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 3.0],
        [0.0, 2.0, 1.0],
    ];
    const LABELS: [usize; 4] = [0, 0, 1, 1];

    #[test]
    fn multinomial_is_bayes_rule_over_draws_of_features() {
        let model = multinomial(&rows(&COUNTS), &LABELS, 2, 1.0).unwrap();
        // Class 0 has 4 counts in all: 3, 1 and 0; with one more each, of 7.
        let theta = [
            [4.0, 2.0, 1.0].map(|c| c / 7.0),
            [1.0, 4.0, 5.0].map(|c| c / 10.0),
        ];
        let test = [1.0, 0.0, 2.0];
        let expected = theta.map(|theta: [f64; 3]| {
            let likelihood: f64 = (0..3).map(|f| theta[f].powf(test[f].into())).product();
            0.5 * likelihood
        });
        let test = rows(&[test]);
        let found = model.softmax(test.row(0));
        for class in 0..2 {
            let p = expected[class] / (expected[0] + expected[1]);
            assert!((found[class] - p).abs() < 1e-12, "{} for {p}", found[class]);
        }
    }

    #[test]
    fn bernoulli_counts_what_is_not_there() {
        let binary = rows(&COUNTS).binary();
        let model = bernoulli(&binary, &LABELS, 2, 1.0).unwrap();
        // Of the two rows of class 0 both have feature 0, one feature 1, none feature 2.
        let theta = [
            [3.0, 2.0, 1.0].map(|n| n / 4.0),
            [1.0, 3.0, 3.0].map(|n| n / 4.0),
        ];
        let test = [0.0, 1.0, 0.0];
        let expected = theta.map(|theta: [f64; 3]| {
            let of = |f: usize| {
                if test[f] == 1.0 {
                    theta[f]
                } else {
                    1.0 - theta[f]
                }
            };
            (0..3).map(of).product::<f64>()
        });
        let found = model.softmax(rows(&[test]).row(0));
        let p = expected[0] / (expected[0] + expected[1]);
        assert!((found[0] - p).abs() < 1e-12, "{} for {p}", found[0]);
    }

    #[test]
    fn little_smoothing_is_not_lost() {
        let binary = rows(&COUNTS).binary();
        for alpha in [1e-10, 1e10] {
            let model = bernoulli(&binary, &LABELS, 2, alpha).unwrap();
            assert!(
                model
                    .weights
                    .iter()
                    .chain(&model.bias)
                    .all(|x| x.is_finite())
            );
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let counts = rows(&COUNTS);
        let error = |found: Result<Linear, LinearError>| found.unwrap_err().to_string();
        assert!(error(multinomial(&counts, &LABELS, 2, 0.0)).contains("alpha"));
        assert!(
            error(bernoulli(&counts, &LABELS, 2, 1.0)).contains("features of 0 and 1, found 2")
        );
        assert!(error(multinomial(&rows(&[[-1.0], [1.0]]), &[0, 1], 2, 1.0)).contains("found -1"));
        assert!(error(multinomial(&counts, &[0; 4], 2, 1.0)).contains("none of class 1"));
    }
}
