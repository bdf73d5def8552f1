//! The linear map from hidden states to logits.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use recurrent_nn::{Embedding, Initializer, Linear, LinearConfig, ops};

/// The output layer of a network, with the weights of its embedding where they are tied (Press
/// and Wolf 2017).
#[derive(Module, Debug)]
pub(in crate::language_model) struct Output {
    /// `[V, H]`; those of the embedding where `None`.
    weight: Option<Param<Tensor<2>>>,
    /// `[V]`.
    pub bias: Param<Tensor<1>>,
}

impl Output {
    /// A map from `H` to `V` with weights and bias drawn by `initializer`, or with the
    /// embedding's weights and a bias of zeros where they are `tied`.
    pub(super) fn new(
        [input_size, vocabulary]: [usize; 2],
        initializer: Initializer,
        tied: bool,
        seed: u64,
        device: &Device,
    ) -> Self {
        let bias_initializer = if tied {
            Initializer::Zeros
        } else {
            initializer
        };
        let Linear { weight, bias } = LinearConfig {
            input_size,
            output_size: vocabulary,
            initializer,
            bias_initializer,
        }
        .init(seed, device);
        Self {
            weight: (!tied).then_some(weight),
            bias,
        }
    }

    /// `[V, H]`.
    pub(super) fn weight(&self, embedding: &Embedding) -> Tensor<2> {
        let own = self.weight.as_ref();
        own.unwrap_or(&embedding.weight).val()
    }

    /// Logits `[T B, V]` of states `[T, B, H]`.
    pub(super) fn forward(&self, h: Tensor<3>, embedding: &Embedding) -> Tensor<2> {
        let [time, batch, width] = h.dims();
        let h = h.reshape([time * batch, width]);
        ops::linear(h, self.weight(embedding), self.bias.val())
    }
}
