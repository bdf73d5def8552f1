//! The training of a run: the settings that it has, the directory that it takes, and how it ends.

use super::{
    Checkpoint, Learner, Observer, Outcome, Record, Resumed, TrainOptions, TrainingConfig, fit,
    note_early_end, prepare,
};
use crate::codec::Codec;
use crate::metrics::{MetricLine, StageSeconds};
use crate::recipe::{Difference, Recipe};
use crate::run::{Existing, Lock, RunDirectory};
use crate::task::{Config, TaskName, to_table};
use crate::{Error, files};
use burn::module::Module;
use recurrent_nn::Precision;
use serde::Serialize;

/// A run that is trained.
pub(crate) struct Training<'a> {
    pub run: RunDirectory,
    pub options: &'a TrainOptions,
    pub observer: &'a mut dyn Observer,
    /// What a run goes on from, where it does and has not yet.
    pub checkpoint: Option<Checkpoint>,
    /// Of the directory, from when the run is known to be there until its training has come to its end.
    lock: Option<Lock>,
    resumes: bool,
    is_new: bool,
}

/// What a run directory holds before the first step.
pub(crate) struct Setup {
    task: TaskName,
    config: toml::Table,
    codec: Codec,
}

/// How the part of a run ended that makes the model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training, all parts of a resumed run together.
    pub seconds: f64,
    /// Whether it came to its end, or was asked to stop before.
    pub finished: bool,
}

impl Ended {
    /// The end of a model that was made in one step.
    pub(crate) fn at_once(seconds: f64) -> Self {
        Self {
            steps: 1,
            seconds,
            finished: true,
        }
    }

    /// The end with what the run came to.
    pub(crate) fn with<R>(self, results: Option<R>) -> Outcome<R> {
        Outcome {
            steps: self.steps,
            seconds: self.seconds,
            results,
        }
    }
}

impl Setup {
    pub(crate) fn new(task: TaskName, config: &impl Serialize, codec: Codec) -> Self {
        Self {
            task,
            config: to_table(config),
            codec,
        }
    }
}

impl<'a> Training<'a> {
    /// The run with its settings: those of the recipe, or where it goes on its own with the
    /// overrides of the recipe, as far as `may_change` lets them.
    ///
    /// # Errors
    /// Where the directory is not in the state that the options ask for, or [`Resumed::open`] fails.
    pub(crate) fn open(
        recipe: &Recipe,
        options: &'a TrainOptions,
        observer: &'a mut dyn Observer,
        may_change: impl Fn(&Difference) -> bool,
    ) -> Result<(Self, Config), Error> {
        let run = RunDirectory::new(&options.out);
        run.check_no_data(recipe.config.data_path())?;
        run.check(options.existing)?;
        let (config, checkpoint, lock) = match options.existing {
            Existing::Resume => {
                let resumed = Resumed::open(&run, recipe, may_change, observer)?;
                (resumed.config, resumed.checkpoint, Some(resumed.lock))
            }
            _ => {
                let mut config = recipe.config.clone();
                let task = config.task_mut();
                task.recipe = Some(recipe.name.clone());
                task.command = Some(options.command.clone()).filter(|text| !text.is_empty());
                config.make_paths_absolute();
                (config, None, None)
            }
        };
        let training = Self {
            run,
            options,
            observer,
            resumes: lock.is_some(),
            is_new: checkpoint.is_none(),
            checkpoint,
            lock,
        };
        Ok((training, config))
    }

    /// Whether the directory holds the run already.
    pub(crate) fn resumes(&self) -> bool {
        self.resumes
    }

    /// Whether nothing has been learned yet.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Fails where numbers would stand for something else than in the checkpoint, or a finished
    /// run has none to go on from.
    pub(crate) fn check_codec(&self, codec: &Codec) -> Result<(), Error> {
        match &self.checkpoint {
            Some(checkpoint) => {
                let recorded = checkpoint.record.vocabulary;
                self.run.check_codec(codec, recorded, &checkpoint.path)
            }
            None => self.run.check_has_no_weights(),
        }
    }

    /// The record of a run before its first step.
    pub(crate) fn fresh(&self, setup: &Setup, stream: super::Stream) -> Record {
        let (task, config) = (setup.task.as_str(), setup.config.clone());
        Record::new(task, config, setup.codec.digest(), stream)
    }

    /// Takes the directory, for as long as this is there, for the run that goes on after `step` steps: writes its recipe,
    /// and of a new one all that comes before the first step.
    ///
    /// # Errors
    /// Where another process has it, it holds a run already, or a file cannot be written.
    pub(crate) fn begin(&mut self, setup: &Setup, step: u64) -> Result<(), Error> {
        let config = setup.config.to_string();
        if !self.resumes {
            let existing = self.options.existing;
            self.lock = Some(self.run.begin(existing, &config, &setup.codec)?);
            return Ok(());
        }
        files::write_atomically(&self.run.file("config.toml"), config.as_bytes())?;
        self.observer.note(&match step {
            0 => "no checkpoint to go on from; starting from the beginning".to_string(),
            step => format!("going on after step {step}"),
        });
        Ok(())
    }

    /// Trains a network from where the run stands.
    ///
    /// # Errors
    /// Where a checkpoint is of other data, a loss is not finite, or a file cannot be written.
    pub(crate) fn fit<L: Learner>(
        &mut self,
        setup: &Setup,
        config: &TrainingConfig,
        learner: &mut L,
        model: L::Model,
    ) -> Result<Ended, Error>
    where
        L::Model: Module,
    {
        if config.precision != Precision::Full {
            let device = self.options.device;
            device.check_cpu("steps of training.precision = bf16")?;
        }
        let fresh = self.fresh(setup, learner.stream());
        let checkpoint = self.checkpoint.take();
        let position = prepare(checkpoint, fresh, config, learner, model)?;
        self.begin(setup, position.record.step)?;
        let stop = &self.options.stop;
        let fitted = fit(&self.run, config, learner, position, stop, self.observer)?;
        let record = fitted.record;
        note_early_end(&record, config, self.observer);
        Ok(Ended {
            steps: record.step,
            seconds: record.elapsed_seconds,
            finished: record.finished,
        })
    }

    /// Writes the one metric line of a run whose model was made in one step.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn record_at_once(
        &self,
        cross_entropy: f64,
        ended: &Ended,
        stages: Option<StageSeconds>,
    ) -> Result<(), Error> {
        self.run.rewind_metrics(0)?;
        self.run.record(&MetricLine::Valid {
            step: ended.steps,
            epoch: 1.0,
            cross_entropy,
            elapsed_seconds: ended.seconds,
            stages,
        })
    }
}
