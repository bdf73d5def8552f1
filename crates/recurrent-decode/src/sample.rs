//! Drawing the next symbol from a model's logits.
//!
//! With logits `z` `[V]` and temperature `τ`, a symbol is drawn with
//!
//! ```text
//! p_v = exp(z_v / τ) / Σ_u exp(z_u / τ)        over the symbols that the filters keep
//! ```
//!
//! computed in `f64`. The filters work on the symbols in order of falling logit, equal logits by rising index:
//!
//! 1. top-k keeps the first `k` (Fan, Lewis and Dauphin, *Hierarchical Neural Story Generation*, 2018);
//! 2. the nucleus keeps, of those, the shortest prefix whose probability, renormalised after step 1, reaches `p`
//!    (Holtzman, Buys, Du, Forbes and Choi, *The Curious Case of Neural Text Degeneration*, 2020).
//!
//! A temperature of 0 is the limit `τ -> 0`: the symbol of the highest logit, the lowest index among equals.

use std::cmp::Ordering;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::DecodeError;

/// How a symbol is chosen from logits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SamplerConfig {
    /// What the logits are divided by: 1 leaves the model's own distribution, 0 takes the best symbol.
    pub temperature: f64,
    /// Draw only from this many of the best symbols.
    pub top_k: Option<usize>,
    /// Draw only from the fewest best symbols that together have this probability.
    pub top_p: Option<f64>,
}

impl Default for SamplerConfig {
    /// The model's own distribution: temperature 1 and no filter.
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: None,
            top_p: None,
        }
    }
}

/// A symbol that may be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The index of its logit.
    pub symbol: usize,
    /// The probability that it is drawn.
    pub probability: f64,
}

impl SamplerConfig {
    /// Checks every setting against its range.
    pub fn validate(&self) -> Result<(), DecodeError> {
        if !(self.temperature.is_finite() && self.temperature >= 0.0) {
            return Err(DecodeError::Setting {
                field: "temperature",
                expected: "a finite number of at least 0",
                found: self.temperature.to_string(),
            });
        }
        if self.top_k == Some(0) {
            return Err(DecodeError::Setting {
                field: "top_k",
                expected: "an integer of at least 1",
                found: "0".to_string(),
            });
        }
        match self.top_p {
            Some(p) if !(p > 0.0 && p <= 1.0) => Err(DecodeError::Setting {
                field: "top_p",
                expected: "a number above 0 and at most 1",
                found: p.to_string(),
            }),
            _ => Ok(()),
        }
    }
}

/// Draws symbols from logits. The same configuration, seed and logits give the same symbols on every machine.
#[derive(Debug, Clone)]
pub struct Sampler {
    config: SamplerConfig,
    random: ChaCha8Rng,
    candidates: Vec<Candidate>,
}

impl Sampler {
    /// A sampler whose draws are fixed by `seed`.
    pub fn new(config: SamplerConfig, seed: u64) -> Result<Self, DecodeError> {
        config.validate()?;
        Ok(Self {
            config,
            random: ChaCha8Rng::seed_from_u64(seed),
            candidates: Vec::new(),
        })
    }

    /// The settings it was built with.
    pub fn config(&self) -> SamplerConfig {
        self.config
    }

    /// Draws one symbol: an index into `logits` `[V]`. A greedy sampler uses no randomness, any other exactly one
    /// number a call.
    pub fn sample(&mut self, logits: &[f32]) -> Result<usize, DecodeError> {
        self.fill_candidates(logits)?;
        if self.config.temperature == 0.0 {
            return Ok(self.candidates[0].symbol);
        }
        // The top 53 bits as a number in [0, 1): each is exact in f64.
        let uniform = (self.random.next_u64() >> 11) as f64 * (0.5f64).powi(53);
        let mut reached = 0.0;
        let mut last = self.candidates[0].symbol;
        for candidate in self.candidates.iter().filter(|c| c.probability > 0.0) {
            reached += candidate.probability;
            last = candidate.symbol;
            if uniform < reached {
                break;
            }
        }
        Ok(last)
    }

