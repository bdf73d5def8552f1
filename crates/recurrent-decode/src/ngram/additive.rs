//! Relative frequencies with additive smoothing: the simplest baselines that a network must beat.
//!
//! With `c` the counts of the training text, `V` the vocabulary and `δ >= 0`,
//!
//! ```text
//! p(w | h) = (c(h w) + δ) / (c(h ·) + δ V)      c(h ·): how often h is followed by a symbol
//!          = 1 / V                              where h never is
//! ```
//!
//! for `h` the `n - 1` symbols before, fewer at the start of a sentence or text. Additive smoothing is Lidstone's
//! (1920), and Laplace's for `δ = 1`; `δ = 0` is maximum likelihood. Chen and Goodman, *An Empirical Study of Smoothing
//! Techniques for Language Modeling* (1998), compare it with better ones.

use super::history::{HistoryState, context_totals};
use super::{CountConfig, NgramCounts};
use crate::language_model::check_symbols;
use crate::{DecodeError, LanguageModel};

/// The values of `δ` that [`AdditiveNgram::fit`] tries, smallest first.
pub const DELTA_GRID: [f64; 11] = [
    1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0, 10.0,
];

/// A count language model of order 1 to 7 with additive smoothing.
#[derive(Debug, Clone)]
pub struct AdditiveNgram {
    counts: NgramCounts,
    totals: Vec<u64>, // [C]
    delta: f64,
}

impl AdditiveNgram {
    /// The model of `tokens` `[T]`, one sentence, ids below `vocabulary`, with a smoothing of `delta`.
    ///
    /// # Errors
    /// Where the text has no n-gram of the order 2, or 1 for a model of order 1, or a setting is out of range.
    pub fn train(
        order: usize,
        vocabulary: usize,
        delta: f64,
        tokens: &[u32],
    ) -> Result<Self, DecodeError> {
        super::count::check_order(order)?;
        check_symbols(vocabulary, tokens, order.min(2))?;
        let counts = NgramCounts::of(CountConfig::new(order, vocabulary, None), tokens)?;
        Self::from_counts(counts, delta)
    }

    /// The model of counts already made.
    ///
    /// # Errors
    /// Where `delta` is not a finite number of at least 0.
    pub fn from_counts(counts: NgramCounts, delta: f64) -> Result<Self, DecodeError> {
        if !(delta.is_finite() && delta >= 0.0) {
            let expected = "a finite number of at least 0";
            return Err(DecodeError::setting("delta", expected, delta));
        }
        let totals = context_totals(&counts.trie, &counts.counts);
        Ok(Self {
            counts,
            totals,
            delta,
        })
    }

    /// The model of `train` with the `δ` of [`DELTA_GRID`] that has the lowest cross entropy on `valid`, the smaller
    /// of two equals.
    ///
    /// # Errors
    /// As [`AdditiveNgram::train`] and [`AdditiveNgram::cross_entropy`].
    pub fn fit(
        order: usize,
        vocabulary: usize,
        train: &[u32],
        valid: &[u32],
    ) -> Result<Self, DecodeError> {
        Self::train(order, vocabulary, DELTA_GRID[0], train)?.with_best_delta(valid)
    }

    /// The model with the `δ` of [`DELTA_GRID`] that has the lowest cross entropy on `valid`, the smaller of two equals.
    ///
    /// # Errors
    /// As [`AdditiveNgram::cross_entropy`].
    pub fn with_best_delta(mut self, valid: &[u32]) -> Result<Self, DecodeError> {
        let mut best: Option<(f64, f64)> = None;
        for delta in DELTA_GRID {
            self.delta = delta;
            let cross_entropy = self.cross_entropy(valid)?;
            if best.is_none_or(|(least, _)| cross_entropy < least) {
                best = Some((cross_entropy, delta));
            }
        }
        self.delta = best.map_or(self.delta, |(_, delta)| delta);
        Ok(self)
    }

    /// The counts that it is made of.
    pub fn counts(&self) -> &NgramCounts {
        &self.counts
    }

    /// The length of the n-grams.
    pub fn order(&self) -> usize {
        self.counts.order()
    }

    /// `δ`, the smoothing.
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// The probability of `symbol` after `context`, of which the last `order - 1` symbols count.
    ///
    /// # Errors
    /// Where an id is not below `V`.
    pub fn probability(&self, context: &[u32], symbol: u32) -> Result<f64, DecodeError> {
        check_symbols(self.vocabulary(), context, 0)?;
        check_symbols(self.vocabulary(), &[symbol], 1)?;
        let mut state = self.start();
        for &symbol in context {
            self.advance(&mut state, symbol);
        }
        Ok(self.smoothed(&state, symbol))
    }

    /// The mean `-ln p`, in nats a symbol, of `tokens` `[T]`; of all where the counts have sentences, else of those after
    /// the first, which is given.
    ///
    /// # Errors
    /// Where an id is not below `V` or no symbol is predicted.
    pub fn cross_entropy(&self, tokens: &[u32]) -> Result<f64, DecodeError> {
        let given = usize::from(self.counts.trie.boundary.is_none());
        check_symbols(self.vocabulary(), tokens, given + 1)?;
        let mut state = self.start();
        let mut total = 0.0;
        for (position, &symbol) in tokens.iter().enumerate() {
            if position >= given {
                total -= self.smoothed(&state, symbol).ln();
            }
            self.advance(&mut state, symbol);
        }
        Ok(total / (tokens.len() - given) as f64)
    }

    fn smoothed(&self, state: &HistoryState, symbol: u32) -> f64 {
        let trie = &self.counts.trie;
        let Some(rest) = self.unseen(state) else {
            return 1.0 / trie.vocabulary as f64;
        };
        match trie.find(state.context, symbol) {
            Some(found) => self.seen(state, self.counts.counts[found]),
            None => rest,
        }
    }

    fn seen(&self, state: &HistoryState, count: u64) -> f64 {
        let total = self.totals[state.context as usize] as f64;
        (count as f64 + self.delta) / (total + self.delta * self.vocabulary() as f64)
    }

    /// The probability of what never followed the context; `None` where nothing did.
    fn unseen(&self, state: &HistoryState) -> Option<f64> {
        let known = state.unknown(&self.counts.trie) == 0;
        known.then(|| self.seen(state, 0))
    }
}

/// # Panics
/// Where a symbol is not below `V`.
impl LanguageModel for AdditiveNgram {
    type State = HistoryState;

    fn vocabulary(&self) -> usize {
        self.counts.vocabulary()
    }

    fn start(&self) -> HistoryState {
        HistoryState::start(&self.counts.trie)
    }

    fn advance(&self, state: &mut HistoryState, symbol: u32) {
        state.advance(&self.counts.trie, symbol);
    }

    fn log_probability(&self, state: &HistoryState, symbol: u32) -> f32 {
        self.smoothed(state, symbol).ln() as f32
    }

    fn log_probabilities(&self, state: &HistoryState, out: &mut [f32]) {
        assert_eq!(out.len(), self.vocabulary(), "out is [V]");
        let Some(rest) = self.unseen(state) else {
            out.fill((1.0 / self.vocabulary() as f64).ln() as f32);
            return;
        };
        out.fill(rest.ln() as f32);
        let trie = &self.counts.trie;
        for ngram in trie.children(state.context) {
            let p = self.seen(state, self.counts.counts[ngram]);
            out[trie.words[ngram] as usize] = p.ln() as f32;
        }
    }
}

#[cfg(test)]
mod tests;
