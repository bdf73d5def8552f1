//! Where in a file or folder labelled signals are, told from names.

use std::path::{Path, PathBuf};

use super::arrays::{Arrays, Entry, Found, Store, stem};
use super::{LabelledSignals, Purpose, SignalOptions, frame, idx, images, long, ts, wide, wrong};
use crate::DataError;
use crate::readers::{
    Listing, Parts, TEST, TRAIN, file_name, folder_split, is_hidden, is_note, split_of,
    uncompressed_name, with_split,
};

/// How the signals are laid out.
#[derive(Debug)]
pub(super) enum Layout {
    /// Without parts.
    Whole(Origin),
    /// With a training and a test part.
    Parts(Box<Parts<Origin>>),
}

/// Where signals come from.
#[derive(Debug)]
pub(super) enum Origin {
    /// A file.
    File(PathBuf, Kind),
    /// Arrays.
    Arrays(Arrays),
    /// Folders of images, a folder a class.
    Classes {
        folder: PathBuf,
        classes: Vec<PathBuf>,
    },
}

/// What a file is, told from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Cases,
    Table,
    Archive,
    Array,
    Images,
}

const KINDS: &str =
    "a .ts, .csv, .tsv, .npz or .npy file or images such as `train-images-idx3-ubyte`";

impl Kind {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = file_name(path).to_lowercase();
        let name = uncompressed_name(&name);
        match name.rsplit_once('.') {
            _ if idx::has_images(name) => Some(Kind::Images),
            Some((_, "ts")) => Some(Kind::Cases),
            Some((_, "csv" | "tsv")) => Some(Kind::Table),
            Some((_, "npz")) => Some(Kind::Archive),
            Some((_, "npy")) => Some(Kind::Array),
            _ => None,
        }
    }
}

impl Layout {
    /// The layout of what is at `path`.
    pub(super) fn of(
        path: &Path,
        options: &SignalOptions,
        purpose: Purpose,
    ) -> Result<Self, DataError> {
        if !path.is_dir() {
            return of_file(path, options, purpose);
        }
        let listing = Listing::of(path)?;
        let files = data_files(&listing, options);
        let kinds: Vec<Kind> = files.iter().filter_map(|path| Kind::of(path)).collect();
        match (&files[..], kinds.first()) {
            (_, None) => of_folders(&listing),
            ([file], Some(Kind::Array)) if options.label_file.is_some() => one_array(file, options),
            (files, Some(Kind::Array)) if kinds.iter().all(|kind| *kind == Kind::Array) => {
                of_store(&Store::files(path, files), options, purpose)
            }
            ([file], _) => of_file(file, options, purpose),
            (files, Some(first)) => {
                if let Some(other) = kinds.iter().position(|kind| kind != first) {
                    let [one, other] = [0, other].map(|position| file_name(files[position]));
                    let problem =
                        format!("expected files of one kind, found `{one}` and `{other}`");
                    return Err(listing.wrong(problem));
                }
                let parts =
                    listing.parts("file", |split| with_split(files, split, split_of_file))?;
                let origin = |path: &Path| match of_file(path, options, purpose)? {
                    Layout::Whole(origin) => Ok(origin),
                    Layout::Parts(_) => {
                        let problem = "expected one part in each file, found several in this one";
                        Err(wrong(path, problem.to_owned()))
                    }
                };
                Ok(Layout::Parts(Box::new(parts.try_map(origin)?)))
            }
        }
    }
}

/// The files that are data, labels in files of their own aside.
fn data_files<'a>(listing: &'a Listing, options: &SignalOptions) -> Vec<&'a PathBuf> {
    let labels = options.label_file.as_ref();
    let labels = labels.map(|file| listing.path.join(file));
    let is_data = |path: &&PathBuf| {
        let name = file_name(path);
        let other = is_hidden(&name) || is_note(&name) || labels.as_ref() == Some(path);
        !other && Kind::of(path).is_some()
    };
    listing.files.iter().filter(is_data).collect()
}

/// The split whose file this is; that of MNIST for test has a name of its own.
fn split_of_file(path: &Path) -> Option<usize> {
    let name = file_name(path).to_lowercase();
    match name.starts_with("t10k") {
        true => Some(TEST),
        false => split_of(&name),
    }
}

fn of_file(path: &Path, options: &SignalOptions, purpose: Purpose) -> Result<Layout, DataError> {
    match Kind::of(path) {
        // A path that names nothing is told as such.
        None if !path.exists() => Err(DataError::NotFound {
            path: path.to_owned(),
        }),
        None if idx::has_labels(&file_name(path)) => {
            let problem = "expected the images, beside which the labels are, found the labels";
            Err(wrong(path, problem.to_owned()))
        }
        None => {
            let problem = format!("expected {KINDS}, found a name that says none of these");
            Err(wrong(path, problem))
        }
        Some(Kind::Archive) => of_store(&Store::archive(path)?, options, purpose),
        Some(Kind::Array) => one_array(path, options),
        Some(kind) => Ok(Layout::Whole(Origin::File(path.to_owned(), kind))),
    }
}

