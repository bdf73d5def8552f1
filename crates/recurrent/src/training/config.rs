//! The `[training]` section, the same for every task.

use super::named::name_or_table;
use recurrent_nn::{Clip, OptimizerConfig, Precision, Rule};
use serde::{Deserialize, Serialize};

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    /// Parallel streams or rows of a step, `B`.
    pub batch_size: usize,
    /// Steps that the gradient goes back, `T`, where a stream of symbols is read; a task of whole
    /// sequences goes back to their beginnings and has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk_length: Option<usize>,
    /// Standard deviation of a chunk's length, 0 for chunks of one length. Lengths are drawn
    /// around `chunk_length`, one in twenty around half of it, and the learning rate of a
    /// step goes with its length (Merity, Keskar and Socher 2018).
    #[serde(default)]
    pub chunk_deviation: f64,
    /// Passes over the training split.
    pub epochs: usize,
    /// Update rule.
    #[serde(deserialize_with = "name_or_table")]
    pub optimizer: OptimizerChoice,
    /// Learning rate that the schedule starts from, above 0 and at most 1000.
    pub learning_rate: f64,
    /// How the learning rate changes.
    #[serde(default, deserialize_with = "name_or_table")]
    pub schedule: Schedule,
    /// L2 penalty.
    #[serde(default)]
    pub weight_decay: f64,
    /// Limit on the norm of all gradients together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Limit on each element of the gradients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_value: Option<f64>,
    /// What the gradient is of: the mean loss of a step's symbols, or their sum
    /// over time (mean over rows) as in Zaremba et al. 2014.
    #[serde(default)]
    pub loss: LossScale,
    /// Label smoothing.
    #[serde(default)]
    pub label_smoothing: f64,
    /// How a step takes the operands of matrix products: whole, or rounded to bfloat16, which is faster on processors with
    /// AMX and slower on others. What goes from step to step in a layer, sums, weights and validations are in single
    /// precision.
    #[serde(default)]
    pub precision: Precision,
    /// Stop after this many validations without a better one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<usize>,
    /// Average the weights from the first validation on that is worse than the best of those
    /// before the last this many: non-monotonically triggered averaging, NT-ASGD (Merity,
    /// Keskar and Socher 2018). Validations are of the averages then, and the run ends with
    /// averages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_monotone_interval: Option<usize>,
    /// Which weights the run ends with.
    #[serde(default)]
    pub keep: Keep,
    /// Rows in validation and evaluation; 1 reads each split in one piece.
    #[serde(default = "one")]
    pub evaluation_streams: usize,
    /// Steps between lines of `metrics.jsonl`.
    #[serde(default = "fifty")]
    pub log_every: u64,
    /// Steps between validations beside that at each epoch's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_every: Option<u64>,
    /// Steps between checkpoints beside that at each epoch's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_every: Option<u64>,
    /// Checkpoints that are kept.
    #[serde(default = "two")]
    pub keep_checkpoints: usize,
    /// Seed of weights and dropout.
    #[serde(default = "seed")]
    pub seed: u64,
}

fn one() -> usize {
    1
}
fn two() -> usize {
    2
}
fn fifty() -> u64 {
    50
}
fn seed() -> u64 {
    1
}

/// An update rule with its constants; the formulas are PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptimizerChoice {
    /// Stochastic gradient descent.
    Sgd {
        /// Momentum, 0 for none.
        #[serde(default)]
        momentum: f64,
    },
    /// RMSprop (Tieleman and Hinton 2012).
    Rmsprop {
        /// Decay of the mean square.
        #[serde(default = "decay")]
        decay: f64,
        /// Keeps the division finite.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Adam (Kingma and Ba 2015).
    Adam {
        /// Decay of the mean.
        #[serde(default = "beta_1")]
        beta_1: f64,
        /// Decay of the mean square.
        #[serde(default = "beta_2")]
        beta_2: f64,
        /// Keeps the division finite.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    Adamw {
        /// Decay of the mean.
        #[serde(default = "beta_1")]
        beta_1: f64,
        /// Decay of the mean square.
        #[serde(default = "beta_2")]
        beta_2: f64,
        /// Keeps the division finite.
        #[serde(default = "epsilon")]
        epsilon: f64,
    },
}

fn decay() -> f64 {
    0.99
}
fn epsilon() -> f64 {
    1e-8
}
fn beta_1() -> f64 {
    0.9
}
fn beta_2() -> f64 {
    0.999
}

/// How the learning rate changes over a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// Not at all.
    Constant {},
    /// Times `factor` at the end of every epoch from number `after_epoch` on.
    StepDecay {
        /// Factor of an epoch.
        factor: f64,
        /// Epochs at the full rate.
        after_epoch: usize,
    },
    /// Times `factor` after `patience` validations without a better one.
    Plateau {
        /// Factor of a reduction.
        factor: f64,
        /// Validations to wait.
        patience: usize,
        /// The rate is not reduced below this part of the first.
        #[serde(default)]
        minimum_factor: f64,
    },
    /// Up in a line over `warmup_steps`, then down along a half cosine to
    /// `minimum_factor` at the run's end (Loshchilov and Hutter 2017).
    WarmupCosine {
        /// Steps of the way up.
        warmup_steps: u64,
        /// Part of the rate that is left at the end.
        #[serde(default)]
        minimum_factor: f64,
    },
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant {}
    }
}

/// What the gradient of a step is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossScale {
    /// The mean over the symbols of the step.
    #[default]
    Mean,
    /// The mean over rows of the sum over time.
    SumOverTime,
}

/// Which weights a run ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Those with the best validation loss.
    #[default]
    Best,
    /// Those of the last step.
    Last,
}

impl OptimizerChoice {
    fn rule(self) -> Rule {
        match self {
            Self::Sgd { momentum } => Rule::Sgd { momentum },
            Self::Rmsprop { decay, epsilon } => Rule::RmsProp { decay, epsilon },
            Self::Adam {
                beta_1,
                beta_2,
                epsilon,
            } => Rule::Adam {
                beta_1,
                beta_2,
                epsilon,
                decoupled: false,
            },
            Self::Adamw {
                beta_1,
                beta_2,
                epsilon,
            } => Rule::Adam {
                beta_1,
                beta_2,
                epsilon,
                decoupled: true,
            },
        }
    }
}

impl TrainingConfig {
    /// `T` of a chunk; the check of a task that reads streams sees to it that there is one.
    pub(crate) fn chunk(&self) -> usize {
        self.chunk_length.unwrap_or(1)
    }

    /// Configuration of the optimizer.
    pub fn optimizer_config(&self) -> OptimizerConfig {
        let norm = self.clip_norm.map(Clip::Norm);
        OptimizerConfig {
            rule: self.optimizer.rule(),
            weight_decay: self.weight_decay,
            clip: norm.or(self.clip_value.map(Clip::Value)),
        }
    }
}
