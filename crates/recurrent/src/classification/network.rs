//! A network that reads a whole sequence and gives the scores of its classes.

mod learner;
mod model;
mod pretrained;
mod relevance;
mod trained;

pub(crate) use learner::ClassifierTask;
pub use model::ClassifierNetwork;
pub(super) use model::MOST_PARAMETERS;
pub(crate) use model::Shape;
pub use pretrained::PretrainedConfig;
pub(super) use trained::TrainedNetwork;

use crate::Error;
use crate::network::{Activation, EmbeddingSettings, EncoderConfig, EncoderParts, HeadConfig};
use crate::training::{TrainingConfig, check};
use recurrent_data::Vocabulary;
use recurrent_linear::dual::ClassWeights;
use recurrent_nn::{Initializer, Pooling};
use serde::{Deserialize, Serialize};

/// A network and how it is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkConfig {
    /// `[model]`.
    pub model: NetworkModelConfig,
    /// `[training]`.
    pub training: TrainingConfig,
}

/// The one kind of these models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// A network.
    #[default]
    Network,
}

/// `[model]` of kind `network`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkModelConfig {
    /// `network`.
    #[serde(default)]
    pub kind: NetworkKind,
    /// `[model.embedding]`: the vectors of tokens; needed for texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingSettings>,
    /// Dropout of what the encoder reads.
    #[serde(default)]
    pub input_dropout: f64,
    /// `[model.encoder]`: what reads the sequence; without one its vectors are pooled as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderConfig>,
    /// `[model.pretrained]`: the language model whose weights embedding and encoder begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretrained: Option<PretrainedConfig>,
    /// How the states of a sequence become one vector.
    pub pooling: Pooling,
    /// Widths of dense layers above it.
    #[serde(default)]
    pub dense_sizes: Vec<usize>,
    /// What follows each of them.
    #[serde(default)]
    pub activation: Activation,
    /// Dropout of the pooled vector and of every dense layer.
    #[serde(default)]
    pub output_dropout: f64,
    /// Start of the output layer.
    #[serde(default = "default_initializer")]
    pub output_initializer: Initializer,
    /// Whether errors of rare classes cost as much as those of frequent ones.
    #[serde(default)]
    pub class_weights: ClassWeights,
}

fn default_initializer() -> Initializer {
    Initializer::Default
}

impl NetworkConfig {
    /// Checks the range of every value, for texts or for signals.
    pub(super) fn check(&self, of_texts: bool) -> Result<(), Error> {
        self.training.check_whole_sequences()?;
        self.training.check()?;
        self.model.check(of_texts)
    }

    /// The vocabulary of the language model that it begins with, if it does.
    pub(super) fn vocabulary(&self) -> Result<Option<Vocabulary>, Error> {
        let Some(pretrained) = &self.model.pretrained else {
            return Ok(None);
        };
        let vocabulary = pretrained.vocabulary()?;
        pretrained.check_unit(&vocabulary)?;
        Ok(Some(vocabulary))
    }

    /// Makes its paths hold in every working directory.
    pub(super) fn make_paths_absolute(&mut self) {
        if let Some(embedding) = &mut self.model.embedding {
            embedding.make_path_absolute();
        }
        if let Some(pretrained) = &mut self.model.pretrained {
            pretrained.make_path_absolute();
        }
    }
}

impl NetworkModelConfig {
    fn check(&self, of_texts: bool) -> Result<(), Error> {
        let (expected, found) = match of_texts {
            true => ("the vectors of tokens, as data.kind is texts", "nothing"),
            false => ("nothing, as data.kind is signals", "a table"),
        };
        let fine = self.embedding.is_some() == of_texts;
        check(fine, "model.embedding".to_string(), expected, found)?;
        self.parts(1).check()?;
        self.head().check()?;
        match &self.pretrained {
            Some(pretrained) => pretrained.check(self),
            None => Ok(()),
        }
    }

    /// The encoder of symbols of a vocabulary of `inputs`, or of vectors of that width.
    pub(super) fn parts(&self, inputs: usize) -> EncoderParts<'_> {
        EncoderParts {
            embedding: self.embedding.as_ref(),
            inputs,
            beside: 0,
            input_dropout: self.input_dropout,
            body: self.encoder.as_ref(),
            section: "model",
        }
    }

    /// What stands above the encoder.
    pub(super) fn head(&self) -> HeadConfig {
        HeadConfig {
            pooling: self.pooling,
            dense_sizes: self.dense_sizes.clone(),
            activation: self.activation,
            output_dropout: self.output_dropout,
            output_initializer: self.output_initializer,
        }
    }
}
