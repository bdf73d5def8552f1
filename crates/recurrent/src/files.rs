//! Files that are either whole or not there.

use crate::Error;
use recurrent_data::{files, io_problem};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Writes a file, whole or not at all.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), Error> {
    files::write(path, |file| file.write_all(content)).map_err(|error| Error::Write {
        path: path.to_path_buf(),
        error,
    })
}

/// Creates a directory and those above it.
pub(crate) fn create_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::Write {
        path: path.to_path_buf(),
        error,
    })
}

/// A checksum of a file's content, if it can be read.
pub(crate) fn checksum(path: &Path) -> Option<u32> {
    let mut file = File::open(path).ok()?;
    let mut sum = crc32fast::Hasher::new();
    let mut part = vec![0; 1 << 16];
    loop {
        match file.read(&mut part).ok()? {
            0 => return Some(sum.finalize()),
            read => sum.update(&part[..read]),
        }
    }
}

/// Reads a text file of a run.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::Run {
        path: path.to_path_buf(),
        message: format!("cannot read it: {}", io_problem(&error)),
    })
}
