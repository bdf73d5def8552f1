//! Models that are made in one step: counts, and mixtures of trained models.

use super::Start;
use crate::language_model::mixture::{self, MixtureConfig};
use crate::language_model::{NgramConfig, Split, ngram};
use crate::training::{Ended, Training};
use crate::{Error, files};
use recurrent_decode::language_model::cross_entropy;
use std::time::Instant;

/// Estimates an n-gram model, in one step.
pub(super) fn count(
    training: &mut Training,
    start: &mut Start,
    mut config: NgramConfig,
) -> Result<Ended, Error> {
    training.options.device.check_cpu("counts")?;
    config.check_trained()?;
    for split in [Split::Train, Split::Valid] {
        if start.corpus.split(split).len() < 2 {
            return Err(start.corpus.too_short(split));
        }
    }
    training.begin(&start.setup(), 0)?;
    training.observer.note(&format!(
        "counting the n-grams of {} symbols",
        start.corpus.train.len()
    ));
    let before = Instant::now();
    let model = ngram::estimate(
        &training.run,
        &mut config,
        &start.corpus,
        &start.vocabulary,
        training.observer,
    )?;
    let seconds = before.elapsed().as_secs_f64();
    // What was fitted is part of the model.
    start.config.estimator = config.into();
    let path = training.run.file("config.toml");
    files::write_atomically(&path, start.config.to_toml().as_bytes())?;
    ngram::write(&training.run, &model, &start.vocabulary)?;
    let valid = cross_entropy(&model, &start.corpus.valid, 1)?;
    if valid.is_infinite() {
        training.observer.note(
            "symbols of the validation split have a probability of 0, so its perplexity is \
             infinite: smooth more (model.smoothing, model.delta), or let rare symbols turn into \
             <unk> (data.vocabulary_limit)",
        );
    }
    let ended = Ended::at_once(seconds);
    training.record_at_once(valid, &ended, None)?;
    Ok(ended)
}

/// Fits the weights of a mixture where its recipe does not give them.
pub(super) fn mix(
    training: &mut Training,
    start: &mut Start,
    mut config: MixtureConfig,
) -> Result<Ended, Error> {
    config.check_others(training.run.path())?;
    let before = Instant::now();
    let models = mixture::load_models(&config, training.options.device, 0)?;
    let (own, first) = (&start.vocabulary, models[0].vocabulary());
    mixture::check_vocabulary(&training.run, own, first, &config.runs[0])?;
    let (count, is_fitted) = (models.len(), config.weights.is_some());
    if !is_fitted {
        training.observer.note(&format!(
            "fitting the weights of {count} models on the validation split"
        ));
    }
    let cross_entropy = mixture::fit(&mut config, &models, &start.corpus)?;
    for (weight, path) in config.weights.iter().flatten().zip(&config.runs) {
        training.observer.note(&format!("{weight:.4}  {path}"));
    }
    start.config.estimator = config.into();
    training.begin(&start.setup(), 0)?;
    let seconds = before.elapsed().as_secs_f64();
    let ended = Ended::at_once(seconds);
    training.record_at_once(cross_entropy, &ended, None)?;
    Ok(ended)
}
