//! A count model, whatever its smoothing.

use super::cost::OrderCost;
use crate::Error;
use crate::report::LayerRow;
use recurrent_decode::ngram::{HistoryState, NgramState};
use recurrent_decode::{
    AdditiveNgram, LanguageModel, Ngram, NgramCounts, Normalised, StupidBackoff,
};
use std::collections::HashSet;

/// A count model.
#[derive(Debug)]
pub enum CountModel {
    /// Probabilities and backoff weights: modified Kneser-Ney, or an imported file.
    Backoff(Ngram),
    /// Counts and what is added to them.
    Additive(AdditiveNgram),
    /// Scores made probabilities, and the counts that they come from.
    StupidBackoff(Normalised<StupidBackoff>, NgramCounts),
}

/// What a count model knows of the symbols before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountState {
    /// The longest context that a backoff model knows.
    Backoff(NgramState),
    /// The last symbols.
    History(HistoryState),
}

impl CountModel {
    /// Stupid backoff by `counts`.
    pub(super) fn stupid_backoff(counts: NgramCounts, alpha: f64) -> Result<Self, Error> {
        let model = StupidBackoff::new(&counts, alpha)?;
        Ok(Self::StupidBackoff(Normalised(model), counts))
    }

    /// The length of the longest n-grams.
    pub fn order(&self) -> usize {
        match self {
            Self::Backoff(model) => model.order(),
            Self::Additive(model) => model.order(),
            Self::StupidBackoff(_, counts) => counts.order(),
        }
    }

    /// Whether it parts the text in sentences, each of which begins anew.
    pub(in crate::language_model) fn has_sentences(&self) -> bool {
        let boundary = match self {
            Self::Backoff(model) => model.boundary(),
            Self::Additive(model) => model.counts().boundary(),
            Self::StupidBackoff(_, counts) => counts.boundary(),
        };
        boundary.is_some()
    }

    /// How many n-grams of `order` there are, all symbols for 1.
    pub fn ngrams(&self, order: usize) -> usize {
        let counted = |counts: &NgramCounts| match order {
            1 => counts.vocabulary(),
            order => counts.distinct(order),
        };
        match self {
            Self::Backoff(model) => model.ngram_count(order),
            Self::Additive(model) => counted(model.counts()),
            Self::StupidBackoff(_, counts) => counted(counts),
        }
    }

    /// The two classic costs of each order: bytes, and the share of the n-grams of `tokens` that the
    /// text `train` of the model does not have.
    pub fn costs(&self, tokens: &[u32], train: &[u32]) -> Vec<OrderCost> {
        let coverage = match self {
            Self::Backoff(model) => model.coverage(tokens),
            Self::Additive(model) => model.counts().coverage(tokens),
            Self::StupidBackoff(_, counts) => counts.coverage(tokens),
        };
        let cost = |(order, coverage): (usize, recurrent_decode::ngram::Coverage)| OrderCost {
            order,
            ngrams: self.ngrams(order) as u64,
            bytes: match self {
                Self::Backoff(model) => model.bytes(order),
                Self::Additive(model) => model.counts().bytes(order),
                Self::StupidBackoff(_, counts) => counts.bytes(order),
            },
            // A model of probabilities has all symbols, whether its text had them or not.
            unseen_share: match order {
                1 => share_outside(tokens, train),
                _ => coverage.unseen_share(),
            },
        };
        (1..).zip(coverage).map(cost).collect()
    }

    /// The n-grams of each order, as a table of layers shows them.
    pub(in crate::language_model) fn layers(&self) -> Vec<LayerRow> {
        let row = |order: usize| LayerRow {
            name: format!("order {order}"),
            kind: "n-grams".to_string(),
            output_shape: format!("[{}]", self.vocabulary()),
            parameters: self.ngrams(order) as u64,
        };
        (1..=self.order()).map(row).collect()
    }
}

/// The share of `tokens` that are no symbols of `train`.
fn share_outside(tokens: &[u32], train: &[u32]) -> f64 {
    let known: HashSet<u32> = train.iter().copied().collect();
    let outside = tokens.iter().filter(|token| !known.contains(token)).count();
    outside as f64 / tokens.len().max(1) as f64
}

/// What is wrong where a state is handed to a model that did not make it.
const FOREIGN: &str = "a state of another kind of model";

/// # Panics
/// Where a symbol is not below `V` or a state is of another kind of model.
impl LanguageModel for CountModel {
    type State = CountState;

    fn vocabulary(&self) -> usize {
        match self {
            Self::Backoff(model) => model.vocabulary(),
            Self::Additive(model) => model.vocabulary(),
            Self::StupidBackoff(model, _) => model.vocabulary(),
        }
    }

    fn start(&self) -> CountState {
        match self {
            Self::Backoff(model) => CountState::Backoff(model.start()),
            Self::Additive(model) => CountState::History(model.start()),
            Self::StupidBackoff(model, _) => CountState::History(model.start()),
        }
    }

    fn advance(&self, state: &mut CountState, symbol: u32) {
        match (self, state) {
            (Self::Backoff(model), CountState::Backoff(state)) => model.advance(state, symbol),
            (Self::Additive(model), CountState::History(state)) => model.advance(state, symbol),
            (Self::StupidBackoff(model, _), CountState::History(state)) => {
                model.advance(state, symbol);
            }
            _ => panic!("{FOREIGN}"),
        }
    }

    fn log_probability(&self, state: &CountState, symbol: u32) -> f32 {
        match (self, state) {
            (Self::Backoff(model), CountState::Backoff(state)) => {
                model.log_probability(state, symbol)
            }
            (Self::Additive(model), CountState::History(state)) => {
                model.log_probability(state, symbol)
            }
            (Self::StupidBackoff(model, _), CountState::History(state)) => {
                model.log_probability(state, symbol)
            }
            _ => panic!("{FOREIGN}"),
        }
    }

    fn log_probabilities(&self, state: &CountState, out: &mut [f32]) {
        match (self, state) {
            (Self::Backoff(model), CountState::Backoff(state)) => {
                model.log_probabilities(state, out);
            }
            (Self::Additive(model), CountState::History(state)) => {
                model.log_probabilities(state, out);
            }
            (Self::StupidBackoff(model, _), CountState::History(state)) => {
                model.log_probabilities(state, out);
            }
            _ => panic!("{FOREIGN}"),
        }
    }

    fn step(&self, state: &mut CountState, symbol: u32) -> f32 {
        match (self, state) {
            (Self::Backoff(model), CountState::Backoff(state)) => model.step(state, symbol),
            (Self::Additive(model), CountState::History(state)) => model.step(state, symbol),
            (Self::StupidBackoff(model, _), CountState::History(state)) => {
                model.step(state, symbol)
            }
            _ => panic!("{FOREIGN}"),
        }
    }
}
