//! From log probabilities to texts: the decoder that a recipe asks for, with what guides it.

mod model;

use super::config::{DecodeConfig, DecodeMethod};
use super::network::TransducerStepper;
use super::reading::BLANK;
use crate::Error;
use crate::files;
use model::{FusedModel, ModelGuide};
use rayon::prelude::*;
use recurrent_decode::ctc::{
    BeamOptions, BeamSearch, Emissions, beam_search, best_path, prefix_search,
};
use recurrent_decode::guide::{Hotwords, Lexicon, Unguided};
use recurrent_decode::transducer::{TransducerOptions, TransducerSearch, greedy};
use recurrent_decode::{DecodeError, Hypothesis};
use std::collections::HashMap;
use std::path::Path;

/// What guides a beam search; each may be missing.
pub(super) type Guides<'a> = (
    Option<&'a Lexicon>,
    (Option<ModelGuide<'a>>, Option<&'a Hotwords>),
);

/// The decoder of a recipe.
#[derive(Debug)]
pub(super) struct Decoder {
    config: DecodeConfig,
    /// `V`.
    classes: usize,
    lexicon: Option<Lexicon>,
    hotwords: Option<Hotwords>,
    model: Option<FusedModel>,
}

/// The classes of the symbols of texts.
pub(super) struct Alphabet<'a> {
    symbols: &'a [String],
    classes: HashMap<char, u32>,
}

impl<'a> Alphabet<'a> {
    /// That of `symbols`, the first of which is class 1.
    pub fn of(symbols: &'a [String]) -> Self {
        let first = |symbol: &String| symbol.chars().next().unwrap_or_default();
        Self {
            symbols,
            classes: symbols.iter().map(first).zip(1..).collect(),
        }
    }

    /// The classes of a text; the symbol where there is one that has none.
    pub fn spell(&self, text: &str) -> Result<Vec<u32>, char> {
        let class = |symbol: char| self.classes.get(&symbol).copied().ok_or(symbol);
        text.chars().map(class).collect()
    }

    /// What stands between words, where texts have it.
    pub fn separator(&self) -> Option<u32> {
        self.classes.get(&' ').copied()
    }

    /// The error of a text that cannot be spelt.
    fn cannot_spell(&self, key: String, symbol: char, text: &str) -> Error {
        Error::Setting {
            key,
            expected: format!(
                "words in the symbols of the model, `{}`",
                self.symbols.concat()
            ),
            found: format!("`{symbol}` in `{text}`"),
        }
    }
}

impl Decoder {
    /// The decoder of `[decode]` for a network over these symbols.
    ///
    /// # Errors
    /// Where a file or a language model cannot be read, or does not fit the symbols.
    pub fn new(config: &DecodeConfig, symbols: &[String]) -> Result<Self, Error> {
        let alphabet = Alphabet::of(symbols);
        let lexicon = config
            .lexicon
            .as_deref()
            .map(|path| lexicon(path, &alphabet));
        let model = config.language_model.as_deref();
        let model = model.map(|run| FusedModel::load(Path::new(run), config, &alphabet));
        Ok(Self {
            config: config.clone(),
            classes: symbols.len() + 1,
            lexicon: lexicon.transpose()?,
            hotwords: hotwords(config, &alphabet)?,
            model: model.transpose()?,
        })
    }

    /// The method of the recipe.
    pub fn method(&self) -> DecodeMethod {
        self.config.method
    }

