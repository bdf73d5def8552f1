//! Counts in a file: what models whose probabilities are made of counts are kept as.
//!
//! ```text
//! seal | header | last symbol [G], n-gram before it [G], count [G] | opening | lengths of the words' names [V], names
//! ```
//!
//! N-grams stand by order, then by their symbols; counts have 64 bits, all other numbers 32, little-endian. The n-gram
//! before a symbol is numbered within its order.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bytemuck::{Pod, Zeroable};

use super::binary::{names_size, put_names, read_names};
use super::sealed::{Damage, Put, SIZE, Seal};
use super::trie::{Level, MAX_ORDER, Trie};
use super::{NgramCounts, Words};
use crate::DecodeError;

const SEAL: Seal = Seal {
    magic: *b"RCcounts",
    version: 1,
    kind: "a file of n-gram counts",
};
/// In the place of a boundary: there is none.
const NO_BOUNDARY: u32 = u32::MAX;
/// The largest file that is read.
const MOST_BYTES: u64 = 1 << 36;

/// Counts and the words of their symbols.
#[derive(Debug, Clone)]
pub struct WordCounts {
    /// The counts of the ids.
    pub counts: NgramCounts,
    /// The words, `V` of them.
    pub words: Words,
}

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    order: u32,
    vocabulary: u32,
    boundary: u32,
    opening: u32,
    /// Bytes of the names.
    names: u32,
    /// N-grams of each order.
    levels: [u32; MAX_ORDER],
}

impl WordCounts {
    /// Writes the counts, under a temporary name first.
    ///
    /// # Errors
    /// Where the words are not as many as the symbols, or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), DecodeError> {
        let trie = &self.counts.trie;
        let levels = trie.levels();
        let mut sizes = [0; MAX_ORDER];
        for (size, level) in sizes.iter_mut().zip(&levels) {
            *size = level.len() as u32;
        }
        let header = Header {
            order: trie.order as u32,
            vocabulary: trie.vocabulary as u32,
            boundary: trie.boundary.unwrap_or(NO_BOUNDARY),
            opening: self.counts.opening.len() as u32,
            names: names_size(&self.words, trie.vocabulary)?,
            levels: sizes,
        };
        SEAL.write(path, |put| {
            put(bytemuck::bytes_of(&header))?;
            self.body(&levels, put)
        })
    }

    /// Calls `put` with what follows the header, piece by piece.
    fn body(&self, levels: &[Level], put: &mut Put) -> io::Result<()> {
        (levels.iter()).try_for_each(|level| put(bytemuck::cast_slice(&level.words)))?;
        (levels.iter()).try_for_each(|level| put(bytemuck::cast_slice(&level.parents)))?;
        put(bytemuck::cast_slice(&self.counts.counts))?;
        put(bytemuck::cast_slice(&self.counts.opening))?;
        put_names(self.words.as_slice(), put)
    }

    /// Reads counts.
    ///
    /// # Errors
    /// Where the file cannot be read, is of another kind or version, or is damaged anywhere.
    pub fn read(path: &Path) -> Result<Self, DecodeError> {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
            .map_err(|error| DecodeError::read(path, &error))?;
        load(&bytes).map_err(|(expected, found)| DecodeError::Binary {
            path: path.to_path_buf(),
            expected,
            found,
        })
    }
}

fn load(bytes: &[u8]) -> Result<WordCounts, Damage> {
    let header = read_header(bytes)?;
    let (order, vocabulary) = (header.order as usize, header.vocabulary as usize);
    let ended = || ("a whole file", format!("{} bytes", bytes.len()));
    let mut rest = &bytes[SIZE + size_of::<Header>()..];
    let sizes: Vec<usize> = (header.levels[..order].iter())
        .map(|&size| size as usize)
        .collect();
    let mut column = || -> Result<Vec<Vec<u32>>, Damage> {
        let mut values = Vec::new();
        for &size in &sizes {
            values.push(numbers(&mut rest, size).ok_or_else(ended)?);
        }
        Ok(values)
    };
    let (words, parents) = (column()?, column()?);
    let total = sizes.iter().sum();
    let counts: Vec<u64> = numbers(&mut rest, total).ok_or_else(ended)?;
    let opening: Vec<u32> = numbers(&mut rest, header.opening as usize).ok_or_else(ended)?;
    let lengths: Vec<u32> = numbers(&mut rest, vocabulary).ok_or_else(ended)?;
    if rest.len() != header.names as usize {
        return Err(ended());
    }
    let levels: Vec<Level> = (words.into_iter().zip(parents))
        .map(|(words, parents)| Level { words, parents })
        .collect();
    check(&levels, vocabulary).map_err(|expected| (expected, "others".to_string()))?;
    if opening.iter().any(|&id| id as usize >= vocabulary) {
        return Err(("symbols below V at the opening", "others".to_string()));
    }
    let boundary = Some(header.boundary).filter(|&boundary| boundary != NO_BOUNDARY);
    let trie = Trie::new(vocabulary, boundary, &levels, |_, _| false);
    Ok(WordCounts {
        counts: NgramCounts {
            trie,
            counts,
            opening,
        },
        words: read_names(rest, &lengths)?,
    })
}

