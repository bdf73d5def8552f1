//! Training on a problem of long memory, from recipe to report.

use super::config::MemoryConfig;
use super::learner::MemoryLearner;
use super::predict::MemoryModel;
use super::results::{Measures, report};
use crate::codec::Codec;
use crate::language_model::Split;
use crate::recipe::Recipe;
use crate::run::{Existing, Lock, RunDirectory};
use crate::task::to_table;
use crate::training::{
    self, Checkpoint, Learner, Observer, Record, Resumed, TrainOptions, may_change_training,
    note_early_end,
};
use crate::{Error, files};
use recurrent_nn::noise;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// How good it is on the test split; none where it was asked to stop before its end.
    pub test: Option<Measures>,
    /// A test example and its answer.
    pub sample: String,
}

impl Outcome {
    /// Names and values of what it came to, the most important first.
    pub fn rows(&self) -> Option<Vec<(String, String)>> {
        Some(rows(self.test.as_ref()?))
    }
}

fn rows(test: &Measures) -> Vec<(String, String)> {
    let named = |(name, value)| (format!("test {name}"), value);
    let mut rows = test.rows();
    // Neither the baseline nor whether it is beaten is of a split.
    rows.iter_mut()
        .filter(|row| !["without memory", "solved"].contains(&&row.0[..]))
        .for_each(|row| *row = named(std::mem::take(row)));
    rows
}

/// Trains a network on a problem and leaves its run directory. To resume a run, only the name and the overrides of the
/// recipe are looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe or the directory is not usable, a loss is not finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    config: MemoryConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    let device = options.device.device()?.autodiff();
    let (config, checkpoint, lock) = match options.existing {
        Existing::Resume => again(&run, recipe, observer)?,
        _ => (anew(recipe, config, &options.command), None, None),
    };
    let training = &config.training;
    let seed = noise::mix(training.seed, 0);
    let model = (config.model).init(config.data.problem, seed, false, &device);
    let mut learner = MemoryLearner::new(&config, device);
    let codec = Codec::default();
    let fresh = Record::new(
        config.task.name.as_str(),
        to_table(&config),
        codec.digest(),
        learner.stream(),
    );
    let position = training::prepare(checkpoint, fresh, training, &mut learner, model)?;
    let step = position.record.step;
    let toml = config.to_toml();
    let _lock = training::begin(&run, lock, (&toml, &codec), options, observer, step)?;
    let stop = &options.stop;
    let fitted = training::fit(&run, training, &mut learner, position, stop, observer)?;
    note_early_end(&fitted.record, training, observer);
    let mut outcome = Outcome {
        steps: fitted.record.step,
        seconds: fitted.record.elapsed_seconds,
        test: None,
        sample: String::new(),
    };
    if fitted.record.finished {
        let model = MemoryModel::load(&run, options.device)?;
        let test = model.measure(Split::Test);
        let title = format!("{} on {}", recipe.name, config.data.source());
        let report = report(title, &run, &model, rows(&test))?;
        files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
        outcome.test = Some(test);
        outcome.sample = model.samples(1).concat();
    }
    Ok(outcome)
}

/// The settings of a new run.
fn anew(recipe: &Recipe, mut config: MemoryConfig, command: &str) -> MemoryConfig {
    config.task.recipe = Some(recipe.name.clone());
    config.task.command = Some(command.to_string()).filter(|text| !text.is_empty());
    config
}

/// The run that a directory holds, with the recipe's overrides.
fn again(
    run: &RunDirectory,
    recipe: &Recipe,
    observer: &mut dyn Observer,
) -> Result<(MemoryConfig, Option<Checkpoint>, Option<Lock>), Error> {
    let resumed = Resumed::open(run, recipe, may_change_training, observer)?;
    if resumed.checkpoint.is_none() {
        run.check_has_no_weights()?;
    }
    let config = resumed.config.memory(run.path())?;
    Ok((config, resumed.checkpoint, Some(resumed.lock)))
}
