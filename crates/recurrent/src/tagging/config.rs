//! The recipe of a tagger.

use super::baseline::{FrequentConfig, PerceptronModelConfig};
use super::network::{NetworkConfig, NetworkModelConfig};
use crate::Error;
use crate::task::{TaskConfig, absolute, name_or_number, read, to_table};
use crate::training::{TrainingConfig, check, check_fractions};
use recurrent_data::{Encoding, TagScheme, TaggedFormat, TaggedOptions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaggingConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: TaggedDataConfig,
    /// `[model]`, and of a network `[training]`.
    #[serde(flatten)]
    pub estimator: Estimator,
}

/// What tags and how it learns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Estimator {
    /// A network and its training.
    Network(Box<NetworkConfig>),
    /// The most frequent tag of each word.
    Frequent {
        /// `[model]`.
        model: FrequentConfig,
    },
    /// A structured perceptron.
    Perceptron {
        /// `[model]`.
        model: PerceptronModelConfig,
    },
}

/// What words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordUnit {
    /// Words; white space parts them in texts to be tagged.
    #[default]
    Words,
    /// Characters, as in Chinese; every one but white space is tagged in texts to be tagged.
    Characters,
}

/// `[data]`: sentences with a tag for each word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggedDataConfig {
    /// A file, or a folder with a training and a test file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How the words of a sentence are written.
    #[serde(default)]
    pub format: TaggedFormat,
    /// The column of the word; the first, or `form` of CoNLL-U, where it is left out.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub word_column: Option<String>,
    /// The column of the tag; the last, or `upos` of CoNLL-U, where it is left out.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub tag_column: Option<String>,
    /// How bytes are characters.
    #[serde(default)]
    pub encoding: Encoding,
    /// How tags mark spans in the files.
    #[serde(default = "plain")]
    pub scheme: TagScheme,
    /// How tags mark spans where a model learns them; as in the files where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned_scheme: Option<TagScheme>,
    /// Whether tags that break their scheme are made right by the spans that they mark; an error where not.
    #[serde(default)]
    pub repair: bool,
    /// What words are.
    #[serde(default)]
    pub unit: WordUnit,
    /// Parts of one file that are train, valid and test.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// The part of the training sentences that is for validation where a folder has none of its own.
    #[serde(default = "valid_fraction")]
    pub valid_fraction: f64,
    /// Seed of the order of the sentences.
    #[serde(default = "one")]
    pub seed: u64,
}

fn one() -> u64 {
    1
}
fn plain() -> TagScheme {
    TagScheme::Plain
}
fn fractions() -> [f64; 3] {
    [0.8, 0.1, 0.1]
}
fn valid_fraction() -> f64 {
    0.1
}

/// Kinds of taggers: `model.kind`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Network,
    MostFrequent,
    Perceptron,
}

/// What of a recipe says which keys its model has.
#[derive(Deserialize, Default)]
struct Head {
    #[serde(default)]
    model: ModelHead,
}

#[derive(Deserialize, Default)]
struct ModelHead {
    #[serde(default)]
    kind: Kind,
}

/// The sections of a network's recipe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkSections {
    task: TaskConfig,
    data: TaggedDataConfig,
    model: NetworkModelConfig,
    training: TrainingConfig,
}

/// The sections of a recipe without training by gradients.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DirectSections<M> {
    task: TaskConfig,
    data: TaggedDataConfig,
    model: M,
}

impl TaggingConfig {
    /// The recipe from its text; ranges are not checked.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let head: Head = toml::from_str(text)?;
        match head.model.kind {
            Kind::Network => {
                let sections: NetworkSections = read(text)?;
                let (model, training) = (sections.model, sections.training);
                Ok(Self {
                    task: sections.task,
                    data: sections.data,
                    estimator: Estimator::Network(Box::new(NetworkConfig { model, training })),
                })
            }
            Kind::MostFrequent => Self::direct(text, |model| Estimator::Frequent { model }),
            Kind::Perceptron => Self::direct(text, |model| Estimator::Perceptron { model }),
        }
    }

    fn direct<M: DeserializeOwned>(
        text: &str,
        estimator: impl Fn(M) -> Estimator,
    ) -> Result<Self, toml::de::Error> {
        let sections: DirectSections<M> = read(text)?;
        Ok(Self {
            task: sections.task,
            data: sections.data,
            estimator: estimator(sections.model),
        })
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        self.data.check()?;
        match &self.estimator {
            Estimator::Network(network) => network.check(),
            Estimator::Frequent { .. } => Ok(()),
            Estimator::Perceptron { model } => model.check(),
        }
    }

    /// Makes its paths hold in every working directory.
    pub(crate) fn make_paths_absolute(&mut self) {
        if let Some(path) = &mut self.data.path {
            *path = absolute(path);
        }
        if let Estimator::Network(network) = &mut self.estimator {
            network.make_paths_absolute();
        }
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }
}

impl TaggedDataConfig {
    fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("data.{name}");
        check_fractions("data.fractions", self.fractions)?;
        let valid = self.valid_fraction;
        let fine = valid > 0.0 && valid < 1.0;
        check(fine, key("valid_fraction"), "above 0 to below 1", valid)?;
        let plain = |scheme| scheme == TagScheme::Plain;
        let learned = self.learned_scheme();
        check(
            plain(self.scheme) == plain(learned),
            key("learned_scheme"),
            "plain beside data.scheme = plain, and otherwise one that marks spans",
            crate::recipe::name_of(&learned),
        )?;
        check(
            !(self.repair && plain(self.scheme)),
            key("repair"),
            "false, as plain tags have no scheme to break",
            true,
        )
    }

    /// How tags mark spans where a model learns them.
    pub(super) fn learned_scheme(&self) -> TagScheme {
        self.learned_scheme.unwrap_or(self.scheme)
    }

    /// What reading takes.
    pub(super) fn options(&self) -> TaggedOptions {
        TaggedOptions {
            format: self.format,
            word_column: self.word_column.clone(),
            tag_column: self.tag_column.clone(),
            encoding: self.encoding,
            fractions: self.fractions,
            valid_fraction: self.valid_fraction,
            seed: self.seed,
        }
    }
}
