//! Trained models of every kind as what decoders take.

use super::network::{LanguageModelStepper, StepperState};
use super::ngram::{CountModel, CountState};
use recurrent_decode::language_model::log_sum_exp;
use recurrent_decode::{LanguageModel, Mixture};

/// A trained language model, read one symbol at a time on the CPU.
#[derive(Debug)]
pub enum Scorer<'a> {
    /// A network with its weights packed.
    Network(NetworkScorer),
    /// Counts.
    Ngram(CountScorer<'a>),
    /// Models together.
    Mixture(Mixture<Scorer<'a>>),
}

/// What a [`Scorer`] knows of the symbols before.
#[derive(Debug, Clone)]
pub enum ScorerState {
    /// Of a network.
    Network(NetworkState),
    /// Of counts.
    Ngram(CountState),
    /// Of each model of a mixture.
    Mixture(Vec<ScorerState>),
}

/// Counts, and what stands before a text.
#[derive(Debug)]
pub struct CountScorer<'a> {
    pub(super) model: &'a CountModel,
    /// A line end where that is known, as before the text of a network.
    pub(super) first: u32,
}

/// A packed network.
#[derive(Debug)]
pub struct NetworkScorer {
    pub(super) stepper: LanguageModelStepper,
    /// `V`.
    pub(super) vocabulary: usize,
    /// What stands before a text: a line end where that is known.
    pub(super) first: u32,
}

/// What a network knows of the symbols before, and what it makes of it.
#[derive(Debug, Clone)]
pub struct NetworkState {
    state: StepperState,
    /// Of the next symbol, `[V]`.
    logits: Vec<f32>,
    /// `ln sum exp` of those.
    normalizer: f32,
}

impl NetworkState {
    /// The states of the network's layers.
    pub(super) fn stepper(&self) -> &StepperState {
        &self.state
    }
}

impl CountScorer<'_> {
    /// Where sentences have a start the model knows it, elsewhere a text begins after `first`.
    fn start(&self) -> CountState {
        let mut state = self.model.start();
        if !self.model.has_sentences() {
            self.model.advance(&mut state, self.first);
        }
        state
    }
}

/// # Panics
/// Where a symbol is not below `V`.
impl LanguageModel for NetworkScorer {
    type State = NetworkState;

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn start(&self) -> NetworkState {
        let mut state = NetworkState {
            state: self.stepper.start(),
            logits: vec![0.0; self.vocabulary],
            normalizer: 0.0,
        };
        self.advance(&mut state, self.first);
        state
    }

    fn advance(&self, state: &mut NetworkState, symbol: u32) {
        let logits = &mut state.logits;
        self.stepper.step(symbol, &mut state.state, logits);
        state.normalizer = log_sum_exp(logits.iter().copied());
    }

    fn log_probability(&self, state: &NetworkState, symbol: u32) -> f32 {
        state.logits[symbol as usize] - state.normalizer
    }

    fn log_probabilities(&self, state: &NetworkState, out: &mut [f32]) {
        assert_eq!(out.len(), self.vocabulary, "out is [V]");
        for (out, logit) in out.iter_mut().zip(&state.logits) {
            *out = logit - state.normalizer;
        }
    }
}

/// What is wrong where a state is handed to a scorer that did not make it.
const FOREIGN: &str = "a state of another kind of model";

/// # Panics
/// Where a symbol is not below `V` or a state is of another kind of model.
impl LanguageModel for Scorer<'_> {
    type State = ScorerState;

    fn vocabulary(&self) -> usize {
        match self {
            Self::Network(model) => model.vocabulary(),
            Self::Ngram(counts) => counts.model.vocabulary(),
            Self::Mixture(model) => model.vocabulary(),
        }
    }

    fn start(&self) -> ScorerState {
        match self {
            Self::Network(model) => ScorerState::Network(model.start()),
            Self::Ngram(counts) => ScorerState::Ngram(counts.start()),
            Self::Mixture(model) => ScorerState::Mixture(model.start()),
        }
    }

    fn advance(&self, state: &mut ScorerState, symbol: u32) {
        match (self, state) {
            (Self::Network(model), ScorerState::Network(state)) => model.advance(state, symbol),
            (Self::Ngram(counts), ScorerState::Ngram(state)) => counts.model.advance(state, symbol),
            (Self::Mixture(model), ScorerState::Mixture(state)) => model.advance(state, symbol),
            _ => panic!("{FOREIGN}"),
        }
    }

    fn log_probability(&self, state: &ScorerState, symbol: u32) -> f32 {
        match (self, state) {
            (Self::Network(model), ScorerState::Network(state)) => {
                model.log_probability(state, symbol)
            }
            (Self::Ngram(counts), ScorerState::Ngram(state)) => {
                counts.model.log_probability(state, symbol)
            }
            (Self::Mixture(model), ScorerState::Mixture(state)) => {
                model.log_probability(state, symbol)
            }
            _ => panic!("{FOREIGN}"),
        }
    }

    fn log_probabilities(&self, state: &ScorerState, out: &mut [f32]) {
        match (self, state) {
            (Self::Network(model), ScorerState::Network(state)) => {
                model.log_probabilities(state, out);
            }
            (Self::Ngram(counts), ScorerState::Ngram(state)) => {
                counts.model.log_probabilities(state, out)
            }
            (Self::Mixture(model), ScorerState::Mixture(state)) => {
                model.log_probabilities(state, out);
            }
            _ => panic!("{FOREIGN}"),
        }
    }

    fn step(&self, state: &mut ScorerState, symbol: u32) -> f32 {
        match (self, state) {
            (Self::Network(model), ScorerState::Network(state)) => model.step(state, symbol),
            (Self::Ngram(counts), ScorerState::Ngram(state)) => counts.model.step(state, symbol),
            (Self::Mixture(model), ScorerState::Mixture(state)) => model.step(state, symbol),
            _ => panic!("{FOREIGN}"),
        }
    }
}
