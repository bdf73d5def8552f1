//! How words and tags become numbers.

use super::config::TaggedDataConfig;
use super::data::{Sentences, TaggedCorpus};
use super::network::NetworkModelConfig;
use crate::Error;
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::training::check;
use recurrent_data::{
    DataError, Splits, TagError, TagScheme, TaggedSentence, TaggedSentences, Vocabulary,
    read_tagged,
};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// More tags are another column by mistake.
const MOST_TAGS: usize = 4096;

/// How words and tags become numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// Tags of the learned scheme, in alphabetical order.
    pub tags: Vec<String>,
    /// Of a network: the words, and the characters where words are read by them.
    pub words: Option<Vocabulary>,
    pub characters: Option<Vocabulary>,
}

impl Reading {
    /// Reads sentences and learns from the training part how they become numbers.
    ///
    /// # Errors
    /// Where there are none, they cannot be read, or their tags break their scheme.
    pub(super) fn build(
        config: &TaggedDataConfig,
        network: Option<&NetworkModelConfig>,
    ) -> Result<(TaggedCorpus, Self), Error> {
        let (source, splits, repaired) = read(config)?;
        let tags = splits.train.sentences.iter();
        let tags = tags.flat_map(|sentence| &sentence.tags);
        let tags: BTreeSet<String> = match config.learned_scheme() {
            TagScheme::Plain => tags.cloned().collect(),
            scheme => tags.flat_map(|tag| siblings(scheme, tag)).collect(),
        };
        let tags: Vec<String> = tags.into_iter().collect();
        check(
            tags.len() <= MOST_TAGS,
            "data.tag_column".to_string(),
            &format!("at most {MOST_TAGS} tags"),
            format!("{} in {source}", tags.len()),
        )?;
        let reading = Self {
            tags,
            words: network.map(|network| network.word_vocabulary(&splits.train)),
            characters: network.and_then(|network| network.character_vocabulary(&splits.train)),
        };
        let corpus = reading.encode(source, splits, repaired);
        Ok((corpus, reading))
    }

    /// Reads sentences as numbers.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub(super) fn corpus(&self, config: &TaggedDataConfig) -> Result<TaggedCorpus, Error> {
        let (source, splits, repaired) = read(config)?;
        Ok(self.encode(source, splits, repaired))
    }

    /// Sentences as numbers.
    fn encode(
        &self,
        source: String,
        splits: Splits<TaggedSentences>,
        repaired: usize,
    ) -> TaggedCorpus {
        let own: BTreeSet<&String> = self.tags.iter().collect();
        let parts = [&splits.train, &splits.valid, &splits.test];
        let sentences = parts.iter().flat_map(|part| &part.sentences);
        let all: BTreeSet<&String> = sentences.flat_map(|sentence| &sentence.tags).collect();
        let others: Vec<String> = all.difference(&own).map(|&tag| tag.clone()).collect();
        let names = self.tags.iter().chain(&others).map(String::as_str);
        let ids: HashMap<&str, usize> = names.zip(0..).collect();
        let encode = |part: TaggedSentences| {
            let ids_of =
                |tags: &[String]| -> Vec<usize> { tags.iter().map(|tag| ids[&tag[..]]).collect() };
            let tags = part.sentences.iter().map(|sentence| ids_of(&sentence.tags));
            Sentences {
                tags: tags.collect(),
                words: part
                    .sentences
                    .into_iter()
                    .map(|sentence| sentence.words)
                    .collect(),
                others: others.clone(),
            }
        };
        let [train, valid, test] = [splits.train, splits.valid, splits.test].map(encode);
        let counts = [&train, &valid, &test].map(|part| part.count_others(self.tags.len()));
        TaggedCorpus {
            other_words: counts.iter().sum(),
            train,
            valid,
            test,
            source,
            repaired,
        }
    }

    /// The names of tags in the scheme of the files, `[T]`; the numbers of `others` follow those of the tagger's own.
    pub(super) fn in_files(
        &self,
        config: &TaggedDataConfig,
        tags: &[usize],
        others: &[String],
    ) -> Result<Vec<String>, Error> {
        let name = |&tag: &usize| match tag.checked_sub(self.tags.len()) {
            None => &self.tags[tag][..],
            Some(other) => &others[other][..],
        };
        let names: Vec<&str> = tags.iter().map(name).collect();
        let learned = config.learned_scheme();
        // Only a tagger that looks at each word by itself gives tags that break their scheme.
        let legal = learned.repair(&names);
        let converted = learned.convert(&legal, config.scheme);
        Ok(converted.map_err(DataError::from)?)
    }

    /// Whether a tag may follow another one; none is the outside of a sentence.
    pub(super) fn is_legal(
        &self,
        scheme: TagScheme,
        from: Option<usize>,
        to: Option<usize>,
    ) -> bool {
        let name = |tag: Option<usize>| tag.map(|tag| &self.tags[tag][..]);
        scheme.is_legal(name(from), name(to))
    }

    /// The files of a run directory.
    pub(super) fn codec(&self) -> Codec {
        let mut codec = Codec::default().with(Codec::CLASSES, &self.tags);
        for (name, vocabulary) in [
            (Codec::VOCABULARY, &self.words),
            (Codec::CHARACTERS, &self.characters),
        ] {
            if let Some(vocabulary) = vocabulary {
                codec = codec.vocabulary(name, vocabulary);
            }
        }
        codec
    }

    /// What a run directory holds.
    pub(super) fn read(
        run: &RunDirectory,
        network: Option<&NetworkModelConfig>,
    ) -> Result<Self, Error> {
        let has_characters = network.is_some_and(|network| network.characters.is_some());
        let words = network.map(|_| run.vocabulary_of(Codec::VOCABULARY));
        let characters = has_characters.then(|| run.vocabulary_of(Codec::CHARACTERS));
        Ok(Self {
            tags: codec::read_classes(run, 1)?,
            words: words.transpose()?,
            characters: characters.transpose()?,
        })
    }
}

