//! Softmax cross entropy on the kernels.

use super::{Float, contiguous, cpu, dims, elements, tensor};
use burn::tensor::DType;
use burn_flex::FlexTensor;
use recurrent_kernels::loss::{self as kernel, Targets};

/// Classes of an integer tensor; a negative number is one above every class, which the kernels
/// refuse where they count it.
pub(super) fn classes(targets: &FlexTensor) -> Vec<usize> {
    let class = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
    let targets = contiguous(targets.clone());
    match targets.dtype() {
        DType::I64 => elements::<i64>(&targets)
            .iter()
            .map(|&x| class(x))
            .collect(),
        DType::I32 => elements::<i32>(&targets)
            .iter()
            .map(|&x| class(x.into()))
            .collect(),
        other => panic!("classes are i32 or i64, not {other:?}"),
    }
}

/// Loss of `[N, V]`, and its gradient where it is wanted.
pub(super) fn loss<R: Float>(
    logits: FlexTensor,
    targets: &FlexTensor,
    mask: &FlexTensor,
    smoothing: f64,
    wants_gradient: bool,
) -> (FlexTensor, Option<FlexTensor>) {
    let [_, count] = dims(&logits);
    let classes = classes(targets);
    let mask = contiguous(mask.clone());
    let targets = Targets {
        classes: &classes,
        mask: Some(elements::<R>(&mask)),
        smoothing,
    };
    let scalar = |loss: f64| tensor(vec![R::from_f64(loss)], [1]);
    let mut logits = contiguous(logits);
    if !wants_gradient {
        let loss = kernel::cross_entropy(cpu(), count, elements::<R>(&logits), targets);
        return (scalar(loss), None);
    }
    let start = logits.layout().start_offset();
    let length = logits.layout().num_elements();
    let values = &mut logits.storage_mut::<R>()[start..start + length];
    let loss = kernel::cross_entropy_gradient(cpu(), count, values, targets);
    (scalar(loss), Some(logits))
}
