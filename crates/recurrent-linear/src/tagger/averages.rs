//! Weights that remember their average over all steps.
//!
//! A weight that changes by `δ_i` at the steps `c_i`, counted from 0, is after each of `n` steps on the average
//!
//! ```text
//! Σ_i δ_i (n - c_i) / n  =  w - u / n        w = Σ_i δ_i        u = Σ_i c_i δ_i
//! ```
//!
//! so a step costs no more than its changes: Daumé, *Practical Structured Learning Techniques for Natural Language
//! Processing* (2006). All changes of a perceptron are ±1, so `w` and `u` are whole numbers and exact.

/// No row.
const NONE: u32 = u32::MAX;

/// Weights and what their average needs.
#[derive(Debug, Default)]
pub(super) struct Averages {
    /// `w`
    pub weights: Vec<f32>,
    /// `u`
    lag: Vec<f64>,
}

impl Averages {
    /// Weights before the first step.
    pub fn new(weights: Vec<f32>) -> Self {
        let lag = vec![0.0; weights.len()];
        Self { weights, lag }
    }

    /// A change at a step.
    pub fn add(&mut self, at: usize, change: f32, step: u64) {
        self.weights[at] += change;
        self.lag[at] += step as f64 * f64::from(change);
    }

    /// The averages after `steps`.
    pub fn averages(&self, steps: u64) -> impl Iterator<Item = f32> {
        let both = self.weights.iter().zip(&self.lag);
        both.map(move |(&w, u)| (f64::from(w) - u / steps as f64) as f32)
    }
}

/// The weights of each tag for each feature. A feature has a row once it has changed.
pub(super) struct FeatureWeights {
    tags: usize,
    rows: Vec<u32>,     // [F]
    averages: Averages, // [rows, K]
}

impl FeatureWeights {
    /// Weights of 0.
    pub fn new(features: usize, tags: usize) -> Self {
        Self {
            tags,
            rows: vec![NONE; features],
            averages: Averages::default(),
        }
    }

    /// The scores `[K]` of a word with these features.
    pub fn scores(&self, features: &[u32], scores: &mut [f64]) {
        scores.fill(0.0);
        for &feature in features {
            let row = self.rows[feature as usize];
            if row != NONE {
                let begin = row as usize * self.tags;
                let weights = &self.averages.weights[begin..begin + self.tags];
                for (score, &weight) in scores.iter_mut().zip(weights) {
                    *score += f64::from(weight);
                }
            }
        }
    }

    /// A change of a tag's weights for these features at a step.
    pub fn add(&mut self, features: &[u32], tag: usize, change: f32, step: u64) {
        for &feature in features {
            let row = &mut self.rows[feature as usize];
            if *row == NONE {
                let Averages { weights, lag } = &mut self.averages;
                *row = (weights.len() / self.tags) as u32;
                weights.resize(weights.len() + self.tags, 0.0);
                lag.resize(weights.len(), 0.0);
            }
            let at = *row as usize * self.tags + tag;
            self.averages.add(at, change, step);
        }
    }

    /// The averages after `steps`, `[K]` for each feature that has a row, with the feature; in the order of features.
    pub fn averages(&self, steps: u64) -> impl Iterator<Item = (usize, Vec<f32>)> {
        let all: Vec<f32> = self.averages.averages(steps).collect();
        let rows = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| **row != NONE);
        rows.map(move |(feature, &row)| {
            let begin = row as usize * self.tags;
            (feature, all[begin..begin + self.tags].to_vec())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_those_of_all_steps() {
        let mut lazy = FeatureWeights::new(5, 2);
        let mut dense = [[0f64; 2]; 5];
        let mut sum = [[0f64; 2]; 5];
        let changes = [
            vec![(1, 0, 1.0), (2, 1, -1.0)],
            vec![],
            vec![(1, 0, 1.0), (1, 1, -1.0)],
            vec![(4, 0, 1.0), (2, 1, 1.0)],
        ];
        for (step, changes) in changes.iter().enumerate() {
            for &(feature, tag, change) in changes {
                lazy.add(&[feature], tag, change, step as u64);
                dense[feature as usize][tag] += f64::from(change);
            }
            for (sum, dense) in sum.iter_mut().flatten().zip(dense.iter().flatten()) {
                *sum += dense;
            }
        }
        let found: Vec<(usize, Vec<f32>)> = lazy.averages(4).collect();
        let touched = [1, 2, 4];
        assert_eq!(found.len(), touched.len());
        for ((feature, found), expected) in found.into_iter().zip(touched) {
            assert_eq!(feature, expected);
            assert_eq!(found, sum[feature].map(|sum| (sum / 4.0) as f32));
        }
        let mut scores = [9.0; 2];
        lazy.scores(&[0, 1, 4], &mut scores);
        assert_eq!(scores, [3.0, -1.0]);
    }
}
