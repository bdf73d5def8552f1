//! Attention of one learned query over the steps of a sequence (Yang et al. 2016, *Hierarchical
//! attention networks for document classification*; the scores are those of Bahdanau, Cho and
//! Bengio 2015 without a decoder).
//!
//! ```text
//! s_t = context . tanh(W h_t + b)
//! a_t = exp(s_t) / sum over the steps of a row of exp(s_u)
//! y   = sum_t a_t h_t
//! ```

use crate::{Initializer, Linear, LinearConfig, padding};
use burn::module::{Module, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_kernels::noise;

/// Below every score: no sum of weights times hyperbolic tangents is near it.
const NO_SCORE: f64 = -1e30;

/// Configuration of an [`AttentionPooling`].
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionPoolingConfig {
    /// `I`, the width of the states.
    pub input_size: usize,
    /// `A`, the hidden units.
    pub attention_size: usize,
}

impl AttentionPoolingConfig {
    /// A layer with weights drawn from `seed` as PyTorch's linear maps draw them.
    ///
    /// # Panics
    /// Where a size is zero.
    pub fn init(&self, seed: u64, device: &Device) -> AttentionPooling {
        let units = self.attention_size;
        assert!(self.input_size > 0 && units > 0, "sizes are positive");
        let context = Initializer::Default.values(noise::mix(seed, 1), 1, [1, units], units);
        AttentionPooling {
            projection: LinearConfig::new(self.input_size, units).init(noise::mix(seed, 0), device),
            context: Param::from_tensor(Tensor::from_data(
                TensorData::new(context, [units]),
                device,
            )),
        }
    }
}

/// A mean over the steps of a sequence, with weights that depend on the states.
#[derive(Module, Debug)]
pub struct AttentionPooling {
    /// `W [A, I]` and `b [A]`.
    pub projection: Linear,
    /// `[A]`.
    pub context: Param<Tensor<1>>,
}

impl AttentionPooling {
    /// From `states [T, B, I]` to the mean `[B, I]` and the weights `[T, B]`, which are zero past
    /// a row's end. All rows have `T` steps where `lengths [B]` is `None`.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(&self, states: Tensor<3>, lengths: Option<&[usize]>) -> (Tensor<2>, Tensor<2>) {
        let [time, batch, width] = states.dims();
        if time * batch == 0 {
            let place = (&states.device(), states.dtype());
            return (
                Tensor::zeros([batch, width], place),
                Tensor::zeros([time, batch], place),
            );
        }
        let states = padding::fill(states, lengths, 0.0);
        let flat = states.clone().reshape([time * batch, width]);
        let hidden = self.projection.forward(flat).tanh();
        let scores = hidden
            .matmul(self.context.val().unsqueeze_dim(1))
            .reshape([time, batch, 1]);
        let scores = padding::fill(scores, lengths, NO_SCORE);
        // In a row of no steps all scores are equal, and all weights are taken away again.
        let weights = padding::fill(softmax(scores, 0), lengths, 0.0);
        let mean = (states * weights.clone()).sum_dim(0).squeeze_dim(0);
        (mean, weights.squeeze_dim(2))
    }
}
