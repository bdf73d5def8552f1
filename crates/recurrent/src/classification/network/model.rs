//! The network: encoder and head.

use super::NetworkModelConfig;
use crate::network::{Encoder, Head, HeadShape, Input, rows};
use crate::report::LayerRow;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{Mode, noise, parameters};

/// Most parameters of a network: 4 GB.
pub(in crate::classification) const MOST_PARAMETERS: usize = 1_000_000_000;

/// What a network is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Tokens of the vocabulary, or channels.
    pub inputs: usize,
    /// Most steps of a sequence, where that is known.
    pub steps: Option<usize>,
    /// `K`.
    pub classes: usize,
}

/// Encoder and head.
#[derive(Module, Debug)]
pub struct ClassifierNetwork {
    pub(super) encoder: Encoder,
    head: Head,
}

impl NetworkModelConfig {
    fn head_shape(&self, shape: Shape) -> HeadShape {
        let encoder = self.parts(shape.inputs);
        HeadShape {
            states: encoder.output_size(),
            bidirectional: encoder.is_bidirectional(),
            steps: shape.steps.map(|steps| encoder.steps(steps)),
            outputs: shape.classes,
        }
    }

    /// Parameters of a network.
    pub(in crate::classification) fn parameters(&self, shape: Shape) -> usize {
        let encoder = self.parts(shape.inputs).parameters();
        encoder + self.head().parameters(self.head_shape(shape))
    }

    /// A network with weights drawn from `seed`; those of the encoder are zero where `blank`.
    pub(crate) fn init(
        &self,
        shape: Shape,
        seed: u64,
        blank: bool,
        device: &Device,
    ) -> ClassifierNetwork {
        let encoder = self.parts(shape.inputs);
        ClassifierNetwork {
            encoder: encoder.init(noise::mix(seed, 0), blank, device),
            head: (self.head()).init(self.head_shape(shape), noise::mix(seed, 1), device),
        }
    }

    /// The layers of a network from input to output.
    pub(in crate::classification) fn layers(
        &self,
        shape: Shape,
        network: &ClassifierNetwork,
    ) -> Vec<LayerRow> {
        let mut layers = self.parts(shape.inputs).layers("encoder");
        layers.extend(self.head().layers(self.head_shape(shape), "head"));
        rows(layers, &parameters(network))
    }
}

impl ClassifierNetwork {
    /// The network with other vectors `[E]` of some tokens.
    ///
    /// # Panics
    /// Where a token is not in the vocabulary, or a vector of another width.
    pub(in crate::classification) fn with_embedding<'a>(
        mut self,
        rows: impl Iterator<Item = (usize, &'a [f32])>,
    ) -> Self {
        self.encoder = self.encoder.with_embedding(rows);
        self
    }

    /// Scores `[B, K]` of sequences, and the weights `[T, B]` that attention gives their steps.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        input: Input,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let vectors = self.encoder.embed(input, mode.part(0));
        self.read(vectors, lengths, mode)
    }

    /// The same of the vectors `[T, B, ..]` that the body of the encoder reads.
    ///
    /// # Panics
    /// As [`Self::forward`].
    pub fn read(
        &self,
        vectors: Tensor<3>,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let (states, lengths) = self.encoder.read(vectors, lengths, mode.part(1));
        self.head.forward(states, &lengths, mode.part(2))
    }
}
