//! The files of a data set in a folder: a training, a validation and a test file, or one file.
//!
//! The split of a file is told from its name, such as `ptb.train.txt.gz`, `dev.tsv` or `wiki-test.jsonl`. Hidden
//! files, read-me files and licences belong to no data set.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Format, file_name, uncompressed_name};
use crate::DataError;

/// What a folder holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FolderFiles {
    /// One readable file.
    One(PathBuf),
    /// The training, the validation and the test file.
    Splits([PathBuf; 3]),
}

/// The names of each split, in the order train, valid, test.
const SPLITS: [(&str, &[&str]); 3] = [
    ("train", &["train"]),
    ("valid", &["valid", "val", "dev"]),
    ("test", &["test"]),
];

/// Finds the files of the data set in `folder`.
pub(crate) fn find_files(folder: &Path) -> Result<FolderFiles, DataError> {
    let files = list(folder)?;
    let wrong = |problem: String| DataError::Folder {
        path: folder.to_owned(),
        problem,
        files: files.iter().map(|path| file_name(path)).collect(),
    };
    let readable: Vec<&PathBuf> = files.iter().filter(|path| is_readable(path)).collect();
    if let [file] = readable[..] {
        return Ok(FolderFiles::One(file.clone()));
    }
    let one = |index: usize| {
        let (split, marks) = SPLITS[index];
        let of_split = readable
            .iter()
            .filter(|path| split_of(&file_name(path)) == Some(index));
        match of_split.collect::<Vec<_>>()[..] {
            [file] => Ok(PathBuf::clone(file)),
            ref others => Err(wrong(format!(
                "expected one text file, or one each for train, valid and test; found {} for `{split}` \
                 (a .txt, .csv, .tsv, .jsonl or .ndjson file, or one of these with .gz, whose name has `{}`)",
                others.len(),
                marks.join("`, `")
            ))),
        }
    };
    Ok(FolderFiles::Splits([one(0)?, one(1)?, one(2)?]))
}

/// The files of a folder by name.
fn list(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let unreadable = |error| DataError::Read {
        path: folder.to_owned(),
        error,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is_readable(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    let about = [".", "readme", "license", "licence"];
    let text = uncompressed_name(&name).ends_with(".txt") || Format::of(&name) != Format::Text;
    text && !about.iter().any(|prefix| name.starts_with(prefix))
}

/// The split a name speaks of: by a whole word if there is one (`carnival.train.txt`), else by a part of one
/// (`trainSentences.txt`), and none where it speaks of several.
fn split_of(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    let stem = uncompressed_name(&name)
        .rsplit_once('.')
        .map_or(&name[..], |(stem, _)| stem);
    let splits_with = |found: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..SPLITS.len())
            .filter(|&split| SPLITS[split].1.iter().any(|mark| found(mark)))
            .collect()
    };
    let words: Vec<&str> = stem.split(|c: char| !c.is_alphanumeric()).collect();
    let by_word = splits_with(&|mark| words.contains(&mark));
    let by_part = splits_with(&|mark| stem.contains(mark));
    match (&by_word[..], &by_part[..]) {
        ([split], _) | ([], [split]) => Some(*split),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_is_told_from_the_name() {
        let cases = [
            ("ptb.train.txt.gz", Some(0)),
            ("ptb.valid.txt", Some(1)),
            ("VAL.csv", Some(1)),
            ("en_ewt-ud-dev.tsv", Some(1)),
            ("validation.jsonl", Some(1)),
            ("trainSentences.txt", Some(0)),
            ("carnival.train.txt", Some(0)),
            ("contest_test.txt", Some(2)),
            ("test-train.txt", None),
            ("words.txt", None),
        ];
        for (name, split) in cases {
            assert_eq!(split_of(name), split, "{name}");
        }
    }

    #[test]
    fn notes_are_not_data() {
        for name in [
            "README.txt",
            "license.txt",
            ".train.txt",
            "train.zip",
            "tags",
        ] {
            assert!(!is_readable(Path::new(name)), "{name}");
        }
        assert!(is_readable(Path::new("train.txt.gz")));
    }
}
