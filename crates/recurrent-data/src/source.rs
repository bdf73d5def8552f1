//! Text for a language model: a file or folder in, training, validation and test text out.
//!
//! | path | reading |
//! | --- | --- |
//! | a plain file | the whole text, cut by fractions of its characters or bytes, between words where they are the symbols |
//! | a `.csv`, `.tsv`, `.jsonl` or `.ndjson` file | one column, a line a record, cut by fractions of the records |
//! | a folder with a training, a validation and a test file | those files |
//! | a folder with one readable file | that file |
//!
//! Every file may be compressed with gzip and may hold 2 GiB after decompression. Text is UTF-8; line ends become `\n`
//! and a byte order mark is dropped. As bytes ([`read_bytes`]) a plain file is taken as it is.

use std::path::Path;

use crate::readers::{self, Content, FolderFiles};
use crate::{DataError, Unit};

/// How a text is read.
#[derive(Clone, Debug, PartialEq)]
pub struct TextOptions {
    /// The column that holds the text of a record: a name, or the position from 0 in a table without a header row.
    /// Needed for files of records, and an error for plain text.
    pub column: Option<String>,
    /// The parts of one file that are for training, validation and test. Their sum is 1, and the order in the file is
    /// kept. A folder that has its own splits keeps them.
    pub fractions: [f64; 3],
    /// What a symbol is: words are not cut in two.
    pub unit: Unit,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            column: None,
            fractions: [0.9, 0.05, 0.05],
            unit: Unit::Character,
        }
    }
}

/// What a model is trained on, what its training is watched with, and what it is measured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits<T> {
    /// The training part.
    pub train: T,
    /// The validation part.
    pub valid: T,
    /// The test part.
    pub test: T,
}

/// Splits as characters.
pub type TextSplits = Splits<String>;

/// Splits as bytes.
pub type ByteSplits = Splits<Vec<u8>>;

/// Reads the text of a file or folder.
///
/// # Errors
/// If the path cannot be read as the module says; the message names the file and the place in it.
pub fn read_text(path: &Path, options: &TextOptions) -> Result<TextSplits, DataError> {
    read(path, options, readers::read_text)
}

/// Reads a file or folder as bytes.
///
/// # Errors
/// As [`read_text`], but plain text need not be UTF-8.
pub fn read_bytes(path: &Path, options: &TextOptions) -> Result<ByteSplits, DataError> {
    read(path, options, readers::read_bytes)
}

fn read<T: Text>(
    path: &Path,
    options: &TextOptions,
    read_file: impl Fn(&Path, Option<&str>) -> Result<Content<T>, DataError>,
) -> Result<Splits<T>, DataError> {
    check_fractions(options.fractions)?;
    let read_file = |path: &Path| read_file(path, options.column.as_deref());
    if !path.is_dir() {
        return Ok(split(read_file(path)?, options));
    }
    Ok(match readers::find_files(path)? {
        FolderFiles::One(file) => split(read_file(&file)?, options),
        FolderFiles::Splits([train, valid, test]) => Splits {
            train: read_file(&train)?.text,
            valid: read_file(&valid)?.text,
            test: read_file(&test)?.text,
        },
    })
}

/// A text that can be cut between its items.
trait Text {
    /// The number of characters, or of bytes.
    fn count(&self) -> usize;
    /// Where the first `count` items end, in bytes.
    fn end_of(&self, count: usize) -> usize;
    /// The offset itself between words, and within one the offset after the white space that ends it.
    fn after_word(&self, offset: usize) -> usize;
    /// Takes away what stands from `offset` on.
    fn split_off(&mut self, offset: usize) -> Self;
}

impl Text for String {
    fn count(&self) -> usize {
        self.chars().count()
    }

    fn end_of(&self, count: usize) -> usize {
        let next = self.char_indices().nth(count);
        next.map_or(self.len(), |(offset, _)| offset)
    }

    fn after_word(&self, offset: usize) -> usize {
        let (before, after) = self.split_at(offset);
        if before.is_empty() || before.ends_with(char::is_whitespace) {
            return offset;
        }
        let mut rest = after.char_indices();
        rest.find(|(_, character)| character.is_whitespace())
            .map_or(self.len(), |(end, space)| offset + end + space.len_utf8())
    }

    fn split_off(&mut self, offset: usize) -> Self {
        String::split_off(self, offset)
    }
}

impl Text for Vec<u8> {
    fn count(&self) -> usize {
        self.len()
    }

    fn end_of(&self, count: usize) -> usize {
        count
    }

    fn after_word(&self, offset: usize) -> usize {
        let (before, after) = self.split_at(offset);
        if before.last().is_none_or(u8::is_ascii_whitespace) {
            return offset;
        }
        let space = after.iter().position(u8::is_ascii_whitespace);
        space.map_or(self.len(), |end| offset + end + 1)
    }

    fn split_off(&mut self, offset: usize) -> Self {
        Vec::split_off(self, offset)
    }
}

/// Rounding in the sum of decimal fractions is far below this, and a slip of the pen far above.
const FRACTION_TOLERANCE: f64 = 1e-6;

/// An error where `fractions` are not those of a whole.
pub(crate) fn check_fractions(fractions: [f64; 3]) -> Result<(), DataError> {
    let within = fractions.iter().all(|part| (0.0..=1.0).contains(part));
    let whole = (fractions.iter().sum::<f64>() - 1.0).abs() <= FRACTION_TOLERANCE;
    if within && whole {
        Ok(())
    } else {
        Err(DataError::Fractions { found: fractions })
    }
}

