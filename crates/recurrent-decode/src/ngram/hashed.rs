//! A backoff model for many queries: the n-grams in a hash table beside the trie.
//!
//! A query of the trie searches the children of each context that it backs off through, which touches several places of
//! memory for each. Here a context says in 64 bits which symbols may follow it, so that a context that the symbol does
//! not extend is passed at the cost of reading the context, and an n-gram that is there is read from one slot with its
//! probability and the state after it. Collisions go to the next slot (Knuth, *The Art of Computer Programming*, volume
//! 3, section 6.4, algorithm L).
//!
//! It takes 24 bytes an n-gram and 16 a context on top of the model's own, and the time to fill it.

use std::f32::consts::LN_10;

use bytemuck::{Pod, Zeroable};

use super::memory::Section;
use super::model::{Ngram, NgramState};
use super::trie::ROOT;
use crate::LanguageModel;

/// A [`Ngram`] with its n-grams in a hash table. States are those of the model.
#[derive(Debug, Clone)]
pub struct HashedNgram {
    model: Ngram,
    slots: Section<Slot>,
    contexts: Section<Context>, // [C]
    unigrams: Section<Unigram>, // [V]
}

/// An n-gram of order 2 or above: its context and the symbol after it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(16))]
struct Slot {
    context: u32,
    symbol: u32,
    log10: f32,
    next: u32,
}

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(16))]
struct Context {
    log10_backoff: f32,
    link: u32,
    /// A bit for each symbol that follows it; several symbols have the same.
    followers: u64,
}

/// An n-gram of order 1.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(8))]
struct Unigram {
    log10: f32,
    next: u32,
}

/// No n-gram: the root's are not in the table.
const FREE: Slot = Slot {
    context: ROOT,
    symbol: 0,
    log10: 0.0,
    next: ROOT,
};

/// Slots for two n-grams.
const SLOTS_OF_TWO: usize = 3;

