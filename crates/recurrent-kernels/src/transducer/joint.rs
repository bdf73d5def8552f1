//! The joint network of a transducer (Graves, Mohamed and Hinton 2013, *Speech recognition with deep recurrent neural
//! networks*, section 2.4) with its loss, without ever holding the logits of all nodes.
//!
//! ```text
//! z(t, u) = tanh(f_t + g_u),    x(t, u) = W z(t, u) + b
//! ```
//!
//! Row after row, the logits of the nodes of a few steps are made, read and thrown away; once the probabilities of the
//! nodes are known they are made again for the gradient. Memory is taken for `T U` numbers of a row and for a block of
//! logits, not for `B T U V`.

use super::Batch;
use super::lattice::Lattice;
use super::nodes::{Backward, Forward, Prepare, nodes};
use crate::math::Function;
use crate::matmul::{self, Left, Right, Shared, Start};
use crate::simd::Real;
use crate::{Cpu, elements, threads};

/// Nodes whose logits are held at once, about.
const BLOCK: usize = 512;

/// The operands of a joint network.
#[derive(Debug, Clone, Copy)]
pub struct Joint<'a, R> {
    /// `J`.
    pub width: usize,
    /// What was heard up to each step, `f`, `[T, B, J]`.
    pub encoder: &'a [R],
    /// What was told before each label, `g`, `[U + 1, B, J]`.
    pub predictor: &'a [R],
    /// `W`, `[V, J]`.
    pub weight: &'a [R],
    /// `b`, `[V]`.
    pub bias: &'a [R],
}

/// The losses of the rows, and the gradients of their weighted sum.
#[derive(Debug, Clone)]
pub struct JointGradients<R> {
    /// `[B]`.
    pub losses: Vec<f64>,
    /// `[T, B, J]`.
    pub encoder: Vec<R>,
    /// `[U + 1, B, J]`.
    pub predictor: Vec<R>,
    /// `[V, J]`.
    pub weight: Vec<R>,
    /// `[V]`.
    pub bias: Vec<R>,
}

