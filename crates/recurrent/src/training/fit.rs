//! The loop itself.

use super::checkpoint::{Parts, weights_of};
use super::{
    Checkpoint, Keep, Learner, Observer, Position, Record, StepReport, Stepped, Stop,
    TrainingConfig, make_step, publish, published_step,
};
use crate::Error;
use crate::error::number;
use crate::metrics::MetricLine;
use crate::report::number_of;
use crate::run::RunDirectory;
use recurrent_nn::ops::autocast;
use recurrent_nn::{Average, Mode, Optimizer, noise};
use std::collections::VecDeque;
use std::time::Instant;

/// Losses that an error shows.
const HISTORY: usize = 5;

/// Trains from where a run stands.
pub(super) fn fit<L: Learner>(
    run: &RunDirectory,
    config: &TrainingConfig,
    learner: &mut L,
    position: Position<L::Model>,
    stop: &Stop,
    observer: &mut dyn Observer,
) -> Result<Position<L::Model>, Error> {
    let Position {
        model,
        optimizer,
        average,
        record,
    } = position;
    run.rewind_metrics(record.step)?;
    let total = (0..config.epochs).map(|epoch| learner.steps(epoch) as u64);
    let total = total.sum();
    observer.start(record.step, total);
    let mut fit = Fit {
        run,
        config,
        learner,
        optimizer,
        average,
        record,
        steps: 0,
        total,
        observer,
        history: VecDeque::new(),
        mark: Instant::now(),
    };
    let model = fit.run(model, stop);
    fit.observer.finish();
    Ok(Position {
        model: model?,
        optimizer: fit.optimizer,
        average: fit.average,
        record: fit.record,
    })
}

struct Fit<'a, L: Learner> {
    run: &'a RunDirectory,
    config: &'a TrainingConfig,
    learner: &'a mut L,
    optimizer: Optimizer,
    average: Average,
    record: Record,
    /// Steps of the present epoch.
    steps: usize,
    /// Steps of the run.
    total: u64,
    observer: &'a mut dyn Observer,
    history: VecDeque<f64>,
    /// When the seconds of the record were last brought up to date.
    mark: Instant,
}

