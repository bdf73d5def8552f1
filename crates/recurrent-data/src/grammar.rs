//! A probabilistic grammar: a language whose entropy is known exactly, so that a model can be measured against it.
//!
//! Each nonterminal has alternatives, sequences of words and nonterminals, with probabilities. A sentence is a chain of
//! independent choices from `Sentence` down; its words stand a space apart, and `".\n"` ends it. Sentences follow one
//! another independently.
//!
//! With one word of lookahead the choices can be read back from the words (the grammar is LL(1), which is checked).
//! So a sentence has one derivation, and the probability of the derivation is the probability of the sentence. Hence,
//! for every nonterminal `A` with alternatives `k`,
//!
//! ```text
//! entropy(A) = sum over k of  p_k (-log2 p_k + sum of entropy(C) over the nonterminals C of k)
//! length(A)  = sum over k of  p_k (characters of the words of k + sum of length(C))
//! ```
//!
//! which are linear equations, and the entropy rate is `entropy(Sentence) / length(Sentence)`, in bits a character: no
//! model of the text has a smaller expected cross-entropy.
//!
//! Source: Grenander (1967), *Syntax-controlled probabilities*, for the equations; Aho and Ullman (1972), *The Theory of
//! Parsing, Translation, and Compiling*, for LL(1).

mod expectation;
mod lookahead;
mod notation;
mod sentence;
#[cfg(test)]
mod tests;

use expectation::Expectations;
use lookahead::Lookahead;

use crate::DataError;

/// A part of an alternative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    /// An index in the words of the grammar.
    Word(usize),
    /// An index in the nonterminals of the grammar.
    Nonterminal(usize),
}

/// One way to continue a nonterminal.
#[derive(Clone, Debug)]
struct Alternative {
    probability: f64,
    symbols: Vec<Symbol>,
}

/// A named set of alternatives.
#[derive(Clone, Debug)]
struct Nonterminal {
    name: String,
    /// The line of the notation, for errors.
    line: usize,
    alternatives: Vec<Alternative>,
}

/// The nonterminal that every derivation starts from.
const START: usize = 0;
const SENTENCE_END: &str = ".\n";

/// A probabilistic grammar of independent sentences.
///
/// ```
/// use recurrent_data::Grammar;
///
/// let grammar = Grammar::built_in();
/// let text = grammar.generate(1, 100_000);
/// let bits = grammar.log2_probability(&text).map(|log2| -log2 / text.len() as f64);
/// assert!((bits.unwrap() - grammar.entropy_rate()).abs() < 0.02);
/// ```
#[derive(Clone, Debug)]
pub struct Grammar {
    nonterminals: Vec<Nonterminal>,
    words: Vec<String>,
    lookahead: Lookahead,
    expectations: Expectations,
}

impl Grammar {
    /// The language of the project: a small English with relative clauses, across which verbs agree with their nouns.
    ///
    /// ```text
    /// the dogs that the cat sees sleep.
    /// ```
    pub fn built_in() -> Self {
        Self::parse(include_str!("grammar/built_in.grammar"))
            .expect("the built-in grammar is well-formed: the tests of this module parse it")
    }

    /// The grammar that `notation` describes.
    ///
    /// A line `Name = weight symbols | weight symbols ..` defines a nonterminal, the first of all being the start.
    /// Names begin with a capital, words are lower-case letters, `-` is the empty sequence, `#` begins a comment. A line
    /// that begins with white space continues the one before. The weights, positive numbers, are divided by their sum.
    ///
    /// ```
    /// let coin = recurrent_data::Grammar::parse("Sentence = 1 heads | 1 tails")?;
    /// assert_eq!(coin.sentence_entropy(), 1.0); // one bit
    /// assert_eq!(coin.sentence_length(), 7.0); // "heads.\n" and "tails.\n"
    /// # Ok::<(), recurrent_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If the notation is malformed, the choices cannot be read back with one word of lookahead, or the expected length
    /// of a sentence is not finite.
    pub fn parse(notation: &str) -> Result<Self, DataError> {
        let (nonterminals, words) = notation::parse(notation)?;
        Ok(Self {
            lookahead: Lookahead::new(&nonterminals, &words)?,
            expectations: Expectations::new(&nonterminals, &words)?,
            nonterminals,
            words,
        })
    }

    /// The entropy rate of the language in bits a character.
    pub fn entropy_rate(&self) -> f64 {
        self.sentence_entropy() / self.sentence_length()
    }

    /// The entropy of a sentence in bits.
    pub fn sentence_entropy(&self) -> f64 {
        self.expectations.entropy
    }

    /// The expected number of characters of a sentence, its end included.
    pub fn sentence_length(&self) -> f64 {
        self.expectations.length
    }

    /// The words of the language.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}
