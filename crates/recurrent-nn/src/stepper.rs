//! Layers packed for streaming: one row, one step at a time, on the CPU.
//!
//! A [`Stack`] steps through tensors as well ([`Stack::step`]); a stepper copies
//! and packs the weights once and then takes plain slices, which is what a
//! sampler or a server of one stream at a time wants. Later changes of the
//! layer do not reach it.

use crate::ops::cpu;
use crate::{Layer, LayerNorm, LayerNormStepper, Linear, Stack};
use burn::tensor::Tensor;
use recurrent_kernels::layer::{Size, Weights};
use recurrent_kernels::step::{LinearStepper, StepState, Stepper};
use serde::{Deserialize, Serialize};

/// How a stepper keeps its weights, or a step of training multiplies ([`ops::autocast`](crate::ops::autocast)). Biases and
/// states are never rounded, and sums are in single precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// In single precision.
    #[default]
    Full,
    /// In bfloat16, with a relative error up to `2^-8`: half as much to read, and faster products where the machine has
    /// them (AMX).
    Bf16,
}

impl Precision {
    pub(crate) fn kernel(self) -> recurrent_kernels::Precision {
        match self {
            Self::Full => recurrent_kernels::Precision::Full,
            Self::Bf16 => recurrent_kernels::Precision::Bf16,
        }
    }
}

/// The elements of a tensor in order.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

impl Layer {
    /// The layer packed for steps of one row. The direction has no meaning there.
    pub fn stepper(&self, precision: Precision) -> Stepper<f32> {
        let [_, input] = self.weight_ih.val().dims();
        let weights = [self.weight_ih.val(), self.weight_hh.val()].map(values);
        let biases = [self.bias_ih.val(), self.bias_hh.val()].map(values);
        Stepper::new(
            cpu(),
            self.cell().kind(),
            Size {
                input,
                hidden: self.hidden_size(),
            },
            Weights {
                input: &weights[0],
                recurrent: &weights[1],
                input_bias: &biases[0],
                recurrent_bias: &biases[1],
            },
            precision.kernel(),
        )
    }
}

impl Linear {
    /// The map packed for one row at a time.
    pub fn stepper(&self, precision: Precision) -> LinearStepper<f32> {
        linear_stepper(self.weight.val(), self.bias.val(), precision)
    }
}

/// `y = x W^T + b` with `weight [O, I]` and `bias [O]`, packed for one row at a time.
pub fn linear_stepper(
    weight: Tensor<2>,
    bias: Tensor<1>,
    precision: Precision,
) -> LinearStepper<f32> {
    let [_, inputs] = weight.dims();
    let (weight, bias) = (values(weight), values(bias));
    LinearStepper::new(cpu(), inputs, &weight, &bias, precision.kernel())
}

/// A [`Stack`] packed for steps of one row.
#[derive(Debug)]
pub struct StackStepper {
    layers: Vec<Stepper<f32>>,
    /// One before each layer, or none.
    norms: Vec<LayerNormStepper>,
}

/// State of a [`StackStepper`].
#[derive(Debug, Clone, PartialEq)]
pub struct StackStepperState {
    layers: Vec<StepState<f32>>,
}

impl StackStepperState {
    /// The state of each layer, from input to output.
    pub fn layers(&self) -> &[StepState<f32>] {
        &self.layers
    }

    /// The last layer's hidden state `[H]`: the output of the last step.
    pub fn output(&self) -> &[f32] {
        self.layers.last().map_or(&[], |layer| &layer.hidden)
    }
}

impl Stack {
    /// The stack packed for steps of one row.
    ///
    /// # Panics
    /// Where the stack is bidirectional: its outputs need the whole sequence.
    pub fn stepper(&self, precision: Precision) -> StackStepper {
        self.assert_steps();
        let layers = self.forward_layers();
        StackStepper {
            layers: layers.map(|layer| layer.stepper(precision)).collect(),
            norms: self.norms().iter().map(LayerNorm::stepper).collect(),
        }
    }
}

impl StackStepper {
    /// A state of zeros.
    pub fn zero_state(&self) -> StackStepperState {
        let layers = self.layers.iter().map(Stepper::zero_state);
        StackStepperState {
            layers: layers.collect(),
        }
    }

    /// Takes `input [I]`, moves the state one step and returns the output `[H]`.
    /// Steps over a sequence give what [`Stack::forward`] gives, up to the order
    /// of sums.
    ///
    /// # Panics
    /// Where the input has another size, or the state is of another stack.
    pub fn step<'a>(&self, input: &[f32], state: &'a mut StackStepperState) -> &'a [f32] {
        assert_eq!(state.layers.len(), self.layers.len(), "state of a step");
        let mut below: Option<&StepState<f32>> = None;
        for (number, (layer, state)) in self.layers.iter().zip(&mut state.layers).enumerate() {
            let input = below.map_or(input, |below| &below.hidden);
            match self.norms.get(number) {
                Some(norm) => layer.step(&norm.step(input), state),
                None => layer.step(input, state),
            }
            below = Some(state);
        }
        state.output()
    }
}
