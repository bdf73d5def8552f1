//! Training of a classifier, from recipe to report.

use super::results::{Results, report};
use super::temperature::fit_temperature;
use super::{ClassificationConfig, Classifier, LabelledCorpus, model};
use crate::metrics::MetricLine;
use crate::recipe::{Difference, Recipe};
use crate::report::grouped;
use crate::run::{Existing, RunDirectory, digest};
use crate::task::Config;
use crate::training::{self, Observer, Resumed, TrainOptions, check};
use crate::{Error, files};
use std::time::Instant;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Seconds of training.
    pub seconds: f64,
    /// What it came to.
    pub results: Results,
    /// The same as names and values.
    pub rows: Vec<(String, String)>,
}

/// Trains a classifier and leaves its run directory. To resume a run, only the name and the overrides of the recipe are
/// looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    config: ClassificationConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    options.device.check_cpu("linear classifiers")?;
    let (mut config, lock) = match options.existing {
        Existing::Resume => {
            let resumed = Resumed::open(&run, recipe, nothing_may_change, observer)?;
            let config = match resumed.config {
                Config::Classification(config) => config,
                other => return Err(other.is_not("classification", run.path())),
            };
            (config, Some(resumed.lock))
        }
        _ => {
            let mut config = config;
            config.model.check_trained()?;
            config.task.recipe = Some(recipe.name.clone());
            config.task.command = Some(options.command.clone()).filter(|text| !text.is_empty());
            config.data.make_path_absolute();
            (config, None)
        }
    };
    let (corpus, vocabulary, classes) = LabelledCorpus::build(&config.data)?;
    if lock.is_some() {
        let same = run.vocabulary()? == vocabulary;
        let expected = "the texts that the run was started with";
        check(same, "data.path".to_string(), expected, "others")?;
    }
    let finds_temperature = !config.model.has_probabilities(classes.len());
    if finds_temperature && corpus.valid.labels.is_empty() {
        return Err(Error::TooShort {
            place: format!("{}, validation split", corpus.source),
            needed: 1,
            enough: "texts by which probabilities are made of scores".to_string(),
            found: 0,
        });
    }
    observer.note(&format!(
        "{} texts of {} classes to learn from, {} for validation, {} to measure by",
        grouped(corpus.train.labels.len() as u64),
        classes.len(),
        grouped(corpus.valid.labels.len() as u64),
        grouped(corpus.test.labels.len() as u64),
    ));
    if corpus.dropped > 0 {
        observer.note(&format!(
            "{} texts with nothing in them were left out",
            corpus.dropped
        ));
    }
    let before = Instant::now();
    let trained = model::train(&config.model, &corpus.train, classes.len())?;
    if !trained.converged {
        observer.note("the descent ended before it came to the minimum");
    }
    trained.model.check_finite()?;
    if finds_temperature {
        config.model.temperature = Some(fit_temperature(&trained.model, &corpus.valid));
    }
    let seconds = before.elapsed().as_secs_f64();
    let toml = config.to_toml();
    let _lock = training::begin(&run, lock, (&toml, &vocabulary), options, observer, 0)?;
    trained
        .model
        .write(&run, &config.model, digest(&vocabulary), &classes)?;
    let classifier = Classifier::load(&run)?;
    let results = Results::of(&classifier, &corpus, trained.rounds);
    run.rewind_metrics(0)?;
    run.record(&MetricLine::Valid {
        step: 1,
        epoch: 1.0,
        cross_entropy: match results.valid.measures.count() {
            0 => f64::NAN,
            _ => results.valid.measures.log_loss,
        },
        elapsed_seconds: seconds,
    })?;
    let title = format!("{} on {}", recipe.name, corpus.source);
    let report = report(title, &run, &classifier, &results)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    Ok(Outcome {
        seconds,
        rows: results.rows(&classes),
        results,
    })
}

/// A classifier that is made in one step has nothing that may change on the way.
fn nothing_may_change(_: &Difference) -> bool {
    false
}
