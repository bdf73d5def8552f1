//! Stupid backoff: relative frequencies, times a constant for each symbol of the context that is left out.
//!
//! ```text
//! S(w | h) = c(h w) / c(h ·)    where h w occurs
//!          = α S(w | h')        where not; h' is h without its first symbol
//! S(w)     = c(w) / N
//! ```
//!
//! Scores, not probabilities: they do not sum to one, and a symbol that the text does not have scores 0. Brants, Popat,
//! Xu, Och and Dean, *Large Language Models in Machine Translation* (2007), with `α = 0.4`.

use super::NgramCounts;
use super::history::{HistoryState, context_totals};
use super::trie::{ROOT, Trie};
use crate::{DecodeError, LanguageModel};

/// A model of order 1 to 7 with stupid backoff. What [`LanguageModel`] calls a probability is a score here.
#[derive(Debug, Clone)]
pub struct StupidBackoff {
    trie: Trie,
    /// `ln c(h w) / c(h ·)`
    log_frequency: Vec<f32>, // [G]
    log_alpha: f32,
}

impl StupidBackoff {
    /// The factor of the paper.
    pub const ALPHA: f64 = 0.4;

    /// The model of `counts`.
    ///
    /// # Errors
    /// Where `alpha` is not above 0 and at most 1.
    pub fn new(counts: &NgramCounts, alpha: f64) -> Result<Self, DecodeError> {
        if !(alpha > 0.0 && alpha <= 1.0) {
            let expected = "a number above 0 and at most 1";
            return Err(DecodeError::setting("alpha", expected, alpha));
        }
        let trie = counts.trie.clone();
        let mut log_frequency = Vec::with_capacity(counts.counts.len());
        for (context, total) in context_totals(&trie, &counts.counts).iter().enumerate() {
            for &count in &counts.counts[trie.children(context as u32)] {
                log_frequency.push((count as f64 / *total as f64).ln() as f32);
            }
        }
        Ok(Self {
            trie,
            log_frequency,
            log_alpha: alpha.ln() as f32,
        })
    }
}

/// # Panics
/// Where a symbol is not below `V`.
impl LanguageModel for StupidBackoff {
    type State = HistoryState;

    fn vocabulary(&self) -> usize {
        self.trie.vocabulary
    }

    fn start(&self) -> HistoryState {
        HistoryState::start(&self.trie)
    }

    fn advance(&self, state: &mut HistoryState, symbol: u32) {
        state.advance(&self.trie, symbol);
    }

    fn log_probability(&self, state: &HistoryState, symbol: u32) -> f32 {
        let mut context = state.context;
        let ngram = loop {
            if let Some(found) = self.trie.find(context, symbol) {
                break found;
            }
            context = self.trie.shorter(context);
        };
        let left_out = usize::from(state.length) - self.trie.length(context);
        self.log_frequency[ngram] + left_out as f32 * self.log_alpha
    }

    fn log_probabilities(&self, state: &HistoryState, out: &mut [f32]) {
        assert_eq!(out.len(), self.trie.vocabulary, "out is [V]");
        let mut chain = vec![state.context];
        while let Some(&context) = chain.last().filter(|&&context| context != ROOT) {
            chain.push(self.trie.link[context as usize]);
        }
        // From the shortest context to the longest, each over the one before.
        for context in chain.into_iter().rev() {
            let left_out = usize::from(state.length) - self.trie.length(context);
            let weight = left_out as f32 * self.log_alpha;
            for ngram in self.trie.children(context) {
                out[self.trie.words[ngram] as usize] = self.log_frequency[ngram] + weight;
            }
        }
    }
}

#[cfg(test)]
mod tests;
