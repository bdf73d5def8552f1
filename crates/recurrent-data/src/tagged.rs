//! Sentences with a tag for each word: a file or folder in, training, validation and test sentences out.
//!
//! | format | a line | source |
//! | --- | --- | --- |
//! | [`TaggedFormat::Columns`] | a word and its tags, parted by spaces or tabs | the shared tasks of CoNLL, such as Tjong Kim Sang and De Meulder (2003), *Introduction to the CoNLL-2003 Shared Task* |
//! | [`TaggedFormat::ConllU`] | a word in ten fields, parted by tabs | Universal Dependencies, <https://universaldependencies.org/format.html> |
//!
//! Blank lines part sentences. In columns, a line whose first field is `-DOCSTART-` begins a document: it is no word, it
//! ends a sentence as a blank line does, and all other lines of a sentence have as many columns as its first. In CoNLL-U,
//! comments (`#`), tokens of several words (`1-2`) and empty nodes (`1.1`) are left out.
//!
//! | path | cut |
//! | --- | --- |
//! | a file, or a folder with one file | by fractions |
//! | a folder with a training and a test file, as their names say, and perhaps a validation file | as it is |
//!
//! A name speaks of a part as those of other data sets do; `testa` is for validation and `testb` for test.
//!
//! What is cut by fractions is shuffled before, and so is a training part that the validation part is taken from because
//! it has no file of its own. Everything else keeps its order. Hidden files, read-me files and licences are not read, nor,
//! in a folder with `.conllu` files, any others where CoNLL-U is asked for.
//!
//! Every file may be compressed with gzip and may hold 2 GiB after decompression. Lines end in LF or CRLF.

mod columns;
mod conll_u;
mod files;
mod options;

use std::path::{Path, PathBuf};

pub use self::options::{TaggedFormat, TaggedOptions};
use crate::readers::Parts;
use crate::shuffle::shuffle;
use crate::source::{boundaries, part_of};
use crate::{DataError, Splits};

/// A sentence and the tags of its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaggedSentence {
    /// The words, at least one where a file was read. `[T]`
    pub words: Vec<String>,
    /// The tag of each. `[T]`
    pub tags: Vec<String>,
    /// The line of the first word in its file, counted from 1.
    pub line: u64,
}

impl TaggedSentence {
    /// The number of words, `T`.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn push(&mut self, word: &str, tag: &str, line: u64) {
        if self.words.is_empty() {
            self.line = line;
        }
        self.words.push(word.to_owned());
        self.tags.push(tag.to_owned());
    }
}

/// Sentences with a tag for each word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaggedSentences {
    /// The file that they are from.
    pub path: PathBuf,
    /// The sentences. `[N]`
    pub sentences: Vec<TaggedSentence>,
}

impl TaggedSentences {
    /// The number of sentences, `N`.
    pub fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Whether there are no sentences.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// The number of words of all sentences.
    pub fn word_count(&self) -> usize {
        self.sentences.iter().map(TaggedSentence::len).sum()
    }

    /// Takes a sentence that has ended, and leaves one without words. There is none where no word came before.
    fn finish(&mut self, sentence: &mut TaggedSentence) {
        if !sentence.is_empty() {
            self.sentences.push(std::mem::take(sentence));
        }
    }

    fn shuffle(&mut self, seed: u64) {
        shuffle(self.len(), seed, |one, other| {
            self.sentences.swap(one, other);
        });
    }

    /// Takes away the sentences from `at` on.
    fn split_off(&mut self, at: usize) -> Self {
        Self {
            path: self.path.clone(),
            sentences: self.sentences.split_off(at),
        }
    }
}

/// Reads the tagged sentences of a file or folder.
///
/// ```
/// use recurrent_data::{TaggedOptions, read_tagged};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("eng.train"), "Paris NNP I-LOC\nsleeps VBZ O\n\nYes UH O\n")?;
/// std::fs::write(folder.path().join("eng.testa"), "Hello UH O\n")?;
/// std::fs::write(folder.path().join("eng.testb"), "Bye UH O\n")?;
/// let splits = read_tagged(folder.path(), &TaggedOptions::default())?;
/// assert_eq!(splits.train.sentences[0].words, ["Paris", "sleeps"]);
/// assert_eq!(splits.train.sentences[0].tags, ["I-LOC", "O"]);
/// assert_eq!(splits.valid.sentences[0].words, ["Hello"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the path cannot be read as the module says, a word has no tag, a file or the training part no sentence, or an option
/// is out of its range; the message names the file and the place in it.
pub fn read_tagged(
    path: &Path,
    options: &TaggedOptions,
) -> Result<Splits<TaggedSentences>, DataError> {
    let columns = options.check()?;
    let read = |path: &Path| files::read(path, options, columns);
    let splits = match files::find(path, options.format)? {
        files::Files::One(file) => {
            let mut sentences = read(&file)?;
            sentences.shuffle(options.seed);
            let [first, second] = boundaries(sentences.len(), options.fractions);
            let test = sentences.split_off(second);
            let valid = sentences.split_off(first);
            Splits {
                train: sentences,
                valid,
                test,
            }
        }
        files::Files::Parts(Parts { train, valid, test }) => {
            let mut train = read(&train)?;
            let valid = match valid {
                Some(valid) => read(&valid)?,
                None => {
                    train.shuffle(options.seed);
                    let count = part_of(train.len(), options.valid_fraction);
                    train.split_off(train.len() - count)
                }
            };
            Splits {
                train,
                valid,
                test: read(&test)?,
            }
        }
    };
    if splits.train.is_empty() {
        return Err(DataError::TaggedSentences {
            path: path.to_owned(),
            problem: format!(
                "expected sentences for training, found none ({} for validation, {} for test)",
                splits.valid.len(),
                splits.test.len()
            ),
        });
    }
    Ok(splits)
}

#[cfg(test)]
mod tests;
