//! Interpolated modified Kneser-Ney smoothing (Chen and Goodman, 1998), as Heafield and others, *Scalable Modified
//! Kneser-Ney Language Model Estimation* (2013), estimate it.
//!
//! ```text
//! p(w | h) = (a(h w) - D(a(h w))) / a(h ·)  +  γ(h) p(w | h')        a(h ·) = Σ_w a(h w)
//! γ(h)     = Σ_w D(a(h w)) / a(h ·)                                  h' = h without its first symbol
//! p(w)     = (a(w) - D(a(w))) / a(·)        +  γ / V
//! ```
//!
//! The adjusted count `a` of an n-gram of the highest order, or of one that begins a sentence, is its count; else it is
//! the number of different symbols before it. Discounts are estimated for each order ([`Discounts`]).
//!
//! N-grams that occur at most as often as a threshold are left out; what they had goes to `γ` of their context.

use super::discounts::Discounts;
use super::model::Ngram;
use super::table::Table;
use super::trie::{ROOT, Trie};
use super::{NgramCounts, model};
use crate::DecodeError;

/// How a model is estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct KneserNey {
    /// For the orders from 1 on, the count up to which n-grams are left out; the last holds for all orders above. It is
    /// 0 for order 1 and never falls.
    pub thresholds: Vec<u64>,
    /// `D_1`, `D_2`, `D_3+` of an order whose counts do not give any, such as that of single characters; without them
    /// such a text is an error.
    pub fallback: Option<[f64; 3]>,
}

impl Default for KneserNey {
    /// Nothing is left out; where discounts cannot be estimated they are 0.5, 1 and 1.5.
    fn default() -> Self {
        Self {
            thresholds: Vec::new(),
            fallback: Some([0.5, 1.0, 1.5]),
        }
    }
}

impl KneserNey {
    /// The model of `counts`, and the discounts of its orders.
    ///
    /// # Errors
    /// Where the thresholds or the discounts asked for are out of range, or discounts cannot be estimated.
    pub fn estimate(&self, counts: &NgramCounts) -> Result<(Ngram, Vec<Discounts>), DecodeError> {
        self.check()?;
        let trie = &counts.trie;
        let adjusted = adjusted_counts(counts);
        let discounts: Vec<Discounts> = (1..=trie.order)
            .map(|order| self.discounts(order, &adjusted[trie.ngrams(order)]))
            .collect::<Result<_, _>>()?;
        let kept = self.kept(counts);
        let (log10, backoff) = interpolate(trie, &adjusted, &discounts, &kept);
        let model = Ngram {
            trie: trie.clone(),
            log10: log10.into(),
            backoff: backoff.into(),
        };
        if kept.iter().all(|&kept| kept) {
            return Ok((model, discounts));
        }
        let table = Table::of_kept(&model, &kept);
        Ok((table.build(trie.vocabulary, trie.boundary), discounts))
    }

    fn check(&self) -> Result<(), DecodeError> {
        let rising = self.thresholds.is_sorted();
        if !rising || self.thresholds.first().is_some_and(|&first| first > 0) {
            let expected = "0 for order 1 and none below the one before";
            let found = format!("{:?}", self.thresholds);
            return Err(DecodeError::setting("thresholds", expected, found));
        }
        let within = |values: [f64; 3]| {
            (values.iter().zip([1.0, 2.0, 3.0])).all(|(value, most)| (0.0..=most).contains(value))
        };
        match self.fallback {
            Some(values) if !within(values) => {
                let expected = "three discounts, each of 0 to its count";
                let found = format!("{values:?}");
                Err(DecodeError::setting("fallback", expected, found))
            }
            _ => Ok(()),
        }
    }

