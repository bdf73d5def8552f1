//! A language model whose symbols are words, for networks that spell them.
//!
//! ```text
//! score(l) = Σ_w (α ln p(w | words before) + β)        and α ln p(end | words)
//! ```
//!
//! A word is what stands between separators, and is scored where it is complete: at the separator after it, or at the end.
//! Separators with nothing between them make no word.

use super::Guide;
use super::label_model::{check_finite, check_symbol, check_weight, weighted};
use super::word_trie::{ROOT, WordTrie, check_separator, check_words};
use crate::{DecodeError, LanguageModel};

/// How much a model of words weighs, and what it makes of words it does not have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordModelOptions {
    /// `α`.
    pub weight: f32,
    /// `β`, the bonus of a word.
    pub bonus: f32,
    /// The model's symbol of unknown words. Without one the model says nothing of them, and goes on as if they were not
    /// there.
    pub unknown: Option<u32>,
    /// What is added for an unknown word, besides what the model says of it.
    pub unknown_penalty: f32,
    /// The model's symbol that is scored where a labelling ends.
    pub end: Option<u32>,
}

impl Default for WordModelOptions {
    /// pyctcdecode's: a weight of 0.5, a bonus of 1.5, and -10 for unknown words.
    fn default() -> Self {
        Self {
            weight: 0.5,
            bonus: 1.5,
            unknown: None,
            unknown_penalty: -10.0,
            end: None,
        }
    }
}

/// A language model over words.
#[derive(Debug, Clone)]
pub struct WordModel<L> {
    model: L,
    spellings: Vec<Vec<u32>>,
    symbols: Vec<u32>,
    separator: u32,
    options: WordModelOptions,
    trie: WordTrie,
}

/// The words so far, and the part of one after them.
#[derive(Debug, Clone)]
pub struct WordModelState<S> {
    words: S,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The beginning of words, or the empty one.
    Node(u32),
    /// No word begins so.
    Unknown,
}

impl<L: LanguageModel> WordModel<L> {
    /// The model, its words with their labels, and the label that separates them. A pair of `words` is the model's symbol
    /// and the spelling; of equal spellings the first counts.
    ///
    /// # Errors
    /// Where there is no word, one has no label or its symbol is not the model's, or an option is outside its range.
    pub fn new(
        model: L,
        words: Vec<(u32, Vec<u32>)>,
        separator: u32,
        options: WordModelOptions,
    ) -> Result<Self, DecodeError> {
        check_weight("weight", options.weight)?;
        check_finite("bonus", options.bonus)?;
        check_finite("unknown_penalty", options.unknown_penalty)?;
        check_symbol("unknown", options.unknown, model.vocabulary())?;
        check_symbol("end", options.end, model.vocabulary())?;
        let (symbols, spellings): (Vec<u32>, Vec<Vec<u32>>) = words.into_iter().unzip();
        for &symbol in &symbols {
            check_symbol("words", Some(symbol), model.vocabulary())?;
        }
        let trie = WordTrie::new(&spellings)?;
        Ok(Self {
            model,
            spellings,
            symbols,
            separator,
            options,
            trie,
        })
    }

    /// Scores a word that is complete, and moves the model on.
    fn complete(&self, state: &mut L::State, part: Part) -> f32 {
        let word = match part {
            Part::Node(ROOT) => return 0.0,
            Part::Node(node) => self.trie.word(node),
            Part::Unknown => None,
        };
        let known = word.map(|word| self.symbols[word as usize]);
        let mut score = self.options.bonus;
        if known.is_none() {
            score += self.options.unknown_penalty;
        }
        if let Some(symbol) = known.or(self.options.unknown) {
            score += weighted(self.options.weight, self.model.step(state, symbol));
        }
        score
    }
}

impl<L: LanguageModel> Guide for WordModel<L> {
    type State = WordModelState<L::State>;

    fn start(&self) -> Self::State {
        WordModelState {
            words: self.model.start(),
            part: Part::Node(ROOT),
        }
    }

    fn extend(&self, state: &Self::State, label: u32) -> Option<(Self::State, f32)> {
        let mut state = state.clone();
        if label == self.separator {
            let score = self.complete(&mut state.words, state.part);
            state.part = Part::Node(ROOT);
            return Some((state, score));
        }
        if let Part::Node(node) = state.part {
            let child = self.trie.child(node, label);
            state.part = child.map_or(Part::Unknown, Part::Node);
        }
        Some((state, 0.0))
    }

    fn finish(&self, state: &Self::State) -> Option<f32> {
        let mut words = state.words.clone();
        let score = self.complete(&mut words, state.part);
        let of_end = |end| weighted(self.options.weight, self.model.log_probability(&words, end));
        Some(score + self.options.end.map_or(0.0, of_end))
    }

    fn most(&self) -> f32 {
        let unknown = self.options.bonus + self.options.unknown_penalty;
        self.options.bonus.max(unknown).max(0.0)
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        check_separator(Some(self.separator), symbols, blank)?;
        check_words(&self.spellings, symbols, blank, Some(self.separator))
    }
}
