//! The loss of a linear-chain conditional random field; `recurrent_kernels::crf` has its equations.

use super::{RecurrentOps, has_kernels};
use crate::composed;
use burn::backend::Dispatch;
use burn::tensor::{Int, Tensor};

/// Mean of `-ln p(tags)`, in nats, over the rows that have a step; zero where none has. What
/// emissions and tags hold past a row's end is ignored. On the CPU a score may be minus infinity;
/// elsewhere all are finite.
///
/// # Shapes
/// `emissions [T, B, V]`, `transitions [V, V]` (from, to), `start [V]`, `end [V]`, `tags [T, B]`,
/// `lengths [B]`. The result is `[1]`.
///
/// # Panics
/// Where shapes disagree, `V` is zero, a length is above `T` or a tag of a valid step not below `V`.
pub fn crf_loss(
    emissions: Tensor<3>,
    transitions: Tensor<2>,
    start: Tensor<1>,
    end: Tensor<1>,
    tags: Tensor<2, Int>,
    lengths: &[usize],
) -> Tensor<1> {
    let [time, batch, classes] = emissions.dims();
    assert_eq!(transitions.dims(), [classes; 2], "shape of the transitions");
    assert_eq!(start.dims(), [classes], "shape of start");
    assert_eq!(end.dims(), [classes], "shape of end");
    assert_eq!(tags.dims(), [time, batch], "shape of the tags");
    assert_eq!(lengths.len(), batch, "number of lengths");
    if !has_kernels(&emissions.device()) {
        return composed::crf_loss(emissions, transitions, start, end, tags, lengths);
    }
    Tensor::from_dispatch(<Dispatch as RecurrentOps>::fused_crf_loss(
        emissions.into_dispatch(),
        transitions.into_dispatch(),
        start.into_dispatch(),
        end.into_dispatch(),
        tags.into_dispatch(),
        lengths.to_vec(),
    ))
}
