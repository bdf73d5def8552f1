//! What the tests of this folder share: small texts, and the definitions computed the slow way.

use std::collections::{BTreeMap, BTreeSet};

use super::{CountConfig, NgramCounts};
use crate::LanguageModel;

/// The id of the boundary in texts of sentences.
pub const BOUNDARY: u32 = 0;

/// Numbers below `2^32` that follow each other as if by chance (xorshift, Marsaglia 2003).
pub struct Numbers(pub u32);

impl Numbers {
    pub fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

/// A text whose symbols depend on those before, the smaller ones more frequent; symbol `V - 1` is not in it.
pub fn text(seed: u32, length: usize, vocabulary: u32) -> Vec<u32> {
    let mut numbers = Numbers(seed | 1);
    let mut last = 1;
    (0..length)
        .map(|_| {
            let drawn = numbers.next() % (vocabulary - 1);
            last = match numbers.next() % 3 {
                0 => (last * 3 + 1) % (vocabulary - 1),
                1 => drawn * drawn / vocabulary,
                _ => drawn,
            };
            last
        })
        .collect()
}

/// Counts of a text, with or without sentences.
pub fn counts(order: usize, vocabulary: u32, boundary: Option<u32>, tokens: &[u32]) -> NgramCounts {
    let config = CountConfig::new(order, vocabulary as usize, boundary);
    NgramCounts::of(config, tokens).expect("counts")
}

/// The counts of a text by their definition.
pub struct Slow {
    pub order: usize,
    pub vocabulary: u32,
    pub boundary: Option<u32>,
    pub counts: BTreeMap<Vec<u32>, u64>,
    opening: Vec<u32>,
}

impl Slow {
    pub fn new(order: usize, vocabulary: u32, boundary: Option<u32>, tokens: &[u32]) -> Self {
        let mut counts = BTreeMap::new();
        let sentences: Vec<Vec<u32>> = match boundary {
            None => vec![tokens.to_vec()],
            Some(boundary) => {
                let parts = tokens.split_inclusive(|&token| token == boundary);
                let start = |part: &[u32]| [&[boundary], part].concat();
                parts.map(start).collect()
            }
        };
        for sentence in &sentences {
            for from in 0..sentence.len() {
                for to in from + 1..=sentence.len().min(from + order) {
                    // The start of a sentence is no prediction.
                    if boundary.is_none() || to > 1 {
                        *counts.entry(sentence[from..to].to_vec()).or_default() += 1;
                    }
                }
            }
        }
        Self {
            order,
            vocabulary,
            boundary,
            counts,
            opening: tokens.iter().copied().take(order).collect(),
        }
    }

    pub fn count(&self, ngram: &[u32]) -> u64 {
        self.counts.get(ngram).copied().unwrap_or(0)
    }

    /// How often each symbol follows `context`.
    pub fn followers(&self, context: &[u32]) -> Vec<u64> {
        let of = |symbol| self.count(&[context, &[symbol]].concat());
        (0..self.vocabulary).map(of).collect()
    }

    /// The symbols that a prediction may look at: the last `order - 1` of those since the start of the sentence.
    pub fn history(&self, before: &[u32]) -> Vec<u32> {
        let mut history = Vec::new();
        history.extend(self.boundary);
        for &symbol in before {
            if Some(symbol) == self.boundary {
                history.clear();
            }
            history.push(symbol);
        }
        let longest = history.len().min(self.order - 1);
        history[history.len() - longest..].to_vec()
    }

    /// The adjusted count of Kneser and Ney.
    pub fn adjusted(&self, ngram: &[u32]) -> u64 {
        let begins = ngram.len() > 1 && Some(ngram[0]) == self.boundary;
        if ngram.len() == self.order || begins {
            return self.count(ngram);
        }
        let before = |symbol: u32| [&[symbol], ngram].concat();
        let different: BTreeSet<u32> = (0..self.vocabulary)
            .filter(|&symbol| self.count(&before(symbol)) > 0)
            .collect();
        let opens = self.boundary.is_none() && ngram.len() > 1 && self.opening.starts_with(ngram);
        different.len() as u64 + u64::from(opens)
    }
}

/// Asserts that a model gives probabilities: as many as there are symbols, one in all, each by itself the same as
/// together with the others.
pub fn assert_normalised<L: LanguageModel>(model: &L, tokens: &[u32]) {
    let mut state = model.start();
    let mut all = vec![0.0; model.vocabulary()];
    for &token in tokens {
        model.log_probabilities(&state, &mut all);
        let total: f64 = all.iter().map(|&ln| f64::from(ln).exp()).sum();
        // Logarithms in single precision.
        assert!((total - 1.0).abs() < 1e-4, "{total}");
        for (symbol, &together) in all.iter().enumerate() {
            let alone = model.log_probability(&state, symbol as u32);
            let same = alone == together || (alone - together).abs() < 1e-4;
            assert!(same, "{alone} for {together}");
        }
        let mut next = state.clone();
        assert_eq!(
            model.step(&mut next, token),
            model.log_probability(&state, token)
        );
        model.advance(&mut state, token);
    }
}
