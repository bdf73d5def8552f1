//! The loss of a linear-chain conditional random field, as a loop over steps in logarithms.

use super::log_sum;
use crate::padding;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// As [`crate::ops::crf_loss`], for finite scores.
pub fn crf_loss(
    emissions: Tensor<3>,
    transitions: Tensor<2>,
    start: Tensor<1>,
    end: Tensor<1>,
    tags: Tensor<2, Int>,
    lengths: &[usize],
) -> Tensor<1> {
    let [time, batch, classes] = emissions.dims();
    // What takes no part has a gradient of zeros; emissions always do where there are some.
    let nothing = [
        transitions.clone().sum(),
        start.clone().sum(),
        end.clone().sum(),
    ];
    let nothing = Tensor::cat(nothing.to_vec(), 0).sum().mul_scalar(0.0);
    if time * batch == 0 {
        return nothing + emissions.sum();
    }
    let padding = padding::mask(time, lengths, &emissions.device());
    let emissions = emissions.mask_fill(padding.clone().expand([time, batch, classes]), 0.0);
    let tags = tags.mask_fill(padding.clone().squeeze_dim(2), 0);
    let step = |t: usize| -> Tensor<2> { emissions.clone().slice(t..t + 1).squeeze_dim(0) };

    // ln a_t [B, V]; where a row has ended it stays as it is.
    let mut logs = start.clone().unsqueeze() + step(0);
    for t in 1..time {
        let pairs: Tensor<3> = logs.clone().unsqueeze_dim(2) + transitions.clone().unsqueeze();
        let next = log_sum(pairs, 1) + step(t);
        let ended: Tensor<2, _> = padding.clone().slice(t..t + 1).squeeze_dim(0);
        logs = next.mask_where(ended.expand([batch, classes]), logs);
    }
    let ends: Tensor<3> = (logs + end.clone().unsqueeze()).unsqueeze_dim(2);
    let log_partition: Tensor<1> = log_sum(ends, 1).squeeze_dim(1);

    let losses = log_partition - score(emissions, transitions, start, end, tags, lengths);
    let empty = padding.slice(0..1).reshape([batch]);
    let rows = lengths.iter().filter(|&&length| length > 0).count();
    losses
        .mask_fill(empty, 0.0)
        .sum()
        .mul_scalar(1.0 / rows.max(1) as f64)
        + nothing
}

/// The score of each row's tags, `[B]`. Emissions are zero past a row's end; the score of a row of
/// no steps has no meaning.
fn score(
    emissions: Tensor<3>,
    transitions: Tensor<2>,
    start: Tensor<1>,
    end: Tensor<1>,
    tags: Tensor<2, Int>,
    lengths: &[usize],
) -> Tensor<1> {
    let [time, batch, classes] = emissions.dims();
    let device = emissions.device();
    let emitted = emissions.gather(2, tags.clone().unsqueeze_dim(2));
    let emitted: Tensor<1> = emitted.sum_dim(0).reshape([batch]);

    let first: Tensor<1, Int> = tags.clone().slice(0..1).squeeze_dim(0);
    let lasts = lengths
        .iter()
        .enumerate()
        .map(|(row, &length)| (length.saturating_sub(1) * batch + row) as i64);
    let flat = tags.clone().reshape([time * batch]);
    let last = flat.select(0, places(lasts.collect(), &device));
    let ends = start.select(0, first) + end.select(0, last);
    if time == 1 {
        return emitted + ends;
    }
    let before = tags.clone().slice(0..time - 1);
    let pairs = before.mul_scalar(classes as i64) + tags.slice(1..time);
    let moved: Tensor<1> = transitions
        .reshape([classes * classes])
        .select(0, pairs.reshape([(time - 1) * batch]));
    let moved: Tensor<3> = moved.reshape([time - 1, batch, 1]);
    let later = padding::mask(time, lengths, &device).slice(1..time);
    let moved = moved.mask_fill(later, 0.0).sum_dim(0).reshape([batch]);
    emitted + ends + moved
}

fn places(values: Vec<i64>, device: &Device) -> Tensor<1, Int> {
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}
