//! One column of a table: `.csv` (RFC 4180, quoted fields) or `.tsv`.
//!
//! Fields of a `.tsv` are not quoted: as text/tab-separated-values has it, a field holds no tab and no line end, and a
//! quotation mark in it is a quotation mark. Running text often begins with one.
//!
//! A quoted field of a `.csv` that is not closed would take in the rest of the file, so it is refused.

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
    let line = line_of(text, header.position());
    let wrong = |problem: String| DataError::Table {
        path: path.to_owned(),
        line,
        problem,
    };
    let named: Vec<usize> = (0..header.len())
        .filter(|&index| &header[index] == column)
        .collect();
    let (index, records) = match (&named[..], column.parse::<usize>()) {
        ([index], _) => (*index, &rows[1..]),
        ([], Ok(index)) if index < header.len() => (index, &rows[..]),
        ([], Ok(index)) => {
            let last = header.len() - 1;
            return Err(wrong(format!(
                "expected a column from 0 to {last}, found {index}"
            )));
        }
        ([], Err(_)) => {
            return Err(DataError::MissingColumn {
                path: path.to_owned(),
                line,
                column: column.to_owned(),
                columns: columns(),
            });
        }
        _ => {
            let count = named.len();
            return Err(wrong(format!(
                "expected one column `{column}`, found {count} of that name"
            )));
        }
    };
    if records.is_empty() {
        return Err(wrong(
            "expected rows below the header, found none".to_owned(),
        ));
    }
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
    text.as_bytes()[..offset]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count() as u64
        + 1
}

/// The line of a row. The position of a row is where the row before it ended, blank lines included.
fn line_of(text: &str, position: Option<&Position>) -> u64 {
    let start = position.map_or(0, |position| position.byte() as usize);
    let blank = text.bytes().skip(start).take_while(|&byte| byte == b'\n');
    line_at(text, start + blank.count())
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
        let error = read("a,b\n1,2\n", false, Some("2")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "table, line 1: expected a column from 0 to 1, found 2"
        );
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

    #[test]
    fn a_quote_that_is_never_closed_names_its_line() {
        let open = [
            ("a,b\n1,\"x\n2,y\n3,z\n", 2),
            ("a,b\n1,\"x\"\n\n2,\"y \"\"z\"\"\n3,z\n", 4),
            ("a,b\n1,\"x\ny\"\n2,\"", 4),
            ("a,b\n\"1,2\n", 2),
            ("a,\"b\n1,2\n", 1),
        ];
        for (text, line) in open {
            let error = read(text, false, Some("a")).unwrap_err().to_string();
            let start = format!("table, line {line}: expected a closing quotation mark");
            assert!(error.starts_with(&start), "{text:?}: {error}");
        }
        let closed = [
            "a,b\n1,",
            "a,b\n1,\n",
            "a,b\n1,\"\"",
            "a,b\n1,\"x\ny\"",
            "a,b\n1,\"x \"\"y\"\"\"\n",
            "a,b\n1,x \"y",
            "a,b\n1,x \"y\"\n",
            "a,b\n1,\"x\"y\"",
        ];
        for text in closed {
            assert!(read(text, false, Some("a")).is_ok(), "{text:?}");
        }
        assert!(read("a\tb\n1\t\"x", true, Some("a")).is_ok());
    }

    #[test]
    fn a_table_needs_rows_and_one_column_of_the_name() {
        let error = read("a,b\n", false, Some("a")).unwrap_err().to_string();
        assert_eq!(
            error,
            "table, line 1: expected rows below the header, found none"
        );
        let error = read("a,b,a\n1,2,3\n", false, Some("a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "table, line 1: expected one column `a`, found 2 of that name"
        );
        assert_eq!(read("a,b,a\n1,2,3\n", false, Some("b")).unwrap(), ["2\n"]);
    }
}
