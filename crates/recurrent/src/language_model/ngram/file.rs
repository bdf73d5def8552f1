//! Count models in their run directory: `model.ngram` holds probabilities and backoff weights,
//! `model.counts` counts.

use super::{CountModel, NgramConfig, Smoothing};
use crate::Error;
use crate::run::RunDirectory;
use recurrent_data::Vocabulary;
use recurrent_decode::ngram::{WordCounts, WordNgram, Words};
use recurrent_decode::{AdditiveNgram, StupidBackoff};
use std::path::PathBuf;

const BACKOFF: &str = "model.ngram";
const COUNTS: &str = "model.counts";

/// The file of a model.
pub(in crate::language_model) fn files(config: &NgramConfig) -> &'static str {
    match config.smoothing {
        Smoothing::KneserNey | Smoothing::Imported => BACKOFF,
        Smoothing::Additive | Smoothing::StupidBackoff => COUNTS,
    }
}

/// The words of a model's file: the symbols as tables show them.
pub(in crate::language_model) fn words(vocabulary: &Vocabulary) -> Vec<String> {
    let ids = 0..vocabulary.len() as u32;
    ids.map(|id| vocabulary.symbol(id).to_string()).collect()
}

/// Writes a model to its run directory.
pub(in crate::language_model) fn write(
    run: &RunDirectory,
    model: &CountModel,
    vocabulary: &Vocabulary,
) -> Result<(), Error> {
    let words = Words::new(words(vocabulary))?;
    let counts = match model {
        CountModel::Backoff(model) => {
            let model = model.clone();
            return Ok(WordNgram { model, words }.write_binary(&run.file(BACKOFF))?);
        }
        CountModel::Additive(model) => model.counts(),
        CountModel::StupidBackoff(_, counts) => counts,
    };
    let counts = counts.clone();
    Ok(WordCounts { counts, words }.write(&run.file(COUNTS))?)
}

/// The model of a run directory.
///
/// # Errors
/// Where there is none, it cannot be read, or it is of another vocabulary or order.
pub(in crate::language_model) fn read(
    run: &RunDirectory,
    config: &NgramConfig,
    vocabulary: &Vocabulary,
) -> Result<CountModel, Error> {
    let name = files(config);
    let path = run.file(name);
    if !path.exists() {
        let again = match config.smoothing {
            Smoothing::Imported => "import --force",
            _ => "train --resume",
        };
        return Err(Error::Run {
            path: run.path().to_path_buf(),
            message: format!(
                "no {name} yet: the run ended before its model was made; make it again with \
                 `recurrent {again}`"
            ),
        });
    }
    let (model, found) = match config.smoothing {
        Smoothing::KneserNey | Smoothing::Imported => {
            let WordNgram { model, words } = WordNgram::open_binary(&path)?;
            (CountModel::Backoff(model), words)
        }
        Smoothing::Additive => {
            let WordCounts { counts, words } = WordCounts::read(&path)?;
            let delta = config.delta.ok_or_else(|| Error::Run {
                path: run.file("config.toml"),
                message: "expected model.delta, which training fits, found none".to_string(),
            })?;
            let model = AdditiveNgram::from_counts(counts, delta)?;
            (CountModel::Additive(model), words)
        }
        Smoothing::StupidBackoff => {
            let WordCounts { counts, words } = WordCounts::read(&path)?;
            let alpha = config.alpha.unwrap_or(StupidBackoff::ALPHA);
            (CountModel::stupid_backoff(counts, alpha)?, words)
        }
    };
    check_words(run, name, &found, vocabulary)?;
    check_order(path, config, &model)?;
    Ok(model)
}

/// Fails where the file is of another vocabulary.
fn check_words(
    run: &RunDirectory,
    name: &str,
    found: &Words,
    vocabulary: &Vocabulary,
) -> Result<(), Error> {
    if found.as_slice() == words(vocabulary) {
        return Ok(());
    }
    Err(Error::Run {
        path: run.file("vocabulary.json"),
        message: format!(
            "expected the {} symbols of {name}, found {} of another text",
            found.len(),
            vocabulary.len()
        ),
    })
}

/// Fails where the order is not that of the recipe.
fn check_order(path: PathBuf, config: &NgramConfig, model: &CountModel) -> Result<(), Error> {
    // Nothing of the highest orders may be worth keeping.
    let whole = config.prune == 0.0 && config.minimum_counts == [1];
    let (expected, found) = (config.order, model.order());
    if found == expected || (found < expected && !whole) {
        return Ok(());
    }
    Err(Error::Run {
        path,
        message: format!(
            "expected n-grams up to order {expected}, which is model.order of config.toml, found \
             them up to order {found}"
        ),
    })
}
