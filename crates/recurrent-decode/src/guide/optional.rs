//! A guide that may be missing: none allows everything and adds nothing.

use super::Guide;
use crate::DecodeError;

impl<G: Guide> Guide for Option<G> {
    type State = Option<G::State>;

    fn start(&self) -> Self::State {
        self.as_ref().map(Guide::start)
    }

    fn extend(&self, state: &Self::State, label: u32) -> Option<(Self::State, f32)> {
        match (self, state) {
            (Some(guide), Some(state)) => {
                let (state, gain) = guide.extend(state, label)?;
                Some((Some(state), gain))
            }
            _ => Some((None, 0.0)),
        }
    }

    fn finish(&self, state: &Self::State) -> Option<f32> {
        match (self, state) {
            (Some(guide), Some(state)) => guide.finish(state),
            _ => Some(0.0),
        }
    }

    fn most(&self) -> f32 {
        self.as_ref().map_or(0.0, Guide::most)
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        match self {
            Some(guide) => guide.check(symbols, blank),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ctc::{BeamOptions, Emissions, beam_search};
    use crate::guide::{Guide, Lexicon, Unguided};

    #[test]
    fn one_that_is_there_guides_and_one_that_is_not_does_not() {
        let frames = [0.1f32, 0.6, 0.3, 0.1, 0.2, 0.7].map(f32::ln);
        let emissions = Emissions::new(&frames, 3, 0).expect("log probabilities");
        let best = |guide: &dyn Fn() -> Option<Lexicon>| {
            let found = beam_search(emissions, BeamOptions::exhaustive(9), guide());
            found.expect("valid").remove(0)
        };
        let free = beam_search(emissions, BeamOptions::exhaustive(9), Unguided).expect("valid");
        let none = best(&|| None);
        assert_eq!((&none.labels, none.score), (&free[0].labels, free[0].score));
        assert_eq!(none.labels, [1, 2]);
        let words = || Some(Lexicon::new(vec![vec![1]], None).expect("a word"));
        assert_eq!(best(&words).labels, [1]);
        assert_eq!(None::<Lexicon>.most(), 0.0);
    }
}
