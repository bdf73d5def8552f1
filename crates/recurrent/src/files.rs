//! Files that are either whole or not there.

use crate::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file under a temporary name, flushes it to the device and renames
/// it, so that the old content stays whole until the new one is.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), Error> {
    let temporary = temporary(path);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_directory(path)
    })();
    written.map_err(|error| {
        // The partial file is of no use to anyone; its own removal may fail too.
        let _ = fs::remove_file(&temporary);
        Error::Write {
            path: path.to_path_buf(),
            error,
        }
    })
}

/// Makes a rename last.
#[cfg(unix)]
fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a directory cannot be opened as a file.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Creates a directory and those above it.
pub(crate) fn create_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::Write {
        path: path.to_path_buf(),
        error,
    })
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    path.with_file_name(name)
}

/// Reads a text file of a run.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::Run {
        path: path.to_path_buf(),
        message: format!("cannot read it: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        write_atomically(&path, b"old").expect("writes");
        // A folder in the way of the temporary file makes the write fail.
        fs::create_dir(temporary(&path)).expect("creates");
        assert!(matches!(
            write_atomically(&path, b"new"),
            Err(Error::Write { .. })
        ));
        assert_eq!(fs::read(&path).expect("reads"), b"old");
    }
}
