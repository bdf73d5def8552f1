//! Texts with a label each: a file or folder in, training, validation and test texts out.
//!
//! | path | reading | cut |
//! | --- | --- | --- |
//! | a `.csv`, `.tsv`, `.jsonl` or `.ndjson` file | two columns, a text a record | by fractions |
//! | any other file | a text a line: the label up to the first white space, then the text | by fractions |
//! | a folder with one file, or one table beside what is no data | that file | by fractions |
//! | a folder with a file a class, such as `pos.txt` and `neg.txt`, or `reviews.pos` and `reviews.neg` | a text a line | by fractions |
//! | a folder with a folder a class | a text a file, `.txt` or without a dot in its name | by fractions |
//! | a folder with a training and a test file, as their names say, and perhaps a validation file | as the first two | as it is |
//! | a folder with a folder `train` and a folder `test`, and perhaps `valid`, `val` or `dev` | classes in each, as above | as it is |
//!
//! What is cut by fractions, or in folds for cross-validation, is shuffled before, so that it does no harm if the texts
//! are sorted by their labels. A training part of its own is shuffled too, and the validation part is taken from it where there
//! is none; validation and test parts of their own keep their order.
//!
//! Every file may be compressed with gzip, and `.gz` in its name counts for nothing. It may hold 2 GiB after
//! decompression, and so may the files of all classes together. Lines end in LF or CRLF. White space around texts and
//! labels is no part of them, and blank lines are no texts of a file with labels. Hidden files, read-me files and licences
//! are not read, nor are files beside the folders of classes, nor folders beside files that are read.

mod layout;
mod read;

use std::path::Path;

use self::layout::Layout;
use crate::readers::Parts;
use crate::shuffle::shuffle;
use crate::source::{boundaries, check_fold, check_fractions, check_valid_fraction, part_of};
use crate::{DataError, Encoding, Splits};

/// Texts with a label each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelledTexts {
    /// The texts, none of them empty. `[N]`
    pub texts: Vec<String>,
    /// The label of each. `[N]`
    pub labels: Vec<String>,
    /// How many empty texts were left out. Those of texts that were cut up are counted in the training part.
    pub dropped: usize,
}

/// How labelled texts are read.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledOptions {
    /// The column that holds the text of a record: a name, or the position from 0 in a table without a header row.
    /// Needed for files of records, and an error for plain text.
    pub text_column: Option<String>,
    /// The column that holds the label, as `text_column`. In a JSON object it may be a number or a truth value.
    pub label_column: Option<String>,
    /// The parts that are for training, validation and test, where they have no files of their own. Their sum is 1.
    pub fractions: [f64; 3],
    /// How much of the training part becomes the validation part, from 0 to below 1, where the test part has a file of
    /// its own and the validation part has none, and in cross-validation.
    pub valid_fraction: f64,
    /// Of cross-validation, `[k, n]`: part `k`, from 1, of `n` equal parts is the test part, whatever `fractions` says.
    /// The parts are the same for the same `seed`. An error where the test part has a file of its own.
    pub fold: Option<[usize; 2]>,
    /// Which of the possible orders the texts are brought in before they are cut.
    pub seed: u64,
    /// How the characters of the files are written.
    pub encoding: Encoding,
}

impl Default for LabelledOptions {
    fn default() -> Self {
        Self {
            text_column: None,
            label_column: None,
            fractions: [0.8, 0.1, 0.1],
            valid_fraction: 0.1,
            fold: None,
            seed: 0,
            encoding: Encoding::Utf8,
        }
    }
}

