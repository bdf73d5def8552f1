//! The errors of this crate. Each names what was looked at, what was expected there and what was found.

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
}
