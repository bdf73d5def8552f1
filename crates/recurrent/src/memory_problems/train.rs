//! Training on a problem of long memory, from recipe to report.

use super::config::MemoryConfig;
use super::learner::MemoryLearner;
use super::predict::MemoryModel;
use super::results::{Measures, report};
use crate::codec::Codec;
use crate::language_model::Split;
use crate::recipe::Recipe;
use crate::training::{Observer, Outcome, Setup, TrainOptions, Training, may_change_training};
use crate::{Error, files};
use recurrent_nn::noise;

/// What a finished run has come to.
#[derive(Debug, Clone)]
pub struct Results {
    /// How good it is on the test split.
    pub test: Measures,
    /// A test example and its answer.
    pub sample: String,
}

impl Results {
    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        rows(&self.test)
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
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome<Results>, Error> {
    let device = options.device.device()?.autodiff();
    let (mut training, config) = Training::open(recipe, options, observer, may_change_training)?;
    let config = config.only::<MemoryConfig>(training.run.path())?;
    let codec = Codec::default();
    if training.resumes() {
        training.check_codec(&codec)?;
    }
    let seed = noise::mix(config.training.seed, 0);
    let model = (config.model).init(config.data.problem, seed, false, &device);
    let mut learner = MemoryLearner::new(&config, device);
    let setup = Setup::new(config.task.name, &config, codec);
    let ended = training.fit(&setup, &config.training, &mut learner, model)?;
    if !ended.finished {
        return Ok(ended.with(None));
    }
    let run = &training.run;
    let model = MemoryModel::load(run, options.device)?;
    let test = model.measure(Split::Test);
    let title = format!("{} on {}", recipe.name, config.data.source());
    let report = report(title, run, &model, rows(&test))?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    let sample = model.samples(1).concat();
    Ok(ended.with(Some(Results { test, sample })))
}
