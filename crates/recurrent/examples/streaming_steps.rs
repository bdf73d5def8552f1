//! A streaming loop: one step at a time, weights packed once, the state passed along.
//!
//! ```text
//! cargo run --release -p recurrent --example streaming_steps
//! ```

use burn::tensor::{Device, Tensor};
use recurrent::nn::{Cell, Mode, Precision, StackConfig};

fn main() {
    let device = Device::flex();
    let stack = StackConfig::new(Cell::Lstm, 3, 8, 2).init(1, &device);
    let samples: Vec<[f32; 3]> = (0..20).map(|t| [t as f32 * 0.1, 1.0, -0.5]).collect();

    let stepper = stack.stepper(Precision::Full);
    let mut state = stepper.zero_state();
    for sample in &samples {
        stepper.step(sample, &mut state);
    }

    let input = Tensor::<1>::from_floats(samples.concat().as_slice(), &device).reshape([20, 1, 3]);
    let (outputs, _) = stack.forward(input, None, None, Mode::Inference);
    let last: Vec<f32> = outputs.slice(19..20).into_data().iter::<f32>().collect();
    let difference = last.iter().zip(state.output()).map(|(a, b)| (a - b).abs());
    let difference = difference.fold(0.0, f32::max);
    println!(
        "last state {:?}\nlargest difference from the whole sequence: {difference:e}",
        state.output()
    );
    assert!(difference < 1e-6, "steps give what the sequence gives");
}
