//! One file as text: decompressed if it is gzip, checked to be UTF-8, with `\n` line ends and no byte order mark.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::DataError;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a file that is not empty.
pub(super) fn read(path: &Path) -> Result<String, DataError> {
    let bytes = decompressed(path, read_bytes(path)?)?;
    let text = String::from_utf8(bytes).map_err(|error| DataError::InvalidUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    let text = normalised(text);
    if text.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(text)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DataError::NotFound {
            path: path.to_owned(),
        },
        _ => DataError::Read {
            path: path.to_owned(),
            error,
        },
    })
}

/// The name of a file does not say whether it is compressed; its first bytes do.
fn decompressed(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    match MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(error) => Err(DataError::Gzip {
            path: path.to_owned(),
            offset: plain.len(),
            error,
        }),
    }
}

fn normalised(mut text: String) -> String {
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    if text.contains("\r\n") {
        text = text.replace("\r\n", "\n");
    }
    text
}
