//! The errors of this crate. Each names what was looked at, what was expected there and what was found.

use std::ops::RangeInclusive;

/// Constants outside of it are lost beside counts and weights of about 1.
pub(crate) const RANGE: RangeInclusive<f64> = 1e-10..=1e10;
/// The same in words.
pub(crate) const EXPECTED: &str = "a number from 1e-10 to 1e10";

/// Why a classifier or tagger could not be trained or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LinearError {
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
    /// The examples cannot be learned from.
    #[error("examples: expected {expected}, found {found}")]
    Examples {
        /// What is needed.
        expected: &'static str,
        /// What there is.
        found: String,
    },
    /// An array of a saved model does not fit the others.
    #[error("{array}: expected {expected}, found {found}")]
    Array {
        /// The array, by the name of its field.
        array: &'static str,
        /// What it may hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
}

impl LinearError {
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

    pub(crate) fn examples(expected: &'static str, found: impl ToString) -> Self {
        Self::Examples {
            expected,
            found: found.to_string(),
        }
    }

    pub(crate) fn array(array: &'static str, expected: &'static str, found: impl ToString) -> Self {
        Self::Array {
            array,
            expected,
            found: found.to_string(),
        }
    }
}
