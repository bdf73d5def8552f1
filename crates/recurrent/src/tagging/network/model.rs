//! The network.

use super::characters::Characters;
use super::inputs::{Batch, CAPITALS};
use super::{NetworkModelConfig, OutputKind};
use crate::network::{Encoder, Input, LayerOf, rows};
use crate::report::LayerRow;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{
    Crf, CrfConfig, Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, Mode, dropout,
    noise, parameters,
};

/// Most parameters of a network: 4 GB.
pub(in crate::tagging) const MOST_PARAMETERS: usize = 1_000_000_000;

/// What a network is made for: words, characters, tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub words: usize,
    pub characters: usize,
    pub tags: usize,
}

/// Words, characters and capitals in, scores of tags out.
#[derive(Module, Debug)]
pub struct TaggerNetwork {
    encoder: Encoder,
    characters: Option<Characters>,
    capitals: Option<Embedding>,
    output: Linear,
    pub(super) crf: Option<Crf>,
    #[module(skip)]
    output_dropout: f64,
    #[module(skip)]
    pub(super) unknown_words: f64,
}

impl NetworkModelConfig {
    /// Parameters of a network.
    pub(in crate::tagging) fn parameters(&self, shape: Shape) -> usize {
        let encoder = self.parts(shape.words);
        let characters = self.characters.as_ref();
        let characters = characters.map_or(0, |own| own.parameters(shape.characters));
        let scores = (encoder.output_size() + 1) * shape.tags;
        encoder.parameters() + characters + scores + shape.tags * (shape.tags + 2)
    }

    /// A network with weights drawn from `seed`; those of the encoder are zero where `blank`.
    pub(crate) fn init(
        &self,
        shape: Shape,
        seed: u64,
        blank: bool,
        device: &Device,
    ) -> TaggerNetwork {
        let encoder = self.parts(shape.words);
        let capitals = self.capitals.map(|capitals| EmbeddingConfig {
            vocabulary: CAPITALS,
            size: capitals.size,
            initializer: Initializer::Uniform(0.5),
        });
        let output = LinearConfig::new(encoder.output_size(), shape.tags);
        let characters = self.characters.as_ref();
        TaggerNetwork {
            characters: characters
                .map(|characters| characters.init(shape.characters, noise::mix(seed, 1), device)),
            capitals: capitals.map(|config| config.init(noise::mix(seed, 2), device)),
            output: output.init(noise::mix(seed, 3), device),
            crf: (self.output == OutputKind::Crf)
                .then(|| CrfConfig { tags: shape.tags }.init(noise::mix(seed, 4), device)),
            encoder: encoder.init(noise::mix(seed, 0), blank, device),
            output_dropout: self.output_dropout,
            unknown_words: self.unknown_words,
        }
    }

    /// The layers of a network from input to output.
    pub(in crate::tagging) fn layers(&self, network: &TaggerNetwork, tags: usize) -> Vec<LayerRow> {
        let mut layers = match &self.characters {
            Some(characters) => characters.layers(),
            None => Vec::new(),
        };
        if let Some(capitals) = self.capitals {
            layers.push(LayerOf::new("capitals", "embedding", capitals.size));
        }
        layers.extend(self.parts(1).layers("encoder"));
        layers.push(LayerOf::new("output", "linear", tags));
        if self.output == OutputKind::Crf {
            layers.push(LayerOf::new("crf", "conditional random field", tags));
        }
        rows(layers, &parameters(network))
    }
}

impl TaggerNetwork {
    /// Scores of the tags, `[T, B, K]`.
    pub(super) fn forward(&self, batch: &Batch, mode: Mode) -> Tensor<3> {
        let words = self
            .encoder
            .embed(Input::Symbols(batch.words.clone()), mode.part(0));
        let [time, rows, _] = words.dims();
        let mut vectors = vec![words];
        if let Some(characters) = &self.characters {
            let (ids, lengths) = (batch.characters.clone(), &batch.character_lengths);
            let forms = characters.forward(ids, lengths, mode.part(1));
            let width = forms.dims()[1];
            let tokens = forms.select(0, batch.forms.clone());
            vectors.push(tokens.reshape([time, rows, width]));
        }
        if let Some(capitals) = &self.capitals {
            vectors.push(capitals.forward(batch.capitals.clone(), 0.0, mode));
        }
        let vectors = match vectors.len() {
            1 => vectors.remove(0),
            _ => Tensor::cat(vectors, 2),
        };
        let (states, _) = self.encoder.read(vectors, &batch.lengths, mode.part(2));
        let states = dropout(states, self.output_dropout, mode.part(3));
        let width = states.dims()[2];
        let scores = self.output.forward(states.reshape([time * rows, width]));
        let tags = scores.dims()[1];
        scores.reshape([time, rows, tags])
    }

    /// The network with other vectors `[E]` of some words.
    ///
    /// # Panics
    /// Where a word is not in the vocabulary, or a vector of another width.
    pub(in crate::tagging) fn with_embedding<'a>(
        mut self,
        rows: impl Iterator<Item = (usize, &'a [f32])>,
    ) -> Self {
        self.encoder = self.encoder.with_embedding(rows);
        self
    }
}
