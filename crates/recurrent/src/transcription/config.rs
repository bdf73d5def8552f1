//! The recipe of a transcriber.

mod data;
mod decode;
mod sound;

pub use data::{
    DialledData, HandwrittenData, JoinedData, Misfits, NamedImagesData, SoundData, TranscribedData,
};
pub use decode::{DecodeConfig, DecodeMethod};
pub use sound::SoundSettings;

use super::network::TranscriberConfig;
use crate::Error;
use crate::task::{TaskConfig, read, to_table};
use crate::training::{TrainingConfig, check};
use serde::{Deserialize, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranscriptionConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: TranscribedData,
    /// `[model]`.
    pub model: TranscriberConfig,
    /// `[training]`.
    pub training: TrainingConfig,
    /// `[decode]`.
    #[serde(default)]
    pub decode: DecodeConfig,
}

impl TranscriptionConfig {
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
        self.model.check()?;
        self.training.check_whole_sequences()?;
        self.training.check()?;
        self.decode.check()?;
        let guided = [
            ("lexicon", self.decode.lexicon.is_some()),
            ("language_model", self.decode.language_model.is_some()),
            ("hotwords", !self.decode.hotwords.is_empty()),
            ("method", self.decode.method == DecodeMethod::PrefixSearch),
            (
                "token_min_logp",
                self.decode.token_min_logp != DecodeConfig::default().token_min_logp,
            ),
        ];
        let is_transducer = self.model.predictor.is_some();
        guided.into_iter().try_for_each(|(name, is_given)| {
            let fine = !(is_transducer && is_given);
            let expected = "best-path or a beam without guides, as the model is a transducer";
            check(fine, format!("decode.{name}"), expected, "another")
        })
    }

    /// Makes its paths hold in every working directory.
    pub(crate) fn make_paths_absolute(&mut self) {
        self.data.make_path_absolute();
        self.decode.make_paths_absolute();
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }
}
