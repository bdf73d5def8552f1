//! Count language models of order 1 and 2 with additive smoothing: the baselines that a network must beat.
//!
//! With `c` the counts of the training text, `N` its length, `V` the vocabulary and `δ > 0`,
//!
//! ```text
//! order 1:  p(w)     = (c(w) + δ)    / (N + δ V)
//! order 2:  p(w | u) = (c(u, w) + δ) / (c(u, ·) + δ V)      c(u, ·): how often u is followed by a symbol
//! ```
//!
//! Additive smoothing is Lidstone's (1920), and Laplace's for `δ = 1`; Chen and Goodman, *An Empirical Study of
//! Smoothing Techniques for Language Modeling* (1999), compare it with better ones.
//!
//! A text of `T` symbols is scored as a network scores it: the first symbol is given, the other `T - 1` are predicted,
//! and the cross entropy is their mean `-ln p`, in nats a symbol.

use std::collections::HashMap;

use crate::DecodeError;

/// The values of `δ` that [`AdditiveNgram::fit`] tries, smallest first.
pub const DELTA_GRID: [f64; 11] = [
    1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0, 10.0,
];

/// How often each symbol, or each pair of neighbours, occurs in a text.
#[derive(Debug, Clone)]
pub struct NgramCounts {
    vocabulary: usize,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Unigram {
        symbols: Vec<u64>, // [V]
        total: u64,
    },
    Bigram {
        pairs: HashMap<(u32, u32), u64>,
        contexts: Vec<u64>, // [V]
    },
}

impl NgramCounts {
    /// Counts the symbols of `tokens` `[T]`, ids below `vocabulary`.
    pub fn unigram(vocabulary: usize, tokens: &[u32]) -> Result<Self, DecodeError> {
        check_tokens(vocabulary, tokens, 1)?;
        let mut symbols = vec![0; vocabulary];
        for &token in tokens {
            symbols[token as usize] += 1;
        }
        let total = tokens.len() as u64;
        let kind = Kind::Unigram { symbols, total };
        Ok(Self { vocabulary, kind })
    }

    /// Counts the pairs of neighbours in `tokens` `[T]`, ids below `vocabulary`.
    pub fn bigram(vocabulary: usize, tokens: &[u32]) -> Result<Self, DecodeError> {
        check_tokens(vocabulary, tokens, 2)?;
        let mut contexts = vec![0; vocabulary];
        let mut pairs = HashMap::new();
        for pair in tokens.windows(2) {
            contexts[pair[0] as usize] += 1;
            *pairs.entry((pair[0], pair[1])).or_insert(0) += 1;
        }
        let kind = Kind::Bigram { pairs, contexts };
        Ok(Self { vocabulary, kind })
    }

    fn of_order(order: usize, vocabulary: usize, tokens: &[u32]) -> Result<Self, DecodeError> {
        match order {
            1 => Self::unigram(vocabulary, tokens),
            2 => Self::bigram(vocabulary, tokens),
            _ => Err(DecodeError::Setting {
                field: "order",
                expected: "1 or 2",
                found: order.to_string(),
            }),
        }
    }

    /// 1 for symbols, 2 for pairs.
    pub fn order(&self) -> usize {
        match self.kind {
            Kind::Unigram { .. } => 1,
            Kind::Bigram { .. } => 2,
        }
    }

    /// The occurrences of `symbol` after `context`, and those of `context` before any symbol. Both ids are below `V`.
    fn count(&self, context: u32, symbol: u32) -> (u64, u64) {
        match &self.kind {
            Kind::Unigram { symbols, total } => (symbols[symbol as usize], *total),
            Kind::Bigram { pairs, contexts } => {
                let count = pairs.get(&(context, symbol)).copied().unwrap_or(0);
                (count, contexts[context as usize])
            }
        }
    }
}

/// A count language model of order 1 or 2 with additive smoothing.
#[derive(Debug, Clone)]
pub struct AdditiveNgram {
    counts: NgramCounts,
    delta: f64,
}

impl AdditiveNgram {
    /// The model of `tokens` `[T]`, ids below `vocabulary`, with a smoothing of `delta`.
    pub fn train(
        order: usize,
        vocabulary: usize,
        delta: f64,
        tokens: &[u32],
    ) -> Result<Self, DecodeError> {
        Self::from_counts(NgramCounts::of_order(order, vocabulary, tokens)?, delta)
    }

    /// The model of counts already made.
    pub fn from_counts(counts: NgramCounts, delta: f64) -> Result<Self, DecodeError> {
        if !(delta.is_finite() && delta > 0.0) {
            return Err(DecodeError::Setting {
                field: "delta",
                expected: "a finite number above 0",
                found: delta.to_string(),
            });
        }
        Ok(Self { counts, delta })
    }

    /// The model of `train` with the `δ` of [`DELTA_GRID`] that has the lowest cross entropy on `valid`, the smaller
    /// of two equals.
    pub fn fit(
        order: usize,
        vocabulary: usize,
        train: &[u32],
        valid: &[u32],
    ) -> Result<Self, DecodeError> {
        let mut model = Self::train(order, vocabulary, DELTA_GRID[0], train)?;
        let mut best = (model.cross_entropy(valid)?, model.delta);
        for &delta in &DELTA_GRID[1..] {
            model.delta = delta;
            let cross_entropy = model.cross_entropy(valid)?;
            if cross_entropy < best.0 {
                best = (cross_entropy, delta);
            }
        }
        model.delta = best.1;
        Ok(model)
    }

    /// 1 or 2.
    pub fn order(&self) -> usize {
        self.counts.order()
    }

    /// `V`, the number of symbols.
    pub fn vocabulary(&self) -> usize {
        self.counts.vocabulary
    }

    /// `δ`, the smoothing.
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// The probability of `symbol` after `context`, which a model of order 1 does not look at.
    pub fn probability(&self, context: u32, symbol: u32) -> Result<f64, DecodeError> {
        check_tokens(self.vocabulary(), &[context, symbol], 2)?;
        Ok(self.smoothed(context, symbol))
    }

    /// The mean `-ln p`, in nats a symbol, of the symbols of `tokens` `[T]` after the first.
    pub fn cross_entropy(&self, tokens: &[u32]) -> Result<f64, DecodeError> {
        check_tokens(self.vocabulary(), tokens, 2)?;
        let predicted = tokens.windows(2);
        let count = predicted.len() as f64;
        let total: f64 = predicted
            .map(|pair| -self.smoothed(pair[0], pair[1]).ln())
            .sum();
        Ok(total / count)
    }

    fn smoothed(&self, context: u32, symbol: u32) -> f64 {
        let (count, total) = self.counts.count(context, symbol);
        (count as f64 + self.delta) / (total as f64 + self.delta * self.vocabulary() as f64)
    }
}

fn check_tokens(vocabulary: usize, tokens: &[u32], shortest: usize) -> Result<(), DecodeError> {
    if tokens.len() < shortest {
        return Err(DecodeError::TooShort {
            expected: shortest,
            found: tokens.len(),
        });
    }
    match tokens.iter().position(|&id| id as usize >= vocabulary) {
        Some(position) => Err(DecodeError::Symbol {
            position,
            vocabulary,
            found: tokens[position],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
