//! The text of a language model as symbols.

use super::{DataConfig, Split};
use crate::Error;
use crate::report::Floor;
use recurrent_data::{
    ByteSplits, Grammar, TextOptions, TextSplits, Unit, Vocabulary, read_bytes, read_text,
};
use std::path::Path;
use std::sync::Arc;

/// A text in three splits, as symbols of a vocabulary.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Training symbols.
    pub train: Arc<[u32]>,
    /// Validation symbols.
    pub valid: Arc<[u32]>,
    /// Test symbols.
    pub test: Arc<[u32]>,
    /// Where known, the entropy rate of the source, nats a symbol.
    pub floor: Option<Floor>,
}

impl Corpus {
    /// Reads the text and makes its vocabulary: the words of the training split,
    /// or, as they are few, the characters of all splits; with a limit those of
    /// the training split alone.
    ///
    /// # Errors
    /// Where there is no text, or it cannot be read.
    pub fn build(config: &DataConfig) -> Result<(Self, Vocabulary), Error> {
        let all = [Split::Train, Split::Valid, Split::Test];
        if config.unit == Unit::Byte {
            // All 256 bytes, whatever the text.
            let vocabulary = Vocabulary::build(config.unit, "", None);
            let corpus = Self::with_vocabulary(config, &vocabulary, &all)?;
            return Ok((corpus, vocabulary));
        }
        let (text, floor) = splits(config)?;
        let limit = config.vocabulary_limit;
        let vocabulary = if config.unit == Unit::Character && limit.is_none() {
            let all = [text.train.as_str(), &text.valid, &text.test].concat();
            Vocabulary::build(config.unit, &all, None)
        } else {
            Vocabulary::build(config.unit, &text.train, limit)
        };
        Ok((Self::encode(&text, floor, &vocabulary, &all)?, vocabulary))
    }

    /// Reads the named splits of the text as symbols of a given vocabulary; the
    /// others are empty.
    ///
    /// # Errors
    /// Where there is no text, it cannot be read, or a split has symbols that
    /// the vocabulary lacks.
    pub fn with_vocabulary(
        config: &DataConfig,
        vocabulary: &Vocabulary,
        wanted: &[Split],
    ) -> Result<Self, Error> {
        if let (Unit::Byte, Some(path)) = (config.unit, &config.path) {
            let bytes = read_bytes(Path::new(path), &text_options(config))?;
            return Ok(Self::from_bytes(&bytes, wanted));
        }
        let (text, floor) = splits(config)?;
        Self::encode(&text, floor, vocabulary, wanted)
    }

    /// Bytes are their own ids.
    fn from_bytes(bytes: &ByteSplits, wanted: &[Split]) -> Self {
        let ids = |bytes: &[u8], split: Split| -> Arc<[u32]> {
            let wanted = wanted.contains(&split);
            let bytes = if wanted { bytes } else { &[] };
            bytes.iter().copied().map(u32::from).collect()
        };
        Self {
            train: ids(&bytes.train, Split::Train),
            valid: ids(&bytes.valid, Split::Valid),
            test: ids(&bytes.test, Split::Test),
            floor: None,
        }
    }

    /// The symbols of a split.
    pub fn split(&self, split: Split) -> &Arc<[u32]> {
        match split {
            Split::Train => &self.train,
            Split::Valid => &self.valid,
            Split::Test => &self.test,
        }
    }

    fn encode(
        text: &TextSplits,
        floor: Option<Floor>,
        vocabulary: &Vocabulary,
        wanted: &[Split],
    ) -> Result<Self, Error> {
        let encode = |text: &str, split: Split| -> Result<Arc<[u32]>, Error> {
            if !wanted.contains(&split) {
                return Ok(Arc::from([]));
            }
            let ids = vocabulary.encode(text).map_err(|error| Error::Split {
                split: split.as_str(),
                error,
            })?;
            Ok(Arc::from(ids))
        };
        Ok(Self {
            train: encode(&text.train, Split::Train)?,
            valid: encode(&text.valid, Split::Valid)?,
            test: encode(&text.test, Split::Test)?,
            // Where symbols are merged the source is another one.
            floor: floor.filter(|_| vocabulary.unknown_id().is_none()),
        })
    }
}

fn text_options(config: &DataConfig) -> TextOptions {
    TextOptions {
        column: config.column.clone(),
        fractions: config.fractions,
    }
}

fn splits(config: &DataConfig) -> Result<(TextSplits, Option<Floor>), Error> {
    match (&config.path, config.grammar_characters) {
        (Some(path), _) => {
            let text = read_text(Path::new(path), &text_options(config))?;
            Ok((text, None))
        }
        (None, Some([train, valid, test])) => {
            let grammar = Grammar::built_in();
            let seed = config.grammar_seed;
            let part = |part: u64, characters| {
                grammar.generate(recurrent_nn::noise::mix(seed, part), characters)
            };
            let text = TextSplits {
                train: part(0, train),
                valid: part(1, valid),
                test: part(2, test),
            };
            // A symbol of the grammar's text is a character or, all of it being ASCII, a byte.
            let known = config.unit != Unit::Word;
            let floor = known.then(|| Floor {
                label: "entropy of the source".to_string(),
                cross_entropy: grammar.entropy_rate() * std::f64::consts::LN_2,
            });
            Ok((text, floor))
        }
        (None, None) => Err(Error::Setting {
            key: "data.path".to_string(),
            expected: "a file or folder, as --data PATH or in the recipe".to_string(),
            found: "nothing".to_string(),
        }),
    }
}
