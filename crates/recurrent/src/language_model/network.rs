//! The networks that give the probability of the next symbol.

mod feed_forward;
mod output;
mod recurrent;
mod state;
mod stepper;

pub use feed_forward::{FeedForwardConfig, FeedForwardModel};
pub use recurrent::{RecurrentConfig, RecurrentModel};
pub use state::ModelState;
pub use stepper::{LanguageModelStepper, StepperState};

use super::config::ModelKind;
use super::regularisation::Regularisation;
use crate::Error;
use crate::network::{LayerOf, rows};
use crate::report::LayerRow;
use crate::training::TrainingConfig;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use recurrent_nn::{Initializer, Mode, parameters};
use serde::Serialize;

/// A network and how it is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkConfig {
    /// `[model]`.
    pub model: ModelConfig,
    /// `[training]`.
    pub training: TrainingConfig,
}

/// `[model]`: a network of one of the kinds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ModelConfig {
    /// `recurrent`.
    Recurrent(RecurrentConfig),
    /// `feed-forward`.
    FeedForward(FeedForwardConfig),
}

impl From<RecurrentConfig> for ModelConfig {
    fn from(config: RecurrentConfig) -> Self {
        Self::Recurrent(config)
    }
}

impl From<FeedForwardConfig> for ModelConfig {
    fn from(config: FeedForwardConfig) -> Self {
        Self::FeedForward(config)
    }
}

/// Start of embeddings where the recipe gives none.
fn small() -> Initializer {
    Initializer::Uniform(0.1)
}

/// Start of other weights where the recipe gives none.
fn default_initializer() -> Initializer {
    Initializer::Default
}

/// A network of one of the kinds.
#[derive(Module, Debug)]
pub enum LanguageModel {
    /// Recurrent.
    Recurrent(RecurrentModel),
    /// With a window of fixed width.
    FeedForward(FeedForwardModel),
}

/// What a forward pass comes to.
#[derive(Debug)]
pub struct Forward {
    /// Of the symbols that follow, `[T B, V]`.
    pub logits: Tensor<2>,
    /// After each row's last step.
    pub state: ModelState,
    /// The last hidden layer, `[T, B, H]`.
    pub hidden: Tensor<3>,
    /// The same after dropout, which the logits are made of.
    pub dropped: Tensor<3>,
}

impl ModelConfig {
    /// The same network with all weights zero, for weights to be loaded into.
    pub(crate) fn blank(&self) -> Self {
        match self {
            Self::Recurrent(config) => config.blank().into(),
            Self::FeedForward(config) => config.blank().into(),
        }
    }

    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Recurrent(config) => config.check(),
            Self::FeedForward(config) => config.check(),
        }
    }

    /// The penalties on the last hidden layer.
    pub(super) fn regularisation(&self) -> Regularisation {
        match self {
            Self::Recurrent(config) => config.regularisation(),
            Self::FeedForward(_) => Regularisation::NONE,
        }
    }

    /// Parameters of a model of `vocabulary` symbols.
    pub(super) fn parameters(&self, vocabulary: usize) -> usize {
        match self {
            Self::Recurrent(config) => config.parameters(vocabulary),
            Self::FeedForward(config) => config.parameters(vocabulary),
        }
    }

    /// Elements that the layers below the output hold for each symbol of a training step.
    pub(super) fn activations(&self) -> usize {
        match self {
            Self::Recurrent(config) => config.activations(),
            Self::FeedForward(config) => config.activations(),
        }
    }

    /// `E`.
    pub(super) fn embedding_size(&self) -> usize {
        match self {
            Self::Recurrent(config) => config.embedding_size,
            Self::FeedForward(config) => config.embedding_size,
        }
    }

    /// The file of vectors that the embedding begins with.
    pub(super) fn embedding_file(&self) -> Option<&str> {
        match self {
            Self::Recurrent(config) => config.embedding_file.as_deref(),
            Self::FeedForward(config) => config.embedding_file.as_deref(),
        }
    }

    /// The same, to be changed.
    pub(super) fn embedding_file_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Recurrent(config) => config.embedding_file.as_mut(),
            Self::FeedForward(config) => config.embedding_file.as_mut(),
        }
    }

    /// The key that sets how wide the hidden layers are.
    pub(super) fn width_key(&self) -> &'static str {
        match self {
            Self::Recurrent(_) => "hidden_sizes",
            Self::FeedForward(_) => "hidden_size",
        }
    }

    fn ties_weights(&self) -> bool {
        match self {
            Self::Recurrent(config) => config.tie_weights,
            Self::FeedForward(config) => config.tie_weights,
        }
    }
}

impl LanguageModel {
    /// A model of a vocabulary of `V` symbols with weights drawn from `seed`.
    pub fn new(config: &ModelConfig, vocabulary: usize, seed: u64, device: &Device) -> Self {
        match config {
            ModelConfig::Recurrent(config) => {
                Self::Recurrent(RecurrentModel::new(config, vocabulary, seed, device))
            }
            ModelConfig::FeedForward(config) => {
                Self::FeedForward(FeedForwardModel::new(config, vocabulary, seed, device))
            }
        }
    }

    /// The model with other vectors `[E]` of some symbols.
    ///
    /// # Panics
    /// Where a symbol is not below `V`, or a vector of another width.
    pub(super) fn with_embedding<'a>(
        mut self,
        rows: impl Iterator<Item = (usize, &'a [f32])>,
    ) -> Self {
        let embedding = match &mut self {
            Self::Recurrent(model) => &mut model.embedding,
            Self::FeedForward(model) => &mut model.embedding,
        };
        *embedding = embedding.clone().with_rows(rows);
        self
    }

    /// Reads `ids [T, B]` from `state` (the start of a text where `None`).
    ///
    /// # Panics
    /// Where shapes disagree, `lengths` is not `[B]` with values up to `T`, or the state is of
    /// another kind of network.
    pub fn forward(
        &self,
        ids: Tensor<2, Int>,
        lengths: Option<&[usize]>,
        state: Option<ModelState>,
        mode: Mode,
    ) -> Forward {
        match (self, state) {
            (Self::Recurrent(model), None) => model.forward(ids, lengths, None, mode),
            (Self::Recurrent(model), Some(ModelState::Recurrent(state))) => {
                model.forward(ids, lengths, Some(state), mode)
            }
            (Self::FeedForward(model), None) => model.forward(ids, lengths, None, mode),
            (Self::FeedForward(model), Some(ModelState::Window(state))) => {
                model.forward(ids, lengths, Some(*state), mode)
            }
            _ => panic!("a state of another kind of network"),
        }
    }

    /// The layers from input to output.
    pub fn layers(&self, config: &ModelConfig) -> Vec<LayerRow> {
        let all = parameters(self);
        let output = all.iter().find(|parameter| parameter.name == "output.bias");
        let vocabulary = output.map_or(0, |bias| bias.data.num_elements());
        let mut layers = match config {
            ModelConfig::Recurrent(config) => config.layers(),
            ModelConfig::FeedForward(config) => config.layers(),
        };
        let kind = match config.ties_weights() {
            true => "linear, weights of the embedding",
            false => "linear",
        };
        layers.push(LayerOf::new("output", kind, vocabulary));
        rows(layers, &all)
    }
}

#[cfg(test)]
mod tests;
