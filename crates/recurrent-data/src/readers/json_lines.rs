//! One column of a file of JSON lines: an object a line, blank lines aside.

use std::path::Path;

use serde_json::{Map, Value};

use super::record_line;
use crate::DataError;

/// The string under the key `column` of each line, in order.
pub(super) fn read_column(
    path: &Path,
    text: &str,
    column: Option<&str>,
) -> Result<Vec<String>, DataError> {
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| {
            let object = parse_object(path, line, number)?;
            Ok(record_line(field(path, &object, number, column)?))
        })
        .collect()
}

fn parse_object(path: &Path, line: &str, number: u64) -> Result<Map<String, Value>, DataError> {
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

fn field<'a>(
    path: &Path,
    object: &'a Map<String, Value>,
    line: u64,
    column: Option<&str>,
) -> Result<&'a str, DataError> {
    let columns = || object.keys().cloned().collect();
    let Some(column) = column else {
        return Err(DataError::ColumnNeeded {
            path: path.to_owned(),
            columns: columns(),
        });
    };
    match object.get(column) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(DataError::JsonLine {
            path: path.to_owned(),
            line,
            expected: format!("a string under `{column}`"),
            found: kind(other).to_owned(),
        }),
        None => Err(DataError::MissingColumn {
            path: path.to_owned(),
            line,
            column: column.to_owned(),
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
    use super::*;

    fn read(text: &str, column: Option<&str>) -> Result<Vec<String>, String> {
        read_column(Path::new("f"), text, column).map_err(|error| error.to_string())
    }

    #[test]
    fn strings_are_unescaped_and_blank_lines_skipped() {
        let text = "{\"t\": \"a\\r\\nb\", \"n\": 1}\n\n{\"t\": \"\\u00e9\"}";
        assert_eq!(read(text, Some("t")).unwrap(), ["a\nb\n", "é\n"]);
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
