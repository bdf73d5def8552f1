//! The files of a folder, or of a tar archive, which may be compressed with gzip, with their bytes.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::DataError;
use crate::readers::{
    Listing, MOST_BYTES, file_name, is_hidden, is_note, open, read_error, read_raw,
    uncompressed_name,
};

/// A file with its bytes.
pub(super) struct Entry {
    /// What messages call it.
    pub path: PathBuf,
    /// Its name without folders.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Whether a file is an archive by its name.
fn is_archive(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    name.ends_with(".tgz") || uncompressed_name(&name).ends_with(".tar")
}

/// The files of a folder or an archive whose names `wanted` takes, in the order of their names. A folder that has one archive
/// and nothing else stands for it.
///
/// # Errors
/// If there are none, or one cannot be read.
pub(super) fn entries(
    path: &Path,
    what: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Entry>, DataError> {
    let mut entries = match path.is_dir() {
        true => {
            let mut files = Listing::of(path)?.files;
            files.retain(|path| {
                let name = file_name(path);
                !is_hidden(&name) && !is_note(&name)
            });
            match &files[..] {
                [only] if is_archive(only) => unpack(only, &wanted)?,
                _ => of_folder(files, &wanted)?,
            }
        }
        false => unpack(path, &wanted)?,
    };
    if entries.is_empty() {
        return Err(DataError::Signals {
            path: path.to_owned(),
            problem: format!("expected {what}, found none"),
        });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// A file, or the one file of a folder.
///
/// # Errors
/// If a folder has none or several.
pub(super) fn only_file(path: &Path) -> Result<PathBuf, DataError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let listing = Listing::of(path)?;
    let readable = |path: &&PathBuf| {
        let name = file_name(path);
        !is_hidden(&name) && !is_note(&name)
    };
    let files: Vec<&PathBuf> = listing.files.iter().filter(readable).collect();
    match files[..] {
        [only] => Ok(only.clone()),
        _ => Err(listing.wrong(format!("expected one file, found {}", files.len()))),
    }
}

fn of_folder(files: Vec<PathBuf>, wanted: &impl Fn(&str) -> bool) -> Result<Vec<Entry>, DataError> {
    let mut entries = Vec::new();
    let mut left = MOST_BYTES;
    for path in files {
        let name = file_name(&path);
        if wanted(&name) {
            let bytes = read_raw(&path, left)?;
            left -= bytes.len() as u64;
            entries.push(Entry { path, name, bytes });
        }
    }
    Ok(entries)
}

fn unpack(path: &Path, wanted: &impl Fn(&str) -> bool) -> Result<Vec<Entry>, DataError> {
    let file = open(path)?;
    let compressed = file.compressed;
    let unreadable = |error| read_error(path, compressed, 0, error);
    // One byte more tells an archive that is too large from one that just fits.
    let mut archive = tar::Archive::new(file.reader.take(MOST_BYTES + 1));
    let mut entries = Vec::new();
    let mut total: u64 = 0;
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        total = entry.size().saturating_add(total);
        if total > MOST_BYTES {
            return Err(DataError::TooLarge {
                path: path.to_owned(),
                limit: MOST_BYTES,
                found: None,
            });
        }
        let inner = entry.path().map_err(unreadable)?.into_owned();
        let name = file_name(&inner);
        if is_hidden(&name) || !wanted(&name) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(unreadable)?;
        entries.push(Entry {
            path: path.join(inner),
            name,
            bytes,
        });
    }
    Ok(entries)
}
