//! What leads a beam search besides the network: what may be extended by which label, and what that is worth.
//!
//! ```text
//! start -> state -- extend(label) --> None, where the label may not follow
//!                                     the state after it, and what is added to the score
//!          state -- finish ---------> None, where the labelling may not end
//!                                     what is added to the score
//! ```
//!
//! | guide | what it does |
//! | --- | --- |
//! | [`Unguided`] | nothing, at no cost |
//! | [`LabelModel`] | a language model over labels, such as characters |
//! | [`WordModel`] | a language model over words |
//! | [`Lexicon`] | only words of a list |
//! | [`Hotwords`] | a bonus for phrases |
//! | `Option<A>` | one that may be missing |
//! | `(A, B)` | two of them |
//!
//! All scores are natural logarithms and are added to the network's.

mod hotwords;
mod label_model;
mod lexicon;
mod optional;
mod pair;
mod word_model;
mod word_trie;

pub use hotwords::{HotwordState, Hotwords};
pub use label_model::LabelModel;
pub use lexicon::{Lexicon, LexiconState};
pub use word_model::{WordModel, WordModelOptions, WordModelState};

use crate::DecodeError;

/// What a beam search is led by. A score depends on the labels only, not on the frames, so that a prefix has one.
pub trait Guide {
    /// What it knows of the labels before.
    type State: Clone;

    /// Whether it allows everything and adds nothing, so that it need not be asked.
    const IDLE: bool = false;

    /// The state before the first label.
    fn start(&self) -> Self::State;

    /// The state after `label`, and what the label adds to the score; `None` where it may not follow. A score of `-inf` or
    /// NaN forbids it too. It is asked once for each label that may extend a prefix in the beam.
    fn extend(&self, state: &Self::State, label: u32) -> Option<(Self::State, f32)>;

    /// What is added where the labelling ends in `state`; `None` where it may not end. A score of `-inf` or NaN forbids it
    /// too.
    fn finish(&self, state: &Self::State) -> Option<f32> {
        let _ = state;
        Some(0.0)
    }

    /// The most that [`extend`](Self::extend) adds. Extensions that would be too bad with it are not asked for.
    fn most(&self) -> f32 {
        f32::INFINITY
    }

    /// Refuses a network whose labels it cannot take: the ids below `symbols` but for `blank`.
    ///
    /// # Errors
    /// Where a label is none of its own.
    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        let _ = (symbols, blank);
        Ok(())
    }
}

/// No guide: the labelling is the network's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unguided;

impl Guide for Unguided {
    type State = ();

    const IDLE: bool = true;

    fn start(&self) {}

    fn extend(&self, (): &(), _: u32) -> Option<((), f32)> {
        Some(((), 0.0))
    }

    fn most(&self) -> f32 {
        0.0
    }
}

/// A reference to a guide is one too.
impl<G: Guide + ?Sized> Guide for &G {
    type State = G::State;

    const IDLE: bool = G::IDLE;

    fn start(&self) -> Self::State {
        (**self).start()
    }

    fn extend(&self, state: &Self::State, label: u32) -> Option<(Self::State, f32)> {
        (**self).extend(state, label)
    }

    fn finish(&self, state: &Self::State) -> Option<f32> {
        (**self).finish(state)
    }

    fn most(&self) -> f32 {
        (**self).most()
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        (**self).check(symbols, blank)
    }
}

#[cfg(test)]
mod tests;
