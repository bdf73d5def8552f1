//! Where in a folder manifests are, told from names.

use std::path::{Path, PathBuf};

use crate::DataError;
use crate::readers::{
    Format, Listing, Parts, TEST, TRAIN, file_name, folder_split, is_hidden, is_note, split_of,
    uncompressed_name, with_split,
};

/// The manifests of a data set.
#[derive(Debug)]
pub(super) enum Layout {
    /// Without parts.
    Whole(Vec<PathBuf>),
    /// Those of each part.
    Parts(Parts<Vec<PathBuf>>),
}

/// What a line of a manifest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON object.
    Json,
    /// An id, a space and a text.
    Ids,
    /// A file, a tab and a text.
    Tabs,
}

impl Form {
    /// The form of a file of this name, where it may be a manifest.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = file_name(path).to_lowercase();
        let name = uncompressed_name(&name);
        match Format::of(name) {
            Format::JsonLines => Some(Form::Json),
            Format::TabSeparated => Some(Form::Tabs),
            Format::CommaSeparated => None,
            Format::Text if name.ends_with(".trans.txt") => Some(Form::Ids),
            Format::Text => name.ends_with(".txt").then_some(Form::Tabs),
        }
    }
}

/// How many folders further in `.trans.txt` files may be.
const DEPTH: usize = 3;

const EXPECTED: &str = "a manifest (a .jsonl, .ndjson, .tsv or .txt file)";

impl Layout {
    /// The layout of what is at `path`.
    pub(super) fn of(path: &Path) -> Result<Self, DataError> {
        if !path.is_dir() {
            if path.exists() && Form::of(path).is_none() {
                return Err(DataError::Manifest {
                    path: path.to_owned(),
                    problem: format!("expected {EXPECTED}, found another name"),
                });
            }
            return Ok(Layout::Whole(vec![path.to_owned()]));
        }
        let listing = Listing::of(path)?;
        let manifests = manifests(&listing);
        match manifests[..] {
            [] => of_folders(&listing),
            _ if is_alone(&manifests) => Ok(Layout::Whole(owned(&manifests))),
            _ => {
                let split_of_file = |path: &Path| split_of(&file_name(path));
                let parts = listing.parts("manifest", |split| {
                    with_split(&manifests, split, split_of_file)
                })?;
                let parts = parts.try_map(|path| Ok(vec![path.to_owned()]))?;
                Ok(Layout::Parts(parts))
            }
        }
    }
}

/// A folder without manifests.
fn of_folders(listing: &Listing) -> Result<Layout, DataError> {
    let folders = listing.class_folders();
    let split = |path: &Path| folder_split(path).or_else(|| split_of(&file_name(path)));
    if !folders
        .iter()
        .any(|path| matches!(split(path), Some(TRAIN | TEST)))
    {
        return Ok(Layout::Whole(of_part(listing)?));
    }
    let parts = listing.parts("folder", |part| with_split(&folders, part, split))?;
    let parts = parts.try_map(|path| of_part(&Listing::of(path)?))?;
    Ok(Layout::Parts(parts))
}

/// The manifests of a part: one, or ids in any number of files.
fn of_part(listing: &Listing) -> Result<Vec<PathBuf>, DataError> {
    let manifests = manifests(listing);
    if is_alone(&manifests) {
        return Ok(owned(&manifests));
    }
    let mut found = Vec::new();
    find_ids(listing, DEPTH, &mut found)?;
    match found.is_empty() {
        false => Ok(found),
        true => Err(listing.wrong(format!(
            "expected {EXPECTED} or `.trans.txt` files, found {} that may be one",
            manifests.len()
        ))),
    }
}

/// The files in a folder that may be manifests.
fn manifests(listing: &Listing) -> Vec<&PathBuf> {
    let is_manifest = |path: &&PathBuf| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name) && Form::of(path).is_some()
    };
    listing.files.iter().filter(is_manifest).collect()
}

/// Whether all utterances of a folder are in these manifests.
fn is_alone(manifests: &[&PathBuf]) -> bool {
    let has_ids = |path: &&PathBuf| Form::of(path) == Some(Form::Ids);
    manifests.len() == 1 || (!manifests.is_empty() && manifests.iter().all(has_ids))
}

/// Adds the `.trans.txt` files of a folder and of those in it.
fn find_ids(listing: &Listing, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), DataError> {
    let has_ids = |path: &&&PathBuf| Form::of(path) == Some(Form::Ids);
    let files = manifests(listing);
    found.extend(
        files
            .iter()
            .filter(has_ids)
            .map(|path| PathBuf::clone(path)),
    );
    if depth > 0 {
        for folder in listing.class_folders() {
            find_ids(&Listing::of(folder)?, depth - 1, found)?;
        }
    }
    Ok(())
}

fn owned(paths: &[&PathBuf]) -> Vec<PathBuf> {
    paths.iter().copied().cloned().collect()
}