fn read_header(bytes: &[u8]) -> Result<Header, Damage> {
    SEAL.check(bytes)?;
    let start = bytes.get(SIZE..SIZE + size_of::<Header>());
    let start = start.ok_or_else(|| ("a whole header", format!("{} bytes", bytes.len())))?;
    let header: Header = bytemuck::pod_read_unaligned(start);
    let boundary = header.boundary == NO_BOUNDARY || header.boundary < header.vocabulary;
    if !(1..=MAX_ORDER as u32).contains(&header.order) || !boundary {
        let found = format!("{} and {}", header.order, header.boundary);
        return Err(("an order of 1 to 7 and a boundary below V", found));
    }
    Ok(header)
}

/// Takes `length` numbers off the start of `bytes`; `None` where they are not all there.
fn numbers<T: Pod>(bytes: &mut &[u8], length: usize) -> Option<Vec<T>> {
    let (own, rest) = bytes.split_at_checked(length.checked_mul(size_of::<T>())?)?;
    *bytes = rest;
    let number = |bytes: &[u8]| bytemuck::pod_read_unaligned(bytes);
    Some(own.chunks_exact(size_of::<T>()).map(number).collect())
}

/// Checks all that a trie is built from; the error is what was expected.
fn check(levels: &[Level], vocabulary: usize) -> Result<(), &'static str> {
    let mut below = 1;
    for (index, level) in levels.iter().enumerate() {
        let entries = || level.parents.iter().zip(&level.words);
        let within = entries()
            .all(|(&parent, &word)| (parent as usize) < below && (word as usize) < vocabulary);
        if !within || !entries().is_sorted_by(|a, b| a < b) {
            return Err("n-grams of symbols below V, rising within an order");
        }
        if index == 0 && level.len() != vocabulary {
            return Err("all symbols as n-grams of order 1");
        }
        below = level.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ngram::testing::{BOUNDARY, Slow, counts, text};

    fn written(order: usize, boundary: Option<u32>) -> WordCounts {
        let words = (0..9).map(|id| format!("word{id}")).collect();
        WordCounts {
            counts: counts(order, 9, boundary, &text(5, 300, 9)),
            words: Words::new(words).unwrap(),
        }
    }

    #[test]
    fn counts_that_are_read_are_those_that_were_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("counts");
        for order in 1..=4 {
            for boundary in [None, Some(BOUNDARY)] {
                let written = written(order, boundary);
                written.write(&path).unwrap();
                let found = WordCounts::read(&path).unwrap();
                assert_eq!(found.words, written.words);
                assert_eq!(found.counts.opening, written.counts.opening);
                assert_eq!(found.counts.trie.boundary, boundary);
                let slow = Slow::new(order, 9, boundary, &text(5, 300, 9));
                for (ngram, &count) in &slow.counts {
                    assert_eq!(found.counts.count(ngram), count);
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_damaged_anywhere_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("counts");
        written(3, Some(BOUNDARY)).write(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(13) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            std::fs::write(&path, &damaged).unwrap();
            let error = WordCounts::read(&path).unwrap_err().to_string();
            assert!(error.contains("counts: expected"), "byte {at}: {error}");
        }
        for length in [0, 1, size_of::<Header>(), whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(WordCounts::read(&path).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn ngrams_out_of_order_are_refused() {
        let level = |words: &[u32], parents: &[u32]| Level {
            words: words.to_vec(),
            parents: parents.to_vec(),
        };
        let first = Level::unigrams(3);
        assert_eq!(
            check(&[first.clone(), level(&[0, 2, 1], &[0, 0, 2])], 3),
            Ok(())
        );
        for wrong in [
            level(&[2, 0], &[0, 0]),
            level(&[0, 0], &[0, 0]),
            level(&[0, 0], &[1, 0]),
            level(&[3], &[0]),
            level(&[0], &[3]),
        ] {
            assert!(check(&[first.clone(), wrong], 3).is_err());
        }
        assert!(check(&[Level::unigrams(2)], 3).is_err());
    }
}
