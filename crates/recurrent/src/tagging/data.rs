//! Tagged sentences with their tags as numbers.

use crate::Error;
use crate::language_model::Split;
use crate::training::check;
use recurrent_nn::noise;
use std::borrow::Cow;

/// Sentences of one split.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentences {
    /// The words of each. `[N][T]`
    pub words: Vec<Vec<String>>,
    /// The tag of each word. `[N][T]`
    pub tags: Vec<Vec<usize>>,
}

/// Tagged sentences in three splits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedCorpus {
    /// Where it comes from.
    pub source: String,
    /// What is learned from.
    pub train: Sentences,
    /// What settings are chosen by.
    pub valid: Sentences,
    /// What nothing is chosen by.
    pub test: Sentences,
    /// Sentences whose tags were made right.
    pub repaired: usize,
}

impl Sentences {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Words of each. `[N]`
    pub(super) fn lengths(&self) -> Vec<usize> {
        self.words.iter().map(Vec::len).collect()
    }

    /// Words of all.
    pub fn word_count(&self) -> usize {
        self.words.iter().map(Vec::len).sum()
    }

    /// Tells them from others, in this order.
    pub(super) fn digest(&self) -> u64 {
        let lengths = self.words.iter().map(|words| words.len() as u64);
        let start = lengths.fold(self.len() as u64, noise::mix);
        let pairs = self.words.iter().flatten().zip(self.tags.iter().flatten());
        pairs.fold(start, |digest, (word, &tag)| {
            let word = crc32fast::hash(word.as_bytes()).into();
            noise::mix(digest, noise::mix(word, tag as u64))
        })
    }
}

impl TaggedCorpus {
    /// The sentences of a split; all of them one after the other.
    ///
    /// # Errors
    /// Where it has none.
    pub fn split(&self, split: Split) -> Result<Cow<'_, Sentences>, Error> {
        let sentences = match split {
            Split::Train => Cow::Borrowed(&self.train),
            Split::Valid => Cow::Borrowed(&self.valid),
            Split::Test => Cow::Borrowed(&self.test),
            Split::All => {
                let mut all = self.train.clone();
                for part in [&self.valid, &self.test] {
                    all.words.extend_from_slice(&part.words);
                    all.tags.extend_from_slice(&part.tags);
                }
                Cow::Owned(all)
            }
        };
        check(
            !sentences.is_empty(),
            "--split".to_string(),
            &format!("a split of {} with sentences", self.source),
            split.as_str(),
        )?;
        Ok(sentences)
    }
}
