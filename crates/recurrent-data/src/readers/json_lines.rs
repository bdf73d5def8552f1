//! Columns of a file of JSON lines: an object a line, blank lines aside.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Column, Record};
use crate::DataError;

/// What stands under the keys `columns` of each line, in order: strings, and other scalars where a column may have them.
pub(super) fn read_columns<const N: usize>(
    path: &Path,
    text: &str,
    columns: [Column; N],
) -> Result<Vec<Record<N>>, DataError> {
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| {
            let object = parse_object(path, line, number)?;
            let mut fields = [const { String::new() }; N];
            for (found, column) in fields.iter_mut().zip(columns) {
                *found = field(path, &object, number, column)?;
            }
            Ok(Record {
                line: number,
                fields,
            })
        })
        .collect()
}

/// The object that a line is.
pub(crate) fn parse_object(
    path: &Path,
    line: &str,
    number: u64,
) -> Result<Map<String, Value>, DataError> {
    let malformed = |found: String| DataError::JsonLine {
        path: path.to_owned(),
        line: number,
        expected: "a JSON object".to_owned(),
        found,
    };
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(malformed(kind(&other).to_owned())),
        // The line of the parser's message would always be 1; the column is the one to know.
        Err(error) => Err(malformed(format!(
            "malformed JSON at column {}",
            error.column()
        ))),
    }
}

/// What stands under the key `column`.
pub(crate) fn field(
    path: &Path,
    object: &Map<String, Value>,
    line: u64,
    column: Column,
) -> Result<String, DataError> {
    let columns = || object.keys().cloned().collect();
    let name = column.needed(path, columns)?;
    match object.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) if column.scalars => {
            Ok(scalar.to_string())
        }
        Some(other) => {
            let others = if column.scalars { " or a number" } else { "" };
            Err(DataError::JsonLine {
                path: path.to_owned(),
                line,
                expected: format!("a string{others} under `{name}`"),
                found: kind(other).to_owned(),
            })
        }
        None => Err(DataError::MissingColumn {
            path: path.to_owned(),
            line,
            column: name.to_owned(),
            columns: columns(),
        }),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::text_column;
    use super::*;

    fn read(text: &str, column: Option<&str>) -> Result<Vec<String>, String> {
        let records = read_columns(Path::new("f"), text, [text_column(column)]);
        let records = records.map_err(|error| error.to_string())?;
        Ok(records
            .into_iter()
            .map(|record| record.fields.concat())
            .collect())
    }

    #[test]
    fn strings_are_unescaped_and_blank_lines_skipped() {
        let text = "{\"t\": \"a\\r\\nb\", \"n\": 1}\n\n{\"t\": \"\\u00e9\"}";
        assert_eq!(read(text, Some("t")).unwrap(), ["a\r\nb", "é"]);
    }

    #[test]
    fn numbers_stand_for_strings_where_they_may() {
        let columns = [text_column(Some("t")), text_column(Some("n"))].map(|column| Column {
            scalars: column.name == Some("n"),
            ..column
        });
        let read = |text| read_columns(Path::new("f"), text, columns);
        let records = read("{\"n\": 1, \"t\": \"a\"}\n\n{\"n\": true, \"t\": \"b\"}").unwrap();
        let found = records.iter().map(|record| (record.line, &record.fields));
        let expected = [
            (1, &["a".to_owned(), "1".to_owned()]),
            (3, &["b".to_owned(), "true".to_owned()]),
        ];
        assert!(found.eq(expected), "{records:?}");
        let error = read("{\"n\": null, \"t\": \"a\"}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "f, line 1: expected a string or a number under `n`, found null"
        );
    }

    #[test]
    fn mistakes_name_their_line() {
        let good = "{\"t\": \"a\"}\n";
        let cases = [
            (
                "{\"t\": ",
                "f, line 2: expected a JSON object, found malformed JSON at column 6",
            ),
            ("[1]", "f, line 2: expected a JSON object, found an array"),
            (
                "{\"t\": 3}",
                "f, line 2: expected a string under `t`, found a number",
            ),
            (
                "{\"u\": 3, \"v\": 4}",
                "f, line 2: no column `t`; columns: u, v",
            ),
        ];
        for (line, message) in cases {
            assert_eq!(
                read(&format!("{good}{line}\n"), Some("t")).unwrap_err(),
                message
            );
        }
        assert!(read(good, None).unwrap_err().ends_with("columns: t"));
    }
}
