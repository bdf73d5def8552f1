//! The settings of a beam search.

use serde::{Deserialize, Serialize};

use crate::DecodeError;

/// How wide a beam search looks. The names are pyctcdecode's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BeamOptions {
    /// How many prefixes are kept after each frame.
    pub beam_width: usize,
    /// A label whose log probability in a frame is below this extends no prefix there, if it is not the frame's best
    /// symbol. `-inf` leaves none out.
    pub token_min_logp: f32,
    /// A prefix is kept where its score is above the best one's with this added, which is below 0. `-inf` leaves none out.
    pub beam_prune_logp: f32,
    /// The most hypotheses that are given.
    pub n_best: usize,
    /// The most labels at the end of the best prefix that the others may disagree with: those that have not all labels
    /// before are dropped. It bounds how long a label may stay undecided, and so the memory of an endless stream. `None`
    /// drops none.
    pub most_undecided: Option<usize>,
}

impl Default for BeamOptions {
    fn default() -> Self {
        Self {
            beam_width: 100,
            token_min_logp: -5.0,
            beam_prune_logp: -10.0,
            n_best: 1,
            most_undecided: None,
        }
    }
}

impl BeamOptions {
    /// All hypotheses of a beam of this width, with nothing left out but for its width.
    pub fn exhaustive(beam_width: usize) -> Self {
        Self {
            beam_width,
            token_min_logp: f32::NEG_INFINITY,
            beam_prune_logp: f32::NEG_INFINITY,
            n_best: beam_width,
            most_undecided: None,
        }
    }

    /// Checks every setting against its range.
    ///
    /// # Errors
    /// Where one is outside it.
    pub fn validate(&self) -> Result<(), DecodeError> {
        if self.beam_width == 0 || self.beam_width > 1 << 20 {
            let expected = "a number from 1 to 2^20";
            return Err(DecodeError::setting(
                "beam_width",
                expected,
                self.beam_width,
            ));
        }
        if self.token_min_logp.is_nan() || self.token_min_logp > 0.0 {
            let expected = "a number of at most 0, or -inf";
            return Err(DecodeError::setting(
                "token_min_logp",
                expected,
                self.token_min_logp,
            ));
        }
        if self.beam_prune_logp.is_nan() || self.beam_prune_logp >= 0.0 {
            let expected = "a number below 0, or -inf";
            return Err(DecodeError::setting(
                "beam_prune_logp",
                expected,
                self.beam_prune_logp,
            ));
        }
        if self.n_best == 0 {
            return Err(DecodeError::setting("n_best", "a number above 0", 0));
        }
        if self.most_undecided == Some(0) {
            let expected = "a number above 0, or none";
            return Err(DecodeError::setting("most_undecided", expected, 0));
        }
        Ok(())
    }
}
