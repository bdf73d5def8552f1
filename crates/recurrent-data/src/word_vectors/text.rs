//! The text formats: a word and its numbers a line.

use super::read::{Source, fields, number, without_mark};
use super::{MOST_WIDTH, MOST_WORD_BYTES, Table, WordVectors, decode_word, shown};
use crate::{DataError, Place};

/// The most bytes of a line: the longest word and the most numbers, with room for 30 digits each.
const MOST_LINE_BYTES: usize = MOST_WORD_BYTES + 32 * MOST_WIDTH;

/// Reads all rows; with a header as many as it says.
pub(super) fn read(source: &mut Source, header: bool) -> Result<WordVectors, DataError> {
    let (expected, mut table) = if header {
        let (words, table) = source.header()?;
        (Some(words), table)
    } else {
        let width = source.first_row_width();
        let table = Table::new(width).map_err(|_| {
            let problem = format!(
                "expected a word and 1 to {MOST_WIDTH} numbers, found {}",
                match width {
                    0 => "no number".to_owned(),
                    _ => "more".to_owned(),
                }
            );
            source.wrong(Place::Line(1), problem)
        })?;
        (None, table)
    };
    let mut number = u64::from(header);
    let mut line = Vec::new();
    let mut blank = None;
    loop {
        source.read_until(b'\n', MOST_LINE_BYTES, &mut line)?;
        if line.is_empty() {
            break;
        }
        number += 1;
        let wrong = |problem| source.wrong(Place::Line(number), problem);
        if line.len() == MOST_LINE_BYTES && !line.ends_with(b"\n") {
            return Err(wrong(format!(
                "expected a word and {} numbers, found more than {MOST_LINE_BYTES} bytes",
                table.width
            )));
        }
        if fields(&line).next().is_none() {
            // Blank lines are for the end of a file.
            blank = blank.or(Some(number));
            continue;
        }
        if let Some(blank) = blank {
            return Err(source.wrong(
                Place::Line(blank),
                "expected a word and numbers, found a blank line".to_owned(),
            ));
        }
        if let Some(expected) = expected.filter(|&expected| table.words.len() as u64 >= expected) {
            return Err(wrong(format!(
                "the header says {expected} words, found more"
            )));
        }
        let row = match number {
            1 => without_mark(&line),
            _ => &line[..],
        };
        push_row(&mut table, row).map_err(wrong)?;
    }
    match expected {
        Some(expected) if expected != table.words.len() as u64 => Err(source.wrong(
            Place::Line(number),
            format!(
                "the header says {expected} words, found {} at the end of the file",
                table.words.len()
            ),
        )),
        _ => Ok(table.finish()),
    }
}

fn push_row(table: &mut Table, line: &[u8]) -> Result<(), String> {
    let width = table.width;
    let parts: Vec<&[u8]> = fields(line).collect();
    let Some(words) = parts.len().checked_sub(width).filter(|&words| words > 0) else {
        return Err(format!(
            "expected a word and {width} numbers, found {} numbers",
            parts.len() - 1
        ));
    };
    let (word, numbers) = parts.split_at(words);
    if word[1..].iter().any(|part| number(part).is_some()) {
        return Err(format!(
            "expected a word and {width} numbers, found {} fields after the word",
            parts.len() - 1
        ));
    }
    let start = table.values.len();
    for (at, field) in numbers.iter().enumerate() {
        match number(field) {
            Some(value) => table.values.push(value),
            None => {
                return Err(format!(
                    "expected a number as number {} of {width}, found `{}`",
                    at + 1,
                    shown(field)
                ));
            }
        }
    }
    table.check_row(&table.values[start..])?;
    table.push_word(decode_word(&word.join(&b' '))?)
}
