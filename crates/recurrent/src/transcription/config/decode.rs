//! `[decode]`: how scores become a text.

use crate::Error;
use crate::error::of_sampler;
use crate::task::absolute;
use crate::training::check;
use recurrent_decode::ctc::{BeamOptions, PrefixSearchOptions};
use serde::{Deserialize, Serialize};

/// Steps times classes times prefixes of a prefix search.
const MOST_WORK: usize = 2_000_000;
/// How a text is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecodeMethod {
    /// The most probable symbol of every step.
    #[default]
    BestPath,
    /// The most probable text, exactly where its search does not grow too large (Graves et al. 2006).
    PrefixSearch,
    /// The most probable text that the best beginnings lead to, with language model, lexicon and hotwords.
    Beam,
}

impl DecodeMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BestPath, Self::PrefixSearch, Self::Beam];

    /// The name in recipes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BestPath => "best-path",
            Self::PrefixSearch => "prefix-search",
            Self::Beam => "beam",
        }
    }
}

/// `[decode]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeConfig {
    /// How a text is found.
    #[serde(default)]
    pub method: DecodeMethod,
    /// Of a beam: how many beginnings are kept after each step.
    #[serde(default = "beam_width")]
    pub beam_width: usize,
    /// Of a beam: a symbol with a log probability below this extends nothing, if it is not the best of its step.
    #[serde(default = "token_min_logp")]
    pub token_min_logp: f32,
    /// Of a beam: a beginning is kept where its score is above the best one's with this added.
    #[serde(default = "beam_prune_logp")]
    pub beam_prune_logp: f32,
    /// Of a beam over a stream: the last symbols that may still change; what comes before them is sure.
    #[serde(default = "most_undecided")]
    pub most_undecided: usize,
    /// Of a prefix search: the probability of blank above which a step cuts the sequence; 1 for an exact search.
    #[serde(default = "cut_above")]
    pub cut_above: f64,
    /// Of a beam: a file with a word a line; there are no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lexicon: Option<String>,
    /// Of a beam: the run directory of a language model, of characters or of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_model: Option<String>,
    /// How much the language model's log probabilities count.
    #[serde(default = "half")]
    pub language_model_weight: f32,
    /// What a symbol, or with a language model of words a word, adds to the score beside the model.
    #[serde(default)]
    pub insertion_bonus: f32,
    /// Of a beam: words and phrases that are likely.
    #[serde(default)]
    pub hotwords: Vec<String>,
    /// What each of them adds to the score.
    #[serde(default = "hotword_bonus")]
    pub hotword_bonus: f32,
}

fn beam_width() -> usize {
    BeamOptions::default().beam_width
}
fn token_min_logp() -> f32 {
    BeamOptions::default().token_min_logp
}
fn beam_prune_logp() -> f32 {
    BeamOptions::default().beam_prune_logp
}
fn most_undecided() -> usize {
    8
}
/// That of Graves et al. 2006.
fn cut_above() -> f64 {
    0.9999
}
fn half() -> f32 {
    0.5
}
fn hotword_bonus() -> f32 {
    5.0
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self {
            method: DecodeMethod::default(),
            beam_width: beam_width(),
            token_min_logp: token_min_logp(),
            beam_prune_logp: beam_prune_logp(),
            most_undecided: most_undecided(),
            cut_above: cut_above(),
            lexicon: None,
            language_model: None,
            language_model_weight: half(),
            insertion_bonus: 0.0,
            hotwords: Vec::new(),
            hotword_bonus: hotword_bonus(),
        }
    }
}

impl DecodeConfig {
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("decode.{name}");
        let options = self.beam(1).validate();
        options.map_err(of_sampler)?;
        let undecided = self.most_undecided;
        let fine = (1..=1000).contains(&undecided);
        check(
            fine,
            key("most_undecided"),
            "a number from 1 to 1000",
            undecided,
        )?;
        let cut = self.cut_above;
        let fine = (0.0..=1.0).contains(&cut);
        check(fine, key("cut_above"), "a probability, 0 to 1", cut)?;
        for (name, value) in [
            ("language_model_weight", self.language_model_weight),
            ("hotword_bonus", self.hotword_bonus),
        ] {
            let fine = (0.0..=1000.0).contains(&value);
            check(fine, key(name), "a number from 0 to 1000", value)?;
        }
        let bonus = self.insertion_bonus;
        let fine = bonus.abs() <= 1000.0;
        check(
            fine,
            key("insertion_bonus"),
            "a number from -1000 to 1000",
            bonus,
        )?;
        check(
            bonus == 0.0 || self.language_model.is_some(),
            key("insertion_bonus"),
            "0, as there is no decode.language_model",
            bonus,
        )?;
        let given = [
            ("lexicon", self.lexicon.is_some()),
            ("language_model", self.language_model.is_some()),
            ("hotwords", !self.hotwords.is_empty()),
        ];
        for (name, is_given) in given {
            let fine = !is_given || self.method == DecodeMethod::Beam;
            let expected = "nothing, as decode.method is not beam";
            check(fine, key(name), expected, "one")?;
        }
        Ok(())
    }

    pub(super) fn make_paths_absolute(&mut self) {
        let paths = [&mut self.lexicon, &mut self.language_model];
        for path in paths.into_iter().flatten() {
            *path = absolute(path);
        }
    }

    /// The settings of a beam search for so many texts.
    pub(in crate::transcription) fn beam(&self, n_best: usize) -> BeamOptions {
        BeamOptions {
            beam_width: self.beam_width,
            token_min_logp: self.token_min_logp,
            beam_prune_logp: self.beam_prune_logp,
            n_best,
            most_undecided: None,
        }
    }

    /// The settings of a beam search of a stream.
    pub(in crate::transcription) fn beam_of_stream(&self) -> BeamOptions {
        BeamOptions {
            most_undecided: Some(self.most_undecided),
            ..self.beam(1)
        }
    }

    /// The settings of a prefix search of a sequence of `steps` steps of `classes`: fewer prefixes the more each takes.
    pub(in crate::transcription) fn prefix_search(
        &self,
        steps: usize,
        classes: usize,
    ) -> PrefixSearchOptions {
        PrefixSearchOptions {
            cut_above: (self.cut_above < 1.0).then_some(self.cut_above as f32),
            most_prefixes: (MOST_WORK / (steps * classes).max(1)).clamp(10, 10_000),
        }
    }
}
