//! The recipe of word vectors.

use crate::Error;
use crate::language_model::DataConfig;
use crate::recipe::name_of;
use crate::task::{TaskConfig, read, to_table};
use crate::training::check;
use recurrent_data::Unit;
use recurrent_nn::word2vec;
use serde::{Deserialize, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordVectorsConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`: a text of words, of which the training split is read.
    pub data: DataConfig,
    /// `[model]`.
    pub model: VectorModelConfig,
    /// `[training]`.
    pub training: VectorTrainingConfig,
}

/// What is predicted from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The word in the middle from each word of its window, as in the authors' program; over a text
    /// these are the pairs of the paper, which predicts the window from its middle.
    #[default]
    SkipGram,
    /// The word in the middle from the mean of its window.
    Cbow,
}

/// `[model]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorModelConfig {
    /// What is predicted from what.
    #[serde(default)]
    pub architecture: Architecture,
    /// `E`, the width of a vector.
    pub embedding_size: usize,
    /// Words that a window reaches at most to either side.
    #[serde(default = "five")]
    pub window: usize,
    /// Noise words beside each word that is predicted.
    #[serde(default = "five")]
    pub negatives: usize,
    /// Relative frequency above which words are left out at times; 0 keeps all.
    #[serde(default = "subsampling")]
    pub subsampling: f64,
    /// Words that occur less often have no vector.
    #[serde(default = "one")]
    pub minimum_count: u64,
}

/// `[training]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorTrainingConfig {
    /// Passes over the text.
    pub epochs: u64,
    /// Learning rate at the start; it falls in a line.
    #[serde(default = "learning_rate")]
    pub learning_rate: f64,
    /// Learning rate at the end.
    #[serde(default = "final_learning_rate")]
    pub final_learning_rate: f64,
    /// Seconds between checkpoints beside that at the end.
    #[serde(default = "checkpoint_seconds")]
    pub checkpoint_seconds: f64,
    /// Seed of initial vectors, windows and noise.
    #[serde(default = "one")]
    pub seed: u64,
}

fn one() -> u64 {
    1
}
fn five() -> usize {
    5
}
fn subsampling() -> f64 {
    1e-3
}
fn learning_rate() -> f64 {
    0.025
}
fn final_learning_rate() -> f64 {
    0.0001
}
fn checkpoint_seconds() -> f64 {
    60.0
}

/// Most passes over the text.
const MOST_EPOCHS: u64 = 100_000;

impl WordVectorsConfig {
    /// The recipe from its text; ranges are not checked.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        read(text)
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        self.data.check()?;
        let unit = self.data.unit;
        check(
            unit == Unit::Word,
            "data.unit".to_string(),
            "word, as task.name is word-vectors",
            name_of(&unit),
        )?;
        let model = &self.model;
        for (name, value, most) in [
            ("embedding_size", model.embedding_size, 65_536),
            ("window", model.window, 1000),
            ("negatives", model.negatives, 1000),
        ] {
            let fine = (1..=most).contains(&value);
            let expected = format!("a number from 1 to {most}");
            check(fine, format!("model.{name}"), &expected, value)?;
        }
        let share = model.subsampling;
        let key = "model.subsampling".to_string();
        check((0.0..=1.0).contains(&share), key, "0 to 1", share)?;
        let training = &self.training;
        check(
            (1..=MOST_EPOCHS).contains(&training.epochs),
            "training.epochs".to_string(),
            "a number from 1 to 100000",
            training.epochs,
        )?;
        for (name, value) in [
            ("learning_rate", training.learning_rate),
            ("final_learning_rate", training.final_learning_rate),
            ("checkpoint_seconds", training.checkpoint_seconds),
        ] {
            let fine = value >= 0.0 && value.is_finite();
            check(
                fine,
                format!("training.{name}"),
                "a number of at least 0",
                value,
            )?;
        }
        Ok(())
    }

    /// Checks that the vectors of `words` words fit in `memory`, the bytes of the machine: two
    /// matrices in single precision, and their copies in a checkpoint.
    ///
    /// # Errors
    /// Where they do not.
    pub(super) fn check_memory(&self, words: usize, memory: f64) -> Result<(), Error> {
        let needed = 16.0 * words as f64 * self.model.embedding_size as f64;
        let gigabytes = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
        check(
            needed <= memory,
            "model.embedding_size".to_string(),
            &format!("vectors that fit in this machine's {}", gigabytes(memory)),
            format!("those of {words} words, at least {}", gigabytes(needed)),
        )
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }

    /// What the kernel takes.
    pub(super) fn settings(&self) -> word2vec::Settings {
        let (model, training) = (&self.model, &self.training);
        word2vec::Settings {
            architecture: match model.architecture {
                Architecture::SkipGram => word2vec::Architecture::SkipGram,
                Architecture::Cbow => word2vec::Architecture::Cbow,
            },
            width: model.embedding_size,
            window: model.window,
            negatives: model.negatives,
            subsampling: (model.subsampling > 0.0).then_some(model.subsampling),
            learning_rate: [training.learning_rate, training.final_learning_rate],
            epochs: training.epochs,
            seed: training.seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_must_fit_in_memory() {
        let text = "[task]\nname = 'word-vectors'\n[data]\nunit = 'word'\n[model]\n\
                    embedding_size = 1000\n[training]\nepochs = 1";
        let config = WordVectorsConfig::parse(text).expect("a recipe");
        config.check_memory(1000, 16e6).expect("fits");
        let error = config.check_memory(1001, 16e6).expect_err("too much");
        assert!(
            error.to_string().contains("model.embedding_size"),
            "{error}"
        );
    }
}
