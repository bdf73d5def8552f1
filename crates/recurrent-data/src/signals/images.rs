//! Images in folders, a folder a class, as grey levels of 8 bits.
//!
//! Colours become the luma of ITU-R BT.601, `0.299 R + 0.587 G + 0.114 B`, levels of 16 bits their upper 8. Transparent
//! and animated images are refused. Turns of a camera that a file speaks of are not made.

mod decode;

use std::path::{Path, PathBuf};

use super::grey::Scan;
use super::{LabelledSignals, MOST_VALUES, SignalOptions, wrong};
use crate::DataError;
use crate::readers::{Listing, file_name, is_hidden, is_note};

/// An image as grey levels.
#[derive(Debug, PartialEq, Eq)]
struct Image {
    /// Height and width.
    size: [usize; 2],
    /// `[height, width]`
    levels: Vec<u8>,
}

/// Reads the images of the folders `classes`, which are all of one size.
pub(super) fn read(
    classes: &[PathBuf],
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    let mut files = Vec::new();
    for folder in classes {
        let label = file_name(folder);
        let images = image_files(folder)?;
        if images.is_empty() {
            let problem = format!("expected images of the class `{label}`, found none");
            return Err(wrong(folder, problem));
        }
        files.extend(images.into_iter().map(|path| (path, label.clone())));
    }
    read_files(files, options)
}

/// Reads images, which are all of one size, each with its label.
pub(super) fn read_files(
    files: Vec<(PathBuf, String)>,
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    let all = files.into_iter();
    signals_of(
        all.map(|(path, label)| Ok((decode::read(&path)?, path, label))),
        options,
    )
}

/// The same of files whose bytes are at hand.
pub(crate) fn decode_files(
    files: Vec<(PathBuf, Vec<u8>, String)>,
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    let all = files.into_iter();
    signals_of(
        all.map(|(path, bytes, label)| Ok((decode::decode(&path, &bytes)?, path, label))),
        options,
    )
}

/// The signals of images of one size.
fn signals_of(
    images: impl Iterator<Item = Result<(Image, PathBuf, String), DataError>>,
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    let mut signals = LabelledSignals::default();
    let mut first: Option<(PathBuf, Scan, [usize; 2])> = None;
    let mut values = 0;
    for image in images {
        let (Image { size, levels }, path, label) = image?;
        let (first_path, scan, expected) =
            first.get_or_insert_with(|| (path.clone(), Scan::new(size, options), size));
        if size != *expected {
            let [expected, found] =
                [*expected, size].map(|[height, width]| format!("{width} x {height}"));
            let like = first_path.display();
            let problem = format!("expected {expected} pixels as in {like}, found {found}");
            return Err(wrong(&path, problem));
        }
        values += levels.len() as u64;
        if values > MOST_VALUES {
            let problem =
                format!("expected at most {MOST_VALUES} pixels in all images, found more");
            return Err(wrong(&path, problem));
        }
        signals.channels = scan.channels;
        signals.push(scan.values(&levels), label, None);
        if let Some(signal) = signals.signals.last_mut() {
            signal.name = Some(path.display().to_string());
        }
    }
    signals.image = first.map(|(_, _, size)| size);
    Ok(signals)
}

/// Whether a file is an image by its name.
pub(crate) fn is_image(name: &str) -> bool {
    let name = name.to_lowercase();
    [".png", ".jpg", ".jpeg"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// The files of a class, an image each.
pub(super) fn image_files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut listing = Listing::of(folder)?;
    let expected = "expected the images of a class, a .png, .jpg or .jpeg file each, found";
    if let Some(inner) = listing.class_folders().first() {
        return Err(listing.wrong(format!("{expected} the folder `{}`", file_name(inner))));
    }
    listing.files.retain(|path| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name)
    });
    let other = |path: &&PathBuf| !is_image(&file_name(path));
    match listing.files.iter().find(other) {
        Some(other) => Err(listing.wrong(format!("{expected} `{}`", file_name(other)))),
        None => Ok(listing.files),
    }
}
