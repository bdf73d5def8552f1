//! A batch to test with, and what its rows are by the definition.

use crate::crf::*;
use crate::testing::values;
use crate::{Cpu, Real, noise};

/// A batch with its weights and targets.
#[derive(Clone)]
pub(super) struct Problem<R> {
    pub classes: usize,
    pub time: usize,
    pub lengths: Vec<usize>,
    /// `emissions, transitions, start, end`.
    pub operands: [Vec<R>; 4],
    pub targets: Vec<usize>,
}

impl Problem<f64> {
    /// Scores in `-scale..scale`.
    pub fn new(classes: usize, time: usize, lengths: &[usize], scale: f64) -> Self {
        let batch = lengths.len();
        let counts = [time * batch * classes, classes * classes, classes, classes];
        let mut seeds = 1..;
        let target = |at: usize| noise::mix(9, at as u64) as usize % classes;
        Self {
            classes,
            time,
            lengths: lengths.to_vec(),
            operands: counts.map(|count| {
                let values = values(count, seeds.next().unwrap_or(0)).into_iter();
                values.map(|x| x * scale).collect()
            }),
            targets: (0..time * batch).map(target).collect(),
        }
    }

    /// The same numbers in `f32`, and those in `f64`.
    pub fn rounded(&self) -> (Problem<f32>, Self) {
        let single = Problem {
            classes: self.classes,
            time: self.time,
            lengths: self.lengths.clone(),
            operands: self.operands.clone().map(|x| narrow(&x)),
            targets: self.targets.clone(),
        };
        let wide = |x: &Vec<f32>| x.iter().map(|&x| f64::from(x)).collect();
        let mut double = self.clone();
        double.operands = single.operands.each_ref().map(wide);
        (single, double)
    }
}

impl<R: Real> Problem<R> {
    pub fn weights(&self) -> Weights<'_, R> {
        let [_, transitions, start, end] = &self.operands;
        Weights {
            transitions,
            start,
            end,
        }
    }

    pub fn emissions(&self) -> Emissions<'_, R> {
        Emissions {
            time: self.time,
            lengths: &self.lengths,
            scores: &self.operands[0],
        }
    }

    pub fn row_losses(&self, cpu: Cpu) -> Vec<f64> {
        row_negative_log_likelihoods(cpu, self.weights(), self.emissions(), &self.targets)
    }

    pub fn loss(&self, cpu: Cpu) -> f64 {
        negative_log_likelihood(cpu, self.weights(), self.emissions(), &self.targets)
    }

    pub fn gradients(&self, cpu: Cpu, factor: f64) -> (f64, [Vec<R>; 4]) {
        let (weights, emissions) = (self.weights(), self.emissions());
        let g = negative_log_likelihood_gradients(cpu, weights, emissions, &self.targets, factor);
        (g.loss, [g.emissions, g.transitions, g.start, g.end])
    }

    pub fn marginals(&self, cpu: Cpu) -> Vec<R> {
        marginals(cpu, self.weights(), self.emissions())
    }

    pub fn paths(&self, cpu: Cpu) -> Paths {
        viterbi(cpu, self.weights(), self.emissions())
    }
}

pub(super) fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&x| x as f32).collect()
}

/// One row of a batch by its definition.
pub(super) struct Definition {
    pub log_partition: f64,
    /// `[L, V]`
    pub marginals: Vec<f64>,
    /// Expected less observed pairs of labels, `[V, V]`.
    pub pairs: Vec<f64>,
    pub best: Vec<usize>,
    pub best_score: f64,
    pub target_score: f64,
}

impl Definition {
    pub fn new(problem: &Problem<f64>, row: usize) -> Self {
        let (classes, length) = (problem.classes, problem.lengths[row]);
        let [emissions, transitions, start, end] = &problem.operands;
        let batch = problem.lengths.len();
        let score = |labels: &[usize]| {
            let (Some(&first), Some(&last)) = (labels.first(), labels.last()) else {
                return 0.0;
            };
            let mut score = start[first] + end[last];
            for (step, label) in labels.iter().enumerate() {
                score += emissions[(step * batch + row) * classes + label];
            }
            for pair in labels.windows(2) {
                score += transitions[pair[0] * classes + pair[1]];
            }
            score
        };
        // The last label changes slowest: of equal sequences Viterbi's is the first.
        let paths: Vec<Vec<usize>> = (0..classes.pow(length as u32))
            .map(|number| {
                let digit = |step| number / classes.pow(step as u32) % classes;
                (0..length).map(digit).collect()
            })
            .collect();
        let scores: Vec<f64> = paths.iter().map(|path| score(path)).collect();
        let best_score = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let best = scores.iter().position(|&score| score == best_score);
        let sum: f64 = scores.iter().map(|score| (score - best_score).exp()).sum();
        let log_partition = best_score + sum.ln();
        let mut marginals = vec![0.0; length * classes];
        let mut pairs = vec![0.0; classes * classes];
        for (path, score) in paths.iter().zip(&scores) {
            for pair in path.windows(2) {
                pairs[pair[0] * classes + pair[1]] += (score - log_partition).exp();
            }
            for (step, label) in path.iter().enumerate() {
                marginals[step * classes + label] += (score - log_partition).exp();
            }
        }
        let target = |step| problem.targets[step * batch + row];
        let targets: Vec<usize> = (0..length).map(target).collect();
        for pair in targets.windows(2) {
            pairs[pair[0] * classes + pair[1]] -= 1.0;
        }
        Self {
            log_partition,
            marginals,
            pairs,
            best: paths[best.unwrap_or(0)].clone(),
            best_score,
            target_score: score(&targets),
        }
    }
}
