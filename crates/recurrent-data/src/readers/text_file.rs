//! Bytes as text: decoded, with `\n` line ends and no byte order mark.

use std::path::Path;

use super::file::FileContent;
use crate::{DataError, Encoding};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Formats that are not read: where their mark stands, the mark, and what to do about them. An archive of texts can be
/// UTF-8 as a whole, headers and all.
const FOREIGN: [(usize, &[u8], &str); 7] = [
    (257, b"ustar", "a tar archive; unpack it"),
    (0, b"PK\x03\x04", "a zip archive; unpack it"),
    (4, b"1AY&SY", "bzip2 data; decompress it"),
    (0, b"\xfd7zXZ", "xz data; decompress it"),
    (0, b"\x28\xb5\x2f\xfd", "zstandard data; decompress it"),
    (0, b"\xff\xfe", "UTF-16 text; convert it to UTF-8"),
    (0, b"\xfe\xff", "UTF-16 text; convert it to UTF-8"),
];

/// The text of a file; `advice` is what may help where it is not UTF-8, other than to convert it.
pub(super) fn decode(
    path: &Path,
    content: FileContent,
    encoding: Encoding,
    advice: &'static str,
) -> Result<String, DataError> {
    let FileContent { bytes, compressed } = content;
    refuse_foreign(path, &bytes)?;
    let text = encoding
        .decode(bytes)
        .map_err(|offset| DataError::InvalidUtf8 {
            path: path.to_owned(),
            offset,
            compressed,
            advice,
        })?;
    Ok(normalised(text))
}

/// An error where the `beginning` of a file is that of a format that is not read.
pub(crate) fn refuse_foreign(path: &Path, beginning: &[u8]) -> Result<(), DataError> {
    let starts = |at: usize, mark| {
        beginning
            .get(at..)
            .is_some_and(|rest| rest.starts_with(mark))
    };
    match FOREIGN.iter().find(|(at, mark, _)| starts(*at, *mark)) {
        None => Ok(()),
        Some((_, _, found)) => Err(DataError::ForeignFormat {
            path: path.to_owned(),
            found,
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