/// Reads the labelled texts of a file or folder.
///
/// ```
/// use recurrent_data::{LabelledOptions, read_labelled};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("train.txt"), "good a fine film\nbad so dull\n")?;
/// std::fs::write(folder.path().join("test.txt"), "good see it\n")?;
/// let splits = read_labelled(folder.path(), &LabelledOptions::default())?;
/// assert_eq!(splits.train.len(), 2);
/// assert_eq!((&splits.test.labels[0][..], &splits.test.texts[0][..]), ("good", "see it"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the path cannot be read as the module says, a text has no label, a class no text or the training part no texts, or
/// an option is out of its range; the message names the file and the place in it.
pub fn read_labelled(
    path: &Path,
    options: &LabelledOptions,
) -> Result<Splits<LabelledTexts>, DataError> {
    options.check()?;
    let splits = match Layout::of(path)? {
        Layout::Whole(origin) => cut(path, origin.read(options)?, options)?,
        Layout::Parts(Parts { train, valid, test }) => {
            if options.fold.is_some() {
                let problem =
                    "`fold`: expected labelled texts without a test part of their own, found";
                return Err(DataError::LabelledTexts {
                    path: path.to_owned(),
                    problem: format!("{problem} {}", test.path().display()),
                });
            }
            let mut train = train.read(options)?;
            train.shuffle(options.seed);
            let valid = match valid {
                Some(valid) => valid.read(options)?,
                None => train.split_off_fraction(options.valid_fraction),
            };
            Splits {
                train,
                valid,
                test: test.read(options)?,
            }
        }
    };
    if splits.train.is_empty() {
        return Err(DataError::LabelledTexts {
            path: path.to_owned(),
            problem: format!(
                "expected texts for training, found none ({} for validation, {} for test, {} empty)",
                splits.valid.len(),
                splits.test.len(),
                splits.train.dropped
            ),
        });
    }
    Ok(splits)
}

impl LabelledOptions {
    fn check(&self) -> Result<(), DataError> {
        check_fractions(self.fractions)?;
        check_valid_fraction(self.valid_fraction)?;
        check_fold(self.fold)
    }
}

/// Cuts up texts that have no parts of their own.
fn cut(
    path: &Path,
    mut texts: LabelledTexts,
    options: &LabelledOptions,
) -> Result<Splits<LabelledTexts>, DataError> {
    texts.shuffle(options.seed);
    let count = texts.len();
    let Some([part, parts]) = options.fold else {
        let [first, second] = boundaries(count, options.fractions);
        let test = texts.split_off(second);
        let valid = texts.split_off(first);
        return Ok(Splits {
            train: texts,
            valid,
            test,
        });
    };
    if parts > count {
        return Err(DataError::LabelledTexts {
            path: path.to_owned(),
            problem: format!(
                "`fold`: expected at least {parts} texts for as many parts, found {count}"
            ),
        });
    }
    let begin = (part - 1) * count / parts;
    let end = part * count / parts;
    let mut test = texts.split_off(begin);
    texts.append(test.split_off(end - begin));
    let valid = texts.split_off_fraction(options.valid_fraction);
    Ok(Splits {
        train: texts,
        valid,
        test,
    })
}

impl LabelledTexts {
    /// The number of texts, `N`.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are no texts.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    fn push(&mut self, label: &str, text: &str) {
        match text.trim() {
            "" => self.dropped += 1,
            text => {
                self.texts.push(text.to_owned());
                self.labels.push(label.to_owned());
            }
        }
    }

    /// Brings the texts in an order that is the same for the same `seed` everywhere.
    fn shuffle(&mut self, seed: u64) {
        shuffle(self.len(), seed, |one, other| {
            self.texts.swap(one, other);
            self.labels.swap(one, other);
        });
    }

    /// Takes away the texts from `at` on.
    fn split_off(&mut self, at: usize) -> Self {
        Self {
            texts: self.texts.split_off(at),
            labels: self.labels.split_off(at),
            dropped: 0,
        }
    }

    /// Takes away a fraction of the texts, the last ones.
    fn split_off_fraction(&mut self, fraction: f64) -> Self {
        self.split_off(self.len() - part_of(self.len(), fraction))
    }

    fn append(&mut self, mut other: Self) {
        self.texts.append(&mut other.texts);
        self.labels.append(&mut other.labels);
        self.dropped += other.dropped;
    }
}

#[cfg(test)]
mod tests;