/// The tags that mark spans of the kind of `tag` in a scheme, and the tag outside all spans: a kind may be marked in
/// another way in sentences that are not for training.
fn siblings(scheme: TagScheme, tag: &str) -> Vec<String> {
    let marks = match scheme {
        TagScheme::Iobes => "BIES",
        _ => "BI",
    };
    let kind = tag.get(1..).unwrap_or_default();
    let of_kind = marks.chars().map(|mark| format!("{mark}{kind}"));
    let of_kind = of_kind.filter(|_| tag != OUTSIDE);
    of_kind.chain([OUTSIDE.to_string()]).collect()
}

/// The error of tags that break their scheme.
fn broken(path: &Path, sentence: &TaggedSentence, error: TagError) -> DataError {
    let TagError::Illegal {
        scheme,
        position,
        problem,
    } = error
    else {
        return error.into();
    };
    let advice = match scheme.unreadable(&sentence.tags) {
        Some(_) => "",
        None => "; --repair makes such tags right",
    };
    DataError::TaggedSentence {
        path: path.to_path_buf(),
        line: sentence.line,
        problem: format!(
            "word {} of the sentence (`{}`), {scheme}: {problem}{advice}",
            position + 1,
            sentence.words[position]
        ),
    }
}

/// The tag outside all spans.
const OUTSIDE: &str = "O";

/// The sentences in the learned scheme, what messages call their source, and how many had to be made right.
fn read(config: &TaggedDataConfig) -> Result<(String, Splits<TaggedSentences>, usize), Error> {
    let Some(path) = &config.path else {
        return Err(Error::Setting {
            key: "data.path".to_string(),
            expected: "a file or folder, as --data PATH or in the recipe".to_string(),
            found: "nothing".to_string(),
        });
    };
    let mut splits = read_tagged(Path::new(path), &config.options())?;
    let mut repaired = 0;
    for part in [&mut splits.train, &mut splits.valid, &mut splits.test] {
        for sentence in &mut part.sentences {
            if let Err(error) = config.scheme.check(&sentence.tags) {
                // What is no tag at all is another column, not a slip.
                if !config.repair || config.scheme.unreadable(&sentence.tags).is_some() {
                    return Err(broken(&part.path, sentence, error).into());
                }
                sentence.tags = config.scheme.repair(&sentence.tags);
                repaired += 1;
            }
            let learned = config
                .scheme
                .convert(&sentence.tags, config.learned_scheme());
            sentence.tags = learned.map_err(DataError::from)?;
        }
    }
    Ok((path.clone(), splits, repaired))
}
