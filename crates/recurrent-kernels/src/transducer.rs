//! Transducers: the likelihood of a sequence of labels that is not aligned with the steps of the signal, where each label
//! depends on those before it, and its gradient.
//!
//! A node `(t, u)` stands for `t` steps heard and `u` labels told. From it blank goes on to the next step and the next label
//! to the node of one label more; the probability of the labels is the sum over all ways from the first node through
//! blank at the last one (Graves 2012, *Sequence transduction with recurrent neural networks*, equations 16 and 17):
//!
//! ```text
//! a(t, u) = a(t-1, u) y(t-1, u)[blank] + a(t, u-1) y(t, u-1)[l_u],    p(l | x) = a(T-1, U) y(T-1, U)[blank]
//! ```
//!
//! The nodes of a diagonal, `t + u = n`, do not depend on each other and stand side by side in memory, so that a register
//! holds many of them. As in [`ctc`](crate::ctc), all is in logarithms, the share of each term in its sum is kept, and
//! the backward pass hands probabilities on by these shares. With the probability `g` of passing a node, which is that of leaving
//! it through blank, `b`, or through the label, `l`, the gradient of `-ln p` at the logits of the node is
//! `g y - b [blank] - l [label]`.
//!
//! [`row_losses`] and [`gradients`] take the logits of all nodes, `[B, T, U + 1, V]`. [`Joint`] makes them of a network's
//! states, a few steps at a time, so that there never are so many.

use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::unaligned::Targets;
use crate::{Cpu, elements, loss, threads};
pub use joint::{Joint, JointGradients};
use lattice::Lattice;

mod joint;
mod lattice;
mod nodes;
#[cfg(test)]
mod tests;

/// The shape of a batch and the labels of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// `T`, the steps of the batch.
    pub time: usize,
    /// `U`, the labels of the row that has most of them, or more.
    pub labels: usize,
    /// `V`, the labels and blank.
    pub classes: usize,
    /// The labels.
    pub targets: Targets<'a>,
}

impl Batch<'_> {
    /// Fails where its parts do not fit each other.
    ///
    /// # Panics
    /// Where sizes disagree, a length is above `T` or `U`, blank or a label is not below `V`, or a label is blank.
    pub fn check(&self) {
        self.targets.check(self.time, self.classes);
        let most = self.targets.label_lengths.iter().max();
        assert!(
            most.is_none_or(|&most| most <= self.labels),
            "a row has more than the {} labels of the batch",
            self.labels
        );
    }

    /// `B`.
    fn rows(&self) -> usize {
        self.targets.lengths.len()
    }

    /// Nodes of a row of the batch, `T (U + 1)`.
    fn nodes(&self) -> usize {
        elements([self.time, self.labels + 1])
    }
}

/// The loss `-ln p` of each row of `logits [B, T, U + 1, V]`, in nats, `[B]`; plus infinity where the labels are impossible, as
/// they are in a row of no steps. Such a row has a loss of zero for no labels. What lies past a row's steps and labels is not
/// read.
///
/// # Panics
/// Where sizes disagree, a length is above `T` or `U`, blank or a label is not below `V`, or a label is blank.
pub fn row_losses<R: Real>(cpu: Cpu, logits: &[R], batch: Batch) -> Vec<f64> {
    let shared = Shared(logits.as_ptr().cast_mut());
    each_row(cpu, (shared, logits.len()), batch, None)
}

/// The losses of the rows, `[B]`; `logits [B, T, U + 1, V]` are replaced by the gradient of their sum, each times its factor
/// in `weights [B]`. A row whose loss is infinite has a gradient of zero, and so has what lies past a row's steps and labels.
///
/// # Panics
/// As [`row_losses`], and where `weights` is not `[B]`.
pub fn gradients<R: Real>(cpu: Cpu, logits: &mut [R], batch: Batch, weights: &[f64]) -> Vec<f64> {
    assert_eq!(weights.len(), batch.rows(), "weights are [B]");
    let length = logits.len();
    each_row(
        cpu,
        (Shared(logits.as_mut_ptr()), length),
        batch,
        Some(weights),
    )
}

/// Threads take the rows one by one, so that rows of unequal lengths keep all of them busy.
fn each_row<R: Real>(
    cpu: Cpu,
    (logits, length): (Shared<R>, usize),
    batch: Batch,
    weights: Option<&[f64]>,
) -> Vec<f64> {
    batch.check();
    let row_size = elements([batch.nodes(), batch.classes]);
    let expected = elements([batch.rows(), row_size]);
    assert_eq!(length, expected, "logits are [B, T, U + 1, V]");
    let rows: Vec<&[usize]> = batch.targets.rows().collect();
    // Below this many logits a second thread costs more than it gives.
    let threads = if length < 1 << 12 { 1 } else { cpu.threads };
    threads::map_with(threads, rows.len(), Lattice::default, |lattice, row| {
        let mut loss = 0.0;
        cpu.isa.run(Row {
            batch,
            steps: batch.targets.lengths[row],
            labels: rows[row],
            // SAFETY: the row is within the logits.
            logits: unsafe { logits.pointer().add(row * row_size) },
            weight: weights.map(|weights| weights[row]),
            lattice,
            loss: &mut loss,
        });
        loss
    })
}

