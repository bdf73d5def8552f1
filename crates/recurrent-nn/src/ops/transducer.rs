//! The loss of transducers; `recurrent_kernels::transducer` has its equations.

use super::{RecurrentOps, UnalignedReduction, UnalignedTargets, has_kernels};
use crate::composed;
use burn::backend::Dispatch;
use burn::tensor::Tensor;

/// `-ln p(labels)`, in nats, of `logits [B, T, U + 1, V]` after a softmax, reduced over the rows to `[1]`. It is infinite where a row
/// of no steps has labels; such a row has no gradient.
///
/// # Panics
/// Where sizes disagree, a length is above `T` or `U`, blank or a label is not below `V`, or a label is blank.
pub fn transducer_loss(
    logits: Tensor<4>,
    targets: &UnalignedTargets,
    reduction: UnalignedReduction,
) -> Tensor<1> {
    let [rows, time, places, classes] = logits.dims();
    assert_eq!(targets.lengths.len(), rows, "number of lengths");
    targets.transducer_batch([time, places, classes]).check();
    let weights = targets.weights(reduction);
    if !has_kernels(&logits.device()) {
        return composed::transducer_loss(logits, targets, &weights);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_transducer_loss(
        logits.into_dispatch(),
        targets.clone(),
        weights,
    ))
}

/// The same of a joint network, with `x(t, u) = W tanh(f_t + g_u) + b`: what was heard is `encoder [T, B, J]`, what was told
/// `predictor [U + 1, B, J]`, `weight [V, J]`, `bias [V]`. On the CPU the logits of all nodes are never in memory together.
///
/// # Panics
/// As [`transducer_loss`].
pub fn joint_loss(
    encoder: Tensor<3>,
    predictor: Tensor<3>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    targets: &UnalignedTargets,
    reduction: UnalignedReduction,
) -> Tensor<1> {
    let ([time, rows, width], [places, _, _]) = (encoder.dims(), predictor.dims());
    let [classes, _] = weight.dims();
    assert_eq!(
        predictor.dims(),
        [places, rows, width],
        "shape of the predictor"
    );
    assert_eq!(weight.dims(), [classes, width], "shape of the weight");
    assert_eq!(bias.dims(), [classes], "shape of the bias");
    assert_eq!(targets.lengths.len(), rows, "number of lengths");
    targets.transducer_batch([time, places, classes]).check();
    let weights = targets.weights(reduction);
    if !has_kernels(&encoder.device()) {
        return composed::joint_loss(encoder, predictor, weight, bias, targets, &weights);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_joint_loss(
        encoder.into_dispatch(),
        predictor.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        targets.clone(),
        weights,
    ))
}
