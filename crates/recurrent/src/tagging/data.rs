//! Tagged sentences with their tags as numbers.

use crate::Error;
use crate::language_model::Split;
use crate::report::{grouped, number_of};
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
    /// Tags that are none of the tagger's, in alphabetical order: their numbers follow those of its own.
    pub others: Vec<String>,
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
    /// Words whose tag is none of the tagger's.
    pub other_words: usize,
}

/// Tags that a note names.
const SHOWN: usize = 10;

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

    /// How many words have one of [`Self::others`], where the tagger has `own` tags.
    pub(super) fn count_others(&self, own: usize) -> usize {
        self.tags
            .iter()
            .flatten()
            .filter(|&&tag| tag >= own)
            .count()
    }

    /// Those whose tags are all among the `own` tags of the tagger.
    pub(super) fn known(&self, own: usize) -> Self {
        let pairs = self.words.iter().zip(&self.tags);
        let known = pairs.filter(|(_, tags)| tags.iter().all(|&tag| tag < own));
        let (words, tags) = known
            .map(|(words, tags)| (words.clone(), tags.clone()))
            .unzip();
        Self {
            words,
            tags,
            others: Vec::new(),
        }
    }

    /// Takes others behind them.
    fn append(&mut self, other: &Self) {
        self.words.extend_from_slice(&other.words);
        self.tags.extend_from_slice(&other.tags);
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
    /// What is measured where nothing else is asked for.
    pub fn measured(&self) -> Split {
        Split::measured(!self.test.is_empty())
    }

    /// What a person should know of tags that are none of the tagger's, where some are.
    pub fn others_note(&self) -> Option<String> {
        let words = match self.other_words {
            0 => return None,
            1 => "tag of 1 word is none of the tagger's and counts".to_string(),
            words => {
                let words = grouped(words as u64);
                format!("tags of {words} words are none of the tagger's and count")
            }
        };
        let tags = &self.test.others;
        let shown = tags.iter().take(SHOWN).map(String::as_str);
        let more = if tags.len() > SHOWN { ", ..." } else { "" };
        let shown = shown.collect::<Vec<_>>().join(", ");
        Some(format!("the {words} as wrong: {shown}{more}"))
    }

    /// What messages call a sentence of a split by its number from 1.
    pub fn place(&self, split: Split, number: usize) -> String {
        format!(
            "{}, {} split, sentence {number}",
            self.source,
            split.as_str()
        )
    }

    /// What a person should know of tags that were made right, where some were.
    pub fn repair_note(&self) -> Option<String> {
        let sentences = number_of(self.repaired as u64, "sentence");
        (self.repaired > 0)
            .then(|| format!("the tags of {sentences} broke their scheme and were made right"))
    }

    /// The sentences of a split; all of them one after the other.
    ///
    /// # Errors
    /// Where it has none.
    pub fn split(&self, split: Split) -> Result<Cow<'_, Sentences>, Error> {
        let sentences = split.part([&self.train, &self.valid, &self.test], Sentences::append);
        check(
            !sentences.is_empty(),
            "--split".to_string(),
            &format!("a split of {} with sentences", self.source),
            split.as_str(),
        )?;
        Ok(sentences)
    }
}