/// Mixes all bits of a number into the high ones (Knuth's multiplicative hashing, by the golden ratio).
#[inline(always)]
fn mix(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The bit of a symbol.
#[inline(always)]
fn bit(symbol: u32) -> u64 {
    1 << (mix(symbol.into()) >> 58)
}

/// The slot that an n-gram is looked for from.
#[inline(always)]
fn place(context: u32, symbol: u32, slots: usize) -> usize {
    let hash = mix(u64::from(context) << 32 | u64::from(symbol));
    // The high half of the product is below the number of slots, evenly.
    ((u128::from(hash) * slots as u128) >> 64) as usize
}

/// The slot after `at`.
#[inline(always)]
fn after(at: usize, slots: usize) -> usize {
    if at + 1 == slots { 0 } else { at + 1 }
}

impl Ngram {
    /// The model with its n-grams in a hash table, for many queries.
    pub fn hashed(&self) -> HashedNgram {
        let trie = &self.trie;
        let above_root = trie.words.len() - trie.vocabulary;
        let slots = Section::large(above_root * SLOTS_OF_TWO / 2 + 1, FREE, |slots| {
            for context in 1..trie.context_count() as u32 {
                for ngram in trie.children(context) {
                    let symbol = trie.words[ngram];
                    let mut at = place(context, symbol, slots.len());
                    while slots[at].context != ROOT {
                        at = after(at, slots.len());
                    }
                    slots[at] = Slot {
                        context,
                        symbol,
                        log10: self.log10[ngram],
                        next: trie.next[ngram],
                    };
                }
            }
        });
        let contexts = Section::large(trie.context_count(), Context::zeroed(), |contexts| {
            for (context, known) in (0..).zip(contexts) {
                let followers = &trie.words[trie.children(context)];
                *known = Context {
                    log10_backoff: self.backoff[context as usize],
                    link: trie.link[context as usize],
                    followers: followers.iter().fold(0, |all, &symbol| all | bit(symbol)),
                };
            }
        });
        let unigram = |symbol: usize| Unigram {
            log10: self.log10[symbol],
            next: trie.next[symbol],
        };
        HashedNgram {
            unigrams: (0..trie.vocabulary).map(unigram).collect::<Vec<_>>().into(),
            model: self.clone(),
            slots,
            contexts,
        }
    }
}

impl HashedNgram {
    /// The model itself.
    pub fn model(&self) -> &Ngram {
        &self.model
    }

    /// `log10 p` and the context after it.
    #[inline(always)]
    fn score(&self, mut context: u32, symbol: u32) -> (f32, u32) {
        let bit = bit(symbol);
        let mut backoff = 0.0;
        while context != ROOT {
            let known = self.contexts[context as usize];
            if known.followers & bit != 0
                && let Some(slot) = self.find(context, symbol)
            {
                return (slot.log10 + backoff, slot.next);
            }
            backoff += known.log10_backoff;
            context = known.link;
        }
        let Unigram { log10, next } = self.unigrams[symbol as usize];
        (log10 + backoff, next)
    }

    #[inline(always)]
    fn find(&self, context: u32, symbol: u32) -> Option<Slot> {
        let mut at = place(context, symbol, self.slots.len());
        loop {
            let slot = self.slots[at];
            if (slot.context, slot.symbol) == (context, symbol) {
                return Some(slot);
            }
            if slot.context == ROOT {
                return None;
            }
            at = after(at, self.slots.len());
        }
    }
}

/// # Panics
/// Where a symbol is not below `V`.
impl LanguageModel for HashedNgram {
    type State = NgramState;

    fn vocabulary(&self) -> usize {
        self.model.vocabulary()
    }

    fn start(&self) -> NgramState {
        self.model.start()
    }

    fn advance(&self, state: &mut NgramState, symbol: u32) {
        *state = NgramState(self.score(state.0, symbol).1);
    }

    fn log_probability(&self, state: &NgramState, symbol: u32) -> f32 {
        self.score(state.0, symbol).0 * LN_10
    }

    fn log_probabilities(&self, state: &NgramState, out: &mut [f32]) {
        self.model.log_probabilities(state, out);
    }

    fn step(&self, state: &mut NgramState, symbol: u32) -> f32 {
        let (log10, next) = self.score(state.0, symbol);
        *state = NgramState(next);
        log10 * LN_10
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ngram::KneserNey;
    use crate::ngram::testing::{BOUNDARY, assert_normalised, counts, text};

    #[test]
    fn answers_and_states_are_those_of_the_trie() {
        for order in 1..=5 {
            for boundary in [None, Some(BOUNDARY)] {
                // More symbols than there are bits for followers.
                let counts = counts(order, 200, boundary, &text(5, 4000, 200));
                let (model, _) = KneserNey::default().estimate(&counts).unwrap();
                let hashed = model.hashed();
                let (mut a, mut b) = (model.start(), hashed.start());
                for &symbol in &text(6, 4000, 200) {
                    let other = (symbol + 7) % 200;
                    let expected = model.log_probability(&a, other);
                    assert_eq!(hashed.log_probability(&b, other), expected);
                    assert_eq!(hashed.step(&mut b, symbol), model.step(&mut a, symbol));
                    assert_eq!(a, b);
                }
                assert_normalised(&hashed, &text(7, 20, 200));
                assert_eq!(hashed.model().order(), order);
            }
        }
    }

    #[test]
    fn every_ngram_is_found_in_a_table_that_wraps_around() {
        // So few n-grams that some lie past the table's end.
        for seed in 1..60 {
            let counts = counts(2, 4, None, &text(seed, 8, 4));
            let (model, _) = KneserNey::default().estimate(&counts).unwrap();
            let hashed = model.hashed();
            for context in 1..model.trie.context_count() as u32 {
                for ngram in model.trie.children(context) {
                    let found = hashed.find(context, model.trie.words[ngram]);
                    let found = found.map(|slot| slot.log10);
                    assert_eq!(found, Some(model.log10[ngram]));
                }
            }
        }
    }
}
