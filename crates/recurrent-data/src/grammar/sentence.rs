//! Sentences drawn from a grammar, and the probability of a text read back.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Alternative, Grammar, Nonterminal, SENTENCE_END, START, Symbol};

impl Grammar {
    /// Whole sentences, at least `characters` characters of them, the same for the same `seed` everywhere.
    pub fn generate(&self, seed: u64, characters: usize) -> String {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut text = String::new();
        // Words are ASCII, so bytes are characters.
        while text.len() < characters {
            self.push_sentence(&mut random, &mut text);
        }
        text
    }

    fn push_sentence(&self, random: &mut ChaCha8Rng, text: &mut String) {
        let begin = text.len();
        // What is to be expanded, the next on top.
        let mut stack = vec![Symbol::Nonterminal(START)];
        while let Some(symbol) = stack.pop() {
            match symbol {
                Symbol::Word(word) => {
                    if text.len() > begin {
                        text.push(' ');
                    }
                    text.push_str(&self.words[word]);
                }
                Symbol::Nonterminal(number) => {
                    let alternative = draw(&self.nonterminals[number], random);
                    stack.extend(alternative.symbols.iter().rev());
                }
            }
        }
        text.push_str(SENTENCE_END);
    }

    /// The exact log2-probability of `text`, given how many sentences it has: the sum over its sentences.
    ///
    /// None if the text is not whole sentences of the language.
    pub fn log2_probability(&self, text: &str) -> Option<f64> {
        let numbers: HashMap<&str, usize> =
            self.words.iter().map(String::as_str).zip(0..).collect();
        let mut stack = Vec::new();
        text.split_inclusive(SENTENCE_END)
            .map(|sentence| {
                let sentence = sentence.strip_suffix(SENTENCE_END)?;
                let words = sentence.split(' ').map(|word| numbers.get(word).copied());
                self.sentence_log2_probability(words, &mut stack)
            })
            .sum()
    }

    /// `words` are none where they are not of the language; `stack` is an allocation to use again.
    fn sentence_log2_probability(
        &self,
        mut words: impl Iterator<Item = Option<usize>>,
        stack: &mut Vec<Symbol>,
    ) -> Option<f64> {
        stack.clear();
        stack.push(Symbol::Nonterminal(START));
        let mut log2 = 0.0;
        let mut ahead = words.next();
        while let Some(symbol) = stack.pop() {
            match symbol {
                Symbol::Word(word) => {
                    if ahead? != Some(word) {
                        return None;
                    }
                    ahead = words.next();
                }
                Symbol::Nonterminal(number) => {
                    let ahead = match ahead {
                        Some(word) => Some(word?),
                        None => None,
                    };
                    let index = self.lookahead.alternative(number, ahead)?;
                    let alternative = &self.nonterminals[number].alternatives[index];
                    log2 += alternative.probability.log2();
                    stack.extend(alternative.symbols.iter().rev());
                }
            }
        }
        ahead.is_none().then_some(log2)
    }
}

fn draw<'a>(nonterminal: &'a Nonterminal, random: &mut ChaCha8Rng) -> &'a Alternative {
    // The upper 53 bits are all that a f64 in [0, 1) holds. Written out so that a text stays what its seed made it.
    let mut uniform = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let (last, others) = nonterminal
        .alternatives
        .split_last()
        .expect("a nonterminal has at least one alternative: the notation has no other");
    for alternative in others {
        if uniform < alternative.probability {
            return alternative;
        }
        uniform -= alternative.probability;
    }
    last
}
