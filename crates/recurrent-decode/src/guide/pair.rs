//! Two guides at once: what both allow, and the sum of what they add.

use super::Guide;
use crate::DecodeError;

impl<A: Guide, B: Guide> Guide for (A, B) {
    type State = (A::State, B::State);

    const IDLE: bool = A::IDLE && B::IDLE;

    fn start(&self) -> Self::State {
        (self.0.start(), self.1.start())
    }

    /// The second is not asked for what the first forbids.
    fn extend(&self, state: &Self::State, label: u32) -> Option<(Self::State, f32)> {
        let (first, gain) = self.0.extend(&state.0, label)?;
        let (second, more) = self.1.extend(&state.1, label)?;
        Some(((first, second), gain + more))
    }

    fn finish(&self, state: &Self::State) -> Option<f32> {
        Some(self.0.finish(&state.0)? + self.1.finish(&state.1)?)
    }

    fn most(&self) -> f32 {
        self.0.most() + self.1.most()
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        self.0.check(symbols, blank)?;
        self.1.check(symbols, blank)
    }
}
