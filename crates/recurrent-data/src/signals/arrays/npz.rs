//! The NPZ format of NumPy: a ZIP archive (PKWARE, *APPNOTE.TXT*) of a `.npy` file for each array, stored or deflated.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use crate::readers::{MOST_BYTES, read_raw};
use crate::signals::wrong;
use crate::{DataError, io_problem};

const END: [u8; 4] = *b"PK\x05\x06";
const END_LENGTH: usize = 22;
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
const DIRECTORY_LENGTH: usize = 46;
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LOCAL_LENGTH: usize = 30;

/// The flag of encrypted data.
const ENCRYPTED: u16 = 1;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// An archive in memory.
#[derive(Debug)]
pub(in crate::signals) struct Archive {
    pub path: PathBuf,
    bytes: Vec<u8>,
    members: Vec<Member>,
}

/// A file of an archive.
#[derive(Debug)]
struct Member {
    /// Its name without `.npy`.
    name: String,
    flags: u16,
    method: u16,
    checksum: u32,
    compressed: usize,
    length: u64,
    /// Where its own header is.
    offset: usize,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let bytes = read_raw(path, MOST_BYTES)?;
        let members = members(&bytes).ok_or_else(|| {
            let problem =
                "expected a .npz archive of NumPy, which is a whole ZIP archive, found other data";
            wrong(path, problem.to_owned())
        })?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            members,
        })
    }

    /// The names of the arrays.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| &member.name[..])
    }

    /// The bytes of the array `name`, which is there.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, DataError> {
        let wrong = |problem: String| DataError::Signal {
            path: self.path.clone(),
            place: format!("array `{name}`"),
            problem,
        };
        let damaged = |found: &str| wrong(format!("expected whole ZIP data, found {found}"));
        let member = self.members.iter().find(|member| member.name == name);
        let member = member.ok_or_else(|| wrong("expected an array, found none".to_owned()))?;
        if member.flags & ENCRYPTED != 0 {
            return Err(wrong(
                "expected plain data, found encrypted data".to_owned(),
            ));
        }
        let data = self
            .data(member)
            .ok_or_else(|| damaged("its end before that of the array"))?;
        if member.length > MOST_BYTES {
            let problem = format!(
                "expected at most {MOST_BYTES} bytes, found {}",
                member.length
            );
            return Err(wrong(problem));
        }
        let content = match member.method {
            STORED => data.to_vec(),
            DEFLATED => {
                let mut content = Vec::new();
                let mut decoder = DeflateDecoder::new(data).take(member.length + 1);
                decoder
                    .read_to_end(&mut content)
                    .map_err(|error| damaged(&format!("a fault: {}", io_problem(&error))))?;
                content
            }
            method => {
                let problem = format!(
                    "expected stored or deflated data (method 0 or 8), found method {method}"
                );
                return Err(wrong(problem));
            }
        };
        let mut crc = Crc::new();
        crc.update(&content);
        match content.len() as u64 == member.length && crc.sum() == member.checksum {
            true => Ok(content),
            false => Err(damaged("another length or checksum than its directory has")),
        }
    }

    /// The data of a member as it is in the archive.
    fn data(&self, member: &Member) -> Option<&[u8]> {
        let header = self.bytes.get(member.offset..)?;
        let rest = header
            .get(LOCAL_LENGTH..)
            .filter(|_| header.starts_with(&LOCAL))?;
        let names = usize::from(short(header, 26)?) + usize::from(short(header, 28)?);
        rest.get(names..)?.get(..member.compressed)
    }
}

/// The files that the directory at the end of an archive lists, or none where there is no whole one. A file of at most
/// 2 GiB needs no sizes of 64 bits there.
fn members(bytes: &[u8]) -> Option<Vec<Member>> {
    let last = bytes.len().checked_sub(END_LENGTH)?;
    // A comment of at most 65,535 bytes may follow.
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last)
        .rev()
        .find(|&start| bytes[start..].starts_with(&END))?;
    let count = short(bytes, end + 10)?;
    let mut start = long(bytes, end + 16)? as usize;
    let mut members = Vec::new();
    for _ in 0..count {
        let entry = bytes
            .get(start..)
            .filter(|entry| entry.starts_with(&DIRECTORY))?;
        let [name, extra, comment] =
            [28, 30, 32].map(|offset| short(entry, offset).map(usize::from));
        let (name_length, others) = (name?, extra? + comment?);
        let name = entry.get(DIRECTORY_LENGTH..)?.get(..name_length)?;
        let name = String::from_utf8_lossy(name);
        members.push(Member {
            name: name.strip_suffix(".npy").unwrap_or(&name).to_owned(),
            flags: short(entry, 8)?,
            method: short(entry, 10)?,
            checksum: long(entry, 16)?,
            compressed: long(entry, 20)? as usize,
            length: u64::from(long(entry, 24)?),
            offset: long(entry, 42)? as usize,
        });
        start += DIRECTORY_LENGTH + name_length + others;
    }
    Some(members)
}

/// The little-endian number of 16 bits at an offset.
fn short(bytes: &[u8], offset: usize) -> Option<u16> {
    let bytes = bytes.get(offset..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

/// The little-endian number of 32 bits at an offset.
fn long(bytes: &[u8], offset: usize) -> Option<u32> {
    let bytes = bytes.get(offset..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}
