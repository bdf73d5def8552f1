//! A backoff model: what estimation, ARPA files and the binary form give, and how it is asked.
//!
//! ```text
//! p(w | h) = p*(w | h)              where the model has the n-gram h w
//!          = bow(h) p(w | h')       where not; h' is h without its first symbol, bow(h) is 1 where h is no context
//! ```

use std::f32::consts::LN_10;

use super::memory::Section;
use super::table::Table;
use super::trie::Trie;
use crate::{DecodeError, LanguageModel};

/// `log10` of no probability at all, by the convention of ARPA files.
pub(super) const ZERO: f32 = -99.0;

/// A backoff n-gram model of order 1 to 7. A copy is cheap and shares the arrays.
#[derive(Debug, Clone)]
pub struct Ngram {
    pub(super) trie: Trie,
    /// `log10 p*` of each n-gram; that of the boundary alone is the end of a sentence.
    pub(super) log10: Section<f32>, // [G]
    /// `log10 bow` of each context; that of the boundary is the start of a sentence.
    pub(super) backoff: Section<f32>, // [C]
}

/// The longest context that the model knows. Hypotheses with equal states have the same future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NgramState(pub(super) u32);

impl Ngram {
    /// The length of the longest n-grams.
    pub fn order(&self) -> usize {
        self.trie.order
    }

    /// The symbol that ends a sentence, if there are sentences.
    pub fn boundary(&self) -> Option<u32> {
        self.trie.boundary
    }

    /// The model without the n-grams above `order`.
    ///
    /// # Errors
    /// Where the order is not from 1 to the model's.
    pub fn truncated(&self, order: usize) -> Result<Self, DecodeError> {
        if !(1..=self.order()).contains(&order) {
            let expected = "a number from 1 to the model's";
            return Err(DecodeError::setting("order", expected, order));
        }
        let mut table = Table::of(self);
        table.truncate(order);
        Ok(table.build(self.trie.vocabulary, self.trie.boundary))
    }

    /// How many n-grams of `order` the model has, all `V` for 1.
    pub fn ngram_count(&self, order: usize) -> usize {
        if order == 0 || order > self.order() {
            return 0;
        }
        self.trie.ngrams(order).len()
    }

    /// How many symbols the longest known context of `state` has.
    pub fn context_length(&self, state: NgramState) -> usize {
        self.trie.length(state.0)
    }

    /// The mean `-ln p`, in nats a symbol, of `tokens` `[T]`; of all where the model has sentences, else of those after
    /// the first, which is given. Its exponential is the perplexity.
    ///
    /// # Errors
    /// Where an id is not below `V` or no symbol is predicted.
    pub fn cross_entropy(&self, tokens: &[u32]) -> Result<f64, DecodeError> {
        let given = usize::from(self.trie.boundary.is_none());
        crate::language_model::cross_entropy(self, tokens, given)
    }

    /// The backoff weight of n-gram `ngram` of `order`.
    pub(super) fn backoff_of(&self, ngram: usize, order: usize) -> f32 {
        let context = self.trie.next[ngram];
        if self.trie.length(context) == order {
            self.backoff[context as usize]
        } else {
            0.0
        }
    }

    /// `log10 p` and the context after it.
    #[inline(always)]
    fn score(&self, context: u32, symbol: u32) -> (f32, u32) {
        lookup(&self.trie, &self.log10, &self.backoff, context, symbol)
    }
}

/// `log10 p` of `symbol` in `context`, and the context after it. `log10` `[G]`, `backoff` `[C]`.
#[inline(always)]
pub(super) fn lookup(
    trie: &Trie,
    log10: &[f32],
    backoff: &[f32],
    mut context: u32,
    symbol: u32,
) -> (f32, u32) {
    let mut weight = 0.0;
    let ngram = loop {
        if let Some(found) = trie.find(context, symbol) {
            break found;
        }
        weight += backoff[context as usize];
        context = trie.shorter(context);
    };
    (log10[ngram] + weight, trie.next[ngram])
}

/// # Panics
/// Where a symbol is not below `V`.
impl LanguageModel for Ngram {
    type State = NgramState;

    fn vocabulary(&self) -> usize {
        self.trie.vocabulary
    }

    fn start(&self) -> NgramState {
        NgramState(self.trie.start())
    }

    fn advance(&self, state: &mut NgramState, symbol: u32) {
        *state = NgramState(self.trie.next[self.trie.longest(state.0, symbol)]);
    }

    fn log_probability(&self, state: &NgramState, symbol: u32) -> f32 {
        self.score(state.0, symbol).0 * LN_10
    }

    fn log_probabilities(&self, state: &NgramState, out: &mut [f32]) {
        assert_eq!(out.len(), self.trie.vocabulary, "out is [V]");
        // From the shortest context to the longest, each over the one before; `above` is the weight of those to come.
        let mut chain = [0; super::MAX_ORDER];
        let mut length = 0;
        let (mut context, mut above) = (state.0, 0.0);
        while context != super::trie::ROOT {
            chain[length] = context;
            length += 1;
            above += self.backoff[context as usize];
            context = self.trie.link[context as usize];
        }
        for (out, log10) in out.iter_mut().zip(&self.log10[..]) {
            *out = (log10 + above) * LN_10;
        }
        for &context in chain[..length].iter().rev() {
            above -= self.backoff[context as usize];
            for ngram in self.trie.children(context) {
                out[self.trie.words[ngram] as usize] = (self.log10[ngram] + above) * LN_10;
            }
        }
    }

    fn step(&self, state: &mut NgramState, symbol: u32) -> f32 {
        let (log10, next) = self.score(state.0, symbol);
        *state = NgramState(next);
        log10 * LN_10
    }
}

/// `log10 p`; what stands for `p = 0` is the -99 of ARPA files.
pub(super) fn log10(p: f64) -> f32 {
    if p > 0.0 { p.log10() as f32 } else { ZERO }
}

#[cfg(test)]
mod tests;
