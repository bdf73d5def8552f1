//! Linear-chain conditional random fields: the likelihood of a sequence of labels
//! with its gradients, the marginals of the labels, and the most probable sequence.
//!
//! A row of `L` steps with emissions `x` has a score for every sequence of labels
//! `y`, and its probability is a softmax over all `V^L` of them:
//!
//! ```text
//! score(y) = start[y_0] + sum_t x_t[y_t] + sum_t transitions[y_t-1, y_t] + end[y_L-1]
//! p(y | x) = exp(score(y)) / Z
//! ```
//!
//! The forward pass sums over all sequences that end with a label, and the backward
//! pass hands the probability of a label on to the labels before it. Written in
//! marginals, it is the gradient of the forward pass and has no message of its own:
//!
//! ```text
//! ln a_0[j] = start[j] + x_0[j]
//! ln a_t[j] = x_t[j] + ln s_t[j],    s_t[j] = sum_i a_t-1[i] exp(transitions[i, j])
//! Z         = sum_j a_L-1[j] exp(end[j])
//!
//! p(y_L-1 = j)         = a_L-1[j] exp(end[j]) / Z
//! p(y_t-1 = i, y_t = j) = a_t-1[i] exp(transitions[i, j]) / s_t[j] * p(y_t = j)
//! ```
//!
//! The gradient of `ln Z` is the marginal of the label or the pair of labels that a
//! score belongs to. Viterbi's algorithm is the forward pass with the largest term in
//! place of the sum.
//!
//! Logarithms are kept, so that scores of any size stay apart. Where nothing is lost by
//! it, `s_t` is a product of the vector `exp(ln a_t-1 - largest)` with a matrix of
//! exponentials that is made once a call; a sum that is too small for that is computed
//! as a logarithm of a sum of exponentials. All of this is in `f64`, whatever the
//! element type: scores of thousands in `f32` have no digits left for their differences.
//!
//! A score of minus infinity makes what it belongs to impossible: its probability and
//! its gradient are zero. NaN makes a row's loss, marginals and gradients NaN.
//!
//! Sources: Lafferty, McCallum and Pereira 2001, *Conditional random fields*; Rabiner
//! 1989, *A tutorial on hidden Markov models*, for the recursions; Eisner 2016,
//! *Inside-outside and forward-backward algorithms are just backprop*, for the form of
//! the backward pass.

use crate::simd::Real;
use crate::{Cpu, elements, threads};
use chain::Chain;

mod backward;
mod chain;
mod forward;
mod likelihood;
#[cfg(test)]
mod tests;
mod viterbi;

pub use likelihood::{
    Gradients, negative_log_likelihood, negative_log_likelihood_gradients,
    row_negative_log_likelihoods,
};
pub use viterbi::{Paths, viterbi};

/// Scores of labels next to each other and at the ends of a sequence.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a, R> {
    /// Score of a label after another one, `[V, V]` (from, to).
    pub transitions: &'a [R],
    /// Score of a sequence's first label, `[V]`.
    pub start: &'a [R],
    /// Score of a sequence's last label, `[V]`.
    pub end: &'a [R],
}

/// Scores of the labels at every step of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Emissions<'a, R> {
    /// Steps of the batch, `T`.
    pub time: usize,
    /// Steps of each row, `0..=T`, `[B]`.
    pub lengths: &'a [usize],
    /// The scores, `[T, B, V]`; what lies past a row's end is not read.
    pub scores: &'a [R],
}

impl<'a, R> Emissions<'a, R> {
    /// Scores of one step of a row. `[V]`
    #[inline(always)]
    fn at(&self, classes: usize, step: usize, row: usize) -> &'a [R] {
        &self.scores[self.place(step, row) * classes..][..classes]
    }

    /// Row of a padded matrix `[T * B, ..]` that belongs to a step of a row.
    #[inline(always)]
    fn place(&self, step: usize, row: usize) -> usize {
        step * self.lengths.len() + row
    }

    /// `N`, the number of steps of all rows.
    fn steps(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Copies `row [L, width]` to its places in `padded [T, B, width]`.
    fn scatter<E: Copy>(&self, row: usize, width: usize, from: &[E], padded: &mut [E]) {
        for (step, values) in from.chunks_exact(width).enumerate() {
            let at = self.place(step, row) * width;
            padded[at..at + width].copy_from_slice(values);
        }
    }
}

/// The probability of every label at every step, `[T, B, V]`; zero past a row's end, and
/// in all of a row where no sequence of labels is possible.
///
/// # Panics
/// Where sizes disagree, `V` is zero or a length is above `T`.
pub fn marginals<R: Real>(cpu: Cpu, weights: Weights<R>, emissions: Emissions<R>) -> Vec<R> {
    let classes = check(weights, emissions);
    let chain = Chain::new(cpu, weights);
    let rows = each_row(cpu, classes, emissions, |row| {
        let mut messages = forward::run(cpu, &chain, emissions, row);
        let marginals = backward::run(cpu, &chain, &mut messages);
        let labels = marginals.labels.iter();
        labels.map(|&p| R::from_f64(p)).collect::<Vec<R>>()
    });
    let mut padded = vec![R::ZERO; emissions.scores.len()];
    for (row, marginals) in rows.iter().enumerate() {
        emissions.scatter(row, classes, marginals, &mut padded);
    }
    padded
}

/// `V`, where all sizes fit it.
fn check<R>(weights: Weights<R>, emissions: Emissions<R>) -> usize {
    let classes = weights.start.len();
    let Emissions {
        time,
        lengths,
        scores,
    } = emissions;
    assert!(classes > 0, "at least one label");
    let sizes = [
        (
            "transitions",
            weights.transitions.len(),
            elements([classes; 2]),
        ),
        ("end", weights.end.len(), classes),
        (
            "emissions",
            scores.len(),
            elements([time, lengths.len(), classes]),
        ),
    ];
    for (what, found, expected) in sizes {
        assert_eq!(found, expected, "{what}");
    }
    assert!(
        lengths.iter().all(|&length| length <= time),
        "a length is above the {time} steps of the batch"
    );
    classes
}

/// What `task` gives for each row of the batch.
fn each_row<R: Real, T: Send + Sync>(
    cpu: Cpu,
    classes: usize,
    emissions: Emissions<R>,
    task: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let batch = emissions.lengths.len();
    // Below this many scores a second thread costs more than it gives.
    let small = emissions.steps() * classes < 1 << 10;
    let threads = if small { 1 } else { cpu.threads };
    threads::map_with(threads, batch, || (), |(), row| task(row))
}

/// Adds each of `terms` to its sum.
#[inline(always)]
fn accumulate<R: Real>(sums: &mut [f64], terms: &[R]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term.to_f64();
    }
}
