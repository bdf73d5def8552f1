//! What can go wrong, in words that name the place.

use crate::recipe;
use recurrent_data::{DataError, io_problem};
use recurrent_decode::DecodeError;
use recurrent_linear::LinearError;
use std::path::{Path, PathBuf};

/// An error of the toolkit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Data that cannot be read or used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// What a decoder cannot work with.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Examples that a classifier cannot learn from.
    #[error(transparent)]
    Linear(#[from] LinearError),
    /// A text that cannot be used.
    #[error("{place}: {error}")]
    Text {
        /// File and split, or the setting that has it.
        place: String,
        /// What is wrong with it.
        error: DataError,
    },
    /// A split with too few symbols.
    #[error("{place}: expected at least {needed} symbols ({enough}), found {found}")]
    TooShort {
        /// File and split.
        place: String,
        /// The least number that would do.
        needed: usize,
        /// What they are needed for.
        enough: String,
        /// Its number of symbols.
        found: usize,
    },
    /// A line of a `metrics.jsonl` that is not a metric line.
    #[error("{}:{line}: expected a metric line, found {message}; delete that line to go on", path.display())]
    MetricLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser found.
        message: String,
    },
    /// A recipe that does not exist.
    #[error("there is no recipe or file `{name}`{}; built-in recipes: {}", hint(.near), recipes())]
    NoRecipe {
        /// What was asked for.
        name: String,
        /// The built-in recipe with the nearest name.
        near: Option<String>,
    },
    /// A recipe that is not valid TOML or does not have the expected keys.
    #[error("{place}: {message}")]
    Recipe {
        /// File or override.
        place: String,
        /// What was expected and what was found.
        message: String,
    },
    /// A setting out of range.
    #[error("{key}: expected {expected}, found {found}")]
    Setting {
        /// The key, `section.name`.
        key: String,
        /// What would be allowed.
        expected: String,
        /// What was given.
        found: String,
    },
    /// An error, and the file or run that it is about.
    #[error("{}: {error}", path.display())]
    Within {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong there.
        error: Box<Error>,
    },
    /// A device whose back end is not compiled in.
    #[error("device `{device}` needs a build with `--features {device}`")]
    Device {
        /// The device.
        device: &'static str,
    },
    /// An output directory that holds something already.
    #[error(
        "{} already holds a run: continue it with --resume, replace it with --force, or choose another --out",
        path.display()
    )]
    RunExists {
        /// The directory.
        path: PathBuf,
    },
    /// A run directory that another process trains in.
    #[error("{}: in use by another process; wait for its end, or choose another --out", path.display())]
    RunInUse {
        /// The directory.
        path: PathBuf,
    },
    /// A run directory without what is needed.
    #[error("{}: {message}", path.display())]
    Run {
        /// The directory or file.
        path: PathBuf,
        /// What was expected and what was found.
        message: String,
    },
    /// A weight file or checkpoint that cannot be used.
    #[error("{}: {message}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        message: String,
    },
    /// A weight file or checkpoint of another version of the program.
    #[error(
        "{}: expected version {expected}, found version {found}; use the version of the program that wrote it, or start anew with --force",
        path.display()
    )]
    WeightsVersion {
        /// The file.
        path: PathBuf,
        /// The version that is read.
        expected: u64,
        /// The version that the file says.
        found: String,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {}", path.display(), io_problem(.error))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A loss of a split that is not a number, or whose perplexity is not finite.
    #[error("the loss over the {split} split is {}: expected one of a finite perplexity", number(*.loss))]
    Evaluation {
        /// Which split.
        split: &'static str,
        /// The loss.
        loss: f64,
    },
    /// A loss or gradient that is not a number, or too large for a finite perplexity.
    #[error(
        "step {step}: {what}; learning rate {learning_rate:?}, last losses {}; checkpoints stay as they are",
        losses(.history)
    )]
    NotFinite {
        /// The step.
        step: u64,
        /// What was found.
        what: String,
        /// Learning rate of the step.
        learning_rate: f64,
        /// Losses of the steps before it, the last one last.
        history: Vec<f64>,
    },
}

impl Error {
    /// The error with the file or run that it is about, where it does not say that itself.
    pub(crate) fn within(self, path: &Path) -> Self {
        match self {
            Self::Setting { .. } | Self::Evaluation { .. } | Self::TooShort { .. } => {
                Self::Within {
                    path: path.to_path_buf(),
                    error: Box::new(self),
                }
            }
            other => other,
        }
    }

    /// Whether the input or its use is to blame, not the run: exit code 2.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::NotFinite { .. } | Self::Evaluation { .. } | Self::Write { .. } => false,
            Self::Data(error) => !matches!(error, DataError::Write { .. }),
            Self::Within { error, .. } => error.is_bad_input(),
            Self::Decode(error) => !matches!(error, DecodeError::Write { .. }),
            _ => true,
        }
    }
}

/// The error of a sampler, whose settings are those of `[decode]`.
pub(crate) fn of_sampler(error: DecodeError) -> Error {
    match error {
        DecodeError::Setting {
            field,
            expected,
            found,
        } => Error::Setting {
            key: format!("decode.{field}"),
            expected: expected.to_string(),
            found,
        },
        other => Error::Decode(other),
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref()
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default()
}

/// A loss: four decimals, or four digits where it is huge.
pub(crate) fn number(value: f64) -> String {
    if value.abs() < 1e6 || !value.is_finite() {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

/// Names of the built-in recipes.
fn recipes() -> String {
    let names: Vec<String> = recipe::list().into_iter().map(|(name, _)| name).collect();
    names.join(", ")
}

fn losses(history: &[f64]) -> String {
    let texts: Vec<String> = history.iter().map(|&loss| number(loss)).collect();
    if texts.is_empty() {
        "none".to_string()
    } else {
        texts.join(", ")
    }
}