    /// The guides of a beam search; none where nothing guides it.
    fn guides(&self) -> Result<Option<Guides<'_>>, Error> {
        if self.lexicon.is_none() && self.hotwords.is_none() && self.model.is_none() {
            return Ok(None);
        }
        let model = self.model.as_ref().map(FusedModel::guide).transpose()?;
        Ok(Some((
            self.lexicon.as_ref(),
            (model, self.hotwords.as_ref()),
        )))
    }

    /// The best texts of sequences by their log probabilities `[N][T, V]`, or by what a transducer hears, best first, up to `n_best` of each; best path and
    /// prefix search give one. A sequence that the guides leave nothing of has none.
    ///
    /// # Errors
    /// Where a value is no log probability.
    pub fn decode(
        &self,
        method: DecodeMethod,
        sequences: &[Vec<f32>],
        n_best: usize,
        transducer: Option<&TransducerStepper>,
    ) -> Result<Vec<Vec<Hypothesis>>, Error> {
        if let Some(transducer) = transducer {
            let one = |values: &Vec<f32>| self.transduce(method, values, n_best, transducer);
            return Ok(sequences.par_iter().map(one).collect::<Result<_, _>>()?);
        }
        let guides = self.guides()?;
        let options = self.config.beam(n_best);
        let unpruned = BeamOptions {
            n_best,
            ..BeamOptions::exhaustive(options.beam_width)
        };
        let one = |values: &Vec<f32>| -> Result<Vec<Hypothesis>, DecodeError> {
            let emissions = Emissions::new(values, self.classes, BLANK)?;
            match (method, &guides) {
                (DecodeMethod::BestPath, _) => Ok(vec![best_path(emissions)]),
                (DecodeMethod::PrefixSearch, _) => {
                    let found = {
                        let (steps, classes) = (emissions.frames(), emissions.symbols());
                        prefix_search(emissions, self.config.prefix_search(steps, classes))?
                    };
                    Ok(vec![found.hypothesis])
                }
                (DecodeMethod::Beam, None) => beam_search(emissions, options, Unguided),
                (DecodeMethod::Beam, Some(guides)) => {
                    let found = beam_search(emissions, options, guides)?;
                    // Where pruning left nothing that the guides let end, the beam is wide open.
                    match found.is_empty() {
                        true => beam_search(emissions, unpruned, guides),
                        false => Ok(found),
                    }
                }
            }
        };
        Ok(sequences.par_iter().map(one).collect::<Result<_, _>>()?)
    }

    /// The best texts of a sequence by what a transducer's joint network hears, `[T, J]`.
    fn transduce(
        &self,
        method: DecodeMethod,
        values: &[f32],
        n_best: usize,
        transducer: &TransducerStepper,
    ) -> Result<Vec<Hypothesis>, DecodeError> {
        let frames = values.chunks_exact(transducer.width());
        match method {
            DecodeMethod::BestPath => {
                let most = self.transducer_options(n_best).most_labels;
                return Ok(vec![greedy(transducer, frames, most)?]);
            }
            DecodeMethod::PrefixSearch => {
                let found = method.as_str();
                let expected = "best-path or beam, as the model is a transducer";
                return Err(DecodeError::Setting {
                    field: "method",
                    expected,
                    found: found.to_string(),
                });
            }
            DecodeMethod::Beam => {}
        }
        let options = self.transducer_options(n_best);
        let mut search = TransducerSearch::new(transducer, options)?;
        for frame in frames {
            search.advance(frame)?;
        }
        Ok(search.finish())
    }

    /// The settings of a transducer's search for so many texts.
    pub fn transducer_options(&self, n_best: usize) -> TransducerOptions {
        TransducerOptions {
            beam_width: self.config.beam_width,
            prune_logp: self.config.beam_prune_logp,
            n_best,
            ..TransducerOptions::default()
        }
    }

    /// A beam search that is given its frames as they come.
    ///
    /// # Errors
    /// Where the guides do not fit the symbols.
    pub fn beam(&self) -> Result<BeamSearch<Option<Guides<'_>>>, Error> {
        let options = self.config.beam_of_stream();
        Ok(BeamSearch::new(
            self.classes,
            BLANK,
            options,
            self.guides()?,
        )?)
    }
}

/// The words of a file, one a line.
fn lexicon(path: &str, alphabet: &Alphabet) -> Result<Lexicon, Error> {
    let text = files::read_text(Path::new(path))?;
    let mut words = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let word = line.trim();
        if word.is_empty() {
            continue;
        }
        let spelt = alphabet.spell(word);
        let place = || format!("{path}, line {number}");
        words.push(spelt.map_err(|symbol| alphabet.cannot_spell(place(), symbol, word))?);
    }
    if words.is_empty() {
        return Err(Error::Setting {
            key: path.to_string(),
            expected: "a word a line".to_string(),
            found: "none".to_string(),
        });
    }
    Ok(Lexicon::new(words, alphabet.separator())?)
}

fn hotwords(config: &DecodeConfig, alphabet: &Alphabet) -> Result<Option<Hotwords>, Error> {
    if config.hotwords.is_empty() {
        return Ok(None);
    }
    let phrase = |phrase: &String| {
        let key = || "decode.hotwords".to_string();
        let spelt = alphabet.spell(phrase.trim());
        let spelt = spelt.map_err(|symbol| alphabet.cannot_spell(key(), symbol, phrase))?;
        Ok((spelt, config.hotword_bonus))
    };
    let phrases = config
        .hotwords
        .iter()
        .map(phrase)
        .collect::<Result<_, Error>>()?;
    Ok(Some(Hotwords::new(phrases, alphabet.separator())?))
}
