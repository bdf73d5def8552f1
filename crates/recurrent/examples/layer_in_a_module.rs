//! A recurrent stack inside a Burn module of one's own: it learns to tell which
//! of two rows of numbers has the larger sum.
//!
//! ```text
//! cargo run --release -p recurrent --example layer_in_a_module
//! ```

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent::nn::{
    Cell, Clip, Linear, LinearConfig, Mode, OptimizerConfig, Rule, Stack, StackConfig,
    cross_entropy, noise,
};

#[derive(Module, Debug)]
struct Comparer {
    rnn: Stack,
    output: Linear,
}

impl Comparer {
    fn new(device: &Device) -> Self {
        Self {
            rnn: StackConfig::new(Cell::Gru, 2, 16, 1).init(1, device),
            output: LinearConfig::new(16, 2).init(2, device),
        }
    }

    /// `[T, B, 2]` to logits `[B, 2]`.
    fn forward(&self, x: Tensor<3>, lengths: &[usize], mode: Mode) -> Tensor<2> {
        let (_, state) = self.rnn.forward(x, Some(lengths), None, mode);
        let last = state.layers[0].clone().squeeze_dim(0);
        self.output.forward(last)
    }
}

const TIME: usize = 8;
const BATCH: usize = 64;

/// Random rows of unequal length, and which of their two sums is larger.
fn batch(seed: u64, device: &Device) -> (Tensor<3>, Vec<usize>, Vec<i32>) {
    let value = |t, b, i| noise::uniform(seed, ((t * BATCH + b) * 2 + i) as u64) as f32 - 0.5;
    let lengths: Vec<usize> = (0..BATCH).map(|b| 1 + b % TIME).collect();
    let classes = (0..BATCH).map(|b| {
        let sum = |i| (0..lengths[b]).map(|t| value(t, b, i)).sum::<f32>();
        i32::from(sum(1) > sum(0))
    });
    let classes = classes.collect();
    let values: Vec<f32> = (0..TIME * BATCH * 2)
        .map(|n| value(n / (BATCH * 2), n / 2 % BATCH, n % 2))
        .collect();
    let x = Tensor::from_data(TensorData::new(values, [TIME, BATCH, 2]), device);
    (x, lengths, classes)
}

fn main() {
    let device = Device::flex().autodiff();
    let mut model = Comparer::new(&device);
    let mut optimizer = OptimizerConfig {
        rule: Rule::Adam {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            decoupled: false,
        },
        weight_decay: 0.0,
        clip: Some(Clip::Norm(1.0)),
    }
    .init();
    for step in 0..300 {
        let (x, lengths, classes) = batch(step, &device);
        let logits = model.forward(x, &lengths, Mode::Training { seed: step });
        let targets = Tensor::<1, Int>::from_data(TensorData::new(classes, [BATCH]), &device);
        let loss = cross_entropy(logits, targets, None, 0.0);
        let gradients = loss.backward();
        model = match optimizer.step(model, gradients, 0.01) {
            Ok((model, _)) => model,
            Err((_, error)) => panic!("{error}"),
        };
    }
    let (x, lengths, classes) = batch(1_000_000, &device);
    let logits = model.forward(x, &lengths, Mode::Inference);
    let found: Vec<i32> = logits.argmax(1).into_data().iter::<i32>().collect();
    let right = found.iter().zip(&classes).filter(|(f, c)| f == c).count();
    println!("{right} of {BATCH} right");
    assert!(right >= BATCH * 9 / 10, "it should have learned this");
}
