//! Arrays by name: those of a `.npz` archive, or a `.npy` file each.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Arrays;
use super::npy::Array;
use super::npz::Archive;
use crate::DataError;
use crate::readers::{MOST_BYTES, Parts, file_name, read_raw, uncompressed_name};
use crate::signals::{Purpose, SignalOptions, wrong};

/// Where an array is.
#[derive(Clone, Debug)]
pub(in crate::signals) enum Entry {
    /// A file of its own.
    File(PathBuf),
    /// In an archive, under its name.
    Member(Rc<Archive>, String),
}

impl Entry {
    pub(super) fn path(&self) -> &Path {
        match self {
            Entry::File(path) => path,
            Entry::Member(archive, _) => &archive.path,
        }
    }

    /// What a message calls it.
    pub(in crate::signals) fn name(&self) -> String {
        match self {
            Entry::File(path) => path.display().to_string(),
            Entry::Member(_, name) => format!("array `{name}`"),
        }
    }

    pub(super) fn read(&self) -> Result<Array, DataError> {
        match self {
            Entry::File(path) => Array::parse(path.clone(), None, read_raw(path, MOST_BYTES)?),
            Entry::Member(archive, name) => Array::parse(
                archive.path.clone(),
                Some(name.clone()),
                archive.read(name)?,
            ),
        }
    }
}

/// The name of the array in a `.npy` file.
pub(in crate::signals) fn stem(path: &Path) -> Option<String> {
    let name = file_name(path);
    let (stem, end) = uncompressed_name(&name).rsplit_once('.')?;
    end.eq_ignore_ascii_case("npy").then(|| stem.to_owned())
}

/// All arrays that there are.
pub(in crate::signals) struct Store {
    pub path: PathBuf,
    entries: Vec<(String, Entry)>,
}

/// What is found in a store.
pub(in crate::signals) enum Found {
    /// Arrays without parts.
    Whole(Arrays),
    /// The arrays of each part.
    Parts(Box<Parts<Arrays>>),
}

/// The words for each part, in the order train, valid, test.
const PARTS: [&[&str]; 3] = [&["train"], &["valid", "val", "dev"], &["test"]];

impl Store {
    /// The arrays of an archive.
    pub(in crate::signals) fn archive(path: &Path) -> Result<Self, DataError> {
        let archive = Rc::new(Archive::open(path)?);
        let entry = |name: &str| {
            let entry = Entry::Member(archive.clone(), name.to_owned());
            (name.to_owned(), entry)
        };
        Ok(Self {
            path: path.to_owned(),
            entries: archive.names().map(entry).collect(),
        })
    }

    /// The arrays of `.npy` files in a folder.
    pub(in crate::signals) fn files(folder: &Path, files: &[&PathBuf]) -> Self {
        let entry = |path: &&PathBuf| Some((stem(path)?, Entry::File(path.to_path_buf())));
        Self {
            path: folder.to_owned(),
            entries: files.iter().filter_map(entry).collect(),
        }
    }

    /// The arrays without parts, or those of each part.
    pub(in crate::signals) fn find(
        &self,
        options: &SignalOptions,
        purpose: Purpose,
    ) -> Result<Found, DataError> {
        let values = options.value_array.as_deref().unwrap_or("x");
        if self.get(values).is_some() {
            return Ok(Found::Whole(self.part("", options, purpose)?));
        }
        let [train, valid, test] = PARTS.map(|words| {
            let part = |word: &&&str| self.get(&format!("{values}_{word}")).is_some();
            words.iter().find(part)
        });
        match (train, test) {
            (Some(train), Some(test)) => Ok(Found::Parts(Box::new(Parts {
                train: self.part(train, options, purpose)?,
                valid: valid
                    .map(|valid| self.part(valid, options, purpose))
                    .transpose()?,
                test: self.part(test, options, purpose)?,
            }))),
            _ => Err(self.missing(&format!(
                "`{values}`, or `{values}_train` and `{values}_test`, (`value_array`)"
            ))),
        }
    }

    /// The arrays of one part.
    fn part(
        &self,
        part: &str,
        options: &SignalOptions,
        purpose: Purpose,
    ) -> Result<Arrays, DataError> {
        let find = |name: &str, option: &str| {
            let name = match part {
                "" => name.to_owned(),
                part => format!("{name}_{part}"),
            };
            let missing = || self.missing(&format!("`{name}` (`{option}`)"));
            self.get(&name).cloned().ok_or_else(missing)
        };
        let optional = |name: &Option<String>, option: &str| {
            let name = name.as_deref();
            name.map(|name| find(name, option)).transpose()
        };
        let is_labelled = purpose != Purpose::Unlabelled;
        let labels = options.label_array.as_deref().unwrap_or("y");
        let labels = is_labelled.then(|| find(labels, "label_array"));
        Ok(Arrays {
            values: find(options.value_array.as_deref().unwrap_or("x"), "value_array")?,
            lengths: optional(&options.length_array, "length_array")?,
            labels: labels.transpose()?,
            groups: match is_labelled {
                true => optional(&options.group_array, "group_array")?,
                false => None,
            },
        })
    }

    /// The array of a name, of which capitals need not be those of the file.
    fn get(&self, name: &str) -> Option<&Entry> {
        let exact = self.entries.iter().find(|(found, _)| found == name);
        let like = |(found, _): &&(String, Entry)| found.eq_ignore_ascii_case(name);
        let found = exact.or_else(|| self.entries.iter().find(like));
        found.map(|(_, entry)| entry)
    }

    fn missing(&self, expected: &str) -> DataError {
        let mut names: Vec<String> = self
            .entries
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        names.sort();
        if names.is_empty() {
            names.push("none".to_owned());
        }
        wrong(
            &self.path,
            format!("expected an array {expected}, found {}", names.join(", ")),
        )
    }
}
