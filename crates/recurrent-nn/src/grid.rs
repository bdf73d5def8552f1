//! Convolutions over steps and features at once, in front of a recurrent stack, as for sound (Amodei et al. 2016, *Deep
//! Speech 2*) and for images read by columns (Shi, Bai and Yao 2015, CRNN).
//!
//! ```text
//! [T, B, C F] -> convolution, rectifier -> maximum over windows -> [T', B, C' F']
//! ```
//!
//! A step of several channels holds the features of the first channel, then those of the second. Filters have an odd size and
//! rows are filled up with zeros around their own first and last step, so that a stride of `s` leaves `⌈L / s⌉` of
//! `L` steps and no row depends on the others of its batch; windows of the maximum leave as many.

use crate::{Initializer, padding};
use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_kernels::noise;

/// Configuration of a [`GridConvolution`]. Pairs are of steps and features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridConvolutionConfig {
    /// `C`, the channels of a step.
    pub channels: usize,
    /// `F`, the features of a channel.
    pub features: usize,
    /// `C'`, the number of filters.
    pub filters: usize,
    /// What a filter sees, odd numbers.
    pub kernel: [usize; 2],
    /// How far a filter moves.
    pub stride: [usize; 2],
    /// What becomes one number by taking the largest.
    pub window: [usize; 2],
}

impl GridConvolutionConfig {
    /// A convolution with weights drawn from `seed`, as PyTorch's `Conv2d` has them.
    ///
    /// # Panics
    /// Where a size is zero or a filter's even.
    pub fn init(&self, seed: u64, device: &Device) -> GridConvolution {
        let Self {
            channels,
            features,
            filters,
            kernel: [steps, wide],
            stride,
            window,
        } = *self;
        let sizes = [channels, features, filters, stride[0], stride[1]];
        assert!(
            sizes.iter().chain(&window).all(|&size| size > 0),
            "sizes are positive"
        );
        assert!(steps % 2 == 1 && wide % 2 == 1, "filters have odd sizes");
        let columns = channels * steps * wide;
        let draw = |part, columns_of| {
            let seed = noise::mix(seed, part);
            Initializer::Default.values(seed, 1, [filters, columns_of], columns)
        };
        let weight = TensorData::new(draw(0, columns), [filters, channels, steps, wide]);
        let bias = TensorData::new(draw(1, 1), [filters]);
        GridConvolution {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
            stride,
            window,
        }
    }

    /// The numbers of a step that come out: `C' F'`.
    pub fn output_size(&self) -> usize {
        self.filters * self.output_features()
    }

    /// `F'`.
    pub fn output_features(&self) -> usize {
        let features = self.features.div_ceil(self.stride[1]);
        features.div_ceil(self.window[1])
    }

    /// `T'` of `T` steps.
    pub fn steps(&self, steps: usize) -> usize {
        steps.div_ceil(self.stride[0]).div_ceil(self.window[0])
    }

    /// Parameters.
    pub fn parameters(&self) -> usize {
        self.filters * (self.channels * self.kernel[0] * self.kernel[1] + 1)
    }
}

/// Filters over neighbouring steps and features, a rectifier, and the maximum over windows.
#[derive(Module, Debug)]
pub struct GridConvolution {
    /// `[C', C, steps, features]`.
    pub weight: Param<Tensor<4>>,
    /// `[C']`.
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    stride: [usize; 2],
    #[module(skip)]
    window: [usize; 2],
}

impl GridConvolution {
    /// Reads rows of `x [T, B, C F]`; gives `[T', B, C' F']` and their lengths. What lies past a row's end is not read and is
    /// zero in the result.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(&self, x: Tensor<3>, lengths: &[usize]) -> (Tensor<3>, Vec<usize>) {
        let [time, batch, width] = x.dims();
        let [filters, channels, steps, wide] = self.weight.dims();
        assert_eq!(width % channels, 0, "features of {channels} channels");
        let features = width / channels;
        let x = padding::fill(x, Some(lengths), 0.0);
        if time * batch == 0 {
            let after = features.div_ceil(self.stride[1]).div_ceil(self.window[1]);
            let none = Tensor::zeros([0, batch, filters * after], (&x.device(), x.dtype()));
            return (none + x.sum().mul_scalar(0.0).unsqueeze(), lengths.to_vec());
        }
        let x = x.reshape([time, batch, channels, features]);
        let x = x.permute([1, 2, 0, 3]); // [B, C, T, F]
        let around = [steps / 2, wide / 2];
        let options = ConvOptions::new(self.stride, around, [1, 1], 1);
        let mut y = relu(conv2d(x, self.weight.val(), Some(self.bias.val()), options));
        let mut lengths = lengths.to_vec();
        let shorten = |lengths: &mut [usize], by: usize| {
            for length in lengths {
                *length = length.div_ceil(by);
            }
        };
        shorten(&mut lengths, self.stride[0]);
        if self.window != [1, 1] {
            y = self.pooled(sequence(y), filters, &lengths);
            shorten(&mut lengths, self.window[0]);
        }
        let y = padding::fill(sequence(y), Some(&lengths), 0.0);
        (y, lengths)
    }

    /// The largest of each window of `x [T, B, C' F']` as `[B, C', T', F']`; after a rectifier zeros past the ends take no
    /// part.
    fn pooled(&self, x: Tensor<3>, filters: usize, lengths: &[usize]) -> Tensor<4> {
        let x = padding::fill(x, Some(lengths), 0.0);
        let [time, batch, width] = x.dims();
        let features = width / filters;
        let x = x.reshape([time, batch, filters, features]);
        let x = x.permute([1, 2, 0, 3]);
        let lacks = |size: usize, window: usize| size.next_multiple_of(window) - size;
        let [below, beside] = [lacks(time, self.window[0]), lacks(features, self.window[1])];
        let x = match below + beside {
            0 => x,
            _ => x.pad([(0, below), (0, beside)], 0.0f32),
        };
        max_pool2d(x, MaxPoolOptions::new(self.window))
    }
}

/// `[B, C, T, F]` as `[T, B, C F]`.
fn sequence(x: Tensor<4>) -> Tensor<3> {
    let [batch, channels, time, features] = x.dims();
    let x = x.permute([2, 0, 1, 3]);
    x.reshape([time, batch, channels * features])
}
