//! The lines of `metrics.jsonl`, a run's record of its own progress.
//!
//! Each line is one JSON object, told apart by its `split`: `train` lines come every few updates, `valid` lines after
//! each pass over the validation text. Cross entropies are in nats a symbol. JSON has no NaN and no infinity: they are
//! written as `null`, and `null` is read as NaN.

use crate::Error;
use std::path::Path;

use recurrent_data::io_problem;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

/// One line of `metrics.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "split", rename_all = "lowercase")]
pub enum MetricLine {
    /// Means over the updates since the last such line.
    Train {
        /// Updates made so far.
        step: u64,
        /// Passes over the training text, with the part of the current one.
        epoch: f64,
        /// Training cross entropy, nats a symbol; with label smoothing that of the smoothed targets.
        /// Of word vectors the loss of negative sampling, nats an example; of the adding problem the mean squared error.
        #[serde(deserialize_with = "number_or_null")]
        cross_entropy: f64,
        /// The learning rate of the last update.
        #[serde(deserialize_with = "number_or_null")]
        learning_rate: f64,
        /// The global norm of the gradient, before clipping.
        #[serde(deserialize_with = "number_or_null")]
        gradient_norm: f64,
        /// Symbols learnt from in a second.
        #[serde(deserialize_with = "number_or_null")]
        symbols_per_second: f64,
        /// Seconds spent on the run, those before a resume included.
        #[serde(deserialize_with = "number_or_null")]
        elapsed_seconds: f64,
    },
    /// One pass over the validation text.
    Valid {
        /// Updates made so far.
        step: u64,
        /// Passes over the training text, with the part of the current one.
        epoch: f64,
        /// Validation cross entropy, nats a symbol; of the adding problem the mean squared error.
        #[serde(deserialize_with = "number_or_null")]
        cross_entropy: f64,
        /// Seconds spent on the run, those before a resume included.
        #[serde(deserialize_with = "number_or_null")]
        elapsed_seconds: f64,
        /// Seconds of the stages of a linear classifier's run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stages: Option<StageSeconds>,
    },
}

/// Seconds of the stages of a linear classifier's run.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct StageSeconds {
    /// Reading the files of all splits and making them ids of a vocabulary.
    pub reading: f64,
    /// Finding the n-grams of the training texts and counting them in each.
    pub counting: f64,
    /// Learning the weights.
    pub learning: f64,
    /// Counting the n-grams of the texts of the test split, or of the validation split where there
    /// is none, and scoring them.
    pub answering: f64,
}

impl MetricLine {
    /// Updates made when the line was written.
    pub fn step(&self) -> u64 {
        match self {
            Self::Train { step, .. } | Self::Valid { step, .. } => *step,
        }
    }

    /// Seconds spent on the run when the line was written.
    pub fn elapsed_seconds(&self) -> f64 {
        match self {
            Self::Train {
                elapsed_seconds, ..
            }
            | Self::Valid {
                elapsed_seconds, ..
            } => *elapsed_seconds,
        }
    }

    /// The line as JSON, without its line end.
    pub fn to_json(&self) -> String {
        // Numbers and fixed names always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Reads the lines of a `metrics.jsonl`. Blank lines are skipped. A last line without its line end is what a killed
/// run leaves behind: it is dropped if it does not parse.
///
/// # Errors
/// Where the file cannot be read, or another line is not a metric line.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<MetricLine>, Error> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|error| Error::Run {
        path: path.to_path_buf(),
        message: format!("cannot read it: {}", io_problem(&error)),
    })?;
    let mut metrics = Vec::new();
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(metric) => metrics.push(metric),
            Err(_) if !line.ends_with(b"\n") => break,
            Err(error) => {
                return Err(Error::MetricLine {
                    path: path.to_path_buf(),
                    line: index + 1,
                    message: reason(&error),
                });
            }
        }
    }
    Ok(metrics)
}

/// What was found in the place of a metric line.
fn reason(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            let problem = text.split(" at line ").next().unwrap_or_default();
            format!("one that is none: {problem}")
        }
        Category::Eof => "one that is cut short".to_string(),
        Category::Syntax | Category::Io => "malformed JSON".to_string(),
    }
}

fn number_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests;
