//! The ranges of the `[training]` section.

use super::{LossScale, OptimizerChoice, Schedule, TrainingConfig};
use crate::Error;
use crate::recipe::name_of;
use std::fmt::Display;

/// Most rows or steps of a batch.
const MOST: usize = 65_536;

/// Highest learning rate.
const MOST_RATE: f64 = 1000.0;

impl TrainingConfig {
    /// Fails where a task that reads a stream of symbols chunk by chunk is not told how long a chunk is.
    pub(crate) fn check_chunks(&self) -> Result<(), Error> {
        check(
            self.chunk_length.is_some(),
            "training.chunk_length".to_string(),
            "the steps that a gradient goes back",
            "nothing",
        )
    }

    /// Fails where a setting would hold for nothing, as the task reads whole sequences.
    pub(crate) fn check_whole_sequences(&self) -> Result<(), Error> {
        let refuse = |is_unset: bool, name: &str, default: &str, found: String| {
            let expected = format!("{default}, as whole sequences are read");
            check(is_unset, format!("training.{name}"), &expected, found)
        };
        let chunk = self.chunk_length;
        let (deviation, streams) = (self.chunk_deviation, self.evaluation_streams);
        refuse(
            chunk.is_none(),
            "chunk_length",
            "nothing",
            self.chunk().to_string(),
        )?;
        refuse(
            deviation == 0.0,
            "chunk_deviation",
            "0",
            deviation.to_string(),
        )?;
        refuse(streams == 1, "evaluation_streams", "1", streams.to_string())?;
        let mean = self.loss == LossScale::Mean;
        refuse(mean, "loss", "mean", name_of(&self.loss))
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range.
    pub fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("training.{name}");
        for (name, value) in [
            ("batch_size", self.batch_size as u64),
            ("chunk_length", self.chunk() as u64),
            ("epochs", self.epochs as u64),
            ("evaluation_streams", self.evaluation_streams as u64),
            ("log_every", self.log_every),
            ("validate_every", self.validate_every.unwrap_or(1)),
            ("checkpoint_every", self.checkpoint_every.unwrap_or(1)),
            ("keep_checkpoints", self.keep_checkpoints as u64),
            ("early_stopping", self.early_stopping.unwrap_or(1) as u64),
            (
                "non_monotone_interval",
                self.non_monotone_interval.unwrap_or(1) as u64,
            ),
        ] {
            check(value >= 1, key(name), "a number of at least 1", value)?;
        }
        for (name, value) in [
            ("batch_size", self.batch_size),
            ("chunk_length", self.chunk()),
            ("evaluation_streams", self.evaluation_streams),
        ] {
            check(value <= MOST, key(name), "a number of at most 65536", value)?;
        }
        let deviation = self.chunk_deviation;
        let most = self.chunk() as f64;
        check(
            (0.0..=most).contains(&deviation),
            key("chunk_deviation"),
            "a number from 0 to chunk_length",
            deviation,
        )?;
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let rate = self.learning_rate;
        check(
            rate > 0.0 && rate <= MOST_RATE,
            key("learning_rate"),
            "a number above 0 and at most 1000",
            format!("{rate:?}"),
        )?;
        for (name, limit) in [
            ("clip_norm", self.clip_norm),
            ("clip_value", self.clip_value),
        ] {
            let limit = limit.unwrap_or(1.0);
            check(positive(limit), key(name), "a number above 0", limit)?;
        }
        let both = self.clip_norm.is_some() && self.clip_value.is_some();
        check(
            !both,
            key("clip_value"),
            "only one of clip_norm and clip_value",
            "both",
        )?;
        let decay = self.weight_decay;
        let fine = decay >= 0.0 && decay.is_finite();
        check(fine, key("weight_decay"), "a number of at least 0", decay)?;
        let portion = |x: f64| (0.0..1.0).contains(&x);
        let smoothing = self.label_smoothing;
        check(
            portion(smoothing),
            key("label_smoothing"),
            "0 to below 1",
            smoothing,
        )?;
        let factor = |name: &str, value: f64| {
            let fine = value > 0.0 && value <= 1.0;
            check(
                fine,
                format!("training.schedule.{name}"),
                "above 0, at most 1",
                value,
            )
        };
        let minimum = |value: f64| {
            let key = "training.schedule.minimum_factor".to_string();
            check((0.0..=1.0).contains(&value), key, "0 to 1", value)
        };
        match self.schedule {
            Schedule::Constant {} => {}
            Schedule::StepDecay { factor: value, .. } => factor("factor", value)?,
            Schedule::Plateau {
                factor: value,
                patience,
                minimum_factor,
            } => {
                factor("factor", value)?;
                minimum(minimum_factor)?;
                let key = "training.schedule.patience".to_string();
                check(patience >= 1, key, "a number of at least 1", patience)?;
            }
            Schedule::WarmupCosine { minimum_factor, .. } => minimum(minimum_factor)?,
        }
        let optimizer = |name: &str, value: f64| {
            let key = format!("training.optimizer.{name}");
            check(portion(value), key, "0 to below 1", value)
        };
        let above = |value: f64| {
            let key = "training.optimizer.epsilon".to_string();
            check(positive(value), key, "a number above 0", value)
        };
        match self.optimizer {
            OptimizerChoice::Sgd { momentum } => optimizer("momentum", momentum),
            OptimizerChoice::Rmsprop { decay, epsilon } => {
                optimizer("decay", decay)?;
                above(epsilon)
            }
            OptimizerChoice::Adam {
                beta_1,
                beta_2,
                epsilon,
            }
            | OptimizerChoice::Adamw {
                beta_1,
                beta_2,
                epsilon,
            } => {
                optimizer("beta_1", beta_1)?;
                optimizer("beta_2", beta_2)?;
                above(epsilon)
            }
        }
    }
}

/// Checks that a setting is three parts of a whole.
pub(crate) fn check_fractions(key: &str, fractions: [f64; 3]) -> Result<(), Error> {
    let fine = fractions.iter().all(|part| (0.0..=1.0).contains(part))
        && (fractions.iter().sum::<f64>() - 1.0).abs() < 1e-6;
    let found = format!("{fractions:?}");
    check(fine, key.to_string(), "three parts that sum to 1", found)
}

/// An error that names the key where `fine` does not hold.
pub(crate) fn check(
    fine: bool,
    key: String,
    expected: &str,
    found: impl Display,
) -> Result<(), Error> {
    if fine {
        return Ok(());
    }
    Err(Error::Setting {
        key,
        expected: expected.to_string(),
        found: found.to_string(),
    })
}
