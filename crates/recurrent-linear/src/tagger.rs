//! Taggers: a tag for each word of a sentence, by counting and by weights of hand-made features.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`frequent`] | the most frequent tag of each word |
//! | [`features`] | what a word and its neighbours look like, as features |
//! | [`perceptron`] | the averaged structured perceptron |
//! | [`trained`] | what it learned: features, transitions, the search for the best tags |
//!
//! Words are texts and tags numbers below `K`. Both taggers are saved as flat arrays, which their caller writes to a file;
//! arrays that do not fit each other are refused when they are read again.
//!
//! # Axis letters
//!
//! `T` words of a sentence, `K` tags, `F` features.

mod averages;
mod characters;
pub mod features;
pub mod frequent;
mod hash;
pub mod perceptron;
pub mod trained;
mod transitions;
mod viterbi;
mod words;

pub use features::{TaggerFeatures, TaggerUnit};
pub use frequent::{FrequentArrays, FrequentTagger};
pub use perceptron::{Pass, PerceptronConfig, train};
pub use trained::{PerceptronArrays, PerceptronTagger};

use crate::LinearError;

/// The greatest number of tags. The weights of their transitions are its square.
pub const MAX_TAGS: usize = 4096;

/// Refuses sentences that have not a tag below `tags` for each word, and those without any word.
fn check_sentences<W>(sentences: &[(Vec<W>, Vec<usize>)], tags: usize) -> Result<(), LinearError> {
    if !(1..=MAX_TAGS).contains(&tags) {
        return Err(LinearError::setting("tags", "1 to 4096", tags));
    }
    for (at, (words, found)) in sentences.iter().enumerate() {
        if words.len() != found.len() {
            let found = format!(
                "{} tags for {} words in sentence {at}",
                found.len(),
                words.len()
            );
            return Err(LinearError::examples("a tag for each word", found));
        }
        if let Some(tag) = found.iter().find(|&&tag| tag >= tags) {
            let found = format!("{tag} of {tags} in sentence {at}");
            return Err(LinearError::examples("tags below their number", found));
        }
    }
    match sentences.iter().all(|(words, _)| words.is_empty()) {
        true => Err(LinearError::examples("tagged words", "none")),
        false => Ok(()),
    }
}
