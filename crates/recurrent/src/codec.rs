//! What turns the data of a run into numbers and back: the files of its directory that hold vocabularies, names of classes
//! and the scales of channels.

use crate::run::RunDirectory;
use crate::{Error, files};
use recurrent_data::{Subwords, Vocabulary, json_problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Files by name, with their texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Codec(Vec<(&'static str, String)>);

impl Codec {
    /// The symbols.
    pub(crate) const VOCABULARY: &'static str = "vocabulary.json";
    /// The names of classes or tags.
    pub(crate) const CLASSES: &'static str = "classes.json";
    /// The names and scales of channels.
    pub(crate) const CHANNELS: &'static str = "channels.json";
    /// The characters of words.
    pub(crate) const CHARACTERS: &'static str = "characters.json";
    /// The subwords that words are cut in.
    pub(crate) const SUBWORDS: &'static str = "subwords.json";
    /// The words that are left out.
    pub(crate) const STOP_WORDS: &'static str = "stop-words.json";
    /// All files there may be.
    pub(crate) const FILES: [&'static str; 6] = [
        Self::VOCABULARY,
        Self::CLASSES,
        Self::CHANNELS,
        Self::CHARACTERS,
        Self::SUBWORDS,
        Self::STOP_WORDS,
    ];

    /// With a vocabulary.
    pub(crate) fn vocabulary(mut self, name: &'static str, vocabulary: &Vocabulary) -> Self {
        self.0.push((name, vocabulary.to_json()));
        self
    }

    /// With subwords.
    pub(crate) fn subwords(mut self, subwords: &Subwords) -> Self {
        self.0.push((Self::SUBWORDS, subwords.to_json()));
        self
    }

    /// With something else.
    pub(crate) fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        // Names and numbers always have a JSON form.
        let text = serde_json::to_string(value).unwrap_or_default();
        self.0.push((name, text));
        self
    }

    /// Names and texts of the files.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, &text[..]))
    }

    /// Tells it from others: numbers would stand for something else.
    pub(crate) fn digest(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        self.0
            .iter()
            .for_each(|(_, text)| hasher.update(text.as_bytes()));
        hasher.finalize()
    }
}

impl From<&Vocabulary> for Codec {
    fn from(vocabulary: &Vocabulary) -> Self {
        Self::default().vocabulary(Self::VOCABULARY, vocabulary)
    }
}

/// What a file of a run directory holds.
pub(crate) fn read<T: DeserializeOwned>(run: &RunDirectory, name: &str) -> Result<T, Error> {
    let path = run.file(name);
    let text = files::read_text(&path)?;
    serde_json::from_str(&text).map_err(|error| Error::Run {
        path,
        message: json_problem(&error),
    })
}

/// The names of the classes of a run, at least `least` different ones.
pub(crate) fn read_classes(run: &RunDirectory, least: usize) -> Result<Vec<String>, Error> {
    let classes: Vec<String> = read(run, Codec::CLASSES)?;
    let distinct: std::collections::HashSet<&String> = classes.iter().collect();
    if distinct.len() != classes.len() || distinct.len() < least {
        return Err(Error::Run {
            path: run.file(Codec::CLASSES),
            message: format!(
                "expected {least} different names or more, found {}",
                classes.join(", ")
            ),
        });
    }
    Ok(classes)
}
