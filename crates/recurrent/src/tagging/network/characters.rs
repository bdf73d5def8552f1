//! `[model.characters]`: what reads a word by its characters and gives one vector of it, a recurrent (Ling et al. 2015)
//! or a convolutional network (dos Santos and Zadrozny 2014).

use crate::Error;
use crate::network::{EmbeddingSettings, Encoder, EncoderConfig, EncoderParts, Input, LayerOf};
use crate::training::check;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use recurrent_nn::{Mode, Pooling, PoolingConfig, PoolingLayer, noise};
use serde::{Deserialize, Serialize};

/// `[model.characters]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharactersConfig {
    /// `[model.characters.embedding]`: the vectors of characters.
    pub embedding: EmbeddingSettings,
    /// Characters that occur less often turn into `<unk>`.
    #[serde(default = "one")]
    pub minimum_count: usize,
    /// Dropout of what the encoder reads.
    #[serde(default)]
    pub input_dropout: f64,
    /// `[model.characters.encoder]`: what reads a word.
    pub encoder: EncoderConfig,
    /// How its states become one vector.
    #[serde(default)]
    pub pooling: Pooling,
}

fn one() -> usize {
    1
}

/// The characters of words in, a vector of each word out.
#[derive(Module, Debug)]
pub(super) struct Characters {
    encoder: Encoder,
    pooling: PoolingLayer,
}

impl CharactersConfig {
    pub(super) fn check(&self) -> Result<(), Error> {
        self.parts(1).check()?;
        let key = |name: &str| format!("model.characters.{name}");
        let least = self.minimum_count;
        check(least >= 1, key("minimum_count"), "at least 1", least)?;
        check(
            self.pooling != Pooling::All,
            key("pooling"),
            "last, mean, max, attention or concat, as words have many lengths",
            "all",
        )?;
        check(
            self.embedding.file.is_none(),
            key("embedding.file"),
            "nothing, as vectors are those of words",
            self.embedding.file.clone().unwrap_or_default(),
        )
    }

    fn parts(&self, characters: usize) -> EncoderParts<'_> {
        EncoderParts {
            embedding: Some(&self.embedding),
            inputs: characters,
            beside: 0,
            input_dropout: self.input_dropout,
            body: Some(&self.encoder),
            section: "model.characters",
        }
    }

    /// Width of the vector of a word.
    pub(super) fn output_size(&self) -> usize {
        // There is room for one step only, as pooling of all states is refused.
        self.pooling.output_size(self.parts(1).output_size(), 1)
    }

    /// The network over a vocabulary of `characters`, with weights drawn from `seed`.
    pub(super) fn init(&self, characters: usize, seed: u64, device: &Device) -> Characters {
        let parts = self.parts(characters);
        let pooling = PoolingConfig {
            bidirectional: parts.is_bidirectional(),
            ..PoolingConfig::new(self.pooling, parts.output_size())
        };
        Characters {
            encoder: parts.init(noise::mix(seed, 0), false, device),
            pooling: pooling.init(noise::mix(seed, 1), device),
        }
    }

    /// Parameters over a vocabulary of `characters`.
    pub(super) fn parameters(&self, characters: usize) -> usize {
        self.parts(characters).parameters()
    }

    pub(super) fn layers(&self) -> Vec<LayerOf> {
        self.parts(1).layers("characters.encoder")
    }
}

impl Characters {
    /// The vectors `[N, H]` of words of characters `[L, N]`.
    pub(super) fn forward(&self, ids: Tensor<2, Int>, lengths: &[usize], mode: Mode) -> Tensor<2> {
        let vectors = self.encoder.embed(Input::Symbols(ids), mode.part(0));
        let (states, lengths) = self.encoder.read(vectors, lengths, mode.part(1));
        self.pooling.forward(states, Some(&lengths)).0
    }
}
