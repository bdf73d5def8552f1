//! The errors of this crate. Each names what was looked at, what was expected there and what was found.

use recurrent_data::io_problem;
use std::path::{Path, PathBuf};

/// Why a decoder could not be built or could not decode.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A setting has a value outside its range.
    #[error("{field}: expected {expected}, found {found}")]
    Setting {
        /// The setting, by its name in the configuration.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A score is neither a finite number nor minus infinity.
    #[error("logit of symbol {symbol}: expected a finite number or -inf, found {found}")]
    Logit {
        /// The position of the score.
        symbol: usize,
        /// The score.
        found: f32,
    },
    /// There is nothing to draw from.
    #[error("logits: expected at least one above -inf, found none among {found}")]
    NoCandidate {
        /// How many scores there are.
        found: usize,
    },
    /// A text holds a symbol that the vocabulary does not.
    #[error("symbol at position {position}: expected an id below {vocabulary}, found {found}")]
    Symbol {
        /// The position in the text.
        position: usize,
        /// The number of symbols in the vocabulary.
        vocabulary: usize,
        /// The id.
        found: u32,
    },
    /// A text is too short to be learnt from or to be scored.
    #[error("text: expected at least {expected} symbols, found {found}")]
    TooShort {
        /// The shortest length that can be used.
        expected: usize,
        /// The length.
        found: usize,
    },
    /// A log probability of a frame is neither a finite number nor minus infinity.
    #[error("frame {frame}, symbol {symbol}: expected a log probability, found {found}")]
    Emission {
        /// The frame, from 0.
        frame: usize,
        /// The symbol.
        symbol: usize,
        /// The value.
        found: f32,
    },
    /// A word of a list is not made of labels.
    #[error("word {word} from 0, position {position}: expected {expected}, found {found}")]
    Word {
        /// The word, by its place in the list.
        word: usize,
        /// The position in the word.
        position: usize,
        /// What may stand there.
        expected: String,
        /// The symbol.
        found: u32,
    },
    /// A language model has no symbol for a label.
    #[error(
        "label {label}: expected a symbol of the language model, below {vocabulary}, found {found}"
    )]
    NotCovered {
        /// The label.
        label: usize,
        /// The number of symbols of the model.
        vocabulary: usize,
        /// What the label stands for.
        found: String,
    },
    /// A labelling is too long for its frames.
    #[error("alignment: expected at least {expected} frames for {labels} labels, found {found}")]
    TooFewFrames {
        /// The number of labels.
        labels: usize,
        /// The fewest frames that can hold them: one a label, and a blank between equal neighbours.
        expected: usize,
        /// The number of frames.
        found: usize,
    },
    /// A file could not be read.
    #[error("{}: cannot be read: {found}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        found: String,
    },
    /// A file could not be written.
    #[error("{}: cannot be written: {found}", path.display())]
    Write {
        /// The file, or the folder of files without a name.
        path: PathBuf,
        /// What the system said.
        found: String,
    },
    /// A line of a text file is not what its format has there.
    #[error("{}, line {line}: expected {expected}, found {found}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What the format has there.
        expected: String,
        /// What the line has.
        found: String,
    },
    /// A binary file is not what its format says, or damaged.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Binary {
        /// The file.
        path: PathBuf,
        /// What the format has there.
        expected: &'static str,
        /// What the file has.
        found: String,
    },
}

impl DecodeError {
    /// The error of a system call that reads `path`.
    pub(crate) fn read(path: &Path, found: &std::io::Error) -> Self {
        Self::Read {
            path: path.to_path_buf(),
            found: io_problem(found),
        }
    }

    /// The error of a system call that writes `path`.
    pub(crate) fn write(path: &Path, found: &std::io::Error) -> Self {
        Self::Write {
            path: path.to_path_buf(),
            found: io_problem(found),
        }
    }

    /// The error of a setting.
    pub(crate) fn setting(
        field: &'static str,
        expected: &'static str,
        found: impl ToString,
    ) -> Self {
        Self::Setting {
            field,
            expected,
            found: found.to_string(),
        }
    }
}
