//! Readers of one file each: the name says which format, and a table or a file of JSON lines gives one column.

mod file;
mod folder;
mod json_lines;
mod table;
mod text_file;

use std::path::Path;

pub(crate) use file::{OpenFile, open, read_error};
pub(crate) use folder::{FolderFiles, find_files};
pub(crate) use text_file::refuse_foreign;

use self::file::FileContent;
use crate::DataError;

/// The text of a file, as characters or as bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Content<T> {
    /// The text; of records, one after the other, each followed by a line end.
    pub text: T,
    /// In a file of records: where each one ends, in bytes.
    pub record_ends: Option<Vec<usize>>,
}

impl<T> Content<T> {
    fn plain(text: T) -> Self {
        Self {
            text,
            record_ends: None,
        }
    }
}

/// The format of a file, told from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    CommaSeparated,
    TabSeparated,
    JsonLines,
}

impl Format {
    /// A final `.gz` counts for nothing.
    fn of(file_name: &str) -> Self {
        let name = uncompressed_name(file_name).to_lowercase();
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv") => Format::CommaSeparated,
            Some("tsv") => Format::TabSeparated,
            Some("jsonl" | "ndjson") => Format::JsonLines,
            _ => Format::Text,
        }
    }
}

fn uncompressed_name(file_name: &str) -> &str {
    file_name.strip_suffix(".gz").unwrap_or(file_name)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Reads the text of one file.
pub(crate) fn read_text(path: &Path, column: Option<&str>) -> Result<Content<String>, DataError> {
    let content = read_file(path)?;
    let format = Format::of(&file_name(path));
    if format == Format::Text {
        refuse_column(path, column)?;
    }
    let text = text_file::decode(path, content)?;
    if text.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    let records = match format {
        Format::Text => return Ok(Content::plain(text)),
        Format::CommaSeparated => table::read_column(path, &text, false, column)?,
        Format::TabSeparated => table::read_column(path, &text, true, column)?,
        Format::JsonLines => json_lines::read_column(path, &text, column)?,
    };
    if records.is_empty() {
        return Err(DataError::NoRecords {
            path: path.to_owned(),
        });
    }
    let ends = records.iter().scan(0, |end, record| {
        *end += record.len();
        Some(*end)
    });
    Ok(Content {
        record_ends: Some(ends.collect()),
        text: records.concat(),
    })
}

/// Reads one file as bytes: plain text as it is, whatever its encoding and line ends, and records, which are UTF-8, as
/// [`read_text`] does.
pub(crate) fn read_bytes(path: &Path, column: Option<&str>) -> Result<Content<Vec<u8>>, DataError> {
    if Format::of(&file_name(path)) != Format::Text {
        let Content { text, record_ends } = read_text(path, column)?;
        return Ok(Content {
            text: text.into_bytes(),
            record_ends,
        });
    }
    refuse_column(path, column)?;
    Ok(Content::plain(read_file(path)?.bytes))
}

/// Reads a file that is not empty.
fn read_file(path: &Path) -> Result<FileContent, DataError> {
    let content = file::read(path, file::MOST_BYTES)?;
    if content.bytes.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(content)
}

/// Plain text has no columns.
fn refuse_column(path: &Path, column: Option<&str>) -> Result<(), DataError> {
    match column {
        None => Ok(()),
        Some(column) => Err(DataError::UnexpectedColumn {
            path: path.to_owned(),
            column: column.to_owned(),
        }),
    }
}

/// A record as a line of the text.
fn record_line(field: &str) -> String {
    let mut line = field.replace("\r\n", "\n");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_told_from_the_name_before_gz() {
        assert_eq!(Format::of("a.CSV"), Format::CommaSeparated);
        assert_eq!(Format::of("a.b.tsv.gz"), Format::TabSeparated);
        assert_eq!(Format::of("a.ndjson.gz"), Format::JsonLines);
        assert_eq!(Format::of("csv"), Format::Text);
        assert_eq!(Format::of("a.gz"), Format::Text);
    }
}
