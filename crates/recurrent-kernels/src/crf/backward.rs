//! The backward pass over one row: marginals of labels and of pairs of labels.

use super::accumulate;
use super::chain::{Chain, product};
use super::forward::{Messages, SMALLEST_SUM, exponentials};
use crate::Cpu;
use crate::simd::{Kernel, Vector};

/// Marginals of a row.
pub(super) struct Marginals {
    /// `p(y_t = j)`. `[L, V]`
    pub labels: Vec<f64>,
    /// What pairs whose sum was too small for a product add to the sum of
    /// `p(y_t-1 = i, y_t = j)` over the steps, `[V, V]`; empty where there are none.
    pub small: Vec<f64>,
}

/// The backward pass over a row. It replaces the sums of the messages by
/// `p(y_t = j) / s_t[j]`, or zero where the sum is too small, so that a pair's marginal
/// is `weights_t-1[i] * factors[i, j] * sums_t[j]`.
pub(super) fn run(cpu: Cpu, chain: &Chain, messages: &mut Messages) -> Marginals {
    let mut marginals = Marginals {
        labels: vec![0.0; messages.logs.len()],
        small: Vec::new(),
    };
    if messages.log_partition == f64::NEG_INFINITY {
        messages.sums.fill(0.0);
    } else {
        cpu.isa.run(Backward {
            chain,
            messages,
            marginals: &mut marginals,
        });
    }
    marginals
}

struct Backward<'a> {
    chain: &'a Chain,
    messages: &'a mut Messages,
    marginals: &'a mut Marginals,
}

impl Kernel<f64> for Backward<'_> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = f64>>(self) {
        let Self {
            chain,
            messages,
            marginals,
        } = self;
        let classes = chain.classes();
        let Some(last) = messages.logs.len().checked_sub(classes) else {
            return;
        };
        let mut ends = messages.logs[last..].to_vec();
        accumulate(&mut ends, &chain.end);
        let labels = &mut marginals.labels[last..];
        // SAFETY: the caller's promise.
        unsafe { exponentials::<V>(&mut ends, labels) };
        let total: f64 = labels.iter().sum();
        for label in labels {
            *label /= total;
        }
        for at in (classes..=last).rev().step_by(classes) {
            let (earlier, labels) = marginals.labels.split_at_mut(at);
            let before = at - classes..at;
            let earlier = &mut earlier[before.clone()];
            let labels = &labels[..classes];
            let sums = &mut messages.sums[at..at + classes];
            let mut is_exact = true;
            for (sum, &label) in sums.iter_mut().zip(labels) {
                if *sum >= SMALLEST_SUM {
                    *sum = label / *sum;
                } else {
                    *sum = 0.0;
                    is_exact &= label == 0.0;
                }
            }
            // SAFETY: the caller's promise.
            unsafe { product::<V>(sums, &chain.from, earlier) };
            for (label, &weight) in earlier.iter_mut().zip(&messages.weights[before.clone()]) {
                *label *= weight;
            }
            if !is_exact {
                marginals.small.resize(classes * classes, 0.0);
                let logs = &messages.logs[before];
                small_sums(chain, logs, sums, labels, earlier, &mut marginals.small);
            }
        }
    }
}

/// Hands the probability of the labels whose sum is too small on to those before.
#[cold]
fn small_sums(
    chain: &Chain,
    logs: &[f64],        // [V] at the step before
    sums: &[f64],        // [V] zero where too small
    labels: &[f64],      // [V]
    earlier: &mut [f64], // [V] labels at the step before
    pairs: &mut [f64],   // [V, V]
) {
    let classes = chain.classes();
    for (to, &label) in labels.iter().enumerate() {
        if sums[to] != 0.0 || label == 0.0 {
            continue;
        }
        let log_sum = chain.log_sum_to(logs, to);
        for (from, score) in chain.scores_to(logs, to).enumerate() {
            let pair = (score - log_sum).exp() * label;
            earlier[from] += pair;
            pairs[from * classes + to] += pair;
        }
    }
}
