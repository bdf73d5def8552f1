//! Conditional random fields on the kernels.

use super::loss::classes;
use super::{Float, contiguous, cpu, elements, tensor};
use burn_flex::FlexTensor;
use recurrent_kernels::crf::{self as kernel, Emissions, Gradients, Weights};

/// The operands `[emissions, transitions, start, end]`, which must be contiguous, as the
/// kernels take them.
fn split<'a, R: Float>(
    operands: &'a [FlexTensor; 4],
    lengths: &'a [usize],
) -> (Weights<'a, R>, Emissions<'a, R>) {
    let [emissions, transitions, start, end] = operands;
    let weights = Weights {
        transitions: elements(transitions),
        start: elements(start),
        end: elements(end),
    };
    let emissions = Emissions {
        time: emissions.layout().shape()[0],
        lengths,
        scores: elements(emissions),
    };
    (weights, emissions)
}

/// The loss `[1]`.
pub(super) fn loss<R: Float>(
    operands: [FlexTensor; 4],
    tags: &FlexTensor,
    lengths: &[usize],
) -> FlexTensor {
    let operands = operands.map(contiguous);
    let (weights, emissions) = split::<R>(&operands, lengths);
    let loss = kernel::negative_log_likelihood(cpu(), weights, emissions, &classes(tags));
    tensor(vec![R::from_f64(loss)], [1])
}

/// The loss `[1]` and the gradients of the operands.
pub(super) fn gradients<R: Float>(
    operands: [FlexTensor; 4],
    tags: &FlexTensor,
    lengths: &[usize],
) -> (FlexTensor, [FlexTensor; 4]) {
    let operands = operands.map(contiguous);
    let (weights, emissions) = split::<R>(&operands, lengths);
    let Gradients {
        loss,
        emissions,
        transitions,
        start,
        end,
    } = kernel::negative_log_likelihood_gradients(cpu(), weights, emissions, &classes(tags), 1.0);
    let shape = |number: usize| operands[number].layout().shape().clone();
    let gradients = [
        tensor(emissions, shape(0)),
        tensor(transitions, shape(1)),
        tensor(start, shape(2)),
        tensor(end, shape(3)),
    ];
    (tensor(vec![R::from_f64(loss)], [1]), gradients)
}
