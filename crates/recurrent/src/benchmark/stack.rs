//! Recurrent layers alone: over sequences, and step by step.

use super::measurement::median;
use super::{StackShape, Times, normal};
use crate::Error;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{Mode, Precision};

/// Seeds of weights and input.
const WEIGHTS: u64 = 1;
const INPUT: u64 = 2;

/// Steps that are timed together.
const STEPS: usize = 200;

/// Forward and backward over rows of these lengths, the input's gradient included.
pub(super) fn time_sequence(shape: &StackShape, lengths: &[usize]) -> Result<Times, Error> {
    let device = Device::flex();
    let time = lengths.iter().copied().max().unwrap_or(0);
    let dims = [time, lengths.len(), shape.input_size];
    let input: Tensor<3> = normal(INPUT, dims, &device);
    let stack = shape.config().init(WEIGHTS, &device.clone().autodiff());
    let unequal = lengths.iter().any(|&length| length < time);
    let lengths = unequal.then_some(lengths);

    let tracked = Tensor::from_inner(input.clone()).require_grad();
    let (whole, ()) = median((), |()| {
        let mode = Mode::Training { seed: 0 };
        let (output, _) = stack.forward(tracked.clone(), lengths, None, mode);
        output.sum().backward();
        Ok(())
    })?;
    let stack = stack.valid();
    let (forward, ()) = median((), |()| {
        stack.forward(input.clone(), lengths, None, Mode::Inference);
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// One step of one row, the weights packed beforehand, the state passed from step to step.
pub(super) fn time_steps(shape: &StackShape, precision: Precision) -> Result<Times, Error> {
    let device = Device::flex();
    let stepper = shape.config().init(WEIGHTS, &device).stepper(precision);
    let input: Tensor<1> = normal(INPUT, [shape.input_size], &device);
    let input: Vec<f32> = input.into_data().iter::<f32>().collect();
    let (steps, _) = median(stepper.zero_state(), |mut state| {
        for _ in 0..STEPS {
            stepper.step(&input, &mut state);
        }
        Ok(state)
    })?;
    Ok(Times {
        whole: steps / STEPS as f64,
        forward: None,
    })
}

/// The largest difference of a hidden unit between steps with rounded weights and steps with
/// exact ones, over the same random input.
pub(super) fn rounding_error(shape: &StackShape, precision: Precision) -> f64 {
    let device = Device::flex();
    let stack = shape.config().init(WEIGHTS, &device);
    let [rounded, exact] = [precision, Precision::Full].map(|precision| stack.stepper(precision));
    let [mut state, mut exact_state] = [rounded.zero_state(), exact.zero_state()];
    let inputs: Tensor<2> = normal(INPUT, [STEPS, shape.input_size], &device);
    let inputs: Vec<f32> = inputs.into_data().iter::<f32>().collect();
    let mut largest: f32 = 0.0;
    for input in inputs.chunks_exact(shape.input_size) {
        let output = rounded.step(input, &mut state);
        let expected = exact.step(input, &mut exact_state);
        let pairs = output.iter().zip(expected);
        largest = pairs.fold(largest, |largest, (a, b)| largest.max((a - b).abs()));
    }
    f64::from(largest)
}
