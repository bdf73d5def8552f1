//! One column of a table: `.csv` (RFC 4180, quoted fields) or `.tsv`.
//!
//! Fields of a `.tsv` are not quoted: as text/tab-separated-values has it, a field holds no tab and no line end, and a
//! quotation mark in it is a quotation mark. Running text often begins with one.

use std::path::Path;

use csv::{Position, ReaderBuilder, StringRecord};

use super::record_line;
use crate::DataError;

/// How much of a column name a message shows.
const SHOWN_CHARACTERS: usize = 30;

/// The text of `column` in each row, in order.
///
/// The first row is the header. Where the header has no such name and `column` is a number, the table has no header:
/// the number is the position of the column, counted from 0, and the first row is a record like all others.
pub(super) fn read_column(
    path: &Path,
    text: &str,
    tabs: bool,
    column: Option<&str>,
) -> Result<Vec<String>, DataError> {
    let rows = read_rows(path, text, tabs)?;
    let Some(header) = rows.first() else {
        return Ok(Vec::new());
    };
    let columns = || header.iter().map(shortened).collect::<Vec<_>>();
    let Some(column) = column else {
        return Err(DataError::ColumnNeeded {
            path: path.to_owned(),
            columns: columns(),
        });
    };
    let named = header.iter().position(|name| name == column);
    let numbered = || {
        let number = column.parse::<usize>().ok();
        number.filter(|&number| number < header.len())
    };
    let (index, records) = match (named, numbered()) {
        (Some(index), _) => (index, &rows[1..]),
        (None, Some(index)) => (index, &rows[..]),
        (None, None) => {
            return Err(DataError::MissingColumn {
                path: path.to_owned(),
                line: line_of(text, header.position()),
                column: column.to_owned(),
                columns: columns(),
            });
        }
    };
    Ok(records.iter().map(|row| record_line(&row[index])).collect())
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
    ReaderBuilder::new()
        .has_headers(false)
        .delimiter(if tabs { b'\t' } else { b',' })
        .quoting(!tabs)
        .from_reader(text.as_bytes())
        .into_records()
        .collect::<Result<_, _>>()
        .map_err(|error| DataError::Table {
            path: path.to_owned(),
            line: line_of(text, error.position()),
            problem: match error.kind() {
                csv::ErrorKind::UnequalLengths {
                    expected_len, len, ..
                } => format!("expected {expected_len} fields as in the first row, found {len}"),
                _ => error.to_string(),
            },
        })
}

/// The line of a row, counted from 1. The position of a row is where the row before it ended, blank lines included.
fn line_of(text: &str, position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let rest = text.as_bytes().iter().skip(position.byte() as usize);
    position.line() + rest.take_while(|&&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, tabs: bool, column: Option<&str>) -> Result<Vec<String>, DataError> {
        read_column(Path::new("table"), text, tabs, column)
    }

    #[test]
    fn quoted_fields_of_csv_may_hold_commas_quotes_and_line_ends() {
        let text = "label,text\n1,\"a, \"\"b\"\"\nc\"\n2,d\n";
        assert_eq!(
            read(text, false, Some("text")).unwrap(),
            ["a, \"b\"\nc\n", "d\n"]
        );
    }

    #[test]
    fn quotes_in_tsv_are_text() {
        let text = "label\ttext\n1\t\"So it goes\n2\t\"x\" is y\n";
        assert_eq!(
            read(text, true, Some("text")).unwrap(),
            ["\"So it goes\n", "\"x\" is y\n"]
        );
    }

    #[test]
    fn a_number_reads_a_table_without_a_header() {
        assert_eq!(
            read("a\tb\nc\td\n", true, Some("1")).unwrap(),
            ["b\n", "d\n"]
        );
        // A header that has the number for a name wins.
        assert_eq!(read("1\t0\nc\td\n", true, Some("1")).unwrap(), ["c\n"]);
    }

    #[test]
    fn a_missing_column_lists_those_that_are_there() {
        let error = read("a,b\n1,2\n", false, Some("c")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "table, line 1: no column `c`; columns: a, b"
        );
        assert!(read("a,b\n1,2\n", false, Some("2")).is_err());
        let error = read("a,b\n1,2\n", false, None).unwrap_err();
        assert!(error.to_string().ends_with("columns: a, b"), "{error}");
    }

    #[test]
    fn a_row_with_other_fields_names_its_line() {
        let error = read("a,b\n1,2\n\n3\n", false, Some("a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "table, line 4: expected 2 fields as in the first row, found 1"
        );
    }
}
