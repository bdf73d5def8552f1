//! A network that gives every word of a sentence a tag.
//!
//! ```text
//! word       -> embedding ------------------------\
//! characters -> encoder of characters -> pooling --+-> dropout -> encoder -> dropout -> scores of tags [T, B, K]
//! capitals   -> embedding ------------------------/
//! ```
//!
//! The scores are read by a softmax, each word by itself, or by a linear-chain conditional random field (Huang, Xu and Yu
//! 2015; Lample et al. 2016; Ma and Hovy 2016).

mod characters;
mod inputs;
mod learner;
mod model;
mod trained;

pub use characters::CharactersConfig;
pub(crate) use inputs::Encoded;
pub(crate) use learner::TaggerTask;
pub(super) use model::MOST_PARAMETERS;
pub(crate) use model::Shape;
pub use model::TaggerNetwork;
pub(super) use trained::TrainedNetwork;

use crate::Error;
use crate::network::check::{check_dropouts, check_size};
use crate::network::{EmbeddingSettings, EncoderConfig, EncoderParts};
use crate::training::{TrainingConfig, check};
use recurrent_data::{TaggedSentences, Vocabulary};
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

/// What makes tags of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputKind {
    /// Each word by itself.
    Softmax,
    /// A linear-chain conditional random field.
    #[default]
    Crf,
}

/// `[model.capitals]`: vectors of how words are capitalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapitalsConfig {
    /// Width of the vectors.
    pub size: usize,
}

/// `[model]` of kind `network`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkModelConfig {
    /// `network`.
    #[serde(default)]
    pub kind: NetworkKind,
    /// `[model.embedding]`: the vectors of words.
    pub embedding: EmbeddingSettings,
    /// Whether words are in lower case where their vectors are looked up.
    #[serde(default)]
    pub lower_case: bool,
    /// Whether every digit is 0 there.
    #[serde(default)]
    pub zero_digits: bool,
    /// Most words of the vocabulary; the rest turn into `<unk>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_limit: Option<usize>,
    /// Words that occur less often turn into `<unk>`.
    #[serde(default = "one")]
    pub minimum_count: usize,
    /// Probability that a word is read as `<unk>` in training, so that its vector is learned too.
    #[serde(default)]
    pub unknown_words: f64,
    /// `[model.characters]`: what reads words by their characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters: Option<CharactersConfig>,
    /// `[model.capitals]`: vectors of how words are capitalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capitals: Option<CapitalsConfig>,
    /// Dropout of what the encoder reads.
    #[serde(default)]
    pub input_dropout: f64,
    /// `[model.encoder]`: what reads the sentence.
    pub encoder: EncoderConfig,
    /// Dropout of the encoder's states.
    #[serde(default)]
    pub output_dropout: f64,
    /// What makes tags of scores.
    #[serde(default)]
    pub output: OutputKind,
}

fn one() -> usize {
    1
}

impl NetworkConfig {
    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.training.check_whole_sequences()?;
        self.training.check()?;
        self.model.check()?;
        let smoothing = self.training.label_smoothing;
        check(
            smoothing == 0.0 || self.model.output == OutputKind::Softmax,
            "training.label_smoothing".to_string(),
            "0, as model.output is crf",
            smoothing,
        )
    }

    /// Makes its paths hold in every working directory.
    pub(super) fn make_paths_absolute(&mut self) {
        self.model.embedding.make_path_absolute();
    }
}

impl NetworkModelConfig {
    fn check(&self) -> Result<(), Error> {
        self.parts(1).check()?;
        if let Some(characters) = &self.characters {
            characters.check()?;
        }
        if let Some(capitals) = &self.capitals {
            check_size("model.capitals.size", capitals.size)?;
        }
        check_dropouts(&[
            ("model.output_dropout", self.output_dropout),
            ("model.unknown_words", self.unknown_words),
        ])?;
        let key = |name: &str| format!("model.{name}");
        let limit = self.vocabulary_limit.unwrap_or(2);
        let fine = (2..=10_000_000).contains(&limit);
        check(
            fine,
            key("vocabulary_limit"),
            "a number from 2 to 10000000",
            limit,
        )?;
        let least = self.minimum_count;
        check(least >= 1, key("minimum_count"), "at least 1", least)?;
        let window = match &self.encoder {
            EncoderConfig::Convolutional(config) => config.window,
            EncoderConfig::Recurrent(_) => 1,
        };
        let expected = "1, as every word has a tag";
        check(window == 1, key("encoder.window"), expected, window)
    }

    /// The encoder of a vocabulary of `words`.
    fn parts(&self, words: usize) -> EncoderParts<'_> {
        EncoderParts {
            embedding: Some(&self.embedding),
            inputs: words,
            beside: self
                .characters
                .as_ref()
                .map_or(0, CharactersConfig::output_size)
                + self.capitals.map_or(0, |capitals| capitals.size),
            input_dropout: self.input_dropout,
            body: Some(&self.encoder),
            section: "model",
        }
    }

    /// A word as its vector is looked up.
    fn looked_up(&self, word: &str) -> String {
        let word = match self.lower_case {
            true => word.to_lowercase(),
            false => word.to_string(),
        };
        match self.zero_digits {
            true => word
                .chars()
                .map(|c| if c.is_ascii_digit() { '0' } else { c })
                .collect(),
            false => word,
        }
    }

    /// The vocabulary of the words of sentences.
    pub(super) fn word_vocabulary(&self, sentences: &TaggedSentences) -> Vocabulary {
        let words = sentences
            .sentences
            .iter()
            .flat_map(|sentence| &sentence.words);
        let words: Vec<String> = words.map(|word| self.looked_up(word)).collect();
        let tokens = words.iter().map(String::as_str);
        Vocabulary::of_tokens([tokens], self.vocabulary_limit, self.minimum_count)
    }

    /// The vocabulary of their characters, where they are read.
    pub(super) fn character_vocabulary(&self, sentences: &TaggedSentences) -> Option<Vocabulary> {
        let characters = self.characters.as_ref()?;
        let words = || {
            sentences
                .sentences
                .iter()
                .flat_map(|sentence| &sentence.words)
        };
        let tokens = words().map(|word| inputs::characters_of(word));
        Some(Vocabulary::of_tokens(
            tokens,
            None,
            characters.minimum_count,
        ))
    }
}
