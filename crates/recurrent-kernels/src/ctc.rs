//! Connectionist temporal classification: the likelihood of a sequence of labels that is not aligned with the steps of
//! the signal, and its gradient.
//!
//! A path names a label or *blank* at every step. The function `B` takes out repeats and then blanks, so that many paths
//! spell one labelling, and its probability is the sum over them (Graves, Fernández, Gomez and Schmidhuber 2006,
//! equation 3):
//!
//! ```text
//! p(l | x) = sum over paths with B(path) = l of  prod_t y_t[path_t],    y_t = softmax(x_t)
//! ```
//!
//! The sum goes through states: blank `B_u` before label `u` and the label itself, `L_u`. With logarithms
//! and `⊕` for the logarithm of a sum of exponentials (equations 6 to 8 of the source):
//!
//! ```text
//! B_u <- (B_u ⊕ L_u-1)                 + ln y_t[blank]
//! L_u <- (L_u ⊕ B_u ⊕ L_u-1 if l_u-1 != l_u) + ln y_t[l_u]
//! ```
//!
//! The share that each term has in its sum is the probability of having come from there, and is kept. The backward
//! pass hands the probability of a state on to the states before it by these shares: it needs no logarithm and no
//! exponential, and at every step the probabilities of all states add up to one. The gradient of the loss at the logits is
//!
//! ```text
//! d(-ln p) / d x_t[k] = y_t[k] - sum over states s with label k of p(s at t | l, x)
//! ```
//!
//! From step to step the largest logarithm is taken off and added up in double precision, so that single precision
//! has all its digits for the states that matter, however long the signal is.
//!
//! Minus infinity is exact: a logit of minus infinity makes a label impossible, and a labelling that cannot be spelt in the
//! steps at hand, which takes [`shortest`] of them, has an infinite loss and no gradient. A step that has no softmax
//! (NaN, plus infinity, or minus infinity everywhere) makes loss and gradient of its row NaN.

use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::unaligned::Targets;
use crate::{Cpu, elements, loss, threads};
use lattice::Lattice;

mod lattice;
#[cfg(test)]
mod tests;

/// The shape of a batch and the labels of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// `T`, the steps of the batch.
    pub time: usize,
    /// `V`, the labels and blank.
    pub classes: usize,
    /// The labels.
    pub targets: Targets<'a>,
}

impl Batch<'_> {
    /// Fails where its parts do not fit each other.
    ///
    /// # Panics
    /// Where sizes disagree, a length is above `T`, blank or a label is not below `V`, or a label is blank.
    pub fn check(&self) {
        self.targets.check(self.time, self.classes);
    }

    /// `B`.
    fn rows(&self) -> usize {
        self.targets.lengths.len()
    }
}

/// The least number of steps that `labels` can be spelt in: one each, and a blank between equal neighbours.
pub fn shortest(labels: &[usize]) -> usize {
    let repeats = labels.windows(2).filter(|pair| pair[0] == pair[1]).count();
    labels.len() + repeats
}

/// The loss `-ln p` of each row of `logits [T, B, V]`, in nats, `[B]`: plus infinity where the labels are
/// impossible. A row of no steps has a loss of zero for no labels. What lies past a row's end is not read.
///
/// # Panics
/// Where sizes disagree, a length is above `T`, blank or a label is not below `V`, or a label is blank.
pub fn row_losses<R: Real>(cpu: Cpu, logits: &[R], batch: Batch) -> Vec<f64> {
    let logits = Logits {
        values: Shared(logits.as_ptr().cast_mut()),
        length: logits.len(),
    };
    each_row(cpu, logits, batch, None)
}

/// The losses of the rows, `[B]`; `logits [T, B, V]` are replaced by the gradient of their sum, each times its factor in
/// `weights [B]`. A row whose loss is infinite has a gradient of zero, and so has what lies past a row's end.
///
/// # Panics
/// As [`row_losses`], and where `weights` is not `[B]`.
pub fn gradients<R: Real>(cpu: Cpu, logits: &mut [R], batch: Batch, weights: &[f64]) -> Vec<f64> {
    assert_eq!(weights.len(), batch.rows(), "weights are [B]");
    let logits = Logits {
        length: logits.len(),
        values: Shared(logits.as_mut_ptr()),
    };
    each_row(cpu, logits, batch, Some(weights))
}

