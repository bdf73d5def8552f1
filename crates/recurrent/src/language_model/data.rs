//! The text of a language model as symbols.

use super::DataConfig;
use crate::Error;
use crate::report::Floor;
use recurrent_data::{Grammar, TextOptions, TextSplits, Vocabulary, read_text};
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
    /// Reads the text and makes the vocabulary of its training split.
    ///
    /// # Errors
    /// Where there is no text, or it cannot be read.
    pub fn build(config: &DataConfig) -> Result<(Self, Vocabulary), Error> {
        let (text, floor) = splits(config)?;
        let vocabulary = Vocabulary::build(config.unit, &text.train, config.vocabulary_limit);
        Ok((Self::encode(&text, floor, &vocabulary)?, vocabulary))
    }

    /// Reads the text as symbols of a given vocabulary.
    ///
    /// # Errors
    /// Where there is no text, it cannot be read, or it has symbols that the
    /// vocabulary lacks.
    pub fn with_vocabulary(config: &DataConfig, vocabulary: &Vocabulary) -> Result<Self, Error> {
        let (text, floor) = splits(config)?;
        Self::encode(&text, floor, vocabulary)
    }

    fn encode(
        text: &TextSplits,
        floor: Option<Floor>,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Error> {
        let encode = |text: &str| vocabulary.encode(text).map(Arc::from);
        Ok(Self {
            train: encode(&text.train)?,
            valid: encode(&text.valid)?,
            test: encode(&text.test)?,
            floor,
        })
    }
}

fn splits(config: &DataConfig) -> Result<(TextSplits, Option<Floor>), Error> {
    match (&config.path, config.grammar_characters) {
        (Some(path), _) => {
            let options = TextOptions {
                column: config.column.clone(),
                fractions: config.fractions,
            };
            Ok((read_text(Path::new(path), &options)?, None))
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
            let known = config.unit != recurrent_data::Unit::Word;
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
