//! Linear classifiers by dual coordinate descent, one example at a time.
//!
//! ```text
//! min_w  ½ w·w + Σ_i C_i loss(y_i w·x_i)       y_i = ±1
//!
//! hinge            max(0, 1 - z)       a support vector machine
//! squared hinge    max(0, 1 - z)²
//! logistic         ln(1 + e^-z)        logistic regression
//! ```
//!
//! The dual has a number `α_i` for each example, with `w = Σ_i α_i y_i x_i`; each step minimises it along one of them.
//! Hsieh, Chang, Lin, Keerthi and Sundararajan, *A Dual Coordinate Descent Method for Large-scale Linear SVM* (2008),
//! algorithm 3 with its shrinking; Yu, Huang and Lin, *Dual Coordinate Descent Methods for Logistic Regression and
//! Maximum Entropy Models* (2011), algorithm 5. LIBLINEAR is by the same authors.
//!
//! More than two classes are one problem each: the class against all others. `C_i` is `C`, or with balanced weights
//! `C N / (K N_k)` for an example of class `k`, so that all classes cost the same together, also among the others of a
//! class.

mod hinge;
mod logistic;

use crate::error::{EXPECTED, RANGE};
use crate::rows::Rows;
use crate::{Linear, LinearError, check_labels};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a wrong or uncertain answer costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `max(0, 1 - z)`
    Hinge,
    /// `max(0, 1 - z)²`
    #[default]
    SquaredHinge,
    /// `ln(1 + e^-z)`
    Logistic,
}

/// How much the classes count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// Every example the same.
    #[default]
    Equal,
    /// Every class the same.
    Balanced,
}

impl ClassWeights {
    /// The weight of each class, `[K]`.
    fn of(self, labels: &[usize], classes: usize) -> Vec<f64> {
        let count = |class: usize| labels.iter().filter(|&&label| label == class).count();
        (0..classes)
            .map(|class| match self {
                Self::Equal => 1.0,
                Self::Balanced => labels.len() as f64 / (classes * count(class)) as f64,
            })
            .collect()
    }
}

/// How a classifier is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DualConfig {
    /// The loss.
    pub loss: Loss,
    /// `C`, what the losses cost against the weights.
    pub cost: f64,
    /// How much the classes count.
    pub class_weights: ClassWeights,
    /// A feature that all rows have with this number; its weight is the bias. 0 for none.
    pub bias: f64,
    /// The descent ends where the slopes along which a step is possible differ by no more.
    pub tolerance: f64,
    /// Passes over the examples, at most.
    pub most_rounds: usize,
    /// Seed of the order of the examples.
    pub seed: u64,
}

impl Default for DualConfig {
    /// A support vector machine with squared hinge loss and `C` = 1.
    fn default() -> Self {
        Self {
            loss: Loss::SquaredHinge,
            cost: 1.0,
            class_weights: ClassWeights::Equal,
            bias: 1.0,
            tolerance: 0.01,
            most_rounds: 1000,
            seed: 1,
        }
    }
}

/// A trained classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The classifier. That of two classes has opposite scores whose difference is `w·x`, so that
    /// [`Linear::softmax`] is the probability of logistic regression. Scores of more classes are not made for each other.
    pub model: Linear,
    /// Passes over the examples, of the class that took most.
    pub rounds: usize,
    /// Whether the tolerance was reached for all classes.
    pub converged: bool,
}

/// Trains a classifier of `classes` classes.
///
/// # Errors
/// Where labels do not fit the rows, or a setting is out of range.
pub fn train(
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    config: DualConfig,
) -> Result<Fitted, LinearError> {
    train_on(&|_| Cow::Borrowed(rows), rows, labels, classes, config)
}

