//! External sorting: counts of fixed-size keys in bounded memory, however many there are.
//!
//! ```text
//! keys -> buffer -- full --> sorted, equal keys added up --> a run on disk
//! runs -- merged, equal keys added up --> (key, count), by rising key
//! ```
//!
//! Where there are [`FAN_IN`] runs they are first merged to one, so that neither open files nor read buffers grow with the
//! text (Knuth, *The Art of Computer Programming*, volume 3, section 5.4).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::DecodeError;

/// The most runs that are merged at once.
const FAN_IN: usize = 32;
/// The least memory that sorting is done in: buffers of some kilobytes for each of the merged runs.
pub(super) const LEAST_MEMORY: usize = 1 << 18;

/// What is sorted: `W` numbers, compared from the first on.
pub(super) type Key<const W: usize> = [u64; W];

/// Counts keys, with `memory` bytes for them.
pub(super) struct Runs<const W: usize> {
    directory: PathBuf,
    buffer: Vec<Key<W>>,
    capacity: usize,
    /// Of one reader or writer.
    file_buffer: usize,
    runs: Vec<File>,
}

impl<const W: usize> Runs<W> {
    /// Runs are written in `directory`, as files without a name that vanish with the process.
    pub(super) fn new(memory: usize, directory: &Path) -> Result<Self, DecodeError> {
        if memory < LEAST_MEMORY {
            let expected = "at least 262144 bytes";
            return Err(DecodeError::setting("memory", expected, memory));
        }
        // Half is for the keys, the other half for the readers of a merge that is done while they are held.
        Ok(Self {
            directory: directory.to_path_buf(),
            buffer: Vec::new(),
            capacity: memory / 2 / size_of::<Key<W>>(),
            file_buffer: (memory / 2 / (FAN_IN + 1)).min(1 << 20),
            runs: Vec::new(),
        })
    }

    pub(super) fn push(&mut self, key: Key<W>) -> Result<(), DecodeError> {
        if self.buffer.len() == self.capacity {
            self.spill()?;
        }
        if self.buffer.len() == self.buffer.capacity() {
            // Doubling must not go past the limit.
            let more = self.buffer.len().max(1 << 10);
            let more = more.min(self.capacity - self.buffer.len());
            self.buffer.reserve_exact(more);
        }
        self.buffer.push(key);
        Ok(())
    }

    /// Calls `each` with every key and its count, by rising key.
    pub(super) fn merge(
        mut self,
        mut each: impl FnMut(Key<W>, u64) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.runs.is_empty() {
            return counted(&mut self.buffer, each);
        }
        self.spill()?;
        self.buffer = Vec::new();
        let runs = std::mem::take(&mut self.runs);
        self.merge_runs(runs, &mut each)
    }

    /// Writes the buffer as a run.
    fn spill(&mut self) -> Result<(), DecodeError> {
        let mut writer = self.writer()?;
        let mut buffer = std::mem::take(&mut self.buffer);
        counted(&mut buffer, |key, count| {
            write_record(&mut writer, key, count)
                .map_err(|error| DecodeError::write(&self.directory, &error))
        })?;
        buffer.clear();
        self.buffer = buffer;
        let run = self.rewound(writer)?;
        self.runs.push(run);
        if self.runs.len() == FAN_IN {
            let runs = std::mem::take(&mut self.runs);
            let mut writer = self.writer()?;
            self.merge_runs(runs, &mut |key, count| {
                write_record(&mut writer, key, count)
                    .map_err(|error| DecodeError::write(&self.directory, &error))
            })?;
            self.runs = vec![self.rewound(writer)?];
        }
        Ok(())
    }

    fn merge_runs(
        &self,
        runs: Vec<File>,
        each: &mut impl FnMut(Key<W>, u64) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut readers: Vec<_> = (runs.into_iter())
            .map(|run| BufReader::with_capacity(self.file_buffer, run))
            .collect();
        let mut heads = BinaryHeap::new();
        for (index, reader) in readers.iter_mut().enumerate() {
            heads.extend(self.next(reader)?.map(|head| Reverse((head, index))));
        }
        let mut open: Option<(Key<W>, u64)> = None;
        while let Some(Reverse(((key, count), index))) = heads.pop() {
            heads.extend(
                self.next(&mut readers[index])?
                    .map(|head| Reverse((head, index))),
            );
            match &mut open {
                Some((last, total)) if *last == key => *total += count,
                _ => {
                    if let Some((last, total)) = open.replace((key, count)) {
                        each(last, total)?;
                    }
                }
            }
        }
        open.map_or(Ok(()), |(last, total)| each(last, total))
    }

    fn next(&self, reader: &mut BufReader<File>) -> Result<Option<(Key<W>, u64)>, DecodeError> {
        let mut number = [0; 8];
        let mut key = [0; W];
        match reader.read_exact(&mut number) {
            Ok(()) => key[0] = u64::from_le_bytes(number),
            // Runs are whole records, written by this process.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(DecodeError::read(&self.directory, &error)),
        }
        let mut read = |value: &mut u64| {
            reader.read_exact(&mut number)?;
            *value = u64::from_le_bytes(number);
            Ok(())
        };
        let mut count = 0;
        (key[1..].iter_mut().try_for_each(&mut read))
            .and_then(|()| read(&mut count))
            .map_err(|error| DecodeError::read(&self.directory, &error))?;
        Ok(Some((key, count)))
    }

    fn writer(&self) -> Result<BufWriter<File>, DecodeError> {
        let file = tempfile::tempfile_in(&self.directory);
        let file = file.map_err(|error| DecodeError::write(&self.directory, &error))?;
        Ok(BufWriter::with_capacity(self.file_buffer, file))
    }

    fn rewound(&self, writer: BufWriter<File>) -> Result<File, DecodeError> {
        let file = writer.into_inner().map_err(|error| error.into_error());
        file.and_then(|mut file| file.rewind().map(|()| file))
            .map_err(|error| DecodeError::write(&self.directory, &error))
    }
}

/// Sorts `keys` and calls `each` with every one and how often it is there.
fn counted<const W: usize>(
    keys: &mut [Key<W>],
    mut each: impl FnMut(Key<W>, u64) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    keys.sort_unstable();
    keys.chunk_by(|a, b| a == b)
        .try_for_each(|equal| each(equal[0], equal.len() as u64))
}

fn write_record<const W: usize>(
    writer: &mut impl Write,
    key: Key<W>,
    count: u64,
) -> std::io::Result<()> {
    for value in key.into_iter().chain([count]) {
        writer.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}
