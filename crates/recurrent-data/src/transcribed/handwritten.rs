//! Handwritten words of the OCR data set of Kassel and Taskar: a letter a line, joined here to an image a word.
//!
//! A line has, parted by tabs, the letter's id, the letter, the id of the next one, the word's id, the position in the word
//! from 1, the fold and 128 pixels, which are 16 rows of 8. The images of a word's letters stand side by side, so that its
//! image is a step a column, of 16 values; where one letter ends and the next begins is thrown away.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::archive::only_file;
use crate::readers::{MOST_BYTES, read_raw};
use crate::shuffle::shuffle;
use crate::source::{check_valid_fraction, part_of};
use crate::{DataError, LabelledSignals, Splits};

/// Height and width of a letter.
const LETTER: [usize; 2] = [16, 8];
/// Fields before the pixels.
const FIELDS: usize = 6;

/// How handwritten words are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandwrittenOptions {
    /// The fold that is the test part.
    pub test_fold: u32,
    /// The part of the other words that is for validation.
    pub valid_fraction: f64,
    /// Seed of the order of the words.
    pub seed: u64,
}

impl Default for HandwrittenOptions {
    fn default() -> Self {
        Self {
            test_fold: 0,
            valid_fraction: 0.05,
            seed: 1,
        }
    }
}

/// A word of which some letters were read.
#[derive(Default)]
struct Word {
    id: String,
    fold: u32,
    text: String,
    /// Column by column. `[8 U, 16]`
    columns: Vec<f32>,
}

/// Reads the words of a file, or of the one file of a folder.
///
/// # Errors
/// If a line is not as the module says, or no word is in the test fold or in another; the message names the line.
pub fn read_handwritten(
    path: &Path,
    options: &HandwrittenOptions,
) -> Result<Splits<LabelledSignals>, DataError> {
    check_valid_fraction(options.valid_fraction)?;
    let path = &only_file(path)?;
    let bytes = read_raw(path, MOST_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|error| DataError::Signals {
        path: path.clone(),
        problem: format!(
            "expected UTF-8, found other bytes after the first {}",
            error.utf8_error().valid_up_to()
        ),
    })?;
    let mut words: Vec<Word> = Vec::new();
    for (number, line) in (1u64..).zip(text.lines()) {
        let wrong = |problem: String| DataError::Signal {
            path: path.clone(),
            place: format!("line {number}"),
            problem,
        };
        add_letter(&mut words, line).map_err(wrong)?;
    }
    let mut parts = [0, 1].map(|_| LabelledSignals {
        channels: LETTER[0],
        ..LabelledSignals::default()
    });
    for word in words {
        let part = usize::from(word.fold == options.test_fold);
        parts[part].push(word.columns, word.text, None);
        if let Some(signal) = parts[part].signals.last_mut() {
            signal.name = Some(format!("word {}", word.id));
        }
    }
    let [mut others, test] = parts;
    if others.is_empty() || test.is_empty() {
        return Err(DataError::Signals {
            path: path.clone(),
            problem: format!(
                "expected words in fold {} (`test_fold`) and in others, found {} and {}",
                options.test_fold,
                test.len(),
                others.len()
            ),
        });
    }
    let mut order: Vec<usize> = (0..others.len()).collect();
    shuffle(order.len(), options.seed, |one, other| {
        order.swap(one, other)
    });
    let count = order.len() - part_of(order.len(), options.valid_fraction);
    Ok(Splits {
        train: others.take(&order[..count]),
        valid: others.take(&order[count..]),
        test,
    })
}

/// Adds the letter of a line to its word, which is the last one or begins with it.
fn add_letter(words: &mut Vec<Word>, line: &str) -> Result<(), String> {
    let [height, width] = LETTER;
    let fields: Vec<&str> = line.split('\t').collect();
    let pixels = fields.get(FIELDS..).unwrap_or_default();
    let pixels = match pixels {
        // Lines of the original end with a tab.
        [own @ .., ""] => own,
        own => own,
    };
    if pixels.len() != height * width {
        return Err(format!(
            "expected {FIELDS} fields and {} pixels, found {} fields",
            height * width,
            fields.len()
        ));
    }
    let (letter, word, position) = (fields[1], fields[3], fields[4]);
    let Ok(fold) = fields[5].parse() else {
        return Err(format!(
            "expected the number of a fold, found `{}`",
            fields[5]
        ));
    };
    if position == "1" || words.last().is_none_or(|last| last.id != word) {
        words.push(Word {
            id: word.to_owned(),
            fold,
            ..Word::default()
        });
    }
    let Some(last) = words.last_mut() else {
        return Ok(());
    };
    last.text.push_str(letter);
    let before = last.columns.len();
    last.columns.resize(before + height * width, 0.0);
    for (at, pixel) in pixels.iter().enumerate() {
        let value = match *pixel {
            "0" => 0.0,
            "1" => 1.0,
            other => return Err(format!("expected pixels 0 or 1, found `{other}`")),
        };
        last.columns[before + at % width * height + at / width] = value;
    }
    Ok(())
}
