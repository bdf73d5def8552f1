//! Where in a file or folder tagged sentences are, told from names, and the sentences of each file.

use std::path::{Path, PathBuf};

use super::options::Columns;
use super::{TaggedFormat, TaggedOptions, TaggedSentences, columns, conll_u};
use crate::DataError;
use crate::encoding::ENCODING_ADVICE;
use crate::readers::{
    Listing, MOST_BYTES, Parts, file_name, is_hidden, is_note, read_decoded, refuse_empty,
    split_of, uncompressed_name,
};

/// The files of a data set.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Files {
    /// One without parts.
    One(PathBuf),
    /// One for each part.
    Parts(Parts<PathBuf>),
}

/// The files at `path`.
pub(super) fn find(path: &Path, format: TaggedFormat) -> Result<Files, DataError> {
    if !path.is_dir() {
        return Ok(Files::One(path.to_owned()));
    }
    let listing = Listing::of(path)?;
    let files = data_files(&listing, format);
    match files[..] {
        [file] => Ok(Files::One(file.clone())),
        [] => Err(listing.wrong(
            "expected a file of tagged sentences, or one each for train and test, found none"
                .to_owned(),
        )),
        _ => {
            let of_split = |split| {
                let is_of_split = |path: &&PathBuf| split_of(&file_name(path)) == Some(split);
                files.iter().copied().filter(is_of_split).collect()
            };
            let Parts { train, valid, test } = listing.parts("file", of_split)?;
            Ok(Files::Parts(Parts {
                train: train.to_owned(),
                valid: valid.map(Path::to_owned),
                test: test.to_owned(),
            }))
        }
    }
}

/// The files that may be data.
fn data_files(listing: &Listing, format: TaggedFormat) -> Vec<&PathBuf> {
    let is_data = |path: &&PathBuf| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name)
    };
    let mut files: Vec<&PathBuf> = listing.files.iter().filter(is_data).collect();
    // Treebanks come with their texts and with statistics.
    if format == TaggedFormat::ConllU && files.iter().any(|path| is_conll_u(path)) {
        files.retain(|path| is_conll_u(path));
    }
    files
}

/// Whether a file is CoNLL-U by its name.
fn is_conll_u(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    uncompressed_name(&name).ends_with(".conllu")
}

/// Reads the sentences of one file, at least one.
pub(super) fn read(
    path: &Path,
    options: &TaggedOptions,
    columns: Columns,
) -> Result<TaggedSentences, DataError> {
    let wrong = |problem: &str| DataError::TaggedSentences {
        path: path.to_owned(),
        problem: problem.to_owned(),
    };
    let content = read_decoded(path, MOST_BYTES, options.encoding, ENCODING_ADVICE)?;
    refuse_empty(path, content.as_bytes())?;
    let sentences = match options.format {
        TaggedFormat::Columns if is_conll_u(path) => {
            return Err(wrong(
                "expected columns, found CoNLL-U by the name of the file; let `format` be conll-u",
            ));
        }
        TaggedFormat::Columns => columns::read(path, &content, columns)?,
        TaggedFormat::ConllU => conll_u::read(path, &content, columns)?,
    };
    match sentences.is_empty() {
        true => Err(wrong("expected sentences, found no line with a word")),
        false => Ok(sentences),
    }
}
