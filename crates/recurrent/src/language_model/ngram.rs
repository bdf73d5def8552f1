//! Count models: their part of a recipe and their estimation.

mod cost;
mod file;
mod model;

pub use cost::OrderCost;
pub(super) use cost::figures;
pub(super) use file::{files, read, words, write};
pub use model::{CountModel, CountState};

use super::Corpus;
use super::config::ModelKind;
use crate::Error;
use crate::run::RunDirectory;
use crate::training::{Observer, check};
use recurrent_data::{Unit, Vocabulary};
use recurrent_decode::ngram::{CountConfig, KneserNey, MAX_ORDER, NgramCounter};
use recurrent_decode::{AdditiveNgram, NgramCounts, StupidBackoff};
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
    /// What additive smoothing adds to each count; the best of a list on the validation split
    /// where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<f64>,
    /// The factor of stupid backoff for each symbol of the context that is left out; 0.4 where it
    /// is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// Least count of n-grams of the orders from 1 on; the last holds for all orders above.
    #[serde(default = "all")]
    pub minimum_counts: Vec<u64>,
    /// N-grams that raise the perplexity by a smaller part than this are left out.
    #[serde(default)]
    pub prune: f64,
    /// Megabytes for sorting the n-grams of the text; what does not fit goes to the run directory. The
    /// distinct n-grams come on top, about 40 bytes each.
    #[serde(default = "half_a_gigabyte")]
    pub counting_memory: usize,
}

/// How unseen n-grams get their probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Smoothing {
    /// Interpolated modified Kneser-Ney (Chen and Goodman 1998).
    #[default]
    KneserNey,
    /// A constant is added to every count (Lidstone 1920); maximum likelihood where it is 0.
    Additive,
    /// Relative frequencies of shorter contexts (Brants et al. 2007), over their sum.
    StupidBackoff,
    /// As an imported file has it.
    Imported,
}

impl Smoothing {
    /// The name in recipes.
    fn as_str(self) -> &'static str {
        match self {
            Self::KneserNey => "kneser-ney",
            Self::Additive => "additive",
            Self::StupidBackoff => "stupid-backoff",
            Self::Imported => "imported",
        }
    }
}

fn all() -> Vec<u64> {
    vec![1]
}

fn half_a_gigabyte() -> usize {
    512
}

impl NgramConfig {
    /// The recipe of a model that a file gives.
    pub(super) fn imported(order: usize) -> Self {
        Self {
            kind: ModelKind::Ngram,
            order,
            smoothing: Smoothing::Imported,
            delta: None,
            alpha: None,
            minimum_counts: all(),
            prune: 0.0,
            counting_memory: half_a_gigabyte(),
        }
    }

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
        )?;
        let delta = self.delta.unwrap_or(0.0);
        let fine = delta >= 0.0 && delta.is_finite();
        check(fine, key("delta"), "a number of at least 0", delta)?;
        let alpha = self.alpha.unwrap_or(1.0);
        let fine = alpha > 0.0 && alpha <= 1.0;
        check(fine, key("alpha"), "above 0 to 1", alpha)?;
        let fine = self.prune >= 0.0 && self.prune.is_finite();
        check(fine, key("prune"), "a number of at least 0", self.prune)?;
        self.check_use()
    }

    /// Bytes for sorting the n-grams of a text.
    pub(super) fn memory(&self) -> usize {
        self.counting_memory << 20
    }

    /// Fails where the model is not one to be trained.
    pub(super) fn check_trained(&self) -> Result<(), Error> {
        check(
            self.smoothing != Smoothing::Imported,
            "model.smoothing".to_string(),
            "kneser-ney, additive or stupid-backoff for a model to be trained",
            "imported, which is what `recurrent import` makes",
        )
    }

    /// Fails where a setting would hold for nothing beside the others.
    fn check_use(&self) -> Result<(), Error> {
        let smoothing = self.smoothing;
        for (name, is_set, needs, default) in [
            (
                "delta",
                self.delta.is_some(),
                Smoothing::Additive,
                "nothing",
            ),
            (
                "alpha",
                self.alpha.is_some(),
                Smoothing::StupidBackoff,
                "nothing",
            ),
            ("prune", self.prune > 0.0, Smoothing::KneserNey, "0"),
            (
                "minimum_counts",
                self.minimum_counts != [1],
                Smoothing::KneserNey,
                "[1]",
            ),
        ] {
            check(
                !is_set || smoothing == needs,
                format!("model.{name}"),
                &format!("{default}, as model.smoothing is {}", smoothing.as_str()),
                "something else",
            )?;
        }
        Ok(())
    }
}

/// The symbol that parts sentences: a line end between words. Smaller units make one long text.
fn boundary(vocabulary: &Vocabulary) -> Option<u32> {
    match vocabulary.unit() {
        Unit::Word => vocabulary.encode("\n").ok()?.first().copied(),
        _ => None,
    }
}

/// Counts the n-grams of a text; runs that the memory does not hold go to the run directory.
pub(super) fn counted(
    run: &RunDirectory,
    config: CountConfig,
    tokens: &[u32],
) -> Result<NgramCounts, Error> {
    let mut counter = NgramCounter::new(config, run.path())?;
    counter.push(tokens)?;
    Ok(counter.finish()?)
}

/// Estimates a model from the training split; what is fitted on the validation split is written in
/// its recipe.
pub(super) fn estimate(
    run: &RunDirectory,
    config: &mut NgramConfig,
    corpus: &Corpus,
    vocabulary: &Vocabulary,
    observer: &mut dyn Observer,
) -> Result<CountModel, Error> {
    let counting = CountConfig {
        memory: config.memory(),
        ..CountConfig::new(config.order, vocabulary.len(), boundary(vocabulary))
    };
    let counts = counted(run, counting, &corpus.train)?;
    Ok(match config.smoothing {
        // A recipe with another way is not trained.
        Smoothing::KneserNey | Smoothing::Imported => {
            let estimate = KneserNey {
                thresholds: (config.minimum_counts.iter())
                    .map(|least| least - 1)
                    .collect(),
                ..KneserNey::default()
            };
            let (model, discounts) = estimate.estimate(&counts)?;
            for (order, discounts) in (1..).zip(discounts) {
                if discounts.fallback {
                    observer.note(&format!(
                        "order {order} has too few n-grams of small counts to estimate discounts \
                         from; they are {:?}",
                        discounts.values
                    ));
                }
            }
            CountModel::Backoff(match config.prune > 0.0 {
                true => model.pruned(config.prune)?,
                false => model,
            })
        }
        Smoothing::Additive => {
            let model = AdditiveNgram::from_counts(counts, config.delta.unwrap_or(0.0))?;
            let model = match config.delta {
                Some(_) => model,
                None => model.with_best_delta(&corpus.valid)?,
            };
            config.delta = Some(model.delta());
            CountModel::Additive(model)
        }
        Smoothing::StupidBackoff => {
            let alpha = config.alpha.unwrap_or(StupidBackoff::ALPHA);
            CountModel::stupid_backoff(counts, alpha)?
        }
    })
}
