//! How tagged sentences are read.

use serde::{Deserialize, Serialize};

use super::conll_u;
use crate::source::{check_fractions, check_valid_fraction};
use crate::{DataError, Encoding};

/// How the words of a sentence are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaggedFormat {
    /// A word a line in columns, parted by spaces or tabs.
    #[default]
    Columns,
    /// The format of Universal Dependencies.
    ConllU,
}

/// How tagged sentences are read.
#[derive(Clone, Debug, PartialEq)]
pub struct TaggedOptions {
    /// The format of the files.
    pub format: TaggedFormat,
    /// The column that holds the word: its position from 0, or in CoNLL-U also the name of a field, such as `lemma`. If it
    /// is not given, the first column, and `form` in CoNLL-U.
    pub word_column: Option<String>,
    /// The column that holds the tag, as `word_column`. If it is not given, the last column, and `upos` in CoNLL-U.
    pub tag_column: Option<String>,
    /// How the characters of the files are written.
    pub encoding: Encoding,
    /// The parts that are for training, validation and test, where they have no files of their own. Their sum is 1.
    pub fractions: [f64; 3],
    /// How much of the training part becomes the validation part, from 0 to below 1, where the test part has a file of
    /// its own and the validation part has none.
    pub valid_fraction: f64,
    /// Which of the possible orders the sentences are brought in before they are cut.
    pub seed: u64,
}

impl Default for TaggedOptions {
    fn default() -> Self {
        Self {
            format: TaggedFormat::Columns,
            word_column: None,
            tag_column: None,
            encoding: Encoding::Utf8,
            fractions: [0.8, 0.1, 0.1],
            valid_fraction: 0.1,
            seed: 0,
        }
    }
}

/// The positions of the columns that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// The column of the word.
    pub word: usize,
    /// The column of the tag, or the last one.
    pub tag: Option<usize>,
}

impl TaggedOptions {
    /// The columns to be read, or what is wrong with the options.
    pub(super) fn check(&self) -> Result<Columns, DataError> {
        check_fractions(self.fractions)?;
        check_valid_fraction(self.valid_fraction)?;
        let [word, tag] = [
            ("word_column", &self.word_column),
            ("tag_column", &self.tag_column),
        ]
        .map(|(name, column)| {
            let position = |column| self.position(name, column);
            column.as_deref().map(position).transpose()
        });
        let (word, tag) = (word?, tag?);
        let columns = match self.format {
            TaggedFormat::Columns => Columns {
                word: word.unwrap_or(0),
                tag,
            },
            TaggedFormat::ConllU => Columns {
                word: word.unwrap_or(conll_u::FORM),
                tag: tag.or(Some(conll_u::UPOS)),
            },
        };
        if columns.tag == Some(columns.word) {
            return Err(DataError::Setting {
                name: "tag_column",
                expected: "another column than that of the word",
                found: format!("column {} for both", columns.word),
            });
        }
        Ok(columns)
    }

    fn position(&self, name: &'static str, column: &str) -> Result<usize, DataError> {
        let position = column.parse().ok();
        let (position, expected) = match self.format {
            TaggedFormat::Columns => (position, "the position of a column, from 0"),
            TaggedFormat::ConllU => (
                position
                    .filter(|position| *position < conll_u::FIELDS.len())
                    .or_else(|| conll_u::position(column)),
                "the name of a field of CoNLL-U, such as form, upos or xpos, or its position from 0 to 9",
            ),
        };
        position.ok_or_else(|| DataError::Setting {
            name,
            expected,
            found: format!("`{column}`"),
        })
    }
}
