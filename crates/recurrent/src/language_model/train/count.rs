//! Models that are made in one step: counts, and mixtures of trained models.

use super::{Ended, Start};
use crate::language_model::mixture::{self, MixtureConfig};
use crate::language_model::{NgramConfig, Split, ngram};
use crate::metrics::MetricLine;
use crate::run::RunDirectory;
use crate::training::{Observer, TrainOptions};
use crate::{Error, files};
use recurrent_decode::language_model::cross_entropy;
use std::time::Instant;

/// Estimates an n-gram model, in one step.
pub(super) fn count(
    run: &RunDirectory,
    start: &mut Start,
    mut config: NgramConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    options.device.check_cpu("counts")?;
    config.check_trained()?;
    for split in [Split::Train, Split::Valid] {
        if start.corpus.split(split).len() < 2 {
            return Err(start.corpus.too_short(split));
        }
    }
    let _lock = start.begin(run, options, observer, 0)?;
    observer.note(&format!(
        "counting the n-grams of {} symbols",
        start.corpus.train.len()
    ));
    let before = Instant::now();
    let model = ngram::estimate(run, &mut config, &start.corpus, &start.vocabulary, observer)?;
    let seconds = before.elapsed().as_secs_f64();
    // What was fitted is part of the model.
    start.config.estimator = config.into();
    let path = run.file("config.toml");
    files::write_atomically(&path, start.config.to_toml().as_bytes())?;
    ngram::write(run, &model, &start.vocabulary)?;
    let valid = cross_entropy(&model, &start.corpus.valid, 1)?;
    if valid.is_infinite() {
        observer.note(
            "symbols of the validation split have a probability of 0, so its perplexity is \
             infinite: smooth more (model.smoothing, model.delta), or let rare symbols turn into \
             <unk> (data.vocabulary_limit)",
        );
    }
    one_step(run, valid, seconds)
}

/// Fits the weights of a mixture where its recipe does not give them.
pub(super) fn mix(
    run: &RunDirectory,
    start: &mut Start,
    mut config: MixtureConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    config.check_others(run.path())?;
    let before = Instant::now();
    let models = mixture::load_models(&config, options.device, 0)?;
    let (own, first) = (&start.vocabulary, models[0].vocabulary());
    mixture::check_vocabulary(run, own, first, &config.runs[0])?;
    let (count, is_fitted) = (models.len(), config.weights.is_some());
    if !is_fitted {
        observer.note(&format!(
            "fitting the weights of {count} models on the validation split"
        ));
    }
    let cross_entropy = mixture::fit(&mut config, &models, &start.corpus)?;
    for (weight, path) in config.weights.iter().flatten().zip(&config.runs) {
        observer.note(&format!("{weight:.4}  {path}"));
    }
    start.config.estimator = config.into();
    let _lock = start.begin(run, options, observer, 0)?;
    let seconds = before.elapsed().as_secs_f64();
    one_step(run, cross_entropy, seconds)
}

/// The end of a run that takes one step, with the line of its validation.
fn one_step(run: &RunDirectory, cross_entropy: f64, seconds: f64) -> Result<Ended, Error> {
    run.rewind_metrics(0)?;
    run.record(&MetricLine::Valid {
        step: 1,
        epoch: 1.0,
        cross_entropy,
        elapsed_seconds: seconds,
        stages: None,
    })?;
    Ok(Ended {
        steps: 1,
        seconds,
        finished: true,
    })
}
