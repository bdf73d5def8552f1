//! How the characters of a file are written as bytes.

use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};

/// What helps where a file is not UTF-8 and its encoding may be said.
pub(crate) const ENCODING_ADVICE: &str =
    "let `encoding` be windows-1252 if it is that, which includes ISO-8859-1";

/// An encoding of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252 as the Encoding Standard of the WHATWG has it, where every byte is a character. It reads ISO-8859-1
    /// too, whose control characters 0x80 to 0x9f no text has.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// The text of `bytes`, or the offset of the first byte that is none.
    pub(crate) fn decode(self, bytes: Vec<u8>) -> Result<String, usize> {
        match String::from_utf8(bytes) {
            Ok(text) if self == Encoding::Utf8 || text.is_ascii() => Ok(text),
            Err(error) if self == Encoding::Utf8 => Err(error.utf8_error().valid_up_to()),
            Ok(text) => Ok(decode_windows_1252(text.as_bytes())),
            Err(error) => Ok(decode_windows_1252(error.as_bytes())),
        }
    }
}

/// The text of `bytes` in Windows-1252.
pub(crate) fn decode_windows_1252(bytes: &[u8]) -> String {
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_the_encoding_they_are_in() {
        let latin = b"caf\xe9\x85 \x80".to_vec();
        assert_eq!(
            Encoding::Windows1252.decode(latin.clone()).unwrap(),
            "café… €"
        );
        assert_eq!(Encoding::Utf8.decode(latin), Err(3));
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            assert_eq!(encoding.decode(b"plain".to_vec()).unwrap(), "plain");
        }
        // What is UTF-8 is not taken for it unasked.
        let text = "é".as_bytes().to_vec();
        assert_eq!(Encoding::Windows1252.decode(text.clone()).unwrap(), "Ã©");
        assert_eq!(Encoding::Utf8.decode(text).unwrap(), "é");
        let every: Vec<u8> = (0..=255).collect();
        let text = Encoding::Windows1252.decode(every).unwrap();
        assert_eq!(text.chars().count(), 256);
    }

    #[test]
    fn the_names_are_those_of_the_standard() {
        let name = |encoding| serde_json::to_string(&encoding).unwrap();
        assert_eq!(name(Encoding::Utf8), "\"utf-8\"");
        assert_eq!(name(Encoding::Windows1252), "\"windows-1252\"");
    }
}
