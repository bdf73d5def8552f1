//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::DecodeError;

/// Writes `path` with what `content` puts out: under a temporary name beside it, which is then renamed.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), DecodeError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(name);
    let write = || {
        let mut writer = BufWriter::new(File::create(&partial)?);
        content(&mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&partial, path)
    };
    write().map_err(|error| {
        // It is of no use, and that it may not be there is no second error.
        let _ = fs::remove_file(&partial);
        DecodeError::file(path, "write", &error)
    })
}