impl<L: Learner> Fit<'_, L> {
    fn run(&mut self, mut model: L::Model, stop: &Stop) -> Result<L::Model, Error> {
        self.publish_again(&model)?;
        while self.record.epoch < self.config.epochs && !self.record.finished {
            self.steps = self.learner.steps(self.record.epoch);
            if self.record.index == 0 {
                self.learner.begin_epoch(self.record.epoch);
            }
            while self.record.index < self.steps {
                model = self.step(model)?;
                if self.record.index == self.steps {
                    break;
                }
                if due(self.config.validate_every, self.record.step) {
                    self.validate(&model)?;
                }
                if self.record.finished {
                    break;
                }
                let stops = stop.asked();
                if stops
                    || self.record.is_to_be_published(self.config.keep)
                    || due(self.config.checkpoint_every, self.record.step)
                {
                    self.checkpoint(&model)?;
                }
                if stops {
                    return Ok(model);
                }
            }
            if !self.record.finished {
                self.record.epoch += 1;
                self.record.index = 0;
                self.validate(&model)?;
                self.record.finished |= self.record.epoch == self.config.epochs;
            }
            self.checkpoint(&model)?;
            if stop.asked() {
                break;
            }
        }
        Ok(model)
    }

    /// Passes over the training split so far.
    fn epochs(&self) -> f64 {
        self.record.epoch as f64 + self.record.index as f64 / self.steps.max(1) as f64
    }

    fn step(&mut self, model: L::Model) -> Result<L::Model, Error> {
        let Record {
            step,
            epoch,
            index,
            schedule,
            ..
        } = self.record;
        let factor = self
            .config
            .schedule
            .factor(step, self.total, epoch, schedule);
        let learning_rate = self.config.learning_rate * factor;
        let mode = Mode::Training {
            seed: noise::mix(noise::mix(self.config.seed, 1), step),
        };
        let Stepped {
            model,
            loss,
            weight,
            symbols,
            norm,
        } = autocast(self.config.precision, || {
            let (learner, optimizer) = (&mut *self.learner, &mut self.optimizer);
            make_step(learner, model, optimizer, index, mode, learning_rate)
        })
        .map_err(|what| self.not_finite(what, learning_rate))?;
        if self.record.averages {
            self.average.add(&model);
            self.record.averaged = self.average.count();
        }
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(loss);
        self.record.step += 1;
        self.record.index += 1;
        self.record.window.steps += 1;
        self.record.window.symbols += symbols as u64;
        self.record.window.weight += weight;
        self.record.window.loss += loss * weight;
        self.record.window.norm += norm;
        let seconds = self.bring_time_up();
        self.record.window.seconds += seconds;
        let window = self.record.window;
        self.observer.step(&StepReport {
            step: self.record.step,
            total_steps: self.total,
            epoch: self.epochs(),
            loss,
            learning_rate,
            symbols_per_second: window.symbols as f64 / window.seconds.max(1e-9),
        });
        if due(Some(self.config.log_every), self.record.step) {
            self.record_window(learning_rate)?;
        }
        Ok(model)
    }

    fn record_window(&mut self, learning_rate: f64) -> Result<(), Error> {
        let window = std::mem::take(&mut self.record.window);
        self.run.record(&MetricLine::Train {
            step: self.record.step,
            epoch: self.epochs(),
            cross_entropy: window.loss / window.weight.max(f64::MIN_POSITIVE),
            learning_rate,
            gradient_norm: window.norm / window.steps.max(1) as f64,
            symbols_per_second: window.symbols as f64 / window.seconds.max(1e-9),
            elapsed_seconds: self.record.elapsed_seconds,
        })
    }

    fn validate(&mut self, model: &L::Model) -> Result<(), Error> {
        let loss = self.learner.validate(&self.measured(model))?;
        if !loss.is_finite() {
            let rate = self.config.learning_rate;
            let what = format!("the validation loss is {}", number(loss));
            return Err(self.not_finite(what, rate));
        }
        self.bring_time_up();
        let better = self.record.best.is_none_or(|(best, _)| loss < best);
        if better {
            self.record.best = Some((loss, self.record.step));
            self.record.since_best = 0;
        } else {
            self.record.since_best += 1;
        }
        if self.begins_to_average(loss) {
            self.record.averages = true;
            self.observer.note("averaging the weights from now on");
        }
        self.record.validations.push(loss);
        let memory = &mut self.record.schedule;
        self.config.schedule.validated(better, memory);
        let patience = self.config.early_stopping.unwrap_or(usize::MAX);
        self.record.finished |= self.record.since_best >= patience;
        let epoch = self.epochs();
        self.observer
            .validated(self.record.step, epoch, loss, better);
        self.run.record(&MetricLine::Valid {
            step: self.record.step,
            epoch,
            cross_entropy: loss,
            elapsed_seconds: self.record.elapsed_seconds,
            stages: None,
        })
    }

    /// The model with the weights that are validated and that the run may end with.
    fn measured(&self, model: &L::Model) -> L::Model {
        self.average.apply(model.clone())
    }

    /// Whether averaging starts after a validation of this loss.
    fn begins_to_average(&self, loss: f64) -> bool {
        let Some(interval) = self.config.non_monotone_interval else {
            return false;
        };
        let before = self.record.validations.len().saturating_sub(interval);
        let mut before = self.record.validations[..before].iter();
        !self.record.averages && before.any(|&earlier| loss > earlier)
    }

    /// Writes a checkpoint, and after it the weights of this step if the run may end with them.
    fn checkpoint(&mut self, model: &L::Model) -> Result<(), Error> {
        self.bring_time_up();
        self.run.sync_metrics()?;
        let parts = Parts {
            weights: weights_of(model),
            optimizer: self.optimizer.state(),
            average: self.average.state(),
            carried: self.learner.carried(),
        };
        Checkpoint::write(self.run, parts, &self.record, self.config.keep_checkpoints)?;
        self.publish(model)
    }

    /// Writes the weights that go with the checkpoint a run goes on from, which a kill may have
    /// prevented. Where the best validation's weights are gone, as after the removal of the
    /// newest checkpoint, it counts no more.
    fn publish_again(&mut self, model: &L::Model) -> Result<(), Error> {
        if !self.record.is_to_be_published(self.config.keep)
            && self.config.keep == Keep::Best
            && let Some((_, step)) = self.record.best
            && published_step(self.run) != Some(step)
        {
            self.observer.note(&format!(
                "model.safetensors does not hold the weights of step {step}, the best so far; \
                 the best is looked for anew"
            ));
            self.record.best = None;
            self.record.since_best = 0;
        }
        self.publish(model)
    }

    /// Writes the weights of this step if the run may end with them.
    fn publish(&self, model: &L::Model) -> Result<(), Error> {
        match self.record.is_to_be_published(self.config.keep) {
            true => publish(self.run, &self.measured(model), &self.record),
            false => Ok(()),
        }
    }

    /// Adds the seconds since the last call to the record and returns them.
    fn bring_time_up(&mut self) -> f64 {
        let now = Instant::now();
        let seconds = (now - self.mark).as_secs_f64();
        self.mark = now;
        self.record.elapsed_seconds += seconds;
        seconds
    }

    fn not_finite(&self, what: String, learning_rate: f64) -> Error {
        Error::NotFinite {
            step: self.record.step + 1,
            what,
            learning_rate,
            history: self.history.iter().copied().collect(),
        }
    }
}

/// Says so where a run was stopped early.
pub(super) fn note_early_end(
    record: &Record,
    config: &TrainingConfig,
    observer: &mut dyn Observer,
) {
    if record.finished && record.epoch < config.epochs {
        let since = number_of(record.since_best as u64, "validation");
        observer.note(&format!(
            "stopped early: {since} without a better one (training.early_stopping)"
        ));
    }
}

/// Whether something that happens every `every` steps happens after `step`.
fn due(every: Option<u64>, step: u64) -> bool {
    every.is_some_and(|every| step.is_multiple_of(every))
}
