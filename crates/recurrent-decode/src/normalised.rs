//! Scores made probabilities: `p(w | h) = S(w | h) / Σ_v S(v | h)`.
//!
//! Every probability takes a look at the whole vocabulary.

use crate::LanguageModel;

/// A model whose probabilities are another's scores over their sum.
#[derive(Debug, Clone)]
pub struct Normalised<L>(pub L);

/// `ln Σ exp(x)`.
fn log_sum(all: &[f32]) -> f32 {
    let most = all.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return 0.0;
    }
    let sum: f64 = all.iter().map(|&x| f64::from(x - most).exp()).sum();
    most + sum.ln() as f32
}

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
        let sum = log_sum(out);
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
