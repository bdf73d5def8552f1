//! The binary format: words in text, numbers as little-endian `f32`.

use super::read::Source;
use super::{MOST_WORD_BYTES, WordVectors, decode_word, shown};
use crate::{DataError, Place};

/// Reads as many rows as the header says. A line end before a word, as the authors' tool writes it, is skipped.
pub(super) fn read(source: &mut Source) -> Result<WordVectors, DataError> {
    let (expected, mut table) = source.header()?;
    let row_bytes = table.width * size_of::<f32>();
    let [mut word, mut row] = [Vec::new(), Vec::new()];
    for number in 1..=expected {
        let start = source.offset;
        source.read_until(b' ', MOST_WORD_BYTES, &mut word)?;
        let line_ends = word.iter().take_while(|&&byte| byte == b'\n').count();
        let place = Place::Byte(start + line_ends as u64);
        let wrong =
            |problem| source.wrong(place, format!("word {number} of {expected}: {problem}"));
        let Some(bytes) = word[line_ends..].strip_suffix(b" ") else {
            return Err(wrong(match word.len() {
                MOST_WORD_BYTES => {
                    format!("expected a word and a space, found {MOST_WORD_BYTES} bytes")
                }
                _ => "expected a word and a space, found the end of the file".to_owned(),
            }));
        };
        if bytes.iter().any(u8::is_ascii_control) {
            return Err(wrong(format!(
                "expected a word without control characters, found `{}`; is the width of the header right?",
                shown(bytes)
            )));
        }
        let word = decode_word(bytes).map_err(wrong)?;
        table.push_word(word).map_err(wrong)?;

        let start = source.offset;
        source.read_bytes(row_bytes, &mut row)?;
        let wrong = |problem| {
            source.wrong(
                Place::Byte(start),
                format!("word {number} of {expected}: {problem}"),
            )
        };
        if row.len() < row_bytes {
            return Err(wrong(format!(
                "expected {row_bytes} bytes of numbers, found the end of the file after {}",
                row.len()
            )));
        }
        let from = table.values.len();
        let (numbers, _) = row.as_chunks::<4>();
        table
            .values
            .extend(numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)));
        table.check_row(&table.values[from..]).map_err(wrong)?;
    }
    loop {
        let start = source.offset;
        source.read_bytes(1, &mut row)?;
        match row[..] {
            [] => return Ok(table.finish()),
            [b'\n'] => {}
            _ => {
                return Err(source.wrong(
                    Place::Byte(start),
                    format!("the header says {expected} words, found more bytes after them"),
                ));
            }
        }
    }
}
