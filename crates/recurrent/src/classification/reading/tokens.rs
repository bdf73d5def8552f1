//! How texts become tokens of a vocabulary.

use super::super::config::{KeptTokens, TextDataConfig};
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::{Error, files};
use rayon::prelude::*;
use recurrent_data::{LabelledTexts, StopWords, Subwords, Vocabulary};
use std::borrow::Cow;

/// How texts become tokens of a vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::classification) struct TokenReading {
    pub vocabulary: Vocabulary,
    /// What words are cut in, where they are.
    pub subwords: Option<Subwords>,
    /// What is left out, where something is.
    pub stop_words: Option<StopWords>,
}

impl TokenReading {
    /// Learns it from the training texts; a vocabulary may be given.
    pub(super) fn of(
        config: &TextDataConfig,
        train: &LabelledTexts,
        given: Option<Vocabulary>,
    ) -> Result<Self, Error> {
        let texts = train.texts.par_iter();
        let texts: Vec<Cow<str>> = texts.map(|text| config.clean.clean(text)).collect();
        if let (Some(size), None) = (config.subwords, &given) {
            let subwords = Subwords::train(texts.iter().map(|text| &**text), size)?;
            return Ok(Self {
                vocabulary: subwords.vocabulary(),
                subwords: Some(subwords),
                stop_words: None,
            });
        }
        let stop_words = config.stop_words.as_deref().map(StopWords::load);
        let stop_words = stop_words.transpose()?;
        let vocabulary = given.unwrap_or_else(|| {
            let tokens = texts.par_iter();
            let tokens = tokens.map(|text| kept(config, stop_words.as_ref(), text));
            let tokens: Vec<Vec<&str>> = tokens.collect();
            Vocabulary::of_tokens(tokens, config.vocabulary_limit, config.minimum_count)
        });
        Ok(Self {
            vocabulary,
            subwords: None,
            stop_words,
        })
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory, config: &TextDataConfig) -> Result<Self, Error> {
        let vocabulary = run.vocabulary()?;
        let path = run.file(Codec::SUBWORDS);
        let subwords = match config.subwords {
            Some(_) => Some(Subwords::from_json(&files::read_text(&path)?, &path)?),
            None => None,
        };
        if let Some(subwords) = &subwords
            && subwords.vocabulary() != vocabulary
        {
            return Err(Error::Run {
                path,
                message: "expected the symbols of vocabulary.json, found others".to_string(),
            });
        }
        Ok(Self {
            vocabulary,
            subwords,
            stop_words: match config.stop_words {
                Some(_) => Some(codec::read(run, Codec::STOP_WORDS)?),
                None => None,
            },
        })
    }

    /// A text as tokens of the vocabulary.
    pub(super) fn ids(&self, config: &TextDataConfig, text: &str) -> Result<Vec<u32>, Error> {
        let clean = config.clean.clean(text);
        let mut ids = match &self.subwords {
            Some(subwords) => self.vocabulary.encode_tokens(subwords.tokens(&clean))?,
            None => {
                let tokens = kept(config, self.stop_words.as_ref(), &clean);
                self.vocabulary.encode_tokens(tokens)?
            }
        };
        let limit = config.length_limit.unwrap_or(usize::MAX);
        let over = ids.len().saturating_sub(limit);
        match config.keep {
            KeptTokens::First => ids.truncate(ids.len() - over),
            KeptTokens::Last => drop(ids.drain(..over)),
        }
        Ok(ids)
    }
}

/// The tokens of a clean text that are no stop words.
fn kept<'a>(
    config: &TextDataConfig,
    stop_words: Option<&StopWords>,
    text: &'a str,
) -> Vec<&'a str> {
    let mut tokens = config.tokens.tokens(text);
    if let Some(stop_words) = stop_words {
        tokens.retain(|token| !stop_words.contains(token));
    }
    tokens
}
