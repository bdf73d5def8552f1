//! The recipe of a language model.

use super::mixture::MixtureConfig;
use super::network::{FeedForwardConfig, ModelConfig, NetworkConfig, RecurrentConfig};
use super::ngram::NgramConfig;
use crate::task::{TaskConfig, absolute, name_or_number, read, to_table};
use crate::training::TrainingConfig;
use recurrent_data::{CleanConfig, Tokens, Unit};
use recurrent_decode::SamplerConfig;
use recurrent_nn::Precision;
use serde::{Deserialize, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LanguageModelConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: DataConfig,
    /// `[model]`, and where it is trained by gradients `[training]`.
    #[serde(flatten)]
    pub estimator: Estimator,
    /// `[decode]`.
    pub decode: DecodeConfig,
}

impl LanguageModelConfig {
    /// Makes its paths hold in every working directory.
    pub(crate) fn make_paths_absolute(&mut self) {
        self.data.make_path_absolute();
        match &mut self.estimator {
            Estimator::Network(network) => {
                if let Some(path) = network.model.embedding_file_mut() {
                    *path = absolute(path);
                }
            }
            Estimator::Mixture { model } => {
                model.runs.iter_mut().for_each(|run| *run = absolute(run));
            }
            Estimator::Ngram { .. } => {}
        }
    }
}

/// What gives the probabilities and how it learns them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Estimator {
    /// A network and its training.
    Network(Box<NetworkConfig>),
    /// Counts.
    Ngram {
        /// `[model]` of kind `ngram`.
        model: NgramConfig,
    },
    /// Trained models together.
    Mixture {
        /// `[model]` of kind `mixture`.
        model: MixtureConfig,
    },
}

/// Kinds of language models: `model.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// A recurrent network.
    #[default]
    Recurrent,
    /// A network that reads a fixed number of symbols.
    FeedForward,
    /// Counts of n-grams.
    Ngram,
    /// Trained models, interpolated.
    Mixture,
}

/// The sections of a network's recipe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkSections<M> {
    task: TaskConfig,
    data: DataConfig,
    model: M,
    training: TrainingConfig,
    #[serde(default)]
    decode: DecodeConfig,
}

/// The sections of a recipe without training by gradients.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UntrainedSections<M> {
    task: TaskConfig,
    data: DataConfig,
    model: M,
    #[serde(default)]
    decode: DecodeConfig,
}

impl<M: Into<ModelConfig>> From<NetworkSections<M>> for LanguageModelConfig {
    fn from(sections: NetworkSections<M>) -> Self {
        Self {
            task: sections.task,
            data: sections.data,
            estimator: Estimator::Network(Box::new(NetworkConfig {
                model: sections.model.into(),
                training: sections.training,
            })),
            decode: sections.decode,
        }
    }
}

impl<M: Into<Estimator>> From<UntrainedSections<M>> for LanguageModelConfig {
    fn from(sections: UntrainedSections<M>) -> Self {
        Self {
            task: sections.task,
            data: sections.data,
            estimator: sections.model.into(),
            decode: sections.decode,
        }
    }
}

impl From<NgramConfig> for Estimator {
    fn from(model: NgramConfig) -> Self {
        Self::Ngram { model }
    }
}

impl From<MixtureConfig> for Estimator {
    fn from(model: MixtureConfig) -> Self {
        Self::Mixture { model }
    }
}

/// `[data]`: the text and its symbols.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A file, or a folder with train, valid and test files; the command line
    /// may give it instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Without a path: characters of train, valid and test text to generate
    /// from the built-in grammar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grammar_characters: Option<[usize; 3]>,
    /// Seed of the generated text.
    #[serde(default = "grammar_seed")]
    pub grammar_seed: u64,
    /// Column of a table that holds the text: its name, or in a table without
    /// a header its number from 0.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub column: Option<String>,
    /// Parts of a single file that are train, valid and test, in its order; a
    /// word or record is not cut in two.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// What a symbol is.
    pub unit: Unit,
    /// Whether spaces at both ends of every line are dropped, where symbols are characters.
    #[serde(default)]
    pub trim_lines: bool,
    /// What is done to every line before it is cut, where symbols are words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clean: CleanConfig,
    /// How lines are cut in words, as in classification; at white space where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    /// Most symbols of the vocabulary, special ones counted: the most frequent of
    /// the training split, the rest become `<unk>`. Without it the vocabulary is
    /// all symbols of the three splits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_limit: Option<usize>,
}

impl DataConfig {
    /// Makes the path hold in every working directory.
    pub(crate) fn make_path_absolute(&mut self) {
        if let Some(path) = &mut self.path {
            *path = absolute(path);
        }
    }

    /// Symbols of a unit, without a text.
    pub(super) fn of_unit(unit: Unit) -> Self {
        Self {
            path: None,
            grammar_characters: None,
            grammar_seed: DEFAULT_GRAMMAR_SEED,
            column: None,
            fractions: DEFAULT_FRACTIONS,
            unit,
            trim_lines: false,
            clean: CleanConfig::default(),
            tokens: None,
            vocabulary_limit: None,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Seed of the generated text where the recipe gives none.
pub(super) const DEFAULT_GRAMMAR_SEED: u64 = 1;

fn grammar_seed() -> u64 {
    DEFAULT_GRAMMAR_SEED
}

/// Parts of a single file where the recipe gives none.
pub(super) const DEFAULT_FRACTIONS: [f64; 3] = [0.9, 0.05, 0.05];

fn fractions() -> [f64; 3] {
    DEFAULT_FRACTIONS
}

/// `[decode]`: the sample at the end of training, and what `generate` starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecodeConfig {
    /// Symbols to generate.
    pub length: usize,
    /// Divides the logits; 0 takes the most probable symbol.
    pub temperature: f64,
    /// Sample from the most probable this many symbols.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
    /// Sample from the fewest symbols that have this probability together
    /// (Holtzman et al. 2020).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Text to continue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Whether `<unk>`, which stands for all symbols outside the vocabulary, may be drawn.
    pub unknown: bool,
    /// How weights are kept while symbols are generated.
    pub precision: Precision,
    /// Seed of the sampler.
    pub seed: u64,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self {
            length: 300,
            temperature: 1.0,
            top_k: None,
            top_p: None,
            prompt: None,
            unknown: false,
            precision: Precision::Full,
            seed: 1,
        }
    }
}

impl DecodeConfig {
    /// The sampler's part.
    pub fn sampler(&self) -> SamplerConfig {
        SamplerConfig {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
        }
    }
}

impl LanguageModelConfig {
    /// The recipe of a model of `kind` from its text; ranges are not checked.
    pub(crate) fn parse(text: &str, kind: ModelKind) -> Result<Self, toml::de::Error> {
        match kind {
            ModelKind::Recurrent => read::<NetworkSections<RecurrentConfig>>(text).map(Self::from),
            ModelKind::FeedForward => {
                read::<NetworkSections<FeedForwardConfig>>(text).map(Self::from)
            }
            ModelKind::Ngram => read::<UntrainedSections<NgramConfig>>(text).map(Self::from),
            ModelKind::Mixture => read::<UntrainedSections<MixtureConfig>>(text).map(Self::from),
        }
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }
}
