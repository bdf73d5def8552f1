//! Readers of one file each: the name says which format, and a table or a file of JSON lines gives one column.

mod folder;
mod json_lines;
mod table;
mod text_file;

use std::path::Path;

pub(crate) use folder::{FolderFiles, find_files};

use crate::DataError;

/// The text of a file.
pub(crate) enum Content {
    /// The whole text.
    Text(String),
    /// The text of each record, followed by a line end.
    Records(Vec<String>),
}

impl Content {
    /// The text, whole.
    pub(crate) fn into_text(self) -> String {
        match self {
            Content::Text(text) => text,
            Content::Records(records) => records.concat(),
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
pub(crate) fn read(path: &Path, column: Option<&str>) -> Result<Content, DataError> {
    let format = Format::of(&file_name(path));
    let text = text_file::read(path)?;
    let records = match (format, column) {
        (Format::Text, None) => return Ok(Content::Text(text)),
        (Format::Text, Some(column)) => {
            return Err(DataError::UnexpectedColumn {
                path: path.to_owned(),
                column: column.to_owned(),
            });
        }
        (Format::CommaSeparated | Format::TabSeparated, _) => {
            table::read_column(path, &text, format == Format::TabSeparated, column)?
        }
        (Format::JsonLines, _) => json_lines::read_column(path, &text, column)?,
    };
    if records.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(Content::Records(records))
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
