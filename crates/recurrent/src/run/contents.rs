//! What a trained run has in its directory: weights, and what turns data into numbers.

use super::RunDirectory;
use crate::codec::Codec;
use crate::training::TrainingRecord;
use crate::weights::{self, Tensors};
use crate::{Error, files, training};
use recurrent_data::Vocabulary;
use std::path::{Path, PathBuf};

impl RunDirectory {
    /// The vocabulary of the run.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn vocabulary(&self) -> Result<Vocabulary, Error> {
        self.vocabulary_of(Codec::VOCABULARY)
    }

    /// The vocabulary in a file of the run.
    pub(crate) fn vocabulary_of(&self, name: &str) -> Result<Vocabulary, Error> {
        let path = self.file(name);
        Ok(Vocabulary::from_json(&files::read_text(&path)?, &path)?)
    }

    /// Fails where vocabulary or classes are not those of a file's record: numbers would stand for others.
    pub(crate) fn check_codec(
        &self,
        codec: &Codec,
        recorded: Option<u32>,
        file: &Path,
    ) -> Result<(), Error> {
        let found = codec.digest();
        let names: Vec<&str> = codec.files().map(|(name, _)| name).collect();
        match recorded {
            Some(expected) if expected != found => Err(Error::Run {
                path: self.file(&names.join(", ")),
                message: format!(
                    "expected what {} was trained with, of digest {expected:08x}, found other \
                     symbols or names, of digest {found:08x}",
                    file.display()
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The file of the weights, with its path.
    ///
    /// # Errors
    /// Where there is none yet, or it cannot be read.
    pub(crate) fn weights(&self) -> Result<(weights::File, PathBuf), Error> {
        let path = self.file("model.safetensors");
        if !path.exists() {
            return Err(Error::Run {
                path: self.path.clone(),
                message: self.why_no_weights(),
            });
        }
        Ok((weights::read(&path)?, path))
    }

    /// The weights of a network that was trained with `codec`, with the path of their file.
    ///
    /// # Errors
    /// Where there are none yet, they cannot be read, or they were trained with another codec.
    pub(crate) fn network_weights(&self, codec: &Codec) -> Result<(Tensors, PathBuf), Error> {
        let (file, path) = self.weights()?;
        let record = file.record::<TrainingRecord>(&path)?;
        self.check_codec(codec, record.and_then(|record| record.vocabulary), &path)?;
        Ok((file.tensors, path))
    }

    /// Why a run has no weights, and what to do.
    pub(crate) fn why_no_weights(&self) -> String {
        if self.is_locked() {
            return "no model.safetensors yet: the run is still training and has no weights so far"
                .to_string();
        }
        match training::Checkpoint::newest(self) {
            Ok(Some(checkpoint)) if checkpoint.record.finished => {
                "model.safetensors is missing from a finished run; train it anew with --force"
                    .to_string()
            }
            _ => format!(
                "no model.safetensors yet: the run ended before it had weights, interrupted or by a loss \
                 that is not finite; go on with `recurrent train --resume --out {}`",
                self.path().display()
            ),
        }
    }

    /// Fails where a finished run has no checkpoint that it could go on from.
    pub(crate) fn check_has_no_weights(&self) -> Result<(), Error> {
        // An interruption may come between the first weights and the first checkpoint.
        let weights = self.file("model.safetensors");
        if !self.file("report.html").exists() || !weights.exists() {
            return Ok(());
        }
        Err(Error::Run {
            path: weights,
            message: "these weights are of a finished run that has no checkpoint to go on from; \
                      start anew with --force"
                .to_string(),
        })
    }
}
