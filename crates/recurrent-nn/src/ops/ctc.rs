//! The loss of connectionist temporal classification; `recurrent_kernels::ctc` has its equations.

use super::{RecurrentOps, cpu, has_kernels};
use crate::composed;
use burn::backend::Dispatch;
use burn::tensor::Tensor;
use recurrent_kernels::ctc::{self as kernel, Batch};
use recurrent_kernels::transducer;
use recurrent_kernels::unaligned::Targets;

pub use recurrent_kernels::unaligned::Reduction as UnalignedReduction;

/// What the rows of a batch spell, unaligned with their steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnalignedTargets {
    /// The class that is no label.
    pub blank: usize,
    /// Steps of each row, `[B]`.
    pub lengths: Vec<usize>,
    /// The labels of all rows, one row after the other.
    pub labels: Vec<usize>,
    /// Labels of each row, `[B]`.
    pub label_lengths: Vec<usize>,
}

impl UnalignedTargets {
    /// The targets of rows of these steps and labels.
    pub fn new<'a>(
        blank: usize,
        lengths: &[usize],
        rows: impl IntoIterator<Item = &'a [usize]>,
    ) -> Self {
        let rows: Vec<&[usize]> = rows.into_iter().collect();
        Self {
            blank,
            lengths: lengths.to_vec(),
            labels: rows.concat(),
            label_lengths: rows.iter().map(|labels| labels.len()).collect(),
        }
    }

    /// As the kernels take them.
    fn view(&self) -> Targets<'_> {
        Targets {
            blank: self.blank,
            lengths: &self.lengths,
            labels: &self.labels,
            label_lengths: &self.label_lengths,
        }
    }

    /// The labels of each row.
    pub(crate) fn rows(&self) -> Vec<&[usize]> {
        self.view().rows().collect()
    }

    /// With the shape of logits `[T, B, V]`.
    pub(crate) fn batch(&self, [time, _, classes]: [usize; 3]) -> Batch<'_> {
        Batch {
            time,
            classes,
            targets: self.view(),
        }
    }

    /// With the shape of a transducer's logits, `[T, U + 1, V]` a row.
    pub(crate) fn transducer_batch(
        &self,
        [time, places, classes]: [usize; 3],
    ) -> transducer::Batch<'_> {
        assert!(places > 0, "there is a place before the first label");
        transducer::Batch {
            time,
            labels: places - 1,
            classes,
            targets: self.view(),
        }
    }

    /// The factor of each row's loss, `[B]`.
    pub(super) fn weights(&self, reduction: UnalignedReduction) -> Vec<f64> {
        let rows = self.lengths.len();
        let weight = |&labels: &usize| reduction.weight(rows, labels);
        self.label_lengths.iter().map(weight).collect()
    }
}

/// `-ln p(labels)`, in nats, of `logits [T, B, V]` after a softmax, reduced over the rows to `[1]`. It is infinite where the
/// labels of a row do not fit its steps; such a row has no gradient. On the CPU a logit may be minus infinity; elsewhere
/// all are finite.
///
/// # Panics
/// Where sizes disagree, a length is above `T`, blank or a label is not below `V`, or a label is blank.
pub fn ctc_loss(
    logits: Tensor<3>,
    targets: &UnalignedTargets,
    reduction: UnalignedReduction,
) -> Tensor<1> {
    targets.batch(logits.dims()).check();
    let weights = targets.weights(reduction);
    if !has_kernels(&logits.device()) {
        return composed::ctc_loss(logits, targets, &weights);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_ctc_loss(
        logits.into_dispatch(),
        targets.clone(),
        weights,
    ))
}

/// `-ln p(labels)`, in nats, of each row of `logits [T, B, V]`, `[B]`; plus infinity where they do not fit. Computed on the
/// CPU, without a gradient.
///
/// # Panics
/// As [`ctc_loss`].
pub fn ctc_row_losses(logits: Tensor<3>, targets: &UnalignedTargets) -> Vec<f64> {
    let dims = logits.dims();
    let logits = logits.into_data().convert::<f32>();
    // The conversion makes it a list of these.
    let values = logits.as_slice::<f32>().unwrap_or_default();
    kernel::row_losses(cpu(), values, targets.batch(dims))
}

/// The least number of steps that `labels` can be spelt in: one each, and a blank between equal neighbours.
pub fn shortest_ctc(labels: &[usize]) -> usize {
    kernel::shortest(labels)
}
