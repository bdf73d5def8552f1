//! NBSVM: a support vector machine on log-count ratios (Wang and Manning, *Baselines and Bigrams: Simple, Good Sentiment
//! and Topic Classification*, 2012).
//!
//! ```text
//! r   = ln (p / |p|₁) / (q / |q|₁)        p = α + Σ of the rows of the class, q = α + Σ of the others
//! x̂   = r ∘ x                             x of 0 and 1
//! w'  = (1 - β) w̄ + β w                   w̄ = |w|₁ / F, the mean size of the machine's weights
//! ```
//!
//! `β` lies between naive Bayes (0) and the machine (1); the paper's is 1/4.

use crate::bayes::check_alpha;
use crate::dual::{self, DualConfig, Fitted};
use crate::rows::Rows;
use crate::{LinearError, check_labels};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How an NBSVM is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NbsvmConfig {
    /// The machine.
    pub svm: DualConfig,
    /// `α`, smoothing of the counts.
    pub alpha: f64,
    /// `β`, the machine's part of the weights.
    pub beta: f64,
}

impl Default for NbsvmConfig {
    /// As in the paper.
    fn default() -> Self {
        Self {
            svm: DualConfig::default(),
            alpha: 1.0,
            beta: 0.25,
        }
    }
}

/// Trains an NBSVM on the presence of features; its weights are those of rows of 0 and 1.
///
/// # Errors
/// Where labels do not fit the rows, or a setting is out of range.
pub fn train(
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    config: NbsvmConfig,
) -> Result<Fitted, LinearError> {
    check_labels(rows, labels, classes)?;
    let NbsvmConfig { svm, alpha, beta } = config;
    check_alpha(alpha)?;
    if !(0.0..=1.0).contains(&beta) {
        return Err(LinearError::setting("beta", "a number from 0 to 1", beta));
    }
    let binary = rows.clone().binary();
    let ratios: Vec<Vec<f32>> = (0..classes)
        .map(|class| log_count_ratios(&binary, labels, class, alpha))
        .collect();
    let rows_of = |class: usize| Cow::Owned(binary.clone().scaled(&ratios[class]));
    let mut fitted = dual::train_on(&rows_of, &binary, labels, classes, svm)?;
    let features = rows.features().max(1);
    let weights = fitted.model.weights.chunks_exact_mut(features);
    for (class, weights) in weights.enumerate() {
        // Of two classes both rows are one machine's, that of class 1, with opposite signs.
        let (ratios, sign) = match (classes, class) {
            (2, 0) => (&ratios[1], -1.0),
            _ => (&ratios[class], 1.0),
        };
        let mean = weights.iter().map(|w| w.abs()).sum::<f64>() / features as f64;
        for (weight, &ratio) in weights.iter_mut().zip(ratios) {
            *weight = f64::from(ratio) * ((1.0 - beta) * mean * sign + beta * *weight);
        }
    }
    Ok(fitted)
}

/// `r` of a class against the others, `[F]`.
fn log_count_ratios(rows: &Rows, labels: &[usize], class: usize, alpha: f64) -> Vec<f32> {
    let mut sums = [vec![alpha; rows.features()], vec![alpha; rows.features()]];
    for (row, label) in rows.iter().zip(labels) {
        let sums = &mut sums[usize::from(*label != class)];
        row.iter()
            .for_each(|(feature, value)| sums[feature] += f64::from(value));
    }
    let [own, other] = sums;
    let totals = [&own, &other].map(|sums| sums.iter().sum::<f64>());
    (own.iter().zip(&other))
        .map(|(own, other)| ((own / totals[0]) / (other / totals[1])).ln() as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{examples, rows};

    #[test]
    fn ratios_are_those_of_the_paper() {
        let counts = rows(&[[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]);
        let found = log_count_ratios(&counts, &[1, 0], 1, 1.0);
        // p = (2, 2, 1), q = (1, 2, 2).
        for (found, expected) in found.iter().zip([2f32.ln(), 0.0, -2f32.ln()]) {
            assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn it_lies_between_naive_bayes_and_the_machine() {
        let (rows, labels) = examples(5, 300, 30, 2);
        let train = |beta| {
            let config = NbsvmConfig {
                beta,
                ..NbsvmConfig::default()
            };
            super::train(&rows, &labels, 2, config).unwrap().model
        };
        let (bayes, half, machine) = (train(0.0), train(0.5), train(1.0));
        for f in 0..60 {
            let mean = 0.5 * (bayes.weights[f] + machine.weights[f]);
            assert!((half.weights[f] - mean).abs() < 1e-12);
        }
        // Without the machine all weights are ratios, times the mean size of the machine's weights.
        let ratios = log_count_ratios(&rows.clone().binary(), &labels, 1, 1.0);
        let sizes = machine.weights[30..].iter().zip(&ratios);
        let sizes: f64 = sizes.map(|(w, r)| (w / f64::from(*r)).abs()).sum();
        let factor = sizes / 30.0;
        for (weight, ratio) in bayes.weights[30..].iter().zip(&ratios) {
            assert!((weight - factor * f64::from(*ratio)).abs() < 1e-9);
        }
        for f in 0..30 {
            assert_eq!(bayes.weights[f], -bayes.weights[30 + f]);
        }
    }

    #[test]
    fn classes_are_told_apart() {
        for (classes, least) in [(2, 360), (4, 280)] {
            let (rows, labels) = examples(6, 600, 60, classes);
            let (test, expected) = examples(7, 400, 60, classes);
            let test = test.binary();
            let found = train(&rows, &labels, classes, NbsvmConfig::default()).unwrap();
            let right = (test.iter().zip(&expected))
                .filter(|(row, label)| found.model.predict(*row) == **label)
                .count();
            assert!(right > least, "{classes} classes: {right} of 400");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let rows = rows(&[[1.0], [0.0]]);
        for (alpha, beta, words) in [
            (0.0, 0.25, "alpha"),
            (1.0, 1.5, "beta: expected a number from 0 to 1"),
        ] {
            let config = NbsvmConfig {
                alpha,
                beta,
                ..NbsvmConfig::default()
            };
            let error = train(&rows, &[0, 1], 2, config).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
