//! Pruning by relative entropy (Stolcke, *Entropy-based Pruning of Backoff Language Models*, 1998).
//!
//! Without the n-gram `h w` the model gives `w` after `h` what it backs off to, and `bow(h)` becomes `bow'(h)`, so that
//! all still sums to one. The relative entropy between the two models is
//!
//! ```text
//! D = -p(h) { p(w|h) [ln p(w|h') + ln bow'(h) - ln p(w|h)] + rest(h) [ln bow'(h) - ln bow(h)] }
//!
//! bow(h)  = rest(h) / rest'(h)                                 rest(h)  = 1 - Σ_{v: h v known} p(v|h)
//! bow'(h) = (rest(h) + p(w|h)) / (rest'(h) + p(w|h'))          rest'(h) = 1 - Σ_{v: h v known} p(v|h')
//! ```
//!
//! and the n-gram goes where it raises the model's perplexity by less than the threshold: `exp(D) - 1 < threshold`.
//! Each n-gram is judged by the whole model, longest first; one that a longer n-gram extends stays with it. The
//! probability `p(h)` of a context is that of its symbols one after another; of the start of a sentence, that of its end.

use super::model::{Ngram, ZERO, lookup};
use super::table::Table;
use super::trie::{ROOT, Trie};
use crate::DecodeError;

impl Ngram {
    /// The model without the n-grams that raise its perplexity by less than `threshold`, relative to it.
    ///
    /// # Errors
    /// Where the threshold is not a finite number of at least 0.
    pub fn pruned(&self, threshold: f64) -> Result<Self, DecodeError> {
        if !(threshold.is_finite() && threshold >= 0.0) {
            let expected = "a finite number of at least 0";
            return Err(DecodeError::setting("prune", expected, threshold));
        }
        Ok(self.without(&self.worth_keeping(threshold)))
    }

    /// How far the sum of the probabilities after a context is from one at most. A model that was read from a file may be
    /// far from it.
    pub fn deviation(&self) -> f64 {
        let trie = &self.trie;
        let contexts = 0..trie.context_count() as u32;
        let sums = contexts.map(|context| match context {
            ROOT => {
                let unigrams = &self.log10[..trie.vocabulary];
                unigrams.iter().map(|&p| probability(p)).sum()
            }
            context => {
                let [own, below] = taken(trie, &self.log10, &self.backoff, context);
                let backoff = probability(self.backoff[context as usize]);
                own + backoff * (1.0 - below)
            }
        });
        sums.fold(0.0, |most, sum: f64| most.max((sum - 1.0).abs()))
    }

    /// Which n-grams stay, `[G]`.
    fn worth_keeping(&self, threshold: f64) -> Vec<bool> {
        let trie = &self.trie;
        let mut kept = vec![true; trie.words.len()];
        let probabilities = self.context_probabilities();
        for order in (2..=trie.order).rev() {
            for context in trie.contexts[order - 1]..trie.contexts[order] {
                let of_context = probabilities[context as usize];
                let rest = Rest::of(trie, &self.log10, &self.backoff, context);
                for ngram in trie.children(context) {
                    let next = trie.next[ngram];
                    let longer = trie.length(next) == order;
                    let extended = longer && trie.children(next).any(|longer| kept[longer]);
                    let p = probability(self.log10[ngram]);
                    let shorter = self.shorter(context, ngram);
                    let entropy = of_context * rest.relative_entropy(p, shorter);
                    kept[ngram] = extended || entropy.exp_m1() >= threshold;
                }
            }
        }
        kept
    }

    /// `p(w | h')` of n-gram `h w`, the child `ngram` of `context`.
    fn shorter(&self, context: u32, ngram: usize) -> f64 {
        shorter(&self.trie, &self.log10, &self.backoff, context, ngram)
    }

    /// The model without the n-grams that are not `kept` `[G]`, its backoff weights such that all sums to one.
    fn without(&self, kept: &[bool]) -> Self {
        let trie = &self.trie;
        let mut table = Table::of_kept(self, kept);
        // What nothing extends any more needs no weight.
        table.backoff.iter_mut().for_each(|level| level.fill(0.0));
        let mut pruned = table.build(trie.vocabulary, trie.boundary);
        let trie = &pruned.trie;
        let mut backoff = vec![0.0; trie.context_count()];
        // Shorter contexts, on whose weights that of a longer one rests, come first.
        for context in 1..backoff.len() as u32 {
            let rest = Rest::of(trie, &pruned.log10, &backoff, context);
            backoff[context as usize] = rest.log10_backoff();
        }
        pruned.backoff = backoff.into();
        pruned
    }

    /// `p(h)` of each context `[C]`.
    fn context_probabilities(&self) -> Vec<f64> {
        let trie = &self.trie;
        let mut found = vec![1.0; trie.context_count()];
        for context in 0..trie.context_count() as u32 {
            for ngram in trie.children(context) {
                let next = trie.next[ngram];
                if trie.length(next) == trie.length(context) + 1 {
                    let own = probability(self.log10[ngram]);
                    found[next as usize] = found[context as usize] * own;
                }
            }
        }
        found
    }
}

fn probability(log10: f32) -> f64 {
    match log10 <= ZERO {
        true => 0.0,
        false => 10f64.powf(log10.into()),
    }
}

fn shorter(trie: &Trie, log10: &[f32], backoff: &[f32], context: u32, ngram: usize) -> f64 {
    let link = trie.link[context as usize];
    let (log10, _) = lookup(trie, log10, backoff, link, trie.words[ngram]);
    probability(log10)
}

/// `Σ p(v|h)` and `Σ p(v|h')` over the `v` that follow context `h`.
fn taken(trie: &Trie, log10: &[f32], backoff: &[f32], context: u32) -> [f64; 2] {
    let (mut own, mut below) = (0.0, 0.0);
    for ngram in trie.children(context) {
        own += probability(log10[ngram]);
        below += shorter(trie, log10, backoff, context, ngram);
    }
    [own, below]
}

/// What the known n-grams of a context leave to others.
#[derive(Debug, Clone, Copy)]
struct Rest {
    /// `rest(h)`
    own: f64,
    /// `rest'(h)`
    shorter: f64,
}

impl Rest {
    fn of(trie: &Trie, log10: &[f32], backoff: &[f32], context: u32) -> Self {
        // Probabilities are rounded, and may come to a little more than one.
        let [own, shorter] =
            taken(trie, log10, backoff, context).map(|taken| (1.0 - taken).max(0.0));
        Self { own, shorter }
    }

    /// `log10 bow(h)`; 1 where nothing is left to weigh.
    fn log10_backoff(self) -> f32 {
        match (self.own > 0.0, self.shorter > 0.0) {
            (_, false) => 0.0,
            (false, true) => ZERO,
            (true, true) => (self.own / self.shorter).log10() as f32,
        }
    }

    /// `D / p(h)` for the n-gram of probability `p`, with `below` in the shorter context.
    fn relative_entropy(self, p: f64, below: f64) -> f64 {
        if p <= 0.0 || below <= 0.0 {
            return f64::INFINITY;
        }
        let without = (self.own + p) / (self.shorter + below);
        let mut entropy = p * (p.ln() - below.ln() - without.ln());
        if self.own > 0.0 && self.shorter > 0.0 {
            entropy -= self.own * (without.ln() - (self.own / self.shorter).ln());
        }
        entropy
    }
}

#[cfg(test)]
mod tests;