/// One row of the batch.
struct Row<'a, R> {
    batch: Batch<'a>,
    steps: usize,
    labels: &'a [usize], // [U]
    logits: *mut R,      // [T, U + 1, V], its own
    /// Factor of the gradient, where it is wanted.
    weight: Option<f64>,
    lattice: &'a mut Lattice<R>,
    loss: &'a mut f64,
}

impl<R: Real> Kernel<R> for Row<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let (classes, blank) = (self.batch.classes, self.batch.targets.blank);
        let columns = self.batch.labels + 1;
        let (lattice, labels, steps) = (self.lattice, self.labels, self.steps);
        lattice.prepare::<V>(steps, labels.len());
        let mut sums = vec![R::ZERO; steps * (labels.len() + 1)]; // of exp(x - largest)
        for step in 0..steps {
            for place in 0..=labels.len() {
                // SAFETY: the node is this thread's own.
                let read = unsafe {
                    let x = self.logits.add((step * columns + place) * classes);
                    Node::read::<V>(x, classes, blank, labels.get(place), self.weight.is_some())
                };
                sums[step * (labels.len() + 1) + place] = read.sum;
                lattice.set(step, place, read.blank, read.label);
            }
        }
        let sound = sums.iter().all(|sum| *sum < R::ONE / R::ZERO);
        let mut log_probability = f64::NAN;
        if sound {
            // SAFETY: the caller's promise.
            log_probability = unsafe { lattice.forward::<V>() };
        }
        // Rounding does not make it negative.
        *self.loss = if log_probability > 0.0 {
            0.0
        } else {
            -log_probability
        };
        let Some(weight) = self.weight else { return };
        if log_probability.is_finite() {
            // SAFETY: the caller's promise.
            unsafe { lattice.backward::<V>() };
        }
        for step in 0..self.batch.time {
            for place in 0..columns {
                // SAFETY: the node is this thread's own.
                unsafe {
                    let x = self.logits.add((step * columns + place) * classes);
                    if step >= steps || place > labels.len() || log_probability.is_infinite() {
                        std::slice::from_raw_parts_mut(x, classes).fill(R::ZERO);
                    } else if log_probability.is_nan() {
                        let value = R::from_f64(f64::NAN);
                        std::slice::from_raw_parts_mut(x, classes).fill(value);
                    } else {
                        let sum = sums[step * (labels.len() + 1) + place];
                        let flows = lattice.flows(step, place);
                        let weight = R::from_f64(weight);
                        // Past the last label nothing is left through a label.
                        let label = labels.get(place).copied().unwrap_or(blank);
                        Node::write::<V>(x, classes, [blank, label], sum, flows, weight);
                    }
                }
            }
        }
    }
}

/// What the lattice needs of the logits of a node.
struct Node<R> {
    /// Log probability of blank.
    blank: R,
    /// Log probability of the next label, minus infinity where there is none.
    label: R,
    /// Sum of `exp(x - largest)`.
    sum: R,
}

impl<R: Real> Node<R> {
    /// Reads logits `x [V]`, which are replaced by `exp(x - largest)` where they are kept.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`; `x` must be readable for `classes` elements, and writable where they are
    /// kept.
    #[inline(always)]
    unsafe fn read<V: Vector<Elem = R>>(
        x: *mut R,
        classes: usize,
        blank: usize,
        label: Option<&usize>,
        keep: bool,
    ) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            let at_blank = *x.add(blank);
            let at_label = label.map(|&label| *x.add(label));
            let sums = loss::sums::<V>(x, classes, false, keep);
            let log_sum = R::from_f64(sums.log_sum());
            let none = R::from_f64(f64::NEG_INFINITY);
            Self {
                blank: at_blank - log_sum,
                label: at_label.map_or(none, |label| label - log_sum),
                sum: sums.exp,
            }
        }
    }

    /// Turns what was kept of the logits into their gradient, by the probabilities of leaving the node through blank and
    /// through the label.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`; `x` must be readable and writable for `classes` elements.
    #[inline(always)]
    unsafe fn write<V: Vector<Elem = R>>(
        x: *mut R,
        classes: usize,
        [blank, label]: [usize; 2],
        sum: R,
        [through_blank, through_label]: [R; 2],
        weight: R,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let passed = through_blank + through_label;
            let factor = V::splat(weight * passed / sum);
            for at in (0..classes).step_by(V::LANES) {
                let count = V::LANES.min(classes - at);
                let share = V::load_first(x.add(at), count) * factor;
                share.store_first(x.add(at), count);
            }
            *x.add(blank) = *x.add(blank) - weight * through_blank;
            *x.add(label) = *x.add(label) - weight * through_label;
        }
    }
}
