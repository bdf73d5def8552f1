//! The texts and labels of files.

use std::path::{Path, PathBuf};

use super::layout::{Class, ClassTexts, Origin};
use super::{LabelledOptions, LabelledTexts};
use crate::DataError;
use crate::encoding::ENCODING_ADVICE;
use crate::readers::{
    Column, Listing, MOST_BYTES, file_name, is_hidden, is_note, no_records, read_decoded,
    read_records, refuse_empty, uncompressed_name,
};

impl Origin {
    /// Reads all texts.
    pub(super) fn read(&self, options: &LabelledOptions) -> Result<LabelledTexts, DataError> {
        match self {
            Origin::File(path) => read_file(path, options),
            Origin::Classes { folder, classes } => {
                if let Some(column) = options
                    .text_column
                    .as_ref()
                    .or(options.label_column.as_ref())
                {
                    return Err(DataError::UnexpectedColumn {
                        path: folder.clone(),
                        column: column.clone(),
                    });
                }
                read_classes(folder, classes, MOST_BYTES, options)
            }
        }
    }
}

/// Reads a file that has the labels too.
fn read_file(path: &Path, options: &LabelledOptions) -> Result<LabelledTexts, DataError> {
    let content = read_decoded(path, MOST_BYTES, options.encoding, ENCODING_ADVICE)?;
    refuse_empty(path, content.as_bytes())?;
    let columns = [
        Column {
            name: options.text_column.as_deref(),
            holds: "the text",
            option: "`column`",
            scalars: false,
        },
        Column {
            name: options.label_column.as_deref(),
            holds: "the label",
            option: "`label_column`",
            scalars: true,
        },
    ];
    let Some(records) = read_records(path, &content, columns)? else {
        return read_labelled_lines(path, &content);
    };
    let mut texts = LabelledTexts::default();
    for record in records {
        let [text, label] = record.fields;
        if label.trim().is_empty() {
            let problem = "expected a label, found an empty field";
            return Err(wrong_text(path, record.line, problem));
        }
        texts.push(label.trim(), &text);
    }
    Ok(texts)
}

/// Lines of a label and a text.
fn read_labelled_lines(path: &Path, content: &str) -> Result<LabelledTexts, DataError> {
    let mut texts = LabelledTexts::default();
    let mut blank = true;
    for (line, number) in content.split('\n').zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        blank = false;
        match line.split_once(char::is_whitespace) {
            None => texts.push(line, ""),
            Some(("", _)) => {
                let problem = "expected a label, white space and a text, found white space first";
                return Err(wrong_text(path, number, problem));
            }
            Some((label, text)) => texts.push(label, text),
        }
    }
    match blank {
        true => Err(no_records(path)),
        false => Ok(texts),
    }
}

fn wrong_text(path: &Path, line: u64, problem: &str) -> DataError {
    DataError::LabelledText {
        path: path.to_owned(),
        line,
        problem: problem.to_owned(),
    }
}

/// Reads classes whose files hold at most `limit` bytes together.
fn read_classes(
    folder: &Path,
    classes: &[Class],
    limit: u64,
    options: &LabelledOptions,
) -> Result<LabelledTexts, DataError> {
    let mut texts = LabelledTexts::default();
    let mut left = limit;
    let mut read = |path: &Path| {
        let content = match read_decoded(path, left, options.encoding, ENCODING_ADVICE) {
            Err(DataError::TooLarge { .. }) if left < limit => {
                return Err(DataError::TooLarge {
                    path: folder.to_owned(),
                    limit,
                    found: None,
                });
            }
            content => content?,
        };
        left = left.saturating_sub(content.len() as u64);
        Ok(content)
    };
    for Class { label, texts: from } in classes {
        let before = texts.len();
        let path = match from {
            ClassTexts::Lines(path) => {
                let content = read(path)?;
                let lines = content.strip_suffix('\n').unwrap_or(&content);
                for line in lines.split('\n') {
                    texts.push(label, line);
                }
                path
            }
            ClassTexts::Files(path) => {
                for file in text_files(path)? {
                    texts.push(label, &read(&file)?);
                }
                path
            }
        };
        if texts.len() == before {
            return Err(DataError::LabelledTexts {
                path: path.clone(),
                problem: format!("expected texts of the class `{label}`, found none"),
            });
        }
    }
    Ok(texts)
}

/// The files of a class, a text each.
fn text_files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut listing = Listing::of(folder)?;
    if let Some(inner) = listing
        .folders
        .iter()
        .find(|path| !is_hidden(&file_name(path)))
    {
        let name = file_name(inner);
        return Err(listing.wrong(format!(
            "expected the texts of a class, a file each, found the folder `{name}`"
        )));
    }
    listing.files.retain(|path| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name)
    });
    let is_text = |name: &str| {
        let name = uncompressed_name(name).to_lowercase();
        name.ends_with(".txt") || !name.contains('.')
    };
    match listing
        .files
        .iter()
        .map(|path| file_name(path))
        .find(|name| !is_text(name))
    {
        None => Ok(listing.files),
        Some(name) => Err(listing.wrong(format!(
            "expected the texts of a class, a .txt file each, found `{name}`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_files_of_all_classes_together_have_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let class = |label: &str| {
            let path = folder.path().join(label);
            fs::write(&path, "a text\n").unwrap();
            Class {
                label: label.to_owned(),
                texts: ClassTexts::Lines(path),
            }
        };
        let classes = [class("a"), class("b")];
        let read = |limit| {
            read_classes(folder.path(), &classes, limit, &LabelledOptions::default())
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(14).unwrap().len(), 2);
        let folder = folder.path().display();
        let expected = "expected at most 13 bytes, found more after decompression";
        assert_eq!(read(13).unwrap_err(), format!("{folder}: {expected}"));
        let expected = "expected at most 6 bytes, found 7";
        assert_eq!(read(6).unwrap_err(), format!("{folder}/a: {expected}"));
    }
}