/// The logits of a batch, which are written to only where a gradient is wanted.
#[derive(Clone, Copy)]
struct Logits<R> {
    values: Shared<R>, // [T, B, V]
    length: usize,
}

/// Threads take the rows one by one, so that rows of unequal lengths keep all of them busy.
fn each_row<R: Real>(
    cpu: Cpu,
    logits: Logits<R>,
    batch: Batch,
    weights: Option<&[f64]>,
) -> Vec<f64> {
    batch.check();
    let expected = elements([batch.time, batch.rows(), batch.classes]);
    assert_eq!(logits.length, expected, "logits are [T, B, V]");
    let rows: Vec<&[usize]> = batch.targets.rows().collect();
    // Below this many logits a second thread costs more than it gives.
    let small = logits.length < 1 << 12;
    let threads = if small { 1 } else { cpu.threads };
    threads::map_with(threads, rows.len(), Lattice::default, |lattice, row| {
        let mut loss = 0.0;
        cpu.isa.run(Row {
            batch,
            row,
            labels: rows[row],
            logits: logits.values.pointer(),
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
    row: usize,
    labels: &'a [usize], // [U]
    logits: *mut R,      // [T, B, V], of which this row's are its own
    /// Factor of the gradient, where it is wanted.
    weight: Option<f64>,
    lattice: &'a mut Lattice<R>,
    loss: &'a mut f64,
}

impl<R: Real> Kernel<R> for Row<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let Batch {
            time,
            classes,
            targets,
        } = self.batch;
        let (rows, blank) = (self.batch.rows(), targets.blank);
        let length = targets.lengths[self.row];
        // SAFETY: the places are within the logits.
        let frame = |step: usize| unsafe { self.logits.add((step * rows + self.row) * classes) };
        let wants_gradient = self.weight.is_some();
        let lattice = self.lattice;
        lattice.prepare::<V>(length, self.labels);
        let mut sums = vec![R::ZERO; length]; // of exp(x - largest)
        for (step, sum) in sums.iter_mut().enumerate() {
            // SAFETY: the frame is this thread's own.
            unsafe {
                let x = frame(step);
                let blank = *x.add(blank);
                let emissions = lattice.emissions(step);
                for (emission, &label) in emissions.iter_mut().zip(self.labels) {
                    *emission = *x.add(label);
                }
                // With a gradient the frame now holds exp(x - largest).
                let found = loss::sums::<V>(x, classes, false, wants_gradient);
                *sum = found.exp;
                lattice.set_log_sum::<V>(step, blank, R::from_f64(found.log_sum()));
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
        let fill = |steps: std::ops::Range<usize>, value: R| {
            for step in steps {
                // SAFETY: the frame is this thread's own.
                unsafe { std::slice::from_raw_parts_mut(frame(step), classes) }.fill(value);
            }
        };
        fill(length..time, R::ZERO);
        if !log_probability.is_finite() {
            let value = if sound {
                R::ZERO
            } else {
                R::from_f64(f64::NAN)
            };
            return fill(0..length, value);
        }
        let weight = R::from_f64(weight);
        // SAFETY: the caller's promise; frames are this thread's own.
        unsafe {
            lattice.backward::<V>(|step, blanks, occupied| {
                let x = frame(step);
                let factor = V::splat(weight / sums[step]);
                for at in (0..classes).step_by(V::LANES) {
                    let count = V::LANES.min(classes - at);
                    let share = V::load_first(x.add(at), count) * factor;
                    share.store_first(x.add(at), count);
                }
                *x.add(blank) = *x.add(blank) - weight * blanks;
                for (&label, &share) in self.labels.iter().zip(occupied) {
                    *x.add(label) = *x.add(label) - weight * share;
                }
            });
        }
    }
}