/// An error where `fraction` is not a part of a training part that leaves some of it.
pub(crate) fn check_valid_fraction(fraction: f64) -> Result<(), DataError> {
    if (0.0..1.0).contains(&fraction) {
        return Ok(());
    }
    Err(DataError::Setting {
        name: "valid_fraction",
        expected: "a number from 0 to below 1",
        found: fraction.to_string(),
    })
}

/// An error where `fold` is not a part of cross-validation.
pub(crate) fn check_fold(fold: Option<[usize; 2]>) -> Result<(), DataError> {
    match fold {
        Some(fold @ [part, parts]) if parts < 2 || !(1..=parts).contains(&part) => {
            Err(DataError::Setting {
                name: "fold",
                expected: "[k, n] with n at least 2 and k from 1 to n",
                found: format!("{fold:?}"),
            })
        }
        _ => Ok(()),
    }
}

fn split<T: Text>(content: Content<T>, options: &TextOptions) -> Splits<T> {
    let Content {
        mut text,
        record_ends,
    } = content;
    let [first, second] = match record_ends {
        None => boundaries(text.count(), options.fractions).map(|count| {
            let end = text.end_of(count);
            match options.unit {
                Unit::Word => text.after_word(end),
                Unit::Character | Unit::Byte => end,
            }
        }),
        Some(ends) => boundaries(ends.len(), options.fractions).map(|count| match count {
            0 => 0,
            _ => ends[count - 1],
        }),
    };
    let test = text.split_off(second);
    let valid = text.split_off(first);
    Splits {
        train: text,
        valid,
        test,
    }
}

/// How many of `count` items a fraction of them is, rounded down.
pub(crate) fn part_of(count: usize, fraction: f64) -> usize {
    // The sum 0.7 + 0.1 falls just short of 0.8; the tolerance keeps the item that the rounding would take away.
    ((count as f64 * fraction + FRACTION_TOLERANCE) as usize).min(count)
}

/// Where the training and the validation part of `count` items end.
pub(crate) fn boundaries(count: usize, [train, valid, test]: [f64; 3]) -> [usize; 2] {
    let part = |fraction| part_of(count, fraction);
    // A part of 0 is empty whatever the rounding of the others.
    let second = if test == 0.0 {
        count
    } else {
        part(train + valid)
    };
    let first = if valid == 0.0 {
        second
    } else {
        part(train).min(second)
    };
    [first, second]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(fractions: [f64; 3]) -> TextSplits {
        let options = TextOptions {
            fractions,
            ..TextOptions::default()
        };
        split(whole("αβγδεζηθικ"), &options)
    }

    fn whole(text: &str) -> Content<String> {
        Content {
            text: text.to_owned(),
            record_ends: None,
        }
    }

    #[test]
    fn words_are_not_cut() {
        let options = |fractions| TextOptions {
            fractions,
            unit: Unit::Word,
            ..TextOptions::default()
        };
        let cut = |fractions| {
            let text = whole("one two\nthree four");
            let Splits { train, valid, test } = split(text, &options(fractions));
            [train, valid, test]
        };
        assert_eq!(cut([0.3, 0.3, 0.4]), ["one two\n", "three ", "four"]);
        assert_eq!(cut([0.4, 0.0, 0.6]), ["one two\n", "", "three four"]);
        assert_eq!(cut([0.0, 0.9, 0.1]), ["", "one two\nthree four", ""]);
    }

    #[test]
    fn fractions_count_characters_not_bytes() {
        let splits = text([0.7, 0.2, 0.1]);
        assert_eq!(
            (&splits.train[..], &splits.valid[..], &splits.test[..]),
            ("αβγδεζη", "θι", "κ")
        );
    }

    #[test]
    fn a_part_of_zero_is_empty() {
        let splits = text([0.9, 0.1, 0.0]);
        assert_eq!((&splits.valid[..], &splits.test[..]), ("κ", ""));
        let splits = text([0.7, 0.0, 0.3]);
        assert_eq!((&splits.valid[..], &splits.test[..]), ("", "θικ"));
        assert_eq!(text([0.0, 0.0, 1.0]).test.chars().count(), 10);
        assert_eq!(text([1.0, 0.0, 0.0]).train.chars().count(), 10);
    }

    #[test]
    fn decimal_fractions_lose_no_item() {
        for count in [10, 20, 1000, 1_115_394] {
            assert_eq!(boundaries(count, [0.7, 0.1, 0.2])[1], count * 8 / 10);
            assert_eq!(
                boundaries(count, [0.9, 0.05, 0.05]),
                [count * 9 / 10, count * 95 / 100]
            );
        }
    }

    #[test]
    fn fractions_of_more_or_less_than_a_whole_are_refused() {
        for fractions in [
            [0.9, 0.2, 0.0],
            [0.5, 0.2, 0.1],
            [1.5, -0.5, 0.0],
            [f64::NAN, 0.5, 0.5],
        ] {
            assert!(matches!(
                check_fractions(fractions),
                Err(DataError::Fractions { .. })
            ));
        }
        assert!(check_fractions([0.7, 0.2, 0.1]).is_ok());
    }
}
