//! The text of a language model as symbols.

use super::{DataConfig, Split};
use crate::Error;
use crate::report::Floor;
use recurrent_data::{
    ByteSplits, CleanConfig, DataError, Grammar, TextOptions, TextSplits, Unit, Vocabulary,
    read_bytes, read_text,
};
use std::path::Path;
use std::sync::Arc;

/// A text in three splits, as symbols of a vocabulary.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Where it comes from: a file, a folder or the built-in grammar.
    pub source: String,
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
    /// Reads the text and makes its vocabulary: all symbols of the three splits, or,
    /// with a limit, the most frequent of the training split.
    ///
    /// # Errors
    /// Where there is no text, or it cannot be read.
    pub fn build(config: &DataConfig) -> Result<(Self, Vocabulary), Error> {
        if config.unit == Unit::Byte {
            // All 256 bytes, whatever the text.
            let vocabulary = Vocabulary::build(config.unit, [], None);
            let corpus = Self::with_vocabulary(config, &vocabulary, Split::All)?;
            return Ok((corpus, vocabulary));
        }
        let (text, floor) = splits(config)?;
        let vocabulary = match config.vocabulary_limit {
            None => {
                let whole = [text.train.as_str(), &text.valid, &text.test];
                Vocabulary::build(config.unit, whole, None)
            }
            limit => Vocabulary::build(config.unit, [text.train.as_str()], limit),
        };
        let corpus = Self::encode(config, &text, floor, &vocabulary, Split::All)?;
        Ok((corpus, vocabulary))
    }

    /// Reads a split of the text as symbols of a given vocabulary; the others are
    /// empty.
    ///
    /// # Errors
    /// Where there is no text, it cannot be read, or the split has symbols that
    /// the vocabulary lacks.
    pub fn with_vocabulary(
        config: &DataConfig,
        vocabulary: &Vocabulary,
        wanted: Split,
    ) -> Result<Self, Error> {
        if let (Unit::Byte, Some(path)) = (config.unit, &config.path) {
            let bytes = read_bytes(Path::new(path), &text_options(config))?;
            return Ok(Self::from_bytes(config, &bytes, wanted));
        }
        let (text, floor) = splits(config)?;
        Self::encode(config, &text, floor, vocabulary, wanted)
    }

    /// Bytes are their own ids.
    fn from_bytes(config: &DataConfig, bytes: &ByteSplits, wanted: Split) -> Self {
        let ids = |bytes: &[u8], split: Split| -> Arc<[u32]> {
            let bytes = if wanted.has(split) { bytes } else { &[] };
            bytes.iter().copied().map(u32::from).collect()
        };
        Self {
            train: ids(&bytes.train, Split::Train),
            valid: ids(&bytes.valid, Split::Valid),
            test: ids(&bytes.test, Split::Test),
            floor: None,
            source: source(config),
        }
    }

    /// The symbols of a split.
    pub fn split(&self, split: Split) -> Arc<[u32]> {
        match split {
            Split::Train => self.train.clone(),
            Split::Valid => self.valid.clone(),
            Split::Test => self.test.clone(),
            Split::All => [&self.train[..], &self.valid, &self.test].concat().into(),
        }
    }

    /// What messages call a split.
    pub(super) fn place(&self, split: Split) -> String {
        place(&self.source, split)
    }

    /// The error of a split that cannot be cut in streams; `enough` says what it
    /// needs its least number of symbols for.
    pub(super) fn unusable(&self, split: Split, error: DataError, enough: &str) -> Error {
        let place = self.place(split);
        match error {
            DataError::SplitTooShort { found, needed, .. } => Error::TooShort {
                place,
                needed,
                enough: enough.to_string(),
                found,
            },
            error => Error::Text { place, error },
        }
    }

    /// The error of a split that has fewer symbols than one to predict after another.
    pub(super) fn too_short(&self, split: Split) -> Error {
        Error::TooShort {
            place: self.place(split),
            needed: 2,
            enough: "one to predict after another".to_string(),
            found: self.split(split).len(),
        }
    }

    fn encode(
        config: &DataConfig,
        text: &TextSplits,
        floor: Option<Floor>,
        vocabulary: &Vocabulary,
        wanted: Split,
    ) -> Result<Self, Error> {
        let source = source(config);
        let encode = |text: &str, split: Split| -> Result<Arc<[u32]>, Error> {
            if !wanted.has(split) {
                return Ok(Arc::from([]));
            }
            let ids = vocabulary.encode(text).map_err(|error| Error::Text {
                place: place(&source, split),
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
            source,
        })
    }
}

fn place(source: &str, split: Split) -> String {
    format!("{source}, {} split", split.as_str())
}

/// What messages call the source of a text.
fn source(config: &DataConfig) -> String {
    match &config.path {
        Some(path) => path.clone(),
        None => "the built-in grammar".to_string(),
    }
}

fn text_options(config: &DataConfig) -> TextOptions {
    TextOptions {
        column: config.column.clone(),
        fractions: config.fractions,
        unit: config.unit,
    }
}

/// The text without spaces at both ends of its lines.
fn trim_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.trim_matches(' '))
        .collect();
    lines.join("\n")
}

/// The text with every line cleaned, and its tokens parted by spaces.
fn tokenise(config: &DataConfig, text: &str) -> String {
    let line = |line: &str| {
        let clean = config.clean.clean(line);
        match config.tokens {
            Some(tokens) => tokens.tokens(&clean).join(" "),
            None => clean.into_owned(),
        }
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n")
}

fn splits(config: &DataConfig) -> Result<(TextSplits, Option<Floor>), Error> {
    match (&config.path, config.grammar_characters) {
        (Some(path), _) => {
            let mut text = read_text(Path::new(path), &text_options(config))?;
            for text in [&mut text.train, &mut text.valid, &mut text.test] {
                if config.trim_lines {
                    *text = trim_lines(text);
                }
                if config.tokens.is_some() || config.clean != CleanConfig::default() {
                    *text = tokenise(config, text);
                }
            }
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

#[cfg(test)]
mod tests {
    #[test]
    fn lines_lose_the_spaces_at_their_ends_alone() {
        let trimmed = super::trim_lines(" a b \n\n  c\td  ");
        assert_eq!(trimmed, "a b\n\nc\td");
    }
}
