//! `[decode]`: how scores become a text.

use super::data::with_key_of_decoder;
use crate::Error;
use crate::task::absolute;
use crate::training::check;
use recurrent_decode::ctc::BeamOptions;
use serde::{Deserialize, Serialize};

/// How a text is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecodeMethod {
    /// The most probable symbol of every step.
    #[default]
    BestPath,
    /// The most probable text, exactly where its search does not grow too large (Graves et al. 2006).
    PrefixSearch,
    /// The most probable text among the best beginnings, with language model, lexicon and hotwords.
    Beam,
}
