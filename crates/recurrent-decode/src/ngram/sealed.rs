//! Binary files with a seal: what a file is, the version of its form, and a checksum of all that follows.
//!
//! ```text
//! magic, 8 bytes | version | CRC-32 of all after it | ...
//! ```

use std::io;
use std::path::Path;

use crate::DecodeError;
use recurrent_data::files;

/// What was expected and what was found.
pub(super) type Damage = (&'static str, String);

/// A kind of file.
pub(super) struct Seal {
    pub magic: [u8; 8],
    pub version: u32,
    /// What an error calls a file of it.
    pub kind: &'static str,
}

/// Bytes of a seal.
pub(super) const SIZE: usize = 16;

/// What takes the pieces of a file.
pub(super) type Put<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;

impl Seal {
    /// Whether `bytes` begin as a file of this kind does.
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.magic)
    }

    /// Writes a sealed file, whole or not at all. `body` gives its pieces, the same each time it is asked.
    pub(super) fn write(
        &self,
        path: &Path,
        body: impl Fn(&mut Put) -> io::Result<()>,
    ) -> Result<(), DecodeError> {
        let mut digest = crc32fast::Hasher::new();
        let summed = body(&mut |bytes| {
            digest.update(bytes);
            Ok(())
        });
        summed.map_err(|error| DecodeError::write(path, &error))?;
        let checksum = digest.finalize();
        files::write(path, |writer| {
            writer.write_all(&self.magic)?;
            writer.write_all(&self.version.to_le_bytes())?;
            writer.write_all(&checksum.to_le_bytes())?;
            body(&mut |bytes| writer.write_all(bytes))
        })
        .map_err(|error| DecodeError::write(path, &error))
    }

    /// Checks the seal of a file.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), Damage> {
        let Some((seal, rest)) = bytes.split_at_checked(SIZE) else {
            return Err((self.kind, format!("{} bytes", bytes.len())));
        };
        if !self.begins(seal) {
            return Err((self.kind, "another file".to_string()));
        }
        let number = |at: usize| {
            let bytes = [seal[at], seal[at + 1], seal[at + 2], seal[at + 3]];
            u32::from_le_bytes(bytes)
        };
        let (version, expected) = (number(8), number(12));
        if version != self.version {
            let found = format!("version {version}, which is not {}", self.version);
            return Err(("the version that this program writes", found));
        }
        let checksum = crc32fast::hash(rest);
        if checksum != expected {
            let found = format!("{checksum:08x} instead of {expected:08x}");
            return Err(("the checksum of its seal", found));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEAL: Seal = Seal {
        magic: *b"RCtests\0",
        version: 3,
        kind: "a file of this test",
    };

    #[test]
    fn a_file_is_what_its_seal_says() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        SEAL.write(&path, |put| put(b"some ").and_then(|()| put(b"bytes")))
            .unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(SEAL.check(&bytes), Ok(()));
        assert_eq!(&bytes[SIZE..], b"some bytes");
        let found = |at: usize| {
            let mut other = bytes.clone();
            other[at] ^= 1;
            SEAL.check(&other).unwrap_err()
        };
        assert_eq!(found(0), (SEAL.kind, "another file".to_string()));
        assert_eq!(found(8).1, "version 2, which is not 3");
        for at in [12, SIZE, bytes.len() - 1] {
            assert_eq!(found(at).0, "the checksum of its seal");
        }
        assert_eq!(SEAL.check(&bytes[..SIZE - 1]).unwrap_err().0, SEAL.kind);
    }
}
