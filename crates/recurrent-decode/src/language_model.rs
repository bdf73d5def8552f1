//! What every decoder takes as a language model: a state, moved on by a symbol, with a distribution over the next one.
//!
//! ```text
//! start -> state -- log_probability(w) --> ln p(w | all symbols so far)
//!            |
//!            +----- advance(w) ----------> the state after w
//! ```
//!
//! A state is all that the model knows of the symbols before. It is cheap to copy where the model's memory is short, so
//! that a beam of hypotheses is a list of states.

use crate::DecodeError;

/// A model of the next symbol, given those before it. `V` symbols, ids below `V`.
///
/// All log probabilities are natural. A symbol that cannot come next has `-inf`, and over all symbols the
/// probabilities sum to one, if the model does not say otherwise.
///
/// # Panics
/// All methods that take a symbol may panic where it is not below `V`, as an index into a slice does; who reads ids from
/// outside checks them first.
pub trait LanguageModel {
    /// What the model knows of the symbols before.
    type State: Clone;

    /// `V`, the number of symbols.
    fn vocabulary(&self) -> usize;

    /// The state before the first symbol.
    fn start(&self) -> Self::State;

    /// Moves `state` on to what it is after `symbol`.
    fn advance(&self, state: &mut Self::State, symbol: u32);

    /// `ln p(symbol | state)`.
    fn log_probability(&self, state: &Self::State, symbol: u32) -> f32;

    /// `ln p(w | state)` of every symbol `w`, in `out` `[V]`.
    ///
    /// # Panics
    /// Where `out` does not have `V` elements.
    fn log_probabilities(&self, state: &Self::State, out: &mut [f32]);

    /// `ln p(symbol | state)`, and `state` moved on: one look where both need the same.
    fn step(&self, state: &mut Self::State, symbol: u32) -> f32 {
        let found = self.log_probability(state, symbol);
        self.advance(state, symbol);
        found
    }

    /// [`LanguageModel::log_probabilities`] of several states, `out` `[states, V]`. A model that is faster on many states
    /// at once, such as a network, has its own.
    ///
    /// # Panics
    /// Where `out` does not have `states V` elements.
    fn log_probabilities_of(&self, states: &[Self::State], out: &mut [f32]) {
        let vocabulary = self.vocabulary();
        assert_eq!(out.len(), states.len() * vocabulary, "out is [states, V]");
        for (state, row) in states.iter().zip(out.chunks_exact_mut(vocabulary)) {
            self.log_probabilities(state, row);
        }
    }
}

/// The mean `-ln p`, in nats a symbol, that `model` gives to `tokens` `[T]` after the first `given`, which are only
/// context.
///
/// # Errors
/// Where an id is not below `V` or none is predicted.
pub fn cross_entropy<L: LanguageModel>(
    model: &L,
    tokens: &[u32],
    given: usize,
) -> Result<f64, DecodeError> {
    check_symbols(model.vocabulary(), tokens, given + 1)?;
    let mut state = model.start();
    for &symbol in &tokens[..given] {
        model.advance(&mut state, symbol);
    }
    let predicted = &tokens[given..];
    let total: f64 = predicted
        .iter()
        .map(|&symbol| -f64::from(model.step(&mut state, symbol)))
        .sum();
    Ok(total / predicted.len() as f64)
}

/// `ln Σ exp(x)`, `-inf` where there is nothing above it.
pub fn log_sum_exp(all: impl Iterator<Item = f32> + Clone) -> f32 {
    let most = all.clone().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    let sum: f64 = all.map(|x| f64::from((x - most).exp())).sum();
    most + sum.ln() as f32
}

/// Refuses a text of fewer than `shortest` symbols or with an id that is not below `vocabulary`.
pub(crate) fn check_symbols(
    vocabulary: usize,
    tokens: &[u32],
    shortest: usize,
) -> Result<(), DecodeError> {
    if tokens.len() < shortest {
        return Err(DecodeError::TooShort {
            expected: shortest,
            found: tokens.len(),
        });
    }
    match tokens.iter().position(|&id| id as usize >= vocabulary) {
        Some(position) => Err(DecodeError::Symbol {
            position,
            vocabulary,
            found: tokens[position],
        }),
        None => Ok(()),
    }
}

/// A reference to a model is one too.
impl<L: LanguageModel + ?Sized> LanguageModel for &L {
    type State = L::State;

    fn vocabulary(&self) -> usize {
        (**self).vocabulary()
    }

    fn start(&self) -> Self::State {
        (**self).start()
    }

    fn advance(&self, state: &mut Self::State, symbol: u32) {
        (**self).advance(state, symbol);
    }

    fn log_probability(&self, state: &Self::State, symbol: u32) -> f32 {
        (**self).log_probability(state, symbol)
    }

    fn log_probabilities(&self, state: &Self::State, out: &mut [f32]) {
        (**self).log_probabilities(state, out);
    }

    fn step(&self, state: &mut Self::State, symbol: u32) -> f32 {
        (**self).step(state, symbol)
    }

    fn log_probabilities_of(&self, states: &[Self::State], out: &mut [f32]) {
        (**self).log_probabilities_of(states, out);
    }
}
