//! What a linear classifier is, whatever learned it.

use crate::LinearError;
use crate::rows::{Row, Rows};
use serde::{Deserialize, Serialize};

/// A linear classifier of `K` classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// How much a feature speaks for a class, `[K, F]`.
    pub weights: Vec<f64>,
    /// What speaks for a class without any feature, `[K]`.
    pub bias: Vec<f64>,
}

impl Linear {
    /// How many classes there are, `K`.
    pub fn classes(&self) -> usize {
        self.bias.len()
    }

    /// How many features there are, `F`.
    pub fn features(&self) -> usize {
        self.weights.len() / self.classes()
    }

    /// The score of each class, `[K]`.
    ///
    /// # Panics
    /// Where the row has a feature that is not below `F`.
    pub fn scores(&self, row: Row) -> Vec<f64> {
        let weights = self.weights.chunks_exact(self.features().max(1));
        match self.features() {
            0 => self.bias.clone(),
            _ => (weights.zip(&self.bias))
                .map(|(weights, bias)| row.dot(weights) + bias)
                .collect(),
        }
    }

    /// The class with the highest score, the first of equals.
    ///
    /// # Panics
    /// As [`Linear::scores`].
    pub fn predict(&self, row: Row) -> usize {
        argmax(&self.scores(row))
    }

    /// `exp(s_k) / Σ exp(s)`: the probability of each class `[K]` where scores are log-probabilities up to a constant,
    /// which is so for naive Bayes, and for logistic regression of two classes with opposite scores and equal weights.
    ///
    /// # Panics
    /// As [`Linear::scores`].
    pub fn softmax(&self, row: Row) -> Vec<f64> {
        self.softmax_at(row, 1.0)
    }

    /// `exp(s_k / τ) / Σ exp(s / τ)`, `[K]`: the higher the temperature `τ`, the more alike.
    ///
    /// # Panics
    /// As [`Linear::scores`].
    pub fn softmax_at(&self, row: Row, temperature: f64) -> Vec<f64> {
        let mut scores = self.scores(row);
        softmax(&mut scores, temperature);
        scores
    }
}

/// Makes probabilities of scores: `exp(s_k / τ) / Σ exp(s / τ)`.
pub fn softmax(scores: &mut [f64], temperature: f64) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores
        .iter_mut()
        .for_each(|s| *s = ((*s - most) / temperature).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|s| *s /= sum);
}

/// The index of the greatest number, the first of equals.
pub fn argmax(numbers: &[f64]) -> usize {
    let greater = |best: usize, k: usize| match numbers[k] > numbers[best] {
        true => k,
        false => best,
    };
    (1..numbers.len()).fold(0, greater)
}

/// Refuses labels `[N]` that are not one below `classes` for each row, or of which none is of some class.
///
/// # Errors
/// Where they are not.
pub fn check_labels(rows: &Rows, labels: &[usize], classes: usize) -> Result<(), LinearError> {
    if classes < 2 {
        return Err(LinearError::setting("classes", "at least 2", classes));
    }
    if labels.len() != rows.len() || rows.is_empty() {
        let found = format!("{} labels for {} rows", labels.len(), rows.len());
        return Err(LinearError::examples("a label for each row", found));
    }
    let mut counts = vec![0usize; classes];
    for &label in labels {
        match counts.get_mut(label) {
            Some(count) => *count += 1,
            None => {
                return Err(LinearError::examples(
                    "labels below the number of classes",
                    label,
                ));
            }
        }
    }
    match counts.iter().position(|&count| count == 0) {
        Some(empty) => {
            let found = format!("none of class {empty}");
            Err(LinearError::examples("some of each class", found))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_score_wins() {
        let model = Linear {
            weights: vec![1.0, 0.0, 0.0, 2.0, 0.0, 0.0],
            bias: vec![0.0, -1.0, 0.5],
        };
        assert_eq!((model.classes(), model.features()), (3, 2));
        let mut rows = Rows::new(2);
        rows.push(vec![(0, 1.0)]);
        rows.push(vec![(1, 1.0)]);
        rows.push(vec![]);
        let found: Vec<usize> = rows.iter().map(|row| model.predict(row)).collect();
        assert_eq!(found, [0, 1, 2]);
        assert_eq!(model.scores(rows.row(1)), [0.0, 1.0, 0.5]);
        let p = model.softmax(rows.row(1));
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((p[1] / p[0] - 1f64.exp()).abs() < 1e-12);
    }

    #[test]
    fn labels_that_do_not_fit_are_refused() {
        let mut rows = Rows::new(1);
        rows.push(vec![]);
        rows.push(vec![]);
        for (labels, classes, words) in [
            (&[0, 1][..], 1, "classes: expected at least 2"),
            (&[0][..], 2, "1 labels for 2 rows"),
            (
                &[0, 2][..],
                2,
                "labels below the number of classes, found 2",
            ),
            (&[0, 0][..], 2, "none of class 1"),
        ] {
            let error = check_labels(&rows, labels, classes).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        assert!(check_labels(&rows, &[1, 0], 2).is_ok());
    }
}
