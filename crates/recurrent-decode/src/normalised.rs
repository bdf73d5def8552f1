//! Scores made probabilities: `p(w | h) = S(w | h) / Σ_v S(v | h)`.
//!
//! Every probability takes a look at the whole vocabulary.

use crate::LanguageModel;
use crate::language_model::log_sum_exp;

/// A model whose probabilities are another's scores over their sum.
#[derive(Debug, Clone)]
pub struct Normalised<L>(pub L);

impl<L: LanguageModel> LanguageModel for Normalised<L> {
    type State = L::State;

    fn vocabulary(&self) -> usize {
        self.0.vocabulary()
    }

    fn start(&self) -> L::State {
        self.0.start()
    }

    fn advance(&self, state: &mut L::State, symbol: u32) {
        self.0.advance(state, symbol);
    }

    fn log_probability(&self, state: &L::State, symbol: u32) -> f32 {
        let mut all = vec![0.0; self.vocabulary()];
        self.log_probabilities(state, &mut all);
        all[symbol as usize]
    }

    fn log_probabilities(&self, state: &L::State, out: &mut [f32]) {
        self.0.log_probabilities(state, out);
        let sum = log_sum_exp(out.iter().copied());
        // Where no symbol has a score there is nothing to share out.
        let sum = if sum == f32::NEG_INFINITY { 0.0 } else { sum };
        out.iter_mut().for_each(|x| *x -= sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ngram::StupidBackoff;
    use crate::ngram::testing::{BOUNDARY, assert_normalised, counts, text};

    #[test]
    fn scores_become_probabilities_in_their_proportion() {
        let counts = counts(3, 8, Some(BOUNDARY), &text(1, 300, 8));
        let scores = StupidBackoff::new(&counts, 0.4).unwrap();
        let model = Normalised(&scores);
        let test = text(2, 50, 8);
        assert_normalised(&model, &test);
        let state = model.start();
        let of = |w| scores.log_probability(&state, w) - model.log_probability(&state, w);
        assert!((of(1) - of(3)).abs() < 1e-5);
    }
}
