//! `[model.embedding]`: the vectors of symbols.

use crate::Error;
use crate::network::check::{check_dropouts, check_initializers, check_size};
use crate::task::absolute;
use recurrent_nn::{EmbeddingConfig, Initializer};
use serde::{Deserialize, Serialize};

/// The vectors of symbols.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSettings {
    /// `E`.
    pub size: usize,
    /// Dropout of whole symbols, the same ones in all of a batch.
    #[serde(default)]
    pub dropout: f64,
    /// Start of the vectors.
    #[serde(default = "small")]
    pub initializer: Initializer,
    /// File or run directory of word vectors, which the symbols that it has begin with instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

fn small() -> Initializer {
    Initializer::Uniform(0.05)
}

impl EmbeddingSettings {
    pub(super) fn check(&self, section: &str) -> Result<(), Error> {
        let key = |name: &str| format!("{section}.embedding.{name}");
        check_size(&key("size"), self.size)?;
        check_dropouts(&[(&key("dropout"), self.dropout)])?;
        check_initializers(&[(&key("initializer"), self.initializer)])
    }

    /// The table of a vocabulary.
    pub(super) fn of(&self, vocabulary: usize, blank: bool) -> EmbeddingConfig {
        EmbeddingConfig {
            vocabulary,
            size: self.size,
            initializer: match blank {
                true => Initializer::Zeros,
                false => self.initializer,
            },
        }
    }

    /// Makes the path hold in every working directory.
    pub(crate) fn make_path_absolute(&mut self) {
        if let Some(path) = &mut self.file {
            *path = absolute(path);
        }
    }
}
