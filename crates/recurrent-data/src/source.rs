//! Text for a language model: a file or folder in, training, validation and test text out.
//!
//! | path | reading |
//! | --- | --- |
//! | a plain file | the whole text, cut by fractions of its characters, between words where they are the symbols |
//! | a `.csv`, `.tsv`, `.jsonl` or `.ndjson` file | one column, a line a record, cut by fractions of the records |
//! | a folder with a training, a validation and a test file | those files |
//! | a folder with one readable file | that file |
//!
//! Every file may be compressed with gzip. Text is UTF-8; line ends become `\n` and a byte order mark is dropped.

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

/// The text a model is trained on, the text its training is watched with, and the text it is measured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSplits {
    /// The training text.
    pub train: String,
    /// The validation text.
    pub valid: String,
    /// The test text.
    pub test: String,
}

/// Reads the text of a file or folder.
///
/// # Errors
/// If the path cannot be read as the module says; the message names the file and the place in it.
pub fn read_text(path: &Path, options: &TextOptions) -> Result<TextSplits, DataError> {
    check_fractions(options.fractions)?;
    let column = options.column.as_deref();
    if !path.is_dir() {
        return Ok(split(readers::read(path, column)?, options));
    }
    Ok(match readers::find_files(path)? {
        FolderFiles::One(file) => split(readers::read(&file, column)?, options),
        FolderFiles::Splits([train, valid, test]) => TextSplits {
            train: readers::read(&train, column)?.into_text(),
            valid: readers::read(&valid, column)?.into_text(),
            test: readers::read(&test, column)?.into_text(),
        },
    })
}

/// Rounding in the sum of decimal fractions is far below this, and a slip of the pen far above.
const FRACTION_TOLERANCE: f64 = 1e-6;

fn check_fractions(fractions: [f64; 3]) -> Result<(), DataError> {
    let within = fractions.iter().all(|part| (0.0..=1.0).contains(part));
    let whole = (fractions.iter().sum::<f64>() - 1.0).abs() <= FRACTION_TOLERANCE;
    if within && whole {
        Ok(())
    } else {
        Err(DataError::Fractions { found: fractions })
    }
}

fn split(content: Content, options: &TextOptions) -> TextSplits {
    let fractions = options.fractions;
    match content {
        Content::Text(text) => {
            let [first, second] = boundaries(text.chars().count(), fractions);
            let offset = |characters: usize| {
                let offset = text.char_indices().nth(characters);
                let offset = offset.map_or(text.len(), |(offset, _)| offset);
                match options.unit {
                    Unit::Word => after_word(&text, offset),
                    Unit::Character | Unit::Byte => offset,
                }
            };
            let (first, second) = (offset(first), offset(second));
            TextSplits {
                train: text[..first].to_owned(),
                valid: text[first..second].to_owned(),
                test: text[second..].to_owned(),
            }
        }
        Content::Records(records) => {
            let [first, second] = boundaries(records.len(), fractions);
            TextSplits {
                train: records[..first].concat(),
                valid: records[first..second].concat(),
                test: records[second..].concat(),
            }
        }
    }
}

/// The offset itself between words, and within one the offset after the white space that ends it.
fn after_word(text: &str, offset: usize) -> usize {
    let (before, after) = text.split_at(offset);
    if before.is_empty() || before.ends_with(char::is_whitespace) {
        return offset;
    }
    let mut rest = after.char_indices();
    rest.find(|(_, character)| character.is_whitespace())
        .map_or(text.len(), |(end, space)| offset + end + space.len_utf8())
}

/// Where the training and the validation part of `count` items end.
fn boundaries(count: usize, [train, valid, test]: [f64; 3]) -> [usize; 2] {
    // The sum 0.7 + 0.1 falls just short of 0.8; the tolerance keeps the item that the rounding would take away.
    let part = |fraction: f64| ((count as f64 * fraction + FRACTION_TOLERANCE) as usize).min(count);
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
        split(Content::Text("αβγδεζηθικ".to_owned()), &options)
    }

    #[test]
    fn words_are_not_cut() {
        let options = |fractions| TextOptions {
            fractions,
            unit: Unit::Word,
            ..TextOptions::default()
        };
        let cut = |fractions| {
            let text = Content::Text("one two\nthree four".to_owned());
            let TextSplits { train, valid, test } = split(text, &options(fractions));
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
