//! A streaming loop: one step at a time, the state passed in and returned.
//!
//! ```text
//! cargo run --release -p recurrent --example streaming_steps
//! ```

use burn::tensor::{Device, Tensor};
use recurrent::nn::{Cell, Mode, StackConfig};

fn main() {
    let device = Device::flex();
    let stack = StackConfig::new(Cell::Lstm, 3, 8, 2).init(1, &device);
    let samples: Vec<[f32; 3]> = (0..20).map(|t| [t as f32 * 0.1, 1.0, -0.5]).collect();

    let mut state = None;
    let mut last = Tensor::<2>::zeros([1, 8], &device);
    for sample in &samples {
        let input = Tensor::<2>::from_data([*sample], &device);
        let (output, next) = stack.step(input, state);
        (last, state) = (output, Some(next));
    }

    let whole = samples.iter().map(|sample| [*sample]).collect::<Vec<_>>();
    let values: Vec<f32> = whole.concat().concat();
    let input = Tensor::<1>::from_floats(values.as_slice(), &device).reshape([20, 1, 3]);
    let (outputs, _) = stack.forward(input, None, None, Mode::Inference);
    let difference = (outputs.slice(19..20).reshape([1, 8]) - last.clone())
        .abs()
        .max();
    let difference = difference.into_scalar::<f32>();
    println!("last state {last}\nlargest difference from the whole sequence: {difference:e}");
    assert!(difference < 1e-6, "steps give what the sequence gives");
}
