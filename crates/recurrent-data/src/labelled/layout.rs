//! Where in a file or folder labelled texts are, told from names.

use std::path::{Path, PathBuf};

use crate::DataError;
use crate::readers::{
    Format, Listing, Parts, TEST, TRAIN, file_name, folder_split, is_hidden, is_note, names_split,
    split_of, uncompressed_name, with_split,
};

/// How the texts are laid out.
#[derive(Debug)]
pub(super) enum Layout {
    /// Without parts.
    Whole(Origin),
    /// With a training and a test part.
    Parts(Parts<Origin>),
}

/// Where texts come from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A file that has the labels too.
    File(PathBuf),
    /// A file or folder a class.
    Classes {
        folder: PathBuf,
        classes: Vec<Class>,
    },
}

impl Origin {
    pub(super) fn path(&self) -> &Path {
        match self {
            Origin::File(path) => path,
            Origin::Classes { folder, .. } => folder,
        }
    }
}

/// The texts of one label.
#[derive(Debug)]
pub(super) struct Class {
    pub label: String,
    pub texts: ClassTexts,
}

/// Where the texts of a class are.
#[derive(Debug)]
pub(super) enum ClassTexts {
    /// A text a line of this file.
    Lines(PathBuf),
    /// A text a file of this folder.
    Files(PathBuf),
}

impl Layout {
    /// The layout of what is at `path`.
    pub(super) fn of(path: &Path) -> Result<Self, DataError> {
        if !path.is_dir() {
            return Ok(Layout::Whole(Origin::File(path.to_owned())));
        }
        let listing = Listing::of(path)?;
        let folders = listing.class_folders();
        let is_part = |path: &&PathBuf| matches!(folder_split(path), Some(TRAIN | TEST));
        if folders.iter().any(is_part) {
            return parts_in_folders(&listing);
        }
        let files = data_files(&listing);
        let is_part = |path: &&PathBuf| {
            let name = file_name(path);
            split_of(&name) == Some(TRAIN) || names_split(&name, TEST)
        };
        let alone = match files[..] {
            [file] => Some(file),
            _ => only_table(&files),
        };
        match alone {
            Some(file) if folders.len() < 2 => Ok(Layout::Whole(Origin::File(file.clone()))),
            _ if files.iter().any(is_part) => parts_in_files(&listing, &files),
            _ => Ok(Layout::Whole(classes(&listing)?)),
        }
    }
}

/// The files that may be data.
fn data_files(listing: &Listing) -> Vec<&PathBuf> {
    let is_data = |path: &&PathBuf| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name)
    };
    listing.files.iter().filter(is_data).collect()
}

/// The only table, where no other file looks like one of texts.
fn only_table<'a>(files: &[&'a PathBuf]) -> Option<&'a PathBuf> {
    let looks_like_texts = |path: &&&PathBuf| {
        let name = file_name(path);
        let text = uncompressed_name(&name).to_lowercase().ends_with(".txt");
        text || is_table(path) || split_of(&name).is_some()
    };
    match files.iter().filter(looks_like_texts).collect::<Vec<_>>()[..] {
        [file] if is_table(file) => Some(file),
        _ => None,
    }
}

fn is_table(path: &Path) -> bool {
    Format::of(&file_name(path)) != Format::Text
}

fn parts_in_files(listing: &Listing, files: &[&PathBuf]) -> Result<Layout, DataError> {
    let of_split = |split| with_split(files, split, |path| split_of(&file_name(path)));
    let parts = listing.parts("file", of_split)?;
    let parts = parts.try_map(|path| Ok(Origin::File(path.to_owned())))?;
    Ok(Layout::Parts(parts))
}

fn parts_in_folders(listing: &Listing) -> Result<Layout, DataError> {
    let parts = listing.part_folders()?;
    let parts = parts.try_map(|path| classes(&Listing::of(path)?))?;
    for other in parts.valid.iter().chain([&parts.test]) {
        let [one, other] = [&parts.train, other].map(|origin| (origin.path(), labels(origin)));
        listing.check_same_classes(one, other)?;
    }
    Ok(Layout::Parts(parts))
}

fn labels(origin: &Origin) -> Vec<String> {
    match origin {
        Origin::File(_) => Vec::new(),
        Origin::Classes { classes, .. } => {
            classes.iter().map(|class| class.label.clone()).collect()
        }
    }
}

/// The classes in a folder: its folders, or its files where there are no two.
fn classes(listing: &Listing) -> Result<Origin, DataError> {
    let folders = listing.class_folders();
    let classes = match folders[..] {
        [] | [_] => class_files(listing)?,
        _ => folders
            .into_iter()
            .map(|path| Class {
                label: file_name(path),
                texts: ClassTexts::Files(path.clone()),
            })
            .collect(),
    };
    if classes.len() < 2 {
        return Err(listing.wrong(format!(
            "expected a file or folder for each of at least two classes, or a training and a test file, found {}",
            match classes.first() {
                Some(class) => format!("only `{}`", class.label),
                None => "none".to_owned(),
            }
        )));
    }
    Ok(Origin::Classes {
        folder: listing.path.clone(),
        classes,
    })
}

fn class_files(listing: &Listing) -> Result<Vec<Class>, DataError> {
    let mut classes: Vec<Class> = Vec::new();
    let mut form = None;
    for path in data_files(listing) {
        let name = file_name(path);
        if is_table(path) {
            return Err(listing.wrong(format!(
                "expected one table, a training and a test file, or a file of plain text for each class, found `{name}`"
            )));
        }
        let (label, found) = class_of(&name);
        let expected = form.get_or_insert_with(|| found.clone());
        if *expected != found {
            return Err(listing.wrong(format!(
                "expected a file for each class whose names are all of the form `{expected}`, found `{name}`"
            )));
        }
        if label.is_empty() || classes.iter().any(|class| class.label == label) {
            return Err(listing.wrong(format!(
                "expected files for distinct classes, found `{name}` for {}",
                if label.is_empty() {
                    "none"
                } else {
                    "one that has a file already"
                }
            )));
        }
        classes.push(Class {
            label: label.to_owned(),
            texts: ClassTexts::Lines(path.clone()),
        });
    }
    Ok(classes)
}

/// The class a file is of, and the form of its name: `pos.txt`, `reviews.pos` or `pos`.
fn class_of(file_name: &str) -> (&str, String) {
    let name = uncompressed_name(file_name);
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.eq_ignore_ascii_case("txt") => {
            (stem, "CLASS.txt".to_owned())
        }
        Some((stem, extension)) => (extension, format!("{stem}.CLASS")),
        None => (name, "CLASS".to_owned()),
    }
}
