//! The operations as compositions of Burn's own, for devices without kernels
//! and as the oracle of the kernels' tests. They differentiate by themselves.

use crate::{Cell, Direction, LayerOptions};
use burn::tensor::activation::{log_softmax, relu, sigmoid};
use burn::tensor::{Int, Tensor, TensorData};
use recurrent_kernels::noise;
use recurrent_kernels::optimizer::{Rule, Step};

mod crf;
mod ctc;
mod transducer;

pub use crf::crf_loss;
pub use ctc::ctc_loss;
pub use transducer::{joint_loss, transducer_loss};

/// As [`crate::ops::layer`].
pub fn layer(
    input: Tensor<3>,
    weight_ih: Tensor<2>,
    weight_hh: Tensor<2>,
    bias_ih: Tensor<1>,
    bias_hh: Tensor<1>,
    state: Tensor<3>,
    options: &LayerOptions,
) -> Tensor<3> {
    let [time, batch, width] = input.dims();
    let [states, _, hidden] = state.dims();
    let (device, dtype) = (input.device(), input.dtype());
    if time * batch == 0 {
        let outputs = Tensor::zeros([time, batch, hidden], (&device, dtype));
        return Tensor::cat(vec![outputs, state], 0);
    }
    let full = vec![time; batch];
    let lengths = options.lengths.as_ref().unwrap_or(&full);
    let mask = options.recurrent_dropout.map(|(seed, probability)| {
        let factors = noise::dropout_mask(seed, probability, batch * hidden);
        Tensor::<2>::from_data(TensorData::new(factors, [batch, hidden]), &device).cast(dtype)
    });
    let masked = |h: Tensor<2>| match &mask {
        Some(mask) => h * mask.clone(),
        None => h,
    };

    let gates = linear(input.reshape([time * batch, width]), weight_ih, bias_ih);
    let columns = options.cell.gates() * hidden;
    let gates = gates.reshape([time, batch, columns]);
    let mut h: Tensor<2> = state.clone().slice(0..1).squeeze_dim(0);
    let mut c: Option<Tensor<2>> = (states == 2).then(|| state.slice(1..2).squeeze_dim(0));
    let mut outputs = vec![Tensor::<2>::zeros([batch, hidden], (&device, dtype)); time];
    let order: Vec<usize> = match options.direction {
        Direction::Forward => (0..time).collect(),
        Direction::Reverse => (0..time).rev().collect(),
    };
    for t in order {
        let valid: Vec<f32> = lengths
            .iter()
            .map(|&n| f32::from(u8::from(t < n)))
            .collect();
        let valid = Tensor::<2>::from_data(TensorData::new(valid, [batch, 1]), &device).cast(dtype);
        // Where a row has ended its state stays as it is, whatever the padding holds.
        let padding = valid.clone().equal_elem(0.0).expand([batch, hidden]);
        let x: Tensor<2> = gates.clone().slice(t..t + 1).squeeze_dim(0);
        let (new_h, new_c) = step(
            options.cell,
            x,
            &h,
            c.as_ref(),
            &weight_hh,
            &bias_hh,
            &masked,
        );
        h = new_h.clone().mask_where(padding.clone(), h);
        c = match (new_c, c) {
            (Some(new), Some(old)) => Some(new.mask_where(padding.clone(), old)),
            _ => None,
        };
        outputs[t] = new_h.mask_fill(padding, 0.0);
    }
    let rows = outputs.into_iter().chain([h]).chain(c);
    Tensor::stack(rows.collect(), 0)
}

/// One step of a cell: `x [B, G H]` is the product with the input weights.
fn step(
    cell: Cell,
    x: Tensor<2>,
    h: &Tensor<2>,
    c: Option<&Tensor<2>>,
    weight_hh: &Tensor<2>,
    bias_hh: &Tensor<1>,
    masked: &impl Fn(Tensor<2>) -> Tensor<2>,
) -> (Tensor<2>, Option<Tensor<2>>) {
    let hidden = h.dims()[1];
    let part = |y: &Tensor<2>, gate: usize| y.clone().narrow(1, gate * hidden, hidden);
    let recurrent = |operand: Tensor<2>, first: usize, gates: usize| {
        let weights = weight_hh.clone().narrow(0, first * hidden, gates * hidden);
        let bias = bias_hh.clone().narrow(0, first * hidden, gates * hidden);
        linear(masked(operand), weights, bias)
    };
    match cell {
        Cell::ElmanTanh => ((x + recurrent(h.clone(), 0, 1)).tanh(), None),
        Cell::ElmanRelu => (relu(x + recurrent(h.clone(), 0, 1)), None),
        Cell::ElmanLogistic => (sigmoid(x + recurrent(h.clone(), 0, 1)), None),
        Cell::Lstm => {
            let sums = x + recurrent(h.clone(), 0, 4);
            let i = sigmoid(part(&sums, 0));
            let f = sigmoid(part(&sums, 1));
            let g = part(&sums, 2).tanh();
            let o = sigmoid(part(&sums, 3));
            let kept = c.map(|c| f * c.clone());
            let c = match kept {
                Some(kept) => kept + i * g,
                None => i * g,
            };
            (o * c.clone().tanh(), Some(c))
        }
        Cell::Gru => {
            let y = recurrent(h.clone(), 0, 3);
            let r = sigmoid(part(&x, 0) + part(&y, 0));
            let z = sigmoid(part(&x, 1) + part(&y, 1));
            let n = (part(&x, 2) + r * part(&y, 2)).tanh();
            (n.clone() + z * (h.clone() - n), None)
        }
        Cell::GruResetBefore => {
            let y = recurrent(h.clone(), 0, 2);
            let r = sigmoid(part(&x, 0) + part(&y, 0));
            let z = sigmoid(part(&x, 1) + part(&y, 1));
            let n = (part(&x, 2) + recurrent(r * h.clone(), 2, 1)).tanh();
            (n.clone() + z * (h.clone() - n), None)
        }
    }
}