    fn discounts(&self, order: usize, adjusted: &[u64]) -> Result<Discounts, DecodeError> {
        let fallback = self.fallback.map(|values| Discounts {
            values,
            fallback: true,
        });
        let found = Discounts::estimate(adjusted.iter().copied());
        found.or(fallback).ok_or_else(|| {
            let expected = "enough n-grams of the counts 1, 2 and 3 to estimate discounts from";
            let found = format!("too few of order {order}");
            DecodeError::setting("text", expected, found)
        })
    }

    fn kept(&self, counts: &NgramCounts) -> Vec<bool> {
        let mut kept = vec![true; counts.counts.len()];
        let Some(&last) = self.thresholds.last() else {
            return kept;
        };
        for order in 2..=counts.order() {
            let threshold = self.thresholds.get(order - 1).copied().unwrap_or(last);
            for ngram in counts.trie.ngrams(order) {
                kept[ngram] = counts.counts[ngram] > threshold;
            }
        }
        kept
    }
}

/// The adjusted count of each n-gram.
fn adjusted_counts(counts: &NgramCounts) -> Vec<u64> {
    let trie = &counts.trie;
    let mut adjusted = vec![0; counts.counts.len()];
    let top = trie.ngrams(trie.order);
    adjusted[top.clone()].copy_from_slice(&counts.counts[top]);
    // Each n-gram is one symbol before the n-gram that it ends with.
    for context in 1..trie.context_count() as u32 {
        for ngram in trie.children(context) {
            adjusted[suffix(trie, context, ngram)] += 1;
        }
    }
    // What begins a text without sentences has nothing before it, which is counted as one.
    for length in 2..counts.opening.len().min(trie.order) {
        if let Some(ngram) = trie.ngram(&counts.opening[..length]) {
            adjusted[ngram] += 1;
        }
    }
    // What begins a sentence: from the boundary's children down, side by side in each order.
    let start = trie.start();
    let mut contexts = start..start + 1;
    if start == ROOT {
        return adjusted;
    }
    for order in 2..trie.order {
        let first = trie.children(contexts.start).start;
        let ngrams = first..trie.children(contexts.end - 1).end;
        adjusted[ngrams.clone()].copy_from_slice(&counts.counts[ngrams.clone()]);
        let mut longer =
            (ngrams.map(|ngram| trie.next[ngram])).filter(|&context| trie.length(context) == order);
        let Some(first) = longer.next() else {
            break;
        };
        contexts = first..longer.next_back().unwrap_or(first) + 1;
    }
    adjusted
}

/// The n-gram without its first symbol.
fn suffix(trie: &Trie, context: u32, ngram: usize) -> usize {
    trie.longest(trie.link[context as usize], trie.words[ngram])
}

/// `log10 p` of each n-gram `[G]` and `log10 γ` of each context `[C]`.
fn interpolate(
    trie: &Trie,
    adjusted: &[u64],
    discounts: &[Discounts],
    kept: &[bool],
) -> (Vec<f32>, Vec<f32>) {
    let uniform = 1.0 / trie.vocabulary as f64;
    let mut probability = vec![0.0; adjusted.len()];
    let mut backoff = vec![0.0; trie.context_count()];
    for context in 0..trie.context_count() as u32 {
        let children = trie.children(context);
        let discounts = &discounts[trie.length(context)];
        let total: u64 = adjusted[children.clone()].iter().sum();
        let total = total.max(1) as f64;
        let above = |ngram: usize| adjusted[ngram] as f64 - discounts.of(adjusted[ngram]);
        let taken: f64 = children.clone().filter(|&n| kept[n]).map(above).sum();
        // Without a count all goes to the shorter context.
        let rest = 1.0 - taken / total;
        for ngram in children {
            let lower = match context {
                ROOT => uniform,
                _ => probability[suffix(trie, context, ngram)],
            };
            probability[ngram] = above(ngram) / total + rest * lower;
        }
        backoff[context as usize] = model::log10(rest);
    }
    backoff[ROOT as usize] = 0.0;
    let log10 = probability.iter().map(|p| model::log10(*p)).collect();
    (log10, backoff)
}

#[cfg(test)]
mod tests;
