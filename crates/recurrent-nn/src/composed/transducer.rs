//! The loss of transducers, as a loop over all nodes in logarithms: an oracle, slow where there are many.

use super::{linear, log_sum};
use crate::ops::UnalignedTargets;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Bool, Int, Tensor, TensorData};

/// The logarithm of what cannot be: finite, so that differences are too, and far below all that can.
const IMPOSSIBLE: f64 = -1e30;

/// As [`crate::ops::transducer_loss`], for finite logits; each row's loss has a factor in `weights [B]`.
pub fn transducer_loss(
    logits: Tensor<4>,
    targets: &UnalignedTargets,
    weights: &[f64],
) -> Tensor<1> {
    let [rows, time, places, classes] = logits.dims();
    let (device, dtype) = (logits.device(), logits.dtype());
    let own = targets.rows();
    let infinite = infinite(targets, weights);
    if rows * time == 0 {
        return logits.sum().mul_scalar(0.0).add_scalar(infinite);
    }
    let mask = |inside: &dyn Fn(usize, usize, usize) -> bool| -> Tensor<3, Bool> {
        let all = (0..rows).flat_map(|row| {
            (0..time).flat_map(move |step| (0..places).map(move |place| [row, step, place]))
        });
        let outside: Vec<bool> = all
            .map(|[row, step, place]| !inside(row, step, place))
            .collect();
        Tensor::from_data(TensorData::new(outside, [rows, time, places]), &device)
    };
    let node = mask(&|row, step, place| step < targets.lengths[row] && place <= own[row].len());
    let cell: Tensor<4, Bool> = node.unsqueeze_dim(3);
    let logits = logits.mask_fill(cell.expand([rows, time, places, classes]), 0.0);
    let all = log_softmax(logits, 3);
    let class = |value: &dyn Fn(usize, usize) -> usize| -> Tensor<4, Int> {
        let labels = (0..rows).flat_map(|row| (0..places).map(move |place| [row, place]));
        let labels: Vec<i64> = labels
            .map(|[row, place]| value(row, place) as i64)
            .collect();
        let labels = TensorData::new(labels, [rows, 1, places, 1]);
        let labels: Tensor<4, Int> = Tensor::from_data(labels, &device);
        labels.expand([rows, time, places, 1])
    };
    let of =
        |classes: Tensor<4, Int>| -> Tensor<3> { all.clone().gather(3, classes).squeeze_dim(3) };
    let blank = of(class(&|_, _| targets.blank));
    let label = of(class(&|row, place| {
        own[row].get(place).copied().unwrap_or(targets.blank)
    }));
    // Blank at a row's last step ends it; a label leads to a place that there is.
    let last =
        mask(&|row, step, place| step + 1 == targets.lengths[row] && place == own[row].len());
    let inner =
        mask(&|row, step, place| step + 1 < targets.lengths[row] && place <= own[row].len());
    let told = mask(&|row, step, place| step < targets.lengths[row] && place < own[row].len());
    let ends: Tensor<3> = blank.clone().mask_fill(last.clone(), 0.0);
    let blank = blank.mask_fill(inner, IMPOSSIBLE);
    let label = label.mask_fill(told, IMPOSSIBLE);

    // Sums over ways to the nodes of a step; within a step from place to place.
    let column = |x: &Tensor<3>, step: usize, place: usize| -> Tensor<2> {
        let node = x.clone().slice([0..rows, step..step + 1, place..place + 1]);
        node.reshape([rows, 1])
    };
    let none = || Tensor::<2>::full([rows, 1], IMPOSSIBLE, (&device, dtype));
    let mut sums: Vec<Vec<Tensor<2>>> = Vec::new();
    for step in 0..time {
        let mut line: Vec<Tensor<2>> = Vec::new();
        for place in 0..places {
            let through_blank = match step {
                0 if place == 0 => Tensor::zeros([rows, 1], (&device, dtype)),
                0 => none(),
                _ => sums[step - 1][place].clone() + column(&blank, step - 1, place),
            };
            let through_label = match place {
                0 => none(),
                _ => line[place - 1].clone() + column(&label, step, place - 1),
            };
            let both = Tensor::stack(vec![through_blank, through_label], 2);
            line.push(log_sum(both, 2));
        }
        sums.push(line);
    }
    // The end of a row is one node, which the others' zeros do not count beside.
    let lines = sums.into_iter().map(|line| Tensor::cat(line, 1));
    let sums: Tensor<3> = Tensor::stack(lines.collect(), 1);
    let reached = (sums.mask_fill(last, 0.0) + ends).reshape([rows, time * places]);
    let losses: Tensor<1> = -reached.sum_dim(1).reshape([rows]);
    let factors = (0..rows).map(|row| match targets.lengths[row] {
        0 => 0.0,
        _ => weights[row],
    });
    let factors = TensorData::new(factors.collect::<Vec<f64>>(), [rows]);
    let factors: Tensor<1> = Tensor::from_data(factors, (&device, dtype));
    (losses * factors).sum().add_scalar(infinite)
}

/// Plus infinity where a row that counts has labels but no steps, else zero. A row of neither tells nothing, surely.
fn infinite(targets: &UnalignedTargets, weights: &[f64]) -> f64 {
    let rows = targets
        .lengths
        .iter()
        .zip(&targets.label_lengths)
        .zip(weights);
    let mut misfits =
        rows.filter(|&((&steps, &labels), &weight)| steps == 0 && labels > 0 && weight != 0.0);
    misfits.next().map_or(0.0, |_| f64::INFINITY)
}

/// As [`crate::ops::joint_loss`], with the logits of all nodes.
pub fn joint_loss(
    encoder: Tensor<3>,
    predictor: Tensor<3>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    targets: &UnalignedTargets,
    weights: &[f64],
) -> Tensor<1> {
    let ([time, rows, width], [places, ..]) = (encoder.dims(), predictor.dims());
    let [classes, _] = weight.dims();
    if rows * time == 0 {
        // Padding may be anything and takes a gradient of zeros.
        let told = crate::padding::fill(predictor, Some(&vec![0; rows]), 0.0);
        let sums = vec![encoder.sum(), told.sum(), weight.sum(), bias.sum()];
        let nothing = Tensor::cat(sums, 0).sum().mul_scalar(0.0);
        return nothing.add_scalar(infinite(targets, weights));
    }
    // What lies past a row's steps reaches no weight.
    let encoder = crate::padding::fill(encoder, Some(&targets.lengths), 0.0);
    let told: Vec<usize> = targets
        .label_lengths
        .iter()
        .map(|&labels| labels + 1)
        .collect();
    let predictor = crate::padding::fill(predictor, Some(&told), 0.0);
    let heard: Tensor<4> = encoder.swap_dims(0, 1).unsqueeze_dim(2);
    let told: Tensor<4> = predictor.swap_dims(0, 1).unsqueeze_dim(1);
    let hidden = (heard + told).tanh();
    let hidden = hidden.reshape([rows * time * places, width]);
    let logits = linear(hidden, weight, bias);
    transducer_loss(
        logits.reshape([rows, time, places, classes]),
        targets,
        weights,
    )
}
