//! The tasks that a recipe may be for, and the settings of a run, whatever its task.

use crate::classification::ClassificationConfig;
use crate::language_model::{LanguageModelConfig, ModelKind};
use crate::memory_problems::MemoryConfig;
use crate::recipe::Recipe;
use crate::report::{Counted, Loss};
use crate::tagging::TaggingConfig;
use crate::training::{Observer, Outcome, TrainOptions};
use crate::transcription::TranscriptionConfig;
use crate::word_vectors::WordVectorsConfig;
use crate::{
    Error, classification, language_model, memory_problems, tagging, transcription, word_vectors,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::any::Any;
use std::path::Path;

/// Tasks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskName {
    /// A language model.
    LanguageModel,
    /// Word vectors.
    WordVectors,
    /// Classification of texts and other sequences.
    Classification,
    /// Tagging of the words of sentences.
    Tagging,
    /// Transcription of sound and of images of lines.
    Transcription,
    /// Problems of long memory.
    Memory,
}

impl TaskName {
    /// The name in recipes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LanguageModel => "language-model",
            Self::WordVectors => "word-vectors",
            Self::Classification => "classification",
            Self::Tagging => "tagging",
            Self::Transcription => "transcription",
            Self::Memory => "memory",
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
    /// Of word vectors.
    WordVectors(WordVectorsConfig),
    /// Of a classifier.
    Classification(ClassificationConfig),
    /// Of a tagger.
    Tagging(TaggingConfig),
    /// Of a transcriber.
    Transcription(Box<TranscriptionConfig>),
    /// Of a problem of long memory.
    Memory(MemoryConfig),
}

/// Settings of one task.
pub(crate) trait Settings: Any {
    /// The task.
    const TASK: TaskName;
}

impl Settings for LanguageModelConfig {
    const TASK: TaskName = TaskName::LanguageModel;
}
impl Settings for WordVectorsConfig {
    const TASK: TaskName = TaskName::WordVectors;
}
impl Settings for ClassificationConfig {
    const TASK: TaskName = TaskName::Classification;
}
impl Settings for TaggingConfig {
    const TASK: TaskName = TaskName::Tagging;
}
impl Settings for TranscriptionConfig {
    const TASK: TaskName = TaskName::Transcription;
}
impl Settings for MemoryConfig {
    const TASK: TaskName = TaskName::Memory;
}

/// What of a recipe says which sections and keys it has.
#[derive(Deserialize)]
struct Head {
    task: HeadTask,
}

/// What of a language model's recipe says which keys its model has.
#[derive(Deserialize)]
struct Kind {
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
                let kind: Kind = toml::from_str(text)?;
                LanguageModelConfig::parse(text, kind.model.kind).map(Self::LanguageModel)
            }
            TaskName::WordVectors => WordVectorsConfig::parse(text).map(Self::WordVectors),
            TaskName::Classification => ClassificationConfig::parse(text).map(Self::Classification),
            TaskName::Tagging => TaggingConfig::parse(text).map(Self::Tagging),
            TaskName::Transcription => {
                let config = TranscriptionConfig::parse(text)?;
                Ok(Self::Transcription(Box::new(config)))
            }
            TaskName::Memory => MemoryConfig::parse(text).map(Self::Memory),
        }
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::LanguageModel(config) => config.check(),
            Self::WordVectors(config) => config.check(),
            Self::Classification(config) => config.check(),
            Self::Tagging(config) => config.check(),
            Self::Transcription(config) => config.check(),
            Self::Memory(config) => config.check(),
        }
    }

    /// `[task]`.
    pub fn task(&self) -> &TaskConfig {
        match self {
            Self::LanguageModel(config) => &config.task,
            Self::WordVectors(config) => &config.task,
            Self::Classification(config) => &config.task,
            Self::Tagging(config) => &config.task,
            Self::Transcription(config) => &config.task,
            Self::Memory(config) => &config.task,
        }
    }

    /// The file or folder that it learns from.
    pub fn data_path(&self) -> Option<&str> {
        match self {
            Self::LanguageModel(config) => config.data.path.as_deref(),
            Self::WordVectors(config) => config.data.path.as_deref(),
            Self::Classification(config) => config.data.path(),
            Self::Tagging(config) => config.data.path.as_deref(),
            Self::Transcription(config) => config.data.path(),
            Self::Memory(_) => None,
        }
    }

    /// What the losses of its training are.
    pub fn loss(&self) -> Loss {
        match self {
            Self::LanguageModel(_) => Loss::CrossEntropy,
            Self::WordVectors(_) => Loss::NegativeSampling,
            Self::Classification(_) => Loss::OfExamples,
            Self::Tagging(_) => Loss::OfWords,
            Self::Transcription(_) => Loss::OfTexts,
            Self::Memory(config) => config.loss(),
        }
    }

    /// What the speed of its training counts.
    pub fn counted(&self) -> Counted {
        match self {
            Self::LanguageModel(_) | Self::WordVectors(_) => Counted::Symbols,
            Self::Classification(config) => config.data.counted(),
            Self::Tagging(_) => Counted::Words,
            Self::Transcription(_) | Self::Memory(_) => Counted::TimeSteps,
        }
    }

    /// `[task]`, to write down where a run comes from.
    pub(crate) fn task_mut(&mut self) -> &mut TaskConfig {
        match self {
            Self::LanguageModel(config) => &mut config.task,
            Self::WordVectors(config) => &mut config.task,
            Self::Classification(config) => &mut config.task,
            Self::Tagging(config) => &mut config.task,
            Self::Transcription(config) => &mut config.task,
            Self::Memory(config) => &mut config.task,
        }
    }

    /// Makes paths hold in every working directory: a run directory is read from anywhere.
    pub(crate) fn make_paths_absolute(&mut self) {
        match self {
            Self::LanguageModel(config) => config.make_paths_absolute(),
            Self::WordVectors(config) => config.data.make_path_absolute(),
            Self::Classification(config) => config.make_paths_absolute(),
            Self::Tagging(config) => config.make_paths_absolute(),
            Self::Transcription(config) => config.make_paths_absolute(),
            Self::Memory(_) => {}
        }
    }

    /// The settings of the one task that `T` is of.
    ///
    /// # Errors
    /// Where they are of another one.
    pub(crate) fn only<T: Settings>(self, run: &Path) -> Result<T, Error> {
        let other = self.is_not(T::TASK.as_str(), run);
        let settings: Box<dyn Any> = match self {
            Self::LanguageModel(config) => Box::new(config),
            Self::WordVectors(config) => Box::new(config),
            Self::Classification(config) => Box::new(config),
            Self::Tagging(config) => Box::new(config),
            Self::Transcription(config) => config,
            Self::Memory(config) => Box::new(config),
        };
        match settings.downcast() {
            Ok(settings) => Ok(*settings),
            Err(_) => Err(other),
        }
    }

    /// The error of a run that is of another task.
    fn is_not(&self, task: &str, run: &Path) -> Error {
        let hint = match self {
            Self::LanguageModel(_) => "",
            Self::WordVectors(_) => "; `recurrent neighbours` and `recurrent analogy` look into it",
            Self::Classification(_) | Self::Tagging(_) | Self::Transcription(_) => {
                "; `recurrent predict` and `recurrent evaluate` use it"
            }
            Self::Memory(_) => "; `recurrent evaluate` measures it on generated sequences",
        };
        Error::Run {
            path: run.to_path_buf(),
            message: format!(
                "expected a run of the task {task}, found one of {}{hint}",
                self.task().name.as_str()
            ),
        }
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }

    /// The recipe as a TOML table.
    pub(crate) fn to_table(&self) -> toml::Table {
        to_table(self)
    }
}

