//! The recipe of a language model.

use super::regularisation::Regularisation;
use crate::training::TrainingConfig;
use recurrent_data::Unit;
use recurrent_decode::SamplerConfig;
use recurrent_nn::{Cell, DropoutKind, Initializer, Precision, RecurrenceConfig, StackConfig};
use serde::{Deserialize, Deserializer, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModelConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: DataConfig,
    /// `[model]`.
    pub model: ModelConfig,
    /// `[training]`.
    pub training: TrainingConfig,
    /// `[decode]`.
    #[serde(default)]
    pub decode: DecodeConfig,
}

/// `[task]`: what the recipe is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskConfig {
    /// The task.
    pub name: TaskName,
    /// One line for people.
    #[serde(default)]
    pub description: String,
    /// In a run directory: the recipe it was started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// In a run directory: the command it was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// Tasks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskName {
    /// A language model.
    LanguageModel,
}

impl TaskName {
    /// The name in recipes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LanguageModel => "language-model",
        }
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
    /// Most symbols of the vocabulary, special ones counted: the most frequent of
    /// the training split, the rest become `<unk>`. Without it the vocabulary is
    /// all symbols of the three splits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_limit: Option<usize>,
}

/// A column's number need not be written as a text.
fn name_or_number<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected the name or the number of a column")]
    enum Column {
        Name(String),
        Number(u64),
    }
    Ok(Some(match Column::deserialize(value)? {
        Column::Name(name) => name,
        Column::Number(number) => number.to_string(),
    }))
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

/// `[model]`: the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// The cell.
    pub cell: Cell,
    /// `E`.
    pub embedding_size: usize,
    /// `H` of each layer.
    pub hidden_sizes: Vec<usize>,
    /// Whether the output layer shares the embedding's weights (Press and Wolf
    /// 2017); the last layer then has the embedding's width.
    #[serde(default)]
    pub tie_weights: bool,
    /// Dropout of whole symbols of the embedding, the same ones in all of a chunk.
    #[serde(default)]
    pub embedding_dropout: f64,
    /// Dropout of the embedded symbols' elements.
    #[serde(default)]
    pub input_dropout: f64,
    /// Dropout between layers; 0 where there is one.
    #[serde(default)]
    pub dropout: f64,
    /// Dropout of the last layer's states.
    #[serde(default)]
    pub output_dropout: f64,
    /// Dropout of the recurrent connections, the same at every step of a chunk.
    #[serde(default)]
    pub recurrent_dropout: f64,
    /// Which elements `input_dropout`, `dropout` and `output_dropout` take together.
    #[serde(default)]
    pub dropout_kind: DropoutKind,
    /// Dropout of the elements of the recurrent weights, the same in all of a chunk
    /// (Merity, Keskar and Socher 2018).
    #[serde(default)]
    pub weight_dropout: f64,
    /// Penalty on the mean square of the last layer's output after dropout
    /// (Merity, McCann and Socher 2017).
    #[serde(default)]
    pub activation_penalty: f64,
    /// Penalty on the mean square of that output's change from step to step, before dropout.
    #[serde(default)]
    pub temporal_penalty: f64,
    /// Whether training stores only states and computes activations again for the
    /// backward pass.
    #[serde(default)]
    pub recompute: bool,
    /// Added to the bias of the forget gate; LSTM only.
    #[serde(default)]
    pub forget_bias: f64,
    /// Start of the embedding.
    #[serde(default = "small")]
    pub embedding_initializer: Initializer,
    /// Start of input weights.
    #[serde(default = "default_initializer")]
    pub input_initializer: Initializer,
    /// Start of recurrent weights.
    #[serde(default = "default_initializer")]
    pub recurrent_initializer: Initializer,
    /// Start of the biases.
    #[serde(default = "default_initializer")]
    pub bias_initializer: Initializer,
    /// Start of output weights and bias; the default where the weights are tied.
    #[serde(default = "default_initializer")]
    pub output_initializer: Initializer,
}

fn small() -> Initializer {
    Initializer::Uniform(0.1)
}
fn default_initializer() -> Initializer {
    Initializer::Default
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

impl ModelConfig {
    /// The same network with all weights zero, for weights to be loaded into.
    pub(crate) fn blank(&self) -> Self {
        let zeros = Initializer::Zeros;
        Self {
            embedding_initializer: zeros,
            input_initializer: zeros,
            recurrent_initializer: zeros,
            bias_initializer: zeros,
            output_initializer: zeros,
            ..self.clone()
        }
    }

    /// The penalties on the stack's output.
    pub(super) fn regularisation(&self) -> Regularisation {
        Regularisation {
            activation: self.activation_penalty,
            temporal: self.temporal_penalty,
        }
    }

    /// The recurrent stack.
    pub fn stack(&self) -> StackConfig {
        StackConfig {
            input_size: self.embedding_size,
            hidden_sizes: self.hidden_sizes.clone(),
            bidirectional: false,
            dropout: self.dropout,
            dropout_kind: self.dropout_kind,
            recurrence: RecurrenceConfig {
                cell: self.cell,
                input_initializer: self.input_initializer,
                recurrent_initializer: self.recurrent_initializer,
                bias_initializer: self.bias_initializer,
                forget_bias: self.forget_bias,
                recurrent_dropout: self.recurrent_dropout,
                weight_dropout: self.weight_dropout,
                recompute: self.recompute,
            },
        }
    }
}

impl LanguageModelConfig {
    /// The recipe as a TOML table.
    pub(crate) fn to_table(&self) -> toml::Table {
        // Every field is a number, a text or a list of them, which TOML holds.
        toml::Table::try_from(self).unwrap_or_default()
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }
}
