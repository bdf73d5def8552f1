//! One file as bytes, decompressed if it is gzip.
//!
//! Only regular files and pipes are read, and no more than [`MOST_BYTES`] of one: a device may never end, and a small
//! gzip file can hold more than fits in memory.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::DataError;

/// The most bytes that a file may hold, after decompression: 2 GiB.
pub(crate) const MOST_BYTES: u64 = 2 << 30;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a file holds.
#[derive(Debug)]
pub(super) struct FileContent {
    /// Its bytes, decompressed.
    pub bytes: Vec<u8>,
    /// Whether they were compressed.
    pub compressed: bool,
}

/// A file that is being read, decompressed if it is gzip.
pub(crate) struct OpenFile {
    /// Its bytes, decompressed.
    pub reader: Box<dyn Read>,
    /// Whether they are compressed.
    pub compressed: bool,
    /// Its length in bytes; 0 of a pipe.
    pub length: u64,
}

/// Opens a regular file or a pipe.
///
/// The name of a file does not say whether it is compressed; its first bytes do.
pub(crate) fn open(path: &Path) -> Result<OpenFile, DataError> {
    let unreadable = |error| unreadable(path, error);
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !is_file_or_pipe(metadata.file_type()) {
        return Err(DataError::NoFile {
            path: path.to_owned(),
        });
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut magic = Vec::new();
    let mut beginning = file.by_ref().take(GZIP_MAGIC.len() as u64);
    beginning.read_to_end(&mut magic).map_err(unreadable)?;
    let compressed = magic == GZIP_MAGIC;
    let whole = io::Cursor::new(magic).chain(file);
    Ok(OpenFile {
        reader: match compressed {
            true => Box::new(MultiGzDecoder::new(whole)),
            false => Box::new(whole),
        },
        compressed,
        length: metadata.len(),
    })
}

/// A file as a stream of bytes, decompressed if it is gzip.
///
/// # Errors
/// If it cannot be opened, or is no regular file or pipe.
pub fn open_stream(path: &Path) -> Result<Box<dyn Read>, DataError> {
    if path.is_dir() {
        let error = io::ErrorKind::IsADirectory.into();
        return Err(unreadable(path, error));
    }
    Ok(open(path)?.reader)
}

/// The error of a file of which `offset` bytes could be read.
pub(crate) fn read_error(
    path: &Path,
    compressed: bool,
    offset: usize,
    error: io::Error,
) -> DataError {
    if compressed && is_damage(&error) {
        return DataError::Gzip {
            path: path.to_owned(),
            offset,
            error,
        };
    }
    unreadable(path, error)
}

/// Reads a file of at most `limit` bytes, counted after decompression.
pub(super) fn read(path: &Path, limit: u64) -> Result<FileContent, DataError> {
    let OpenFile {
        reader,
        compressed,
        length,
    } = open(path)?;
    let too_large = |found| DataError::TooLarge {
        path: path.to_owned(),
        limit,
        found,
    };
    if !compressed && length > limit {
        return Err(too_large(Some(length)));
    }
    let mut bytes = Vec::new();
    match reader.take(limit + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > limit => Err(too_large(None)),
        Ok(_) => Ok(FileContent { bytes, compressed }),
        Err(error) => Err(read_error(path, compressed, bytes.len(), error)),
    }
}

fn unreadable(path: &Path, error: io::Error) -> DataError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => DataError::NotFound { path },
        _ => DataError::Read { path, error },
    }
}

#[cfg(unix)]
fn is_file_or_pipe(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_file() || kind.is_fifo()
}

#[cfg(not(unix))]
fn is_file_or_pipe(kind: FileType) -> bool {
    kind.is_file()
}

/// Whether the decompressor is not content with the data, as opposed to a device that cannot be read or a want of
/// memory.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read_limited(bytes: &[u8], limit: u64) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        let content = read(&path, limit).map_err(|error| error.to_string())?;
        Ok(content.bytes)
    }

    #[test]
    fn a_file_of_more_than_the_limit_is_refused() {
        assert_eq!(read_limited(b"abc", 3).unwrap(), b"abc");
        let error = read_limited(b"abcd", 3).unwrap_err();
        assert!(
            error.ends_with("expected at most 3 bytes, found 4"),
            "{error}"
        );
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&[b'a'; 1000]).unwrap();
        let bomb = encoder.finish().unwrap();
        assert_eq!(read_limited(&bomb, 1000).unwrap().len(), 1000);
        let error = read_limited(&bomb, 999).unwrap_err();
        assert!(
            error.ends_with("expected at most 999 bytes, found more after decompression"),
            "{error}"
        );
    }

    #[test]
    fn files_shorter_than_the_mark_of_gzip_are_plain() {
        assert_eq!(read_limited(b"", 3).unwrap(), b"");
        assert_eq!(read_limited(&[0x1f], 3).unwrap(), [0x1f]);
    }
}