/// What a finished run of any task has come to.
#[derive(Debug, Clone)]
pub struct Results {
    /// Names and values, the most important first.
    pub rows: Vec<(String, String)>,
    /// Something to read: a generated text, neighbours of words, a mistake.
    pub sample: String,
}

/// Trains a recipe of any task and leaves its run directory. To resume a run, only the name and the
/// overrides of the recipe are looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not finite, or a file
/// cannot be written.
pub fn train(
    recipe: &Recipe,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome<Results>, Error> {
    Ok(match &recipe.config {
        Config::LanguageModel(_) => {
            language_model::train(recipe, options, observer)?.map(|found| Results {
                rows: found.rows(),
                sample: found.sample,
            })
        }
        Config::WordVectors(_) => {
            word_vectors::train(recipe, options, observer)?.map(|found| Results {
                rows: found.rows,
                sample: found.neighbours,
            })
        }
        Config::Classification(_) => {
            classification::train(recipe, options, observer)?.map(|found| {
                let mistake = found.results.measured().mistakes.first();
                Results {
                    sample: mistake.map_or(String::new(), |mistake| {
                        let (answer, label) = (&mistake.answer, &mistake.label);
                        let shown = &mistake.shown;
                        format!("the worst mistake, {answer}, but is {label}: {shown}")
                    }),
                    rows: found.rows,
                }
            })
        }
        Config::Tagging(_) => tagging::train(recipe, options, observer)?.map(|found| {
            let mistake = found.measured().and_then(|found| found.mistakes.first());
            Results {
                rows: found.rows(),
                sample: mistake.map_or(String::new(), |sentence| {
                    format!("the most mistakes, as word/given(right): {sentence}")
                }),
            }
        }),
        Config::Transcription(_) => transcription::train(recipe, options, observer)?.map(|found| {
            let mistake = found.measured().and_then(|found| found.mistakes.first());
            Results {
                rows: found.rows(),
                sample: mistake.map_or(String::new(), |[name, right, found]| {
                    format!("the worst text, of {name}: `{found}`, but is `{right}`")
                }),
            }
        }),
        Config::Memory(_) => {
            memory_problems::train(recipe, options, observer)?.map(|found| Results {
                rows: found.rows(),
                sample: found.sample,
            })
        }
    })
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

/// A path that holds in every working directory.
pub(crate) fn absolute(path: &str) -> String {
    match std::path::absolute(path) {
        Ok(absolute) => absolute.to_string_lossy().into_owned(),
        Err(_) => path.to_string(),
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the name or the number of a column")]
enum Column {
    Name(String),
    Number(u64),
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        match column {
            Column::Name(name) => name,
            Column::Number(number) => number.to_string(),
        }
    }
}

/// A column's number need not be written as a text.
pub(crate) fn name_or_number<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<String>, D::Error> {
    Ok(Some(Column::deserialize(value)?.into()))
}

/// The same of a list of columns.
pub(crate) fn names_or_numbers<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let columns = Vec::<Column>::deserialize(value)?;
    Ok(Some(columns.into_iter().map(String::from).collect()))
}
