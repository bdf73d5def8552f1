//! Transducers on the kernels.

use super::ctc::sum;
use super::{Float, contiguous, cpu, cpu_of_products, dims, elements, tensor};
use crate::ops::UnalignedTargets;
use burn_flex::FlexTensor;
use recurrent_kernels::transducer::{self as kernel, Batch, Joint, JointGradients};

/// The loss `[1]`.
pub(super) fn loss<R: Float>(
    logits: FlexTensor,
    targets: &UnalignedTargets,
    weights: &[f64],
) -> FlexTensor {
    let logits = contiguous(logits);
    let [_, time, places, classes] = dims(&logits);
    let batch = targets.transducer_batch([time, places, classes]);
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
    let [_, time, places, classes] = dims(&logits);
    let batch = targets.transducer_batch([time, places, classes]);
    let start = logits.layout().start_offset();
    let length = logits.layout().num_elements();
    let values = &mut logits.storage_mut::<R>()[start..start + length];
    let losses = kernel::gradients(cpu(), values, batch, weights);
    (sum::<R>(&losses, weights), logits)
}

/// The operands `[encoder, predictor, weight, bias]`, which must be contiguous, as the kernel takes them.
fn joint<'a, R: Float>(
    operands: &'a [FlexTensor; 4],
    targets: &'a UnalignedTargets,
) -> (Joint<'a, R>, Batch<'a>) {
    let [encoder, predictor, weight, bias] = operands;
    let [time, _, width] = dims(encoder);
    let ([places, ..], [classes, _]) = (dims::<3>(predictor), dims(weight));
    let joint = Joint {
        width,
        encoder: elements(encoder),
        predictor: elements(predictor),
        weight: elements(weight),
        bias: elements(bias),
    };
    (joint, targets.transducer_batch([time, places, classes]))
}

/// The loss `[1]` of a joint network.
pub(super) fn joint_loss<R: Float>(
    operands: [FlexTensor; 4],
    targets: &UnalignedTargets,
    weights: &[f64],
) -> FlexTensor {
    let operands = operands.map(contiguous);
    let (joint, batch) = joint::<R>(&operands, targets);
    sum::<R>(&joint.row_losses(cpu_of_products(), batch), weights)
}

/// The loss `[1]` of a joint network and the gradients of the operands.
pub(super) fn joint_gradients<R: Float>(
    operands: [FlexTensor; 4],
    targets: &UnalignedTargets,
    weights: &[f64],
) -> (FlexTensor, [FlexTensor; 4]) {
    let operands = operands.map(contiguous);
    let (joint, batch) = joint::<R>(&operands, targets);
    let JointGradients {
        losses,
        encoder,
        predictor,
        weight,
        bias,
    } = joint.gradients(cpu_of_products(), batch, weights);
    let shape = |number: usize| operands[number].layout().shape().clone();
    let gradients = [
        tensor(encoder, shape(0)),
        tensor(predictor, shape(1)),
        tensor(weight, shape(2)),
        tensor(bias, shape(3)),
    ];
    (sum::<R>(&losses, weights), gradients)
}
