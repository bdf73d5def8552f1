//! Columns of a table: `.csv` (RFC 4180, quoted fields) or `.tsv`.
//!
//! Fields of a `.tsv` are not quoted: as text/tab-separated-values has it, a field holds no tab and no line end, and a
//! quotation mark in it is a quotation mark. Running text often begins with one.
//!
//! A quoted field of a `.csv` that is not closed would take in the rest of the file, so it is refused.

mod rows;

use std::collections::HashSet;
use std::path::Path;

use csv::{Position, ReaderBuilder, StringRecord};

pub(crate) use self::rows::Table;
use super::{Column, Record};
use crate::DataError;

/// How much of a column name a message shows.
const SHOWN_CHARACTERS: usize = 30;

/// The fields of `columns` in each row, in order.
///
/// The first row is the header. Where a column is a number, the table has no header: the number is the position of the
/// column, counted from 0, and the first row is a record like all others. Yet a first row of distinct numbers that has
/// that number is a header.
pub(super) fn read_columns<const N: usize>(
    path: &Path,
    text: &str,
    tabs: bool,
    columns: [Column; N],
) -> Result<Vec<Record<N>>, DataError> {
    let rows = read_rows(path, text, tabs)?;
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let line = line_of(text, first.position());
    let header = Header {
        path,
        line,
        fields: first,
    };
    let Found { indices, named } = header.find(columns)?;
    let header_rows = usize::from(named);
    if rows.len() == header_rows {
        let problem = "expected rows below the header, found none";
        return Err(header.wrong(problem.to_owned()));
    }
    let (mut line, mut counted) = (1, 0);
    let record = |row: &StringRecord| {
        let start = start_of(text, row.position());
        line += line_ends(&text[counted..start]);
        counted = start;
        Record {
            line,
            fields: indices.map(|index| row[index].to_owned()),
        }
    };
    Ok(rows[header_rows..].iter().map(record).collect())
}

/// The first row of a table.
struct Header<'a> {
    path: &'a Path,
    line: u64,
    fields: &'a StringRecord,
}

/// Where columns are.
struct Found<const N: usize> {
    indices: [usize; N],
    /// Whether the first row has their names, and is no record.
    named: bool,
}

impl Header<'_> {
    fn find<const N: usize>(&self, columns: [Column; N]) -> Result<Found<N>, DataError> {
        let mut names = [""; N];
        for (name, column) in names.iter_mut().zip(columns) {
            *name = column.needed(self.path, || self.names())?;
        }
        let (found, named) = self.locate(&names)?;
        let mut indices = [0; N];
        indices.copy_from_slice(&found);
        Ok(Found { indices, named })
    }

    /// Where the columns `names` are, and whether the first row has their names.
    fn locate(&self, names: &[&str]) -> Result<(Vec<usize>, bool), DataError> {
        let positions: Vec<_> = names.iter().map(|name| self.position(name)).collect();
        let named = self.is_named(names);
        if !named && positions.contains(&None) {
            return Err(self.wrong(format!(
                "expected the names of all columns, or the positions of all in a table without a header, found `{}`",
                names.join("` and `")
            )));
        }
        let indices = names
            .iter()
            .zip(positions)
            .map(|(name, position)| match position {
                Some(position) if position < self.fields.len() => Ok(position),
                Some(position) => {
                    let last = self.fields.len() - 1;
                    Err(self.wrong(format!(
                        "expected a column from 0 to {last}, found {position}"
                    )))
                }
                None => self.index_of(name),
            });
        Ok((indices.collect::<Result<_, _>>()?, named))
    }

    /// Whether the first row has the names of columns that are asked for by `names`. Where none is asked for, it has names
    /// if it has anything that is no number.
    fn is_named(&self, names: &[&str]) -> bool {
        let is_number = |field: &str| field.trim().parse::<f64>().is_ok();
        match names {
            [] => !self.fields.iter().all(is_number),
            names => names.iter().all(|name| self.position(name).is_none()),
        }
    }

    /// Whether there is a column of that name or at that position.
    fn has(&self, name: &str) -> bool {
        match self.position(name) {
            Some(position) => position < self.fields.len(),
            None => self.fields.iter().any(|field| field == name),
        }
    }

    /// The position that `name` is, if it is none.
    fn position(&self, name: &str) -> Option<usize> {
        let position = name.parse().ok()?;
        let mut seen = HashSet::new();
        let numbers = self
            .fields
            .iter()
            .all(|field| field.parse::<usize>().is_ok() && seen.insert(field));
        (!numbers || !seen.contains(name)).then_some(position)
    }

    fn index_of(&self, name: &str) -> Result<usize, DataError> {
        let mut named = self
            .fields
            .iter()
            .zip(0..)
            .filter(|(field, _)| *field == name);
        match (named.next(), named.count()) {
            (Some((_, index)), 0) => Ok(index),
            (Some(_), others) => Err(self.wrong(format!(
                "expected one column `{name}`, found {} of that name",
                others + 1
            ))),
            (None, _) => Err(DataError::MissingColumn {
                path: self.path.to_owned(),
                line: self.line,
                column: name.to_owned(),
                columns: self.names(),
            }),
        }
    }

    fn names(&self) -> Vec<String> {
        self.fields.iter().map(shortened).collect()
    }

    fn wrong(&self, problem: String) -> DataError {
        DataError::Table {
            path: self.path.to_owned(),
            line: self.line,
            problem,
        }
    }
}

