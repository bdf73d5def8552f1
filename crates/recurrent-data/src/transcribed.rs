//! Sequences that are spelt by a text, unaligned: recordings of what was said, images of what was written.
//!
//! | what | function |
//! | --- | --- |
//! | telephone numbers as dialled tones in noise, made here | [`dialled_numbers`] |
//! | files of sound with what is said in them | [`read_utterances`] |
//! | recordings of single words joined into strings | [`read_joined`] |
//! | letters of handwritten words, joined into an image a word | [`read_handwritten`] |
//! | images whose names are what they show | [`read_named_images`] |
//!
//! Sound comes as [`Recordings`] and becomes features by [`sound::FeatureExtractor`](crate::sound::FeatureExtractor);
//! images come as [`LabelledSignals`](crate::LabelledSignals), a column a step, whose labels are the texts.

mod archive;
mod dialled;
mod handwritten;
mod joined;
mod named_images;
mod utterances;

pub use self::dialled::{DialOptions, dialled_number, dialled_numbers};
pub use self::handwritten::{HandwrittenOptions, read_handwritten};
pub use self::joined::{JoinedOptions, read_joined};
pub use self::named_images::{NamedImageOptions, read_named_images};
pub use self::utterances::read_utterances;
use crate::sound::Sound;

/// A recording and what is heard in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What messages call it.
    pub name: String,
    /// The sound.
    pub sound: Sound,
    /// The text.
    pub text: String,
    /// Who speaks, where that is known.
    pub speaker: Option<String>,
}

/// The recordings of a part.
pub type Recordings = Vec<Recording>;
