//! Products in bfloat16, forward and backward.

use burn::tensor::{Device, Tensor, TensorData};
use recurrent_nn::{Cell, Mode, Precision, StackConfig, noise, ops};

fn normal<const D: usize>(seed: u64, dims: [usize; D], device: &Device) -> Tensor<D> {
    let count = dims.iter().product::<usize>() as u64;
    let values: Vec<f32> = (0..count).map(|i| noise::normal(seed, i) as f32).collect();
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// The outputs of a layer and of an output layer above it, and the gradient of what it read.
fn pass(precision: Precision) -> [Vec<f32>; 2] {
    let device = Device::flex().autodiff();
    let stack = StackConfig::new(Cell::Lstm, 24, 40, 1).init(1, &device);
    let input = normal(2, [7, 3, 24], &device).require_grad();
    let (weight, bias) = (normal(3, [50, 40], &device), normal(4, [50], &device));
    ops::autocast(precision, || {
        let hidden = stack.forward(input.clone(), None, None, Mode::Inference).0;
        let outputs = ops::linear(hidden.reshape([21, 40]), weight, bias);
        let gradients = (outputs.clone() * outputs.clone()).sum().backward();
        let gradient = input.grad(&gradients).expect("a gradient of the input");
        [outputs.into_data(), gradient.into_data()].map(|data| data.iter::<f32>().collect())
    })
}

#[test]
fn rounding_shows_forward_and_backward_and_stays_small() {
    let (whole, rounded) = (pass(Precision::Full), pass(Precision::Bf16));
    for (whole, rounded) in whole.iter().zip(&rounded) {
        let size = whole.iter().fold(0f32, |most, x| most.max(x.abs()));
        let error = whole.iter().zip(rounded).map(|(a, b)| (a - b).abs());
        let error = error.fold(0f32, f32::max) / size;
        // Eight bits of each factor, averaged over the depth of a few products in a row.
        assert!(error > 1e-5 && error < 2e-2, "{error}");
    }
    assert_eq!(pass(Precision::Full), whole, "nothing is left behind");
}
