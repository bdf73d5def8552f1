//! Folders in a folder: one for each class, or one for each part of a data set.

use std::path::{Path, PathBuf};

use super::folder::{Listing, Parts, SPLITS};
use super::{file_name, is_hidden};
use crate::DataError;

impl Listing {
    /// The folders that are not hidden.
    pub(crate) fn class_folders(&self) -> Vec<&PathBuf> {
        let is_class = |path: &&PathBuf| !is_hidden(&file_name(path));
        self.folders.iter().filter(is_class).collect()
    }

    /// The folders for training, validation and test, which are all there are.
    pub(crate) fn part_folders(&self) -> Result<Parts<&Path>, DataError> {
        let folders = self.class_folders();
        let others: Vec<String> = folders
            .iter()
            .filter(|path| folder_split(path).is_none())
            .map(|path| file_name(path))
            .collect();
        if !others.is_empty() {
            return Err(self.wrong(format!(
                "expected no folders beside those for train, valid and test, found `{}`",
                others.join("`, `")
            )));
        }
        self.parts("folder", |split| with_split(&folders, split, folder_split))
    }

    /// An error where two parts, folders each with its classes, do not have the same ones. A class that only one part has
    /// is none, such as aclImdb's folder of texts without a label.
    pub(crate) fn check_same_classes(
        &self,
        one: (&Path, Vec<String>),
        other: (&Path, Vec<String>),
    ) -> Result<(), DataError> {
        for ((here, classes), (there, known)) in [(&one, &other), (&other, &one)] {
            let more: Vec<&str> = classes
                .iter()
                .filter(|class| !known.contains(class))
                .map(String::as_str)
                .collect();
            if !more.is_empty() {
                let [here, there] = [here, there].map(|path| file_name(path));
                return Err(self.wrong(format!(
                    "expected the same classes in `{here}` and `{there}`, found `{}` in `{here}` only",
                    more.join("`, `")
                )));
            }
        }
        Ok(())
    }
}

/// The split whose folder this is.
pub(crate) fn folder_split(path: &Path) -> Option<usize> {
    let name = file_name(path).to_lowercase();
    (0..SPLITS.len()).find(|&split| SPLITS[split].1.contains(&&name[..]))
}

/// Those of `paths` that are of a split.
pub(crate) fn with_split<'a>(
    paths: &[&'a PathBuf],
    split: usize,
    split_of: impl Fn(&Path) -> Option<usize>,
) -> Vec<&'a PathBuf> {
    let paths = paths.iter().copied();
    paths.filter(|path| split_of(path) == Some(split)).collect()
}