    /// The symbols that may be drawn from `logits` `[V]` and their probabilities, which sum to 1: by index, or best
    /// first where a filter has removed some. A filter that removes none changes nothing.
    pub fn candidates(&mut self, logits: &[f32]) -> Result<&[Candidate], DecodeError> {
        self.fill_candidates(logits)?;
        Ok(&self.candidates)
    }

    fn fill_candidates(&mut self, logits: &[f32]) -> Result<(), DecodeError> {
        let best = best_symbol(logits)?;
        self.candidates.clear();
        let temperature = self.config.temperature;
        if temperature == 0.0 {
            self.candidates.push(Candidate {
                symbol: best,
                probability: 1.0,
            });
            return Ok(());
        }
        // Unnormalised: the best symbol weighs 1, so nothing overflows and the sum is at least 1.
        let highest = f64::from(logits[best]);
        let finite = logits.iter().enumerate().filter(|(_, z)| z.is_finite());
        self.candidates.extend(finite.map(|(symbol, &z)| Candidate {
            symbol,
            probability: ((f64::from(z) - highest) / temperature).exp(),
        }));
        let all = self.candidates.len();
        self.keep_top_k(logits);
        normalise(&mut self.candidates);
        self.keep_nucleus(logits);
        if self.candidates.len() == all {
            self.candidates.sort_unstable_by_key(|c| c.symbol);
        }
        Ok(())
    }

    /// Keeps the best `top_k` candidates, best first, where there are more.
    fn keep_top_k(&mut self, logits: &[f32]) {
        if let Some(k) = self.config.top_k
            && k < self.candidates.len()
        {
            let better = |a: &Candidate, b: &Candidate| best_first(logits, a, b);
            self.candidates.select_nth_unstable_by(k, better);
            self.candidates.truncate(k);
            self.candidates.sort_unstable_by(better);
        }
    }

    /// Keeps the best of the normalised candidates, best first, up to the one with which `top_p` is reached.
    fn keep_nucleus(&mut self, logits: &[f32]) {
        // A `top_p` of 1 keeps everything; rounding in the running sum must not cut its tail.
        let Some(p) = self.config.top_p.filter(|&p| p < 1.0) else {
            return;
        };
        self.candidates
            .sort_unstable_by(|a, b| best_first(logits, a, b));
        let mut reached = 0.0;
        let last = self.candidates.iter().position(|candidate| {
            reached += candidate.probability;
            reached >= p
        });
        if let Some(last) = last.filter(|last| last + 1 < self.candidates.len()) {
            self.candidates.truncate(last + 1);
            normalise(&mut self.candidates);
        }
    }
}

/// The index of the highest logit, the lowest among equals; refuses NaN, +inf and a row without a candidate.
fn best_symbol(logits: &[f32]) -> Result<usize, DecodeError> {
    let mut best = None;
    let mut highest = f32::NEG_INFINITY;
    for (symbol, &z) in logits.iter().enumerate() {
        if z.is_nan() || z == f32::INFINITY {
            return Err(DecodeError::Logit { symbol, found: z });
        }
        if z > highest {
            (best, highest) = (Some(symbol), z);
        }
    }
    best.ok_or(DecodeError::NoCandidate {
        found: logits.len(),
    })
}

/// Falling logit, then rising index. The logits are not NaN.
fn best_first(logits: &[f32], a: &Candidate, b: &Candidate) -> Ordering {
    let by_logit = logits[b.symbol].partial_cmp(&logits[a.symbol]);
    let by_logit = by_logit.unwrap_or(Ordering::Equal);
    by_logit.then(a.symbol.cmp(&b.symbol))
}

fn normalise(candidates: &mut [Candidate]) {
    let total: f64 = candidates.iter().map(|c| c.probability).sum();
    for candidate in candidates {
        candidate.probability /= total;
    }
}

#[cfg(test)]
mod tests;