/// A column name for a message; without a header row it is a field of any length.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}..", &name[..end]),
        None => name.to_owned(),
    }
}

/// The rows, which all have as many fields as the first.
fn read_rows(path: &Path, text: &str, tabs: bool) -> Result<Vec<StringRecord>, DataError> {
    let wrong = |line: u64, problem: String| DataError::Table {
        path: path.to_owned(),
        line,
        problem,
    };
    let rows = parse(text, tabs)
        .map_err(|error| wrong(line_of(text, error.position()), error.to_string()))?;
    if let Some(line) = rows
        .last()
        .and_then(|row| open_quote(text, row))
        .filter(|_| !tabs)
    {
        let problem = "expected a closing quotation mark to the one that opens here, found the end of the file";
        return Err(wrong(line, problem.to_owned()));
    }
    let expected = rows.first().map_or(0, StringRecord::len);
    match rows.iter().find(|row| row.len() != expected) {
        None => Ok(rows),
        Some(row) => Err(wrong(
            line_of(text, row.position()),
            format!(
                "expected {expected} fields as in the first row, found {}",
                row.len()
            ),
        )),
    }
}

fn parse(text: &str, tabs: bool) -> csv::Result<Vec<StringRecord>> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .quoting(!tabs)
        .from_reader(text.as_bytes())
        .into_records()
        .collect()
}

/// The line where the last field of the last row is opened by a quotation mark that is never closed.
fn open_quote(text: &str, last: &StringRecord) -> Option<u64> {
    let start = last.position()?.byte() as usize;
    let field = last.iter().next_back()?;
    // Marks within the field are doubled in the file.
    let length = field.len() + field.matches('"').count() + 1;
    let opens = text.len().checked_sub(length)?;
    // One more mark closes an open field and changes nothing. It is one mark more in any other field, save an empty
    // one without marks.
    let closed = parse(&format!("{}\"", &text[start..]), false).ok()?;
    let is_open = closed == [last.clone()] && text.as_bytes()[opens] == b'"';
    is_open.then(|| line_at(text, opens))
}

/// The line of an offset in bytes, counted from 1.
fn line_at(text: &str, offset: usize) -> u64 {
    line_ends(&text[..offset]) + 1
}

fn line_ends(text: &str) -> u64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u64
}

/// The line of a row.
fn line_of(text: &str, position: Option<&Position>) -> u64 {
    line_at(text, start_of(text, position))
}

/// The offset of a row in bytes. The position of a row is where the row before it ended, blank lines included.
fn start_of(text: &str, position: Option<&Position>) -> usize {
    let start = position.map_or(0, |position| position.byte() as usize);
    let blank = text.bytes().skip(start).take_while(|&byte| byte == b'\n');
    start + blank.count()
}

#[cfg(test)]
mod tests;
