//! Readers of one file each: the name says which format, and a table or a file of JSON lines gives some of its columns.

mod class_folders;
mod columns;
mod file;
mod folder;
mod json_lines;
mod table;
mod text_file;

use std::path::Path;

pub(crate) use class_folders::{folder_split, with_split};
pub(crate) use columns::{Column, Record};
pub use file::open_stream;
pub(crate) use file::{MOST_BYTES, OpenFile, open, read_error};
pub(crate) use folder::{
    FolderFiles, Listing, Parts, TEST, TRAIN, find_files, is_hidden, is_note, names_split, split_of,
};
pub(crate) use json_lines::{field as json_field, parse_object as json_object};
pub(crate) use table::Table;
pub(crate) use text_file::refuse_foreign;

use crate::{DataError, Encoding};

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
pub(crate) enum Format {
    /// Plain text, which has no columns.
    Text,
    /// A `.csv` table.
    CommaSeparated,
    /// A `.tsv` table.
    TabSeparated,
    /// A `.jsonl` or `.ndjson` file.
    JsonLines,
}

impl Format {
    /// A final `.gz` counts for nothing.
    pub(crate) fn of(file_name: &str) -> Self {
        let name = uncompressed_name(file_name).to_lowercase();
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv") => Format::CommaSeparated,
            Some("tsv") => Format::TabSeparated,
            Some("jsonl" | "ndjson") => Format::JsonLines,
            _ => Format::Text,
        }
    }
}

/// The name without a final `.gz`.
pub(crate) fn uncompressed_name(file_name: &str) -> &str {
    file_name.strip_suffix(".gz").unwrap_or(file_name)
}

/// The last part of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Reads the text of one file.
pub(crate) fn read_text(path: &Path, column: Option<&str>) -> Result<Content<String>, DataError> {
    let advice = "let `unit` be byte, which reads any file";
    let text = read_decoded(path, MOST_BYTES, Encoding::Utf8, advice)?;
    refuse_empty(path, text.as_bytes())?;
    let Some(records) = read_records(path, &text, [text_column(column)])? else {
        return Ok(Content::plain(text));
    };
    let lines: Vec<String> = records
        .into_iter()
        .map(
            |Record {
                 fields: [field], ..
             }| record_line(&field),
        )
        .collect();
    let ends = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    Ok(Content {
        record_ends: Some(ends.collect()),
        text: lines.concat(),
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
    text_column(column).refuse(path)?;
    let bytes = file::read(path, MOST_BYTES)?.bytes;
    refuse_empty(path, &bytes)?;
    Ok(Content::plain(bytes))
}

/// The column of a text for a language model.
fn text_column(name: Option<&str>) -> Column<'_> {
    Column {
        name,
        holds: "the text",
        option: "--column, or `data.column` in a recipe",
        scalars: false,
    }
}

/// Reads the bytes of one file, decompressed if it is gzip.
pub(crate) fn read_raw(path: &Path, limit: u64) -> Result<Vec<u8>, DataError> {
    Ok(file::read(path, limit)?.bytes)
}

/// Reads a file of at most `limit` bytes, counted after decompression, as text, whatever its name says of its format.
///
/// `advice` is what may help where it is not UTF-8, other than to convert it.
pub(crate) fn read_decoded(
    path: &Path,
    limit: u64,
    encoding: Encoding,
    advice: &'static str,
) -> Result<String, DataError> {
    let content = file::read(path, limit)?;
    text_file::decode(path, content, encoding, advice)
}

/// An error where a file holds nothing.
pub(crate) fn refuse_empty(path: &Path, content: &[u8]) -> Result<(), DataError> {
    match content {
        [] => Err(DataError::Empty {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The columns of a file whose content is `text`, or none where it is plain text, for which no column may be named.
pub(crate) fn read_records<const N: usize>(
    path: &Path,
    text: &str,
    columns: [Column; N],
) -> Result<Option<Vec<Record<N>>>, DataError> {
    let records = match Format::of(&file_name(path)) {
        Format::Text => {
            for column in columns {
                column.refuse(path)?;
            }
            return Ok(None);
        }
        Format::CommaSeparated => table::read_columns(path, text, false, columns)?,
        Format::TabSeparated => table::read_columns(path, text, true, columns)?,
        Format::JsonLines => json_lines::read_columns(path, text, columns)?,
    };
    if records.is_empty() {
        return Err(no_records(path));
    }
    Ok(Some(records))
}

/// The error of a file that has only blank lines.
pub(crate) fn no_records(path: &Path) -> DataError {
    DataError::NoRecords {
        path: path.to_owned(),
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
