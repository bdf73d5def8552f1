//! The weights that a run ends with, in `model.safetensors`.
//!
//! They are written right after the checkpoint of their step, never before it. Where a run is
//! killed between the two, the newest checkpoint holds the weights that are missing, and they
//! are written as the run goes on.

use super::checkpoint::weights_of;
use super::{Keep, Record};
use crate::run::RunDirectory;
use crate::{Error, weights};
use burn::module::Module;
use serde::{Deserialize, Serialize};

/// How weights came to be: the record beside them, and part of that of a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// The task.
    pub task: String,
    /// Steps made when the weights were written.
    pub step: u64,
    /// Epochs finished then.
    pub epoch: usize,
    /// Best validation loss so far, nats a symbol, and its step.
    pub best: Option<(f64, u64)>,
    /// Digest of the vocabulary, where it is known.
    #[serde(default)]
    pub vocabulary: Option<u32>,
}

impl Record {
    /// Whether the weights of this step are, as far as is known, those that the run ends with.
    pub(super) fn is_to_be_published(&self, keep: Keep) -> bool {
        match keep {
            Keep::Best => (self.best).map_or(self.finished, |(_, step)| step == self.step),
            Keep::Last => self.finished,
        }
    }
}

/// Writes the weights of a step as those that the run ends with.
pub(super) fn publish<M: Module>(
    run: &RunDirectory,
    model: &M,
    record: &Record,
) -> Result<(), Error> {
    let record = TrainingRecord {
        task: record.task.clone(),
        step: record.step,
        epoch: record.epoch,
        best: record.best,
        vocabulary: record.vocabulary,
    };
    weights::write(&run.file("model.safetensors"), &weights_of(model), &record)
}

/// The step of the published weights; none where there are none that can be read.
pub(super) fn published_step(run: &RunDirectory) -> Option<u64> {
    let path = run.file("model.safetensors");
    let file = weights::read(&path).ok()?;
    let record: Option<TrainingRecord> = file.record(&path).ok()?;
    record.map(|record| record.step)
}
