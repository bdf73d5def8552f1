//! The tasks that a recipe may be for, and the settings of a run, whatever its task.

use crate::Error;
use crate::language_model::{LanguageModelConfig, ModelKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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

/// The settings of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Config {
    /// Of a language model.
    LanguageModel(LanguageModelConfig),
}

/// What of a recipe says which sections and keys it has.
#[derive(Deserialize)]
struct Head {
    task: HeadTask,
    #[serde(default)]
    model: HeadModel,
}

#[derive(Deserialize)]
struct HeadTask {
    name: TaskName,
}

#[derive(Deserialize, Default)]
struct HeadModel {
    #[serde(default)]
    kind: ModelKind,
}

impl Config {
    /// Settings from their text; ranges are not checked.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let head: Head = toml::from_str(text)?;
        match head.task.name {
            TaskName::LanguageModel => {
                LanguageModelConfig::parse(text, head.model.kind).map(Self::LanguageModel)
            }
        }
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::LanguageModel(config) => config.check(),
        }
    }

    /// `[task]`.
    pub fn task(&self) -> &TaskConfig {
        match self {
            Self::LanguageModel(config) => &config.task,
        }
    }

    /// The recipe as a TOML table.
    pub(crate) fn to_table(&self) -> toml::Table {
        to_table(self)
    }
}

/// Settings from their text. Errors know their place in it.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, toml::de::Error> {
    toml::from_str::<T>(text)?;
    // The parser of text takes a list that is too long; that of tables does not.
    toml::from_str::<toml::Table>(text)?.try_into()
}

/// Settings as a TOML table, every default written out.
pub(crate) fn to_table(config: &impl Serialize) -> toml::Table {
    // Every field is a number, a text or a list of them, which TOML holds.
    toml::Table::try_from(config).unwrap_or_default()
}