/// [`train`] with rows of their own for each problem: that of class `k` against the others.
pub(crate) fn train_on<'a>(
    rows_of: &(dyn Fn(usize) -> Cow<'a, Rows> + Sync),
    rows: &Rows,
    labels: &[usize],
    classes: usize,
    config: DualConfig,
) -> Result<Fitted, LinearError> {
    check_labels(rows, labels, classes)?;
    config.check()?;
    let problems: Vec<usize> = match classes {
        2 => vec![1],
        _ => (0..classes).collect(),
    };
    let weights = config.class_weights.of(labels, classes);
    let costs: Vec<f64> = (labels.iter())
        .map(|&label| config.cost * weights[label])
        .collect();
    let solutions: Vec<Solution> = problems
        .into_par_iter()
        .map(|class| {
            let signs: Vec<f64> = (labels.iter())
                .map(|&label| if label == class { 1.0 } else { -1.0 })
                .collect();
            config.solve(&rows_of(class), &signs, &costs)
        })
        .collect();
    let halves: &[f64] = if classes == 2 { &[-0.5, 0.5] } else { &[1.0] };
    let mut model = Linear {
        weights: Vec::with_capacity(classes * rows.features()),
        bias: Vec::with_capacity(classes),
    };
    for solution in &solutions {
        for factor in halves {
            let weights = solution.weights[..rows.features()].iter();
            model.weights.extend(weights.map(|w| w * factor));
            model.bias.push(solution.bias(config.bias) * factor);
        }
    }
    Ok(Fitted {
        model,
        rounds: solutions.iter().map(|s| s.rounds).max().unwrap_or(0),
        converged: solutions.iter().all(|s| s.converged),
    })
}

impl DualConfig {
    fn check(&self) -> Result<(), LinearError> {
        for (field, value) in [("cost", self.cost), ("tolerance", self.tolerance)] {
            if !RANGE.contains(&value) {
                return Err(LinearError::setting(field, EXPECTED, value));
            }
        }
        if !(self.bias >= 0.0 && self.bias.is_finite()) {
            let expected = "a finite number of at least 0";
            return Err(LinearError::setting("bias", expected, self.bias));
        }
        Ok(())
    }

    fn solve(&self, rows: &Rows, signs: &[f64], costs: &[f64]) -> Solution {
        let problem = Problem {
            rows,
            signs,
            costs,
            bias: self.bias,
        };
        match self.loss {
            Loss::Logistic => logistic::solve(&problem, self),
            _ => hinge::solve(&problem, self),
        }
    }
}

/// One class against another.
struct Problem<'a> {
    rows: &'a Rows,
    /// `y`, `[N]`
    signs: &'a [f64],
    /// `C_i`, `[N]`
    costs: &'a [f64],
    bias: f64,
}

impl Problem<'_> {
    /// `y_i w·x_i`; the weight of the bias is the last.
    fn margin(&self, weights: &[f64], i: usize) -> f64 {
        let features = self.rows.features();
        self.signs[i] * (self.rows.row(i).dot(weights) + self.bias * weights[features])
    }

    /// `x_i·x_i`
    fn square(&self, i: usize) -> f64 {
        self.rows.row(i).square() + self.bias * self.bias
    }

    /// `w += step y_i x_i`
    fn add(&self, weights: &mut [f64], i: usize, step: f64) {
        let step = step * self.signs[i];
        for (feature, value) in self.rows.row(i).iter() {
            weights[feature] += step * f64::from(value);
        }
        weights[self.rows.features()] += step * self.bias;
    }
}

/// The examples, in another order each round.
struct Order {
    indices: Vec<usize>,
    random: ChaCha8Rng,
}

impl Order {
    fn new(examples: usize, seed: u64) -> Self {
        Self {
            indices: (0..examples).collect(),
            random: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Draws a new order of the first `active`.
    fn shuffle(&mut self, active: usize) {
        self.indices[..active].shuffle(&mut self.random);
    }
}

/// The minimum of one problem.
struct Solution {
    /// `w` and the weight of the bias, `[F + 1]`
    weights: Vec<f64>,
    /// `[N]`
    #[cfg_attr(not(test), expect(dead_code, reason = "the gap of duality needs them"))]
    alpha: Vec<f64>,
    rounds: usize,
    converged: bool,
}

impl Solution {
    fn bias(&self, of_feature: f64) -> f64 {
        self.weights[self.weights.len() - 1] * of_feature
    }
}

#[cfg(test)]
mod tests;