/// As [`crate::ops::linear`].
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    x.matmul(weight.transpose()) + bias.unsqueeze()
}

/// As [`crate::cross_entropy`].
pub fn cross_entropy(
    logits: Tensor<2>,
    targets: Tensor<1, Int>,
    mask: Tensor<1>,
    smoothing: f64,
) -> Tensor<1> {
    let rows = logits.dims()[0];
    let log_p = log_softmax(logits, 1);
    let target: Tensor<1> = log_p
        .clone()
        .gather(1, targets.reshape([rows, 1]))
        .squeeze_dim(1);
    let even: Tensor<1> = log_p.mean_dim(1).squeeze_dim(1);
    let losses = target.mul_scalar(smoothing - 1.0) - even.mul_scalar(smoothing);
    let total: f64 = mask.clone().sum().into_scalar::<f64>();
    // A masked row has no loss whatever it holds.
    let losses = losses.mask_fill(mask.clone().equal_elem(0.0), 0.0);
    (losses * mask)
        .sum()
        .mul_scalar(if total > 0.0 { 1.0 / total } else { 0.0 })
}

/// As [`crate::ops::update`].
pub fn update(
    parameters: Tensor<1>,
    gradients: Tensor<1>,
    state: Tensor<2>,
    step: Step,
) -> (Tensor<1>, Tensor<2>) {
    let Step {
        rule,
        number,
        learning_rate,
        weight_decay,
        gradient_scale,
    } = step;
    let decoupled = matches!(
        rule,
        Rule::Adam {
            decoupled: true,
            ..
        }
    );
    let g = gradients.mul_scalar(gradient_scale);
    let (p, g) = if decoupled {
        (parameters.mul_scalar(1.0 - learning_rate * weight_decay), g)
    } else {
        (parameters.clone(), g + parameters.mul_scalar(weight_decay))
    };
    let slot = |i: usize| -> Tensor<1> { state.clone().slice(i..i + 1).squeeze_dim(0) };
    let mean = |old: Tensor<1>, new: Tensor<1>, decay: f64| {
        old.mul_scalar(decay) + new.mul_scalar(1.0 - decay)
    };
    match rule {
        Rule::Sgd { momentum: 0.0 } => (p - g.mul_scalar(learning_rate), state),
        Rule::Sgd { momentum } => {
            let v = slot(0).mul_scalar(momentum) + g;
            (p - v.clone().mul_scalar(learning_rate), v.unsqueeze())
        }
        Rule::RmsProp { decay, epsilon } => {
            let s = mean(slot(0), g.clone() * g.clone(), decay);
            let delta = g / s.clone().sqrt().add_scalar(epsilon);
            (p - delta.mul_scalar(learning_rate), s.unsqueeze())
        }
        Rule::Adam {
            beta_1,
            beta_2,
            epsilon,
            ..
        } => {
            let m = mean(slot(0), g.clone(), beta_1);
            let v = mean(slot(1), g.clone() * g, beta_2);
            let correction = |beta: f64| 1.0 - beta.powf(number as f64);
            let root = v.clone().sqrt().div_scalar(correction(beta_2).sqrt());
            let delta = m.clone() / root.add_scalar(epsilon);
            let rate = learning_rate / correction(beta_1);
            (p - delta.mul_scalar(rate), Tensor::stack(vec![m, v], 0))
        }
    }
}

/// `ln sum exp` over an axis, which is taken away.
fn log_sum(x: Tensor<3>, axis: usize) -> Tensor<2> {
    let largest = x.clone().detach().max_dim(axis);
    let sum = (x - largest.clone()).exp().sum_dim(axis).log();
    (sum + largest).squeeze_dim(axis)
}
