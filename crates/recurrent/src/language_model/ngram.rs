//! Count models: their part of a recipe, their estimation and their file.

use super::config::ModelKind;
use super::{Corpus, Split};
use crate::Error;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use recurrent_data::{Unit, Vocabulary};
use recurrent_decode::ngram::{CountConfig, KneserNey, MAX_ORDER, NgramCounter, WordNgram, Words};
use recurrent_decode::{LanguageModel, Ngram};
use serde::{Deserialize, Serialize};

/// `[model]` of kind `ngram`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NgramConfig {
    /// `ngram`.
    pub kind: ModelKind,
    /// Length of the longest n-grams, 1 to 7.
    pub order: usize,
    /// How unseen n-grams get their probability.
    #[serde(default)]
    pub smoothing: Smoothing,
    /// Least count of n-grams of the orders from 1 on; the last holds for all orders above.
    #[serde(default = "all")]
    pub minimum_counts: Vec<u64>,
    /// Megabytes for counting; what does not fit goes to disk.
    #[serde(default = "half_a_gigabyte")]
    pub counting_memory: usize,
}

/// How unseen n-grams get their probability.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Smoothing {
    /// Interpolated modified Kneser-Ney (Chen and Goodman 1998).
    #[default]
    KneserNey,
}

fn all() -> Vec<u64> {
    vec![1]
}

fn half_a_gigabyte() -> usize {
    512
}

/// The file of an n-gram model in its run directory.
pub(super) const FILE: &str = "model.ngram";

impl NgramConfig {
    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let order = self.order;
        let fine = (1..=MAX_ORDER).contains(&order);
        check(fine, key("order"), "a number from 1 to 7", order)?;
        let counts = &self.minimum_counts;
        let fine = counts.first() == Some(&1) && counts.is_sorted() && counts.len() <= order;
        check(
            fine,
            key("minimum_counts"),
            "1, then at most one number for each order above, none below the one before",
            format!("{counts:?}"),
        )?;
        let memory = self.counting_memory;
        let fine = (1..=1 << 20).contains(&memory);
        check(
            fine,
            key("counting_memory"),
            "megabytes from 1 to 1048576",
            memory,
        )
    }
}

/// The symbol that parts sentences: a line end between words. Smaller units make one long text.
fn boundary(vocabulary: &Vocabulary) -> Option<u32> {
    match vocabulary.unit() {
        Unit::Word => vocabulary.encode("\n").ok()?.first().copied(),
        _ => None,
    }
}

/// Estimates a model from the training split.
pub(super) fn estimate(
    config: &NgramConfig,
    corpus: &Corpus,
    vocabulary: &Vocabulary,
) -> Result<Ngram, Error> {
    if corpus.train.len() < 2 {
        return Err(corpus.too_short(Split::Train));
    }
    let counting = CountConfig {
        memory: config.counting_memory << 20,
        ..CountConfig::new(config.order, vocabulary.len(), boundary(vocabulary))
    };
    let mut counter = NgramCounter::new(counting, &std::env::temp_dir())?;
    counter.push(&corpus.train)?;
    let counts = counter.finish()?;
    let (model, _) = match config.smoothing {
        Smoothing::KneserNey => KneserNey {
            thresholds: config
                .minimum_counts
                .iter()
                .map(|least| least - 1)
                .collect(),
            ..KneserNey::default()
        }
        .estimate(&counts)?,
    };
    Ok(model)
}

/// The words of a model's file: the symbols as tables show them.
fn words(vocabulary: &Vocabulary) -> Vec<String> {
    let ids = 0..vocabulary.len() as u32;
    ids.map(|id| vocabulary.symbol(id).to_string()).collect()
}

/// Writes a model to its run directory.
pub(super) fn write(
    run: &RunDirectory,
    model: &Ngram,
    vocabulary: &Vocabulary,
) -> Result<(), Error> {
    let words = Words::new(words(vocabulary))?;
    let model = model.clone();
    Ok(WordNgram { model, words }.write_binary(&run.file(FILE))?)
}

/// The model of a run directory.
///
/// # Errors
/// Where there is none, it cannot be read, or it is of another vocabulary.
pub(super) fn read(run: &RunDirectory, vocabulary: &Vocabulary) -> Result<Ngram, Error> {
    let path = run.file(FILE);
    if !path.exists() {
        return Err(Error::Run {
            path: run.path().to_path_buf(),
            message: format!(
                "no {FILE} yet: the run ended before its counts were made; start it anew with \
                 `recurrent train --resume --out {}`",
                run.path().display()
            ),
        });
    }
    let WordNgram {
        model,
        words: found,
    } = WordNgram::open_binary(&path)?;
    if found.as_slice() != words(vocabulary) {
        return Err(Error::Run {
            path: run.file("vocabulary.json"),
            message: format!(
                "expected the {} symbols of {FILE}, found {} of another text",
                found.len(),
                vocabulary.len()
            ),
        });
    }
    Ok(model)
}

/// The n-grams of each order, as a table of layers shows them.
pub(super) fn layers(model: &Ngram) -> Vec<LayerRow> {
    let row = |order: usize| LayerRow {
        name: format!("order {order}"),
        kind: "n-grams".to_string(),
        output_shape: format!("[{}]", model.vocabulary()),
        parameters: model.ngram_count(order) as u64,
    };
    (1..=model.order()).map(row).collect()
}
