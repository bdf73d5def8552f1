//! The files of a data set in a folder: a training, a validation and a test file, or one file.
//!
//! The split of a file is told from its name, such as `ptb.train.txt.gz`, `dev.tsv` or `wiki-test.jsonl`; `testa` is
//! for validation and `testb` for test, as CoNLL-2003 has them. Hidden files, read-me files and licences belong to no
//! data set.

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
pub(crate) const SPLITS: [(&str, &[&str]); 3] = [
    ("train", &["train"]),
    ("valid", &["valid", "val", "dev"]),
    ("test", &["test"]),
];

/// Further words that are the name of a split, by its position in [`SPLITS`], and that are none as parts of words.
const SPLIT_WORDS: [(&str, usize); 2] = [("testa", VALID), ("testb", TEST)];

/// The position of each split in [`SPLITS`].
pub(crate) const TRAIN: usize = 0;
pub(crate) const VALID: usize = 1;
pub(crate) const TEST: usize = 2;

/// The parts of a data set that has at least two of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts<T> {
    pub train: T,
    pub valid: Option<T>,
    pub test: T,
}

impl<T> Parts<T> {
    /// What `make` makes of each part.
    pub(crate) fn try_map<U>(
        self,
        mut make: impl FnMut(T) -> Result<U, DataError>,
    ) -> Result<Parts<U>, DataError> {
        Ok(Parts {
            train: make(self.train)?,
            valid: self.valid.map(&mut make).transpose()?,
            test: make(self.test)?,
        })
    }
}

/// What is in a folder, by name.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The folder.
    pub path: PathBuf,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// The folders in it.
    pub folders: Vec<PathBuf>,
}

impl Listing {
    /// Lists a folder.
    pub(crate) fn of(folder: &Path) -> Result<Self, DataError> {
        let unreadable = |error| DataError::Read {
            path: folder.to_owned(),
            error,
        };
        let mut listing = Self {
            path: folder.to_owned(),
            files: Vec::new(),
            folders: Vec::new(),
        };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_file() {
                listing.files.push(path);
            } else if path.is_dir() {
                listing.folders.push(path);
            }
        }
        listing.files.sort();
        listing.folders.sort();
        Ok(listing)
    }

    /// The parts that `of_split` finds, each a `kind`, such as a file.
    pub(crate) fn parts<'a>(
        &self,
        kind: &str,
        of_split: impl Fn(usize) -> Vec<&'a PathBuf>,
    ) -> Result<Parts<&'a Path>, DataError> {
        let found = [TRAIN, VALID, TEST].map(of_split);
        let [train, valid, test] = found.each_ref().map(|paths| &paths[..]);
        if let ([train], [] | [_], [test]) = (train, valid, test) {
            return Ok(Parts {
                train,
                valid: valid.first().map(|path| path.as_path()),
                test,
            });
        }
        let split = match (train, valid) {
            ([_], [] | [_]) => TEST,
            ([_], _) => VALID,
            _ => TRAIN,
        };
        let count = found[split].len();
        let (split, marks) = SPLITS[split];
        Err(self.wrong(format!(
            "expected one {kind} each for train and test, and at most one for valid; found {count} for `{split}` \
             (a {kind} whose name has `{}`)",
            marks.join("`, `")
        )))
    }

    /// The error of a folder that is no data set.
    pub(crate) fn wrong(&self, problem: String) -> DataError {
        let files = self.files.iter().map(|path| file_name(path));
        let folders = self.folders.iter().map(|path| file_name(path) + "/");
        DataError::Folder {
            path: self.path.clone(),
            problem,
            files: files.chain(folders).collect(),
        }
    }
}

/// Finds the files of the data set in `folder`.
pub(crate) fn find_files(folder: &Path) -> Result<FolderFiles, DataError> {
    let listing = Listing::of(folder)?;
    let files = &listing.files;
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
            ref others => Err(listing.wrong(format!(
                "expected one text file, or one each for train, valid and test; found {} for `{split}` \
                 (a .txt, .csv, .tsv, .jsonl or .ndjson file, or one of these with .gz, whose name has `{}`)",
                others.len(),
                marks.join("`, `")
            ))),
        }
    };
    Ok(FolderFiles::Splits([one(0)?, one(1)?, one(2)?]))
}

fn is_readable(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    let text = uncompressed_name(&name).ends_with(".txt") || Format::of(&name) != Format::Text;
    text && !is_hidden(&name) && !is_note(&name)
}

/// Whether a file or folder is hidden.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether a file is about a data set and no part of it, such as `README.md` or `corpus.readme.1.0.txt`.
pub(crate) fn is_note(file_name: &str) -> bool {
    const NOTES: [&str; 3] = ["readme", "license", "licence"];
    let name = file_name.to_lowercase();
    NOTES.iter().any(|note| name.starts_with(note))
        || words(&name).any(|word| NOTES.contains(&word))
}

/// The split a name speaks of: by a whole word if there is one (`carnival.train.txt`), else by a part of one
/// (`trainSentences.txt`), and none where it speaks of several.
pub(crate) fn split_of(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    let by_part = splits_with(|mark| name.contains(mark));
    match (&splits_by_word(&name)[..], &by_part[..]) {
        ([split], _) | ([], [split]) => Some(*split),
        _ => None,
    }
}

/// Whether a whole word of `name` is the name of `split`.
pub(crate) fn names_split(name: &str, split: usize) -> bool {
    splits_by_word(&name.to_lowercase()).contains(&split)
}

fn splits_by_word(name: &str) -> Vec<usize> {
    let mut splits = splits_with(|mark| words(name).any(|word| word == mark));
    for (mark, split) in SPLIT_WORDS {
        if !splits.contains(&split) && words(name).any(|word| word == mark) {
            splits.push(split);
        }
    }
    splits
}

fn splits_with(found: impl Fn(&str) -> bool) -> Vec<usize> {
    let has = |split: &usize| SPLITS[*split].1.iter().any(|mark| found(mark));
    (0..SPLITS.len()).filter(has).collect()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_alphanumeric())
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
            ("TREC.train.all.gz", Some(0)),
            ("stsa.binary.dev.gz", Some(1)),
            ("eng.testa.gz", Some(1)),
            ("eng.testb", Some(2)),
            ("train.testa.txt", None),
            ("contestants.txt", Some(2)),
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
            "rt-polaritydata.README.1.0.txt",
        ] {
            assert!(!is_readable(Path::new(name)), "{name}");
        }
        assert!(is_readable(Path::new("train.txt.gz")));
    }
}
