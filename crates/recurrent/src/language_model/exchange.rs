//! Count models from and to ARPA files, which all toolkits for n-gram models read and write.

use super::config::{DataConfig, DecodeConfig};
use super::ngram::{self, NgramConfig};
use super::{CountModel, Estimator, LanguageModelConfig, Predictor};
use crate::Error;
use crate::run::{Existing, RunDirectory};
use crate::task::{TaskConfig, TaskName};
use recurrent_data::{Unit, Vocabulary};
use recurrent_decode::ngram::{WordNgram, Words};
use std::path::Path;

/// Writes the count model of a run directory as an ARPA file.
///
/// # Errors
/// Where the model has no backoff weights, a symbol cannot stand in such a file, or it cannot be
/// written.
pub fn export_arpa(predictor: &Predictor, path: &Path) -> Result<(), Error> {
    let Some(CountModel::Backoff(model)) = predictor.count_model() else {
        return Err(Error::Setting {
            key: "model.smoothing".to_string(),
            expected: "an n-gram model with backoff weights (kneser-ney, or imported) to write as \
                       an ARPA file"
                .to_string(),
            found: "another kind of model".to_string(),
        });
    };
    let words = Words::new(ngram::words(predictor.vocabulary()))?;
    let model = model.clone();
    Ok(WordNgram { model, words }.write_arpa(path)?)
}

/// What an import found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Imported {
    /// The length of the longest n-grams.
    pub order: usize,
    /// How far from one the probabilities after a context sum to at most.
    pub deviation: f64,
}

/// Makes a run directory of an ARPA file, or of one in the binary form, which then is measured and
/// used as a trained model is; `order` leaves out the n-grams above it.
///
/// # Errors
/// Where the file is malformed, has no sentences or no n-grams of that order, or the directory holds
/// something already that `existing` does not allow to replace.
pub fn import_arpa(
    path: &Path,
    order: Option<usize>,
    out: &Path,
    existing: Existing,
    command: &str,
) -> Result<Imported, Error> {
    let run = RunDirectory::new(out);
    run.check(existing)?;
    let WordNgram { mut model, words } = WordNgram::read(path)?;
    if let Some(order) = order {
        let most = model.order();
        model = model.truncated(order).map_err(|_| Error::Setting {
            key: "order".to_string(),
            expected: format!("a number from 1 to {most}, the order of {}", path.display()),
            found: order.to_string(),
        })?;
    }
    let vocabulary =
        Vocabulary::from_words(words.as_slice().to_vec()).map_err(|error| Error::Text {
            place: format!("{}, the 1-grams (<s> and </s> are <eos>)", path.display()),
            error,
        })?;
    let (order, deviation) = (model.order(), model.deviation());
    let config = LanguageModelConfig {
        task: TaskConfig {
            name: TaskName::LanguageModel,
            description: format!("imported from {}", path.display()),
            recipe: None,
            command: (!command.is_empty()).then(|| command.to_string()),
        },
        data: DataConfig::of_unit(Unit::Word),
        estimator: Estimator::from(NgramConfig::imported(order)),
        decode: DecodeConfig::default(),
    };
    let _lock = run.begin(existing, &config.to_toml(), &(&vocabulary).into())?;
    ngram::write(&run, &CountModel::Backoff(model), &vocabulary)?;
    Ok(Imported { order, deviation })
}