impl<R: Real> Joint<'_, R> {
    fn check(&self, batch: Batch) {
        batch.check();
        assert!(self.width > 0, "a joint network has units");
        let rows = batch.rows();
        let sizes = [
            (
                "encoder",
                self.encoder.len(),
                [batch.time, rows, self.width],
            ),
            (
                "predictor",
                self.predictor.len(),
                [batch.labels + 1, rows, self.width],
            ),
            ("weight", self.weight.len(), [1, batch.classes, self.width]),
            ("bias", self.bias.len(), [1, 1, batch.classes]),
        ];
        for (what, found, expected) in sizes {
            assert_eq!(found, elements(expected), "{what}");
        }
    }

    /// The loss of each row, `[B]`, as [`row_losses`](super::row_losses) has it.
    ///
    /// # Panics
    /// Where sizes disagree, or a part of the batch does not fit the others.
    pub fn row_losses(&self, cpu: Cpu, batch: Batch) -> Vec<f64> {
        self.check(batch);
        let mut lattice = Lattice::default();
        let rows = batch.targets.rows().enumerate();
        rows.map(|(row, labels)| self.listen(cpu, batch, row, labels, &mut lattice))
            .collect()
    }

    /// The losses of the rows, and the gradients of their sum, each times its factor in `weights [B]`. A row whose loss is
    /// infinite has none.
    ///
    /// # Panics
    /// As [`Self::row_losses`], and where `weights` is not `[B]`.
    pub fn gradients(&self, cpu: Cpu, batch: Batch, weights: &[f64]) -> JointGradients<R> {
        self.check(batch);
        assert_eq!(weights.len(), batch.rows(), "weights are [B]");
        let mut found = JointGradients {
            losses: Vec::new(),
            encoder: vec![R::ZERO; self.encoder.len()],
            predictor: vec![R::ZERO; self.predictor.len()],
            weight: vec![R::ZERO; self.weight.len()],
            bias: vec![R::ZERO; self.bias.len()],
        };
        let mut lattice = Lattice::default();
        for (row, labels) in batch.targets.rows().enumerate() {
            let loss = self.listen(cpu, batch, row, labels, &mut lattice);
            found.losses.push(loss);
            if loss == f64::INFINITY {
                continue;
            }
            let weight = R::from_f64(if loss.is_nan() {
                f64::NAN
            } else {
                weights[row]
            });
            cpu.isa.run(Backward {
                lattice: &mut lattice,
            });
            self.learn(cpu, batch, row, labels, &lattice, weight, &mut found);
        }
        found
    }

    /// Steps of a block.
    fn block(labels: usize) -> usize {
        (BLOCK / (labels + 1)).max(1)
    }

    /// Fills the lattice of a row; gives its loss.
    fn listen(
        &self,
        cpu: Cpu,
        batch: Batch,
        row: usize,
        labels: &[usize],
        lattice: &mut Lattice<R>,
    ) -> f64 {
        let steps = batch.targets.lengths[row];
        cpu.isa.run(Prepare {
            steps,
            labels: labels.len(),
            lattice,
        });
        let mut sound = true;
        for first in (0..steps).step_by(Self::block(labels.len())) {
            let last = (first + Self::block(labels.len())).min(steps);
            let hidden = self.hidden(cpu, batch, row, labels.len(), first..last);
            let mut logits = self.logits(cpu, batch.classes, &hidden);
            let read = nodes(cpu, &mut logits, batch, labels, |_| None);
            for (number, [blank, label, sum]) in read.into_iter().enumerate() {
                let (step, place) = (number / (labels.len() + 1), number % (labels.len() + 1));
                sound &= sum < R::ONE / R::ZERO;
                lattice.set(first + step, place, blank, label);
            }
        }
        if !sound {
            return f64::NAN;
        }
        let mut log_probability = 0.0;
        cpu.isa.run(Forward {
            lattice,
            log_probability: &mut log_probability,
        });
        if log_probability > 0.0 {
            0.0
        } else {
            -log_probability
        }
    }

    /// Adds the gradients of a row whose lattice is known.
    #[allow(clippy::too_many_arguments)]
    fn learn(
        &self,
        cpu: Cpu,
        batch: Batch,
        row: usize,
        labels: &[usize],
        lattice: &Lattice<R>,
        weight: R,
        found: &mut JointGradients<R>,
    ) {
        let (steps, rows, width) = (batch.targets.lengths[row], batch.rows(), self.width);
        let columns = labels.len() + 1;
        for first in (0..steps).step_by(Self::block(labels.len())) {
            let last = (first + Self::block(labels.len())).min(steps);
            let hidden = self.hidden(cpu, batch, row, labels.len(), first..last);
            let count = (last - first) * columns;
            let mut logits = self.logits(cpu, batch.classes, &hidden);
            nodes(cpu, &mut logits, batch, labels, |number| {
                let flows = lattice.flows(first + number / columns, number % columns);
                Some((flows, weight))
            });
            let left = Left::transposed(&logits, batch.classes);
            let right = Right::Rows {
                data: &hidden,
                stride: width,
            };
            let sizes = [batch.classes, width, count];
            let into = &mut found.weight;
            matmul::product(cpu, sizes, left, right, Start::Accumulate, into, width);
            for gradient in logits.chunks_exact(batch.classes) {
                add(&mut found.bias, gradient);
            }
            let left = Left::rows(&logits, batch.classes);
            let right = Right::Rows {
                data: self.weight,
                stride: width,
            };
            let sizes = [count, width, batch.classes];
            let mut above = matmul::new_product(cpu, sizes, left, right, Start::Zero);
            for (above, hidden) in above.iter_mut().zip(&hidden) {
                *above = *above * (R::ONE - *hidden * *hidden);
            }
            for (number, gradient) in above.chunks_exact(width).enumerate() {
                let (step, place) = (first + number / columns, number % columns);
                add(
                    &mut found.encoder[(step * rows + row) * width..][..width],
                    gradient,
                );
                add(
                    &mut found.predictor[(place * rows + row) * width..][..width],
                    gradient,
                );
            }
        }
    }

    /// `z` of the nodes of some steps of a row, `[steps (U + 1), J]`.
    fn hidden(
        &self,
        cpu: Cpu,
        batch: Batch,
        row: usize,
        labels: usize,
        steps: std::ops::Range<usize>,
    ) -> Vec<R> {
        let (rows, width) = (batch.rows(), self.width);
        let mut hidden = Vec::with_capacity(steps.len() * (labels + 1) * width);
        for step in steps {
            let heard = &self.encoder[(step * rows + row) * width..][..width];
            for place in 0..=labels {
                let told = &self.predictor[(place * rows + row) * width..][..width];
                hidden.extend(heard.iter().zip(told).map(|(&f, &g)| f + g));
            }
        }
        let (length, shared) = (hidden.len(), Shared(hidden.as_mut_ptr()));
        let threads = if length < 1 << 14 { 1 } else { cpu.threads };
        threads::run(threads, |member| {
            let share = member.share(length);
            // SAFETY: shares do not overlap.
            let own = unsafe {
                std::slice::from_raw_parts_mut(shared.pointer().add(share.start), share.len())
            };
            Function::Tanh.apply(cpu, own);
        });
        hidden
    }

    /// `x` of nodes, `[N, V]`, by their `z [N, J]`.
    fn logits(&self, cpu: Cpu, classes: usize, hidden: &[R]) -> Vec<R> {
        let sizes = [hidden.len() / self.width, classes, self.width];
        let right = Right::Transposed {
            data: self.weight,
            stride: self.width,
        };
        let left = Left::rows(hidden, self.width);
        matmul::new_product(cpu, sizes, left, right, Start::Bias(self.bias))
    }
}

fn add<R: Real>(sums: &mut [R], terms: &[R]) {
    for (sum, &term) in sums.iter_mut().zip(terms) {
        *sum = *sum + term;
    }
}
