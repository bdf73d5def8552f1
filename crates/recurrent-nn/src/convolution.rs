//! Convolution over time (as in Kim 2014, *Convolutional neural networks for sentence
//! classification*), as one product of weights with windows of steps.
//!
//! ```text
//! y_t = bias + sum over k in 0..W of weight[:, :, k] x_{t + k - left},    left = (W - 1) / 2
//! ```
//!
//! Each row is filled up with zeros around its own first and last step, so that it keeps its length
//! and does not depend on the other rows of its batch. On one row it is PyTorch's
//! `Conv1d(I, O, W, padding="same")`, with its parameters.

use crate::{Initializer, ops, padding};
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_kernels::noise;

/// Configuration of a [`Convolution`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConvolutionConfig {
    /// `I`, the features of a step.
    pub input_size: usize,
    /// `O`, the number of filters.
    pub filters: usize,
    /// `W`, the steps that a filter sees.
    pub width: usize,
    /// Start of the weights.
    pub initializer: Initializer,
    /// Start of the bias.
    pub bias_initializer: Initializer,
}

impl ConvolutionConfig {
    /// PyTorch's initial values.
    pub fn new(input_size: usize, filters: usize, width: usize) -> Self {
        Self {
            input_size,
            filters,
            width,
            initializer: Initializer::Default,
            bias_initializer: Initializer::Default,
        }
    }

    /// A convolution with weights drawn from `seed`.
    ///
    /// # Panics
    /// Where a size is zero.
    pub fn init(&self, seed: u64, device: &Device) -> Convolution {
        let Self {
            input_size,
            filters,
            width,
            initializer,
            bias_initializer,
        } = *self;
        assert!(
            input_size > 0 && filters > 0 && width > 0,
            "sizes are positive"
        );
        let columns = input_size * width;
        let weight = initializer.values(noise::mix(seed, 0), 1, [filters, columns], columns);
        let bias = bias_initializer.values(noise::mix(seed, 1), 1, [filters, 1], columns);
        let weight = TensorData::new(weight, [filters, input_size, width]);
        let bias = TensorData::new(bias, [filters]);
        Convolution {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
        }
    }
}

/// Filters over neighbouring steps.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[O, I, W]`.
    pub weight: Param<Tensor<3>>,
    /// `[O]`.
    pub bias: Param<Tensor<1>>,
}

impl Convolution {
    /// From `x [T, B, I]` to `[T, B, O]`. What lies past a row's end is taken for zeros and takes
    /// no gradient; results past a row's end are zero. All rows have `T` steps where
    /// `lengths [B]` is `None`.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(&self, x: Tensor<3>, lengths: Option<&[usize]>) -> Tensor<3> {
        let weight = self.weight.val();
        let ([time, batch, inputs], [filters, expected, width]) = (x.dims(), weight.dims());
        assert_eq!(inputs, expected, "features of a step");
        let full = vec![time; batch];
        let lengths = lengths.unwrap_or(&full);
        assert_eq!(lengths.len(), batch, "number of lengths");
        padding::check(time, lengths);
        if time * batch == 0 {
            return Tensor::zeros([time, batch, filters], (&x.device(), x.dtype()));
        }
        let windows = windows(x, lengths, width);
        let weight = weight.swap_dims(1, 2).reshape([filters, width * inputs]);
        let y = ops::linear(windows, weight, self.bias.val());
        padding::fill(y.reshape([time, batch, filters]), Some(lengths), 0.0)
    }
}

/// The steps that each step's filters see, one behind the other: `x [T, B, I]` to `[T B, W I]`.
fn windows(x: Tensor<3>, lengths: &[usize], width: usize) -> Tensor<2> {
    let [time, batch, inputs] = x.dims();
    let (device, dtype) = (x.device(), x.dtype());
    let zeros = time * batch;
    let left = (width - 1) / 2;
    let place = |t: usize, row: usize, k: usize| match (t + k).checked_sub(left) {
        Some(step) if step < lengths[row] => step * batch + row,
        _ => zeros,
    };
    let mut places = Vec::with_capacity(time * batch * width);
    for t in 0..time {
        for row in 0..batch {
            places.extend((0..width).map(|k| place(t, row, k) as i64));
        }
    }
    let places = TensorData::new(places, [time * batch * width]);
    let rows = Tensor::cat(
        vec![
            x.reshape([time * batch, inputs]),
            Tensor::zeros([1, inputs], (&device, dtype)),
        ],
        0,
    );
    rows.select(0, Tensor::<1, Int>::from_data(places, &device))
        .reshape([time * batch, width * inputs])
}
