//! A linear map with PyTorch's weight layout, so that it can share its weights
//! with an embedding of the same shape.

use crate::{Initializer, ops};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_kernels::noise;

/// Configuration of a [`Linear`].
#[derive(Debug, Clone, PartialEq)]
pub struct LinearConfig {
    /// Input features.
    pub input_size: usize,
    /// Output features.
    pub output_size: usize,
    /// Start of the weights.
    pub initializer: Initializer,
    /// Start of the bias.
    pub bias_initializer: Initializer,
}

impl LinearConfig {
    /// PyTorch's initial values.
    pub fn new(input_size: usize, output_size: usize) -> Self {
        Self {
            input_size,
            output_size,
            initializer: Initializer::Default,
            bias_initializer: Initializer::Default,
        }
    }

    /// A map with weights drawn from `seed`.
    pub fn init(&self, seed: u64, device: &Device) -> Linear {
        let (rows, columns) = (self.output_size, self.input_size);
        let weight = self
            .initializer
            .values(noise::mix(seed, 0), 1, [rows, columns], columns);
        let bias = self
            .bias_initializer
            .values(noise::mix(seed, 1), 1, [rows, 1], columns);
        let weight = TensorData::new(weight, [rows, columns]);
        let bias = TensorData::new(bias, [rows]);
        Linear {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
        }
    }
}

/// `y = x W^T + b`.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[O, I]`.
    pub weight: Param<Tensor<2>>,
    /// `[O]`.
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// `x [N, I]` to `[N, O]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        ops::linear(x, self.weight.val(), self.bias.val())
    }
}
