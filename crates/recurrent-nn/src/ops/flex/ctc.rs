//! Connectionist temporal classification on the kernels.

use super::{Float, contiguous, cpu, dims, elements, tensor};
use crate::ops::UnalignedTargets;
use burn_flex::FlexTensor;
use recurrent_kernels::ctc as kernel;

/// The rows' losses, each times its factor, added up. `[1]`
pub(super) fn sum<R: Float>(losses: &[f64], weights: &[f64]) -> FlexTensor {
    let sum: f64 = losses.iter().zip(weights).map(|(x, w)| x * w).sum();
    tensor(vec![R::from_f64(sum)], [1])
}

/// The loss `[1]`.
pub(super) fn loss<R: Float>(
    logits: FlexTensor,
    targets: &UnalignedTargets,
    weights: &[f64],
) -> FlexTensor {
    let logits = contiguous(logits);
    let batch = targets.batch(dims(&logits));
    sum::<R>(
        &kernel::row_losses(cpu(), elements::<R>(&logits), batch),
        weights,
    )
}

/// The loss `[1]` and the gradient of the logits, in their place where nobody else holds them.
pub(super) fn gradient<R: Float>(
    logits: FlexTensor,
    targets: &UnalignedTargets,
    weights: &[f64],
) -> (FlexTensor, FlexTensor) {
    let mut logits = contiguous(logits);
    let batch = targets.batch(dims(&logits));
    let start = logits.layout().start_offset();
    let length = logits.layout().num_elements();
    let values = &mut logits.storage_mut::<R>()[start..start + length];
    let losses = kernel::gradients(cpu(), values, batch, weights);
    (sum::<R>(&losses, weights), logits)
}
