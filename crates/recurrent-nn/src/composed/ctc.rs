//! The loss of connectionist temporal classification, as a loop over steps in logarithms over blanks and labels in turn.

use super::log_sum;
use crate::ops::UnalignedTargets;
use crate::padding;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor, TensorData};
use recurrent_kernels::ctc::shortest;

/// The logarithm of what cannot be: finite, so that differences are too, and far below all that can.
const IMPOSSIBLE: f64 = -1e30;

/// As [`crate::ops::ctc_loss`], for finite logits; each row's loss has a factor in `weights [B]`.
pub fn ctc_loss(logits: Tensor<3>, targets: &UnalignedTargets, weights: &[f64]) -> Tensor<1> {
    let [time, batch, classes] = logits.dims();
    let (device, dtype) = (logits.device(), logits.dtype());
    if time * batch == 0 {
        let loss: f64 = infinite(targets, weights);
        return logits.sum().mul_scalar(0.0).add_scalar(loss);
    }
    let rows = targets.rows();
    let most = rows.iter().map(|labels| labels.len()).max().unwrap_or(0);
    let states = 2 * most + 1;
    // Blank before, between and after the labels, and past the last. [B, S]
    let class = |labels: &[usize], state: usize| match state % 2 {
        1 => labels.get(state / 2).copied().unwrap_or(targets.blank),
        _ => targets.blank,
    };
    let table = |value: &dyn Fn(&[usize], usize) -> f64| -> Tensor<2> {
        let all = rows
            .iter()
            .flat_map(|labels| (0..states).map(move |state| value(labels, state)));
        let data = TensorData::new(all.collect::<Vec<f64>>(), [batch, states]);
        Tensor::from_data(data, (&device, dtype))
    };
    let classes_of = |labels: &&[usize]| -> Vec<i64> {
        (0..states)
            .map(|state| class(labels, state) as i64)
            .collect()
    };
    let labels: Vec<i64> = rows.iter().flat_map(classes_of).collect();
    let labels: Tensor<2, Int> =
        Tensor::from_data(TensorData::new(labels, [batch, states]), &device);
    let skips = |labels: &[usize], state: usize| {
        state % 2 == 1 && state >= 3 && class(labels, state) != class(labels, state - 2)
    };
    let skips = table(&|labels, state| {
        if skips(labels, state) {
            0.0
        } else {
            IMPOSSIBLE
        }
    });

    let padding = padding::mask(time, &targets.lengths, &device);
    let logits = logits.mask_fill(padding.clone().expand([time, batch, classes]), 0.0);
    let all: Tensor<3, Int> = labels.unsqueeze::<3>().expand([time, batch, states]);
    let emissions = log_softmax(logits, 2).gather(2, all); // [T, B, S]
    let before = |logs: &Tensor<2>, count: usize| -> Tensor<2> {
        let count = count.min(states);
        let none = Tensor::<2>::full([batch, count], IMPOSSIBLE, (&device, dtype));
        Tensor::cat(
            vec![none, logs.clone().slice([0..batch, 0..states - count])],
            1,
        )
    };
    let mut logs = table(&|_, state| if state == 0 { 0.0 } else { IMPOSSIBLE });
    for t in 0..time {
        let emitted: Tensor<2> = emissions.clone().slice(t..t + 1).squeeze_dim(0);
        // A path is before the first state when it starts, and may go to the first label at once.
        let terms = vec![
            logs.clone(),
            before(&logs, 1),
            before(&logs, 2) + skips.clone(),
        ];
        let next = log_sum(Tensor::stack(terms, 2), 2) + emitted;
        let ended: Tensor<2, _> = padding.clone().slice(t..t + 1).squeeze_dim(0);
        logs = next.mask_where(ended.expand([batch, states]), logs);
    }
    let ends = table(
        &|labels, state| match (2 * labels.len()).checked_sub(state) {
            Some(0 | 1) => 0.0,
            _ => IMPOSSIBLE,
        },
    );
    let ends: Tensor<3> = (logs + ends).unsqueeze_dim(2);
    let losses: Tensor<1> = -log_sum(ends.swap_dims(1, 2), 2).squeeze_dim(1);
    // Rows whose labels do not fit have a loss that is infinite and no gradient.
    let fits = |row: usize| shortest(rows[row]) <= targets.lengths[row];
    let factors = (0..batch).map(|row| if fits(row) { weights[row] } else { 0.0 });
    let factors = TensorData::new(factors.collect::<Vec<f64>>(), [batch]);
    let factors: Tensor<1> = Tensor::from_data(factors, (&device, dtype));
    (losses * factors)
        .sum()
        .add_scalar(infinite(targets, weights))
}

/// Plus infinity where the labels of a row that counts do not fit its steps, else zero.
fn infinite(targets: &UnalignedTargets, weights: &[f64]) -> f64 {
    let misfit = targets
        .rows()
        .into_iter()
        .zip(&targets.lengths)
        .zip(weights)
        .any(|((labels, &length), &weight)| shortest(labels) > length && weight != 0.0);
    if misfit { f64::INFINITY } else { 0.0 }
}
