//! The training loop of every task.
//!
//! A [`Learner`] knows a task's batches and losses; the loop does the rest:
//! learning-rate schedule, clipping and updates, validation, early stopping,
//! checkpoints, metrics. A run that is killed at any moment goes on from its
//! last checkpoint to the same weights, bit for bit, as one that was not.

mod check;
mod checkpoint;
mod config;
mod examples;
mod fit;
mod named;
mod observer;
mod outcome;
mod position;
mod published;
mod resume;
mod run;
mod schedule;
mod step;

pub(crate) use check::{check, check_fractions};
pub(crate) use checkpoint::{Checkpoint, Parts, Record, list};
pub use config::{Keep, LossScale, OptimizerChoice, Schedule, TrainingConfig};
pub(crate) use examples::{EVALUATION_STEPS, ExampleLearner, ExampleTask};
use fit::{fit, note_early_end};
pub use observer::{Observer, StepReport};
pub use outcome::{BySplit, Outcome};
use position::Position;
use position::prepare;
pub use published::TrainingRecord;
use published::{publish, published_step};
use resume::Resumed;
pub(crate) use resume::may_change_training;
pub(crate) use run::{Ended, Setup, Training};
pub(crate) use step::{Stepped, make_step};

use crate::run::Existing;
use crate::{DeviceName, Error};
use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use recurrent_nn::Mode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a recipe is run.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// The run directory.
    pub out: PathBuf,
    /// What to do where it holds a run.
    pub existing: Existing,
    /// Where to compute.
    pub device: DeviceName,
    /// The command that the report names.
    pub command: String,
    /// Set from outside to stop after the current step, with a checkpoint.
    pub stop: Stop,
}

impl TrainOptions {
    /// A new run in `out` on the CPU.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            existing: Existing::Refuse,
            device: DeviceName::Cpu,
            command: String::new(),
            stop: Stop::default(),
        }
    }
}

/// A flag that asks a run to stop after its current step.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks. Returns whether that had been asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it was asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The loss of one step.
pub struct StepLoss {
    /// Mean cross entropy in nats, `[1]`.
    pub mean: Tensor<1>,
    /// What is added to the mean for the gradient, `[1]`, and is no part of the loss that is told.
    pub penalty: Option<Tensor<1>>,
    /// Factor between the mean and what the gradient is of.
    pub scale: f64,
    /// What it is the mean of: how much it counts among the losses of other steps.
    pub weight: f64,
    /// Symbols that were read, for the speed.
    pub symbols: usize,
    /// Factor on the learning rate of the step.
    pub rate: f64,
}

/// What tells one order of batches from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// `training.batch_size`.
    pub batch_size: usize,
    /// `training.chunk_length`.
    pub chunk_length: usize,
    /// `training.chunk_deviation`.
    #[serde(default)]
    pub chunk_deviation: f64,
    /// Seed of that order, where there are several: `training.seed`.
    #[serde(default)]
    pub seed: u64,
    /// Symbols of the training, validation and test split.
    pub symbols: [usize; 3],
    /// Digest of those symbols.
    pub digest: u64,
}

/// A task as the training loop sees it.
pub trait Learner {
    /// The network.
    type Model: Module;

    /// Its data and how they are read: a run goes on with the same data, and
    /// within an epoch in the same order.
    fn stream(&self) -> Stream;

    /// Steps of epoch `epoch`, from 0.
    fn steps(&self, epoch: usize) -> usize;

    /// Gets ready for the steps of an epoch, with nothing carried from before it.
    fn begin_epoch(&mut self, epoch: usize);

    /// The loss of step `index` of the epoch that was begun.
    fn loss(&mut self, model: &Self::Model, index: usize, mode: Mode) -> StepLoss;

    /// Factor on the learning rate of a parameter in the present epoch; 0 leaves it as it is.
    fn rate(&self, _parameter: &str) -> f64 {
        1.0
    }

    /// Mean validation loss, nats a symbol.
    ///
    /// # Errors
    /// Where the validation split cannot be read as sequences.
    fn validate(&self, model: &Self::Model) -> Result<f64, Error>;

    /// What is carried from step to step beside the weights, for a checkpoint.
    fn carried(&self) -> BTreeMap<String, TensorData>;

    /// Takes back what [`Learner::carried`] gave.
    fn restore(&mut self, carried: BTreeMap<String, TensorData>);
}
