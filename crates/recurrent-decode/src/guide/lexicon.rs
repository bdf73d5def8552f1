//! A list of words, and no others.

use super::Guide;
use super::word_trie::{ROOT, WordTrie, check_separator, check_words};
use crate::DecodeError;

/// Only labellings that are words of a list: with a separator any number of them, one separator between two; without one a
/// single word. No labels at all are allowed too.
#[derive(Debug, Clone)]
pub struct Lexicon {
    words: Vec<Vec<u32>>,
    separator: Option<u32>,
    trie: WordTrie,
}

/// How much of a word there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexiconState {
    node: u32,
    /// Whether there was a separator, after which a word must come.
    follows: bool,
}

impl Lexicon {
    /// The words, each as its labels, and the label that separates them in a text.
    ///
    /// # Errors
    /// Where there is no word or one has no label.
    pub fn new(words: Vec<Vec<u32>>, separator: Option<u32>) -> Result<Self, DecodeError> {
        let trie = WordTrie::new(&words)?;
        Ok(Self {
            words,
            separator,
            trie,
        })
    }
}

impl Guide for Lexicon {
    type State = LexiconState;

    fn start(&self) -> LexiconState {
        LexiconState {
            node: ROOT,
            follows: false,
        }
    }

    fn extend(&self, state: &LexiconState, label: u32) -> Option<(LexiconState, f32)> {
        if self.separator == Some(label) {
            self.trie.word(state.node)?;
            let next = LexiconState {
                node: ROOT,
                follows: true,
            };
            return Some((next, 0.0));
        }
        let node = self.trie.child(state.node, label)?;
        Some((LexiconState { node, ..*state }, 0.0))
    }

    fn finish(&self, state: &LexiconState) -> Option<f32> {
        let is_empty = state.node == ROOT && !state.follows;
        (is_empty || self.trie.word(state.node).is_some()).then_some(0.0)
    }

    fn most(&self) -> f32 {
        0.0
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        check_separator(self.separator, symbols, blank)?;
        check_words(&self.words, symbols, blank, self.separator)
    }
}
