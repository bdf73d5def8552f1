//! Recurrent neural networks from raw sequences to a trained, measured model.
//!
//! A *recipe* ([`recipe`]) is a TOML file that says everything about a run:
//! task, data, model, training, decoding. A *run* trains it ([`training`]) and
//! leaves a directory ([`run`]) with configuration, metrics, checkpoints,
//! weights, vocabulary and a report, which the task's predictor reads again.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`language_model`] | the language-model task: configuration, data, model, prediction |
//! | [`classification`] | the classification task: labelled texts, classifiers, measures |
//! | [`memory_problems`] | generated problems of long memory: adding, copying |
//! | [`word_vectors`] | the word-vector task; vectors in files |
//! | [`training`] | the training loop of every task: schedules, checkpoints, early stopping |
//! | [`recipe`] | built-in recipes, TOML files, overrides |
//! | [`run`] | the run directory |
//! | [`metrics`], [`report`] | the record of a run and the page made from it |
//! | [`inspect`] | what a run directory or a weight file holds |
//! | [`compare`] | runs side by side |
//! | [`benchmark`] | the project's own workloads, timed |
//!
//! ```no_run
//! use recurrent::language_model::train;
//! use recurrent::{TrainOptions, recipe};
//!
//! # fn main() -> Result<(), recurrent::Error> {
//! let recipe = recipe::load("char-lm")?;
//! let outcome = train(&recipe, &TrainOptions::new("runs/char-lm"), &mut ())?;
//! if let Some(results) = outcome.results {
//!     println!("validation perplexity {:.3}", results.valid.perplexity());
//! }
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

pub mod benchmark;
pub mod classification;
mod codec;
pub mod compare;
mod device;
mod error;
mod files;
pub mod inspect;
pub mod language_model;
mod memory;
pub mod memory_problems;
pub mod metrics;
pub mod network;
pub mod recipe;
pub mod report;
pub mod run;
pub mod tagging;
pub mod task;
pub mod training;
pub mod transcription;
mod weights;
pub mod word_vectors;

pub use device::DeviceName;
pub use error::Error;
pub use task::train;
pub use training::{Observer, Outcome, TrainOptions};

pub use recurrent_data as data;
pub use recurrent_decode as decode;
pub use recurrent_nn as nn;
