//! Files that are there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file under a temporary name beside it, flushes it to the device and renames it, so that the old content stays
/// whole until the new one is. A link is followed; a pipe or a device is written to as it is.
///
/// # Errors
/// If `content` fails, or the file, which may be there already, cannot be written.
pub fn write(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let path = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
        _ => path.to_path_buf(),
    };
    match fs::metadata(&path) {
        Ok(found) if !found.is_file() => {
            let mut file = BufWriter::new(OpenOptions::new().write(true).open(&path)?);
            content(&mut file)?;
            return file.flush();
        }
        // What may not be written may not be replaced.
        Ok(_) => drop(OpenOptions::new().write(true).open(&path)?),
        Err(_) => {}
    }
    let temporary = temporary(&path);
    let written = (|| {
        let mut file = BufWriter::with_capacity(1 << 16, File::create(&temporary)?);
        content(&mut file)?;
        file.into_inner()?.sync_all()?;
        fs::rename(&temporary, &path)?;
        sync_directory(&path)
    })();
    if written.is_err() {
        // The partial file is of no use to anyone; its own removal may fail too.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Makes a rename last.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a directory cannot be opened as a file.
#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
        write(path, |file| file.write_all(bytes))
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        put(&path, b"old").unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"new")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        // A folder in the way of the temporary file makes the write fail.
        fs::create_dir(temporary(&path)).unwrap();
        assert!(put(&path, b"new").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir(temporary(&path)).unwrap();
        put(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        put(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        put(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        fs::remove_file(&file).unwrap();
        assert!(put(&link, b"to nowhere").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to() {
        let found = || fs::metadata("/dev/null").unwrap().file_type();
        assert!(!found().is_file());
        put(Path::new("/dev/null"), b"nothing").unwrap();
        assert!(!found().is_file());
    }
}
