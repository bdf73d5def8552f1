//! What can be wrong with tags.

use thiserror::Error;

use super::TagScheme;

/// An error of tags.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TagError {
    /// A tag is none of the scheme, or stands where it cannot.
    #[error("{scheme} tags, position {position} from 0: {problem}")]
    Illegal {
        /// The scheme.
        scheme: TagScheme,
        /// The position of the tag, counted from 0.
        position: usize,
        /// What was expected and what was found.
        problem: String,
    },

    /// Tags of a scheme that marks spans and of one that does not cannot be made from each other.
    #[error("expected two schemes that mark spans, or one and the same, found {from} and {to}")]
    Schemes {
        /// The scheme of the tags.
        from: TagScheme,
        /// The scheme that they were to be written in.
        to: TagScheme,
    },

    /// A sentence has not as many predicted tags as gold ones.
    #[error(
        "sentence {sentence} from 0: expected as many predicted tags as gold ones, {gold}, found {predicted}"
    )]
    Counts {
        /// The position of the sentence, counted from 0.
        sentence: usize,
        /// How many gold tags it has.
        gold: usize,
        /// How many predicted ones.
        predicted: usize,
    },
}