fn of_store(store: &Store, options: &SignalOptions, purpose: Purpose) -> Result<Layout, DataError> {
    options.refuse_others(&store.path, "arrays with names", &ARRAY_OPTIONS)?;
    Ok(match store.find(options, purpose)? {
        Found::Whole(arrays) => Layout::Whole(Origin::Arrays(arrays)),
        Found::Parts(parts) => {
            let parts = parts.try_map(|arrays| Ok(Origin::Arrays(arrays)))?;
            Layout::Parts(Box::new(parts))
        }
    })
}

/// One file of values, and the file of its labels.
fn one_array(path: &Path, options: &SignalOptions) -> Result<Layout, DataError> {
    let Some(labels) = &options.label_file else {
        let problem = "expected a file of labels (`label_file`) for one .npy file, found none";
        return Err(wrong(path, problem.to_owned()));
    };
    let labels = path.with_file_name("").join(labels);
    if stem(&labels).is_none() {
        let problem = "expected a .npy file of labels (`label_file`), found another name";
        return Err(wrong(&labels, problem.to_owned()));
    }
    options.refuse_others(path, "one .npy file", &["label_file", "channels"])?;
    Ok(Layout::Whole(Origin::Arrays(Arrays {
        values: Entry::File(path.to_owned()),
        labels: Some(Entry::File(labels)),
        lengths: None,
        groups: None,
    })))
}

/// Folders of images.
fn of_folders(listing: &Listing) -> Result<Layout, DataError> {
    let folders = listing.class_folders();
    let is_part = |path: &&PathBuf| matches!(folder_split(path), Some(TRAIN | TEST));
    if !folders.iter().any(is_part) {
        return Ok(Layout::Whole(classes(listing)?));
    }
    let parts = listing.part_folders()?;
    let parts = parts.try_map(|path| classes(&Listing::of(path)?))?;
    for other in parts.valid.iter().chain([&parts.test]) {
        let [one, other] = [&parts.train, other].map(|origin| (origin.path(), origin.labels()));
        listing.check_same_classes(one, other)?;
    }
    Ok(Layout::Parts(Box::new(parts)))
}

fn classes(listing: &Listing) -> Result<Origin, DataError> {
    let folders = listing.class_folders();
    if folders.len() < 2 {
        return Err(listing.wrong(format!(
            "expected {KINDS}, or a folder of images for each of at least two classes, found {}",
            match folders.first() {
                Some(folder) => format!("only the folder `{}`", file_name(folder)),
                None => "none".to_owned(),
            }
        )));
    }
    Ok(Origin::Classes {
        folder: listing.path.clone(),
        classes: folders.into_iter().cloned().collect(),
    })
}

impl Origin {
    /// The file or folder.
    pub(super) fn path(&self) -> &Path {
        match self {
            Origin::File(path, _) => path,
            Origin::Arrays(arrays) => arrays.path(),
            Origin::Classes { folder, .. } => folder,
        }
    }

    /// The labels, where names of folders say them.
    fn labels(&self) -> Vec<String> {
        match self {
            Origin::Classes { classes, .. } => classes.iter().map(|path| file_name(path)).collect(),
            _ => Vec::new(),
        }
    }

    /// What a message calls it.
    pub(super) fn name(&self) -> String {
        match self {
            Origin::Arrays(arrays) => arrays.values.name(),
            other => other.path().display().to_string(),
        }
    }

    /// Reads all signals.
    pub(super) fn read(
        &self,
        options: &SignalOptions,
        purpose: Purpose,
    ) -> Result<LabelledSignals, DataError> {
        let path = self.path();
        let refuse = |what: &str, allowed: &[&str]| options.refuse_others(path, what, allowed);
        let signals = match self {
            Origin::Arrays(arrays) => arrays.read(options)?,
            Origin::Classes { classes, .. } => {
                refuse("images", &["image_order"])?;
                images::read(classes, options)?
            }
            Origin::File(_, Kind::Images) => {
                refuse("images", &["image_order"])?;
                idx::read(path, options)?
            }
            Origin::File(_, Kind::Table) => match &options.series_column {
                Some(series) => {
                    refuse("a table with a step a row", &LONG_OPTIONS)?;
                    long::read(path, series, options, purpose)?
                }
                None => {
                    refuse(
                        "a table with a series a row (without `series_column`)",
                        &WIDE_OPTIONS,
                    )?;
                    wide::read(path, options, purpose)?
                }
            },
            Origin::File(..) => {
                refuse("a .ts file", &[])?;
                ts::read(path, purpose)?
            }
        };
        frame::frame(path, signals, options.frame)
    }
}

const ARRAY_OPTIONS: [&str; 5] = [
    "value_array",
    "label_array",
    "length_array",
    "group_array",
    "channels",
];
const LONG_OPTIONS: [&str; 6] = [
    "series_column",
    "time_column",
    "channel_columns",
    "label_column",
    "group_column",
    "label_file",
];
const WIDE_OPTIONS: [&str; 4] = [
    "channel_columns",
    "label_column",
    "group_column",
    "channels",
];
