//! The binary form of a model: its arrays as they are in memory, mapped when it is opened.
//!
//! ```text
//! seal | header | words next log10 [G] | begin [C + 1] link backoff [C] | lengths of the words' names [V], names
//! ```
//!
//! All numbers are of 32 bits, little-endian. What a query relies on is checked on opening (sizes, a checksum over
//! everything, every number that points somewhere), which reads the file once; after that a page is in memory only while
//! it is used. Twelve bytes an n-gram and twelve a context: what an n-gram is found by is shared with its neighbours.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use memmap2::Mmap;

use super::memory::Section;
use super::sealed::{Damage, Put, SIZE, Seal};
use super::trie::{MAX_ORDER, ROOT, Trie};
use super::{Ngram, WordNgram, Words};
use crate::DecodeError;

const SEAL: Seal = Seal {
    magic: *b"RCNgram\0",
    version: 2,
    kind: "an n-gram model in the binary form",
};
/// In the place of a boundary: there is none.
const NO_BOUNDARY: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    order: u32,
    vocabulary: u32,
    boundary: u32,
    ngrams: u32,
    contexts: u32,
    first_contexts: [u32; MAX_ORDER + 1],
    /// Bytes of the names.
    names: u32,
}

impl WordNgram {
    /// Reads a model from an ARPA file or a binary one, whichever it is.
    ///
    /// # Errors
    /// As [`WordNgram::read_arpa`] and [`WordNgram::open_binary`].
    pub fn read(path: &Path) -> Result<Self, DecodeError> {
        let mut magic = Vec::new();
        File::open(path)
            .and_then(|file| BufReader::new(file).take(8).read_to_end(&mut magic))
            .map_err(|error| DecodeError::read(path, &error))?;
        if SEAL.begins(&magic) {
            Self::open_binary(path)
        } else {
            Self::read_arpa(path)
        }
    }

    /// Writes the model in the binary form, under a temporary name first.
    ///
    /// # Errors
    /// Where the words are not as many as the symbols, or the file cannot be written.
    pub fn write_binary(&self, path: &Path) -> Result<(), DecodeError> {
        let trie = &self.model.trie;
        let names = names_size(&self.words, trie.vocabulary)?;
        let header = Header {
            order: trie.order as u32,
            vocabulary: trie.vocabulary as u32,
            boundary: trie.boundary.unwrap_or(NO_BOUNDARY),
            ngrams: trie.words.len() as u32,
            contexts: trie.context_count() as u32,
            first_contexts: trie.contexts,
            names,
        };
        SEAL.write(path, |put| {
            put(bytemuck::bytes_of(&header))?;
            self.body(put)
        })
    }

    /// Calls `put` with what follows the header, piece by piece.
    fn body(&self, put: &mut Put) -> io::Result<()> {
        let Ngram {
            trie,
            log10,
            backoff,
        } = &self.model;
        put(bytemuck::cast_slice(&trie.words))?;
        put(bytemuck::cast_slice(&trie.next))?;
        put(bytemuck::cast_slice(log10))?;
        put(bytemuck::cast_slice(&trie.begin))?;
        put(bytemuck::cast_slice(&trie.link))?;
        put(bytemuck::cast_slice(backoff))?;
        put_names(self.words.as_slice(), put)
    }

    /// Opens a model in the binary form. The file is mapped, so it must not be changed in place while the model is in
    /// use; to write it anew under a temporary name and rename that, as [`WordNgram::write_binary`] does, is safe.
    ///
    /// # Errors
    /// Where the file cannot be read, is of another kind or version, or is damaged anywhere.
    pub fn open_binary(path: &Path) -> Result<Self, DecodeError> {
        let file = File::open(path).map_err(|error| DecodeError::read(path, &error))?;
        // SAFETY: nobody changes the file in place, by the contract above.
        let map = unsafe { Mmap::map(&file) };
        let map = map.map_err(|error| DecodeError::read(path, &error))?;
        load(&Arc::new(map)).map_err(|(expected, found)| DecodeError::Binary {
            path: path.to_path_buf(),
            expected,
            found,
        })
    }
}

/// Bytes of the names of `vocabulary` symbols.
pub(super) fn names_size(words: &Words, vocabulary: usize) -> Result<u32, DecodeError> {
    let words = words.as_slice();
    let names: usize = words.iter().map(String::len).sum();
    match u32::try_from(names) {
        Ok(names) if words.len() == vocabulary => Ok(names),
        _ => {
            let expected = "one for each symbol, of 2^32 - 1 bytes in all";
            let found = format!("{} of {names} bytes", words.len());
            Err(DecodeError::setting("words", expected, found))
        }
    }
}

/// Calls `put` with the lengths of the names, and then with the names.
pub(super) fn put_names(words: &[String], put: &mut Put) -> io::Result<()> {
    (words.iter()).try_for_each(|word| put(&(word.len() as u32).to_le_bytes()))?;
    words.iter().try_for_each(|word| put(word.as_bytes()))
}

fn load(map: &Arc<Mmap>) -> Result<WordNgram, Damage> {
    let header = read_header(map)?;
    let [ngrams, contexts, vocabulary] =
        [header.ngrams, header.contexts, header.vocabulary].map(|n| n as usize);
    let mut offset = SIZE + size_of::<Header>();
    let ended = || ("a whole file", format!("{} bytes", map.len()));
    let trie = Trie {
        order: header.order as usize,
        vocabulary,
        boundary: Some(header.boundary).filter(|&b| b != NO_BOUNDARY),
        words: section(map, &mut offset, ngrams).ok_or_else(ended)?,
        next: section(map, &mut offset, ngrams).ok_or_else(ended)?,
        begin: Section::from(Vec::new()),
        link: Section::from(Vec::new()),
        contexts: header.first_contexts,
    };
    let log10: Section<f32> = section(map, &mut offset, ngrams).ok_or_else(ended)?;
    let trie = Trie {
        begin: section(map, &mut offset, contexts + 1).ok_or_else(ended)?,
        link: section(map, &mut offset, contexts).ok_or_else(ended)?,
        ..trie
    };
    let backoff: Section<f32> = section(map, &mut offset, contexts).ok_or_else(ended)?;
    let lengths: Section<u32> = section(map, &mut offset, vocabulary).ok_or_else(ended)?;
    if map.len() as u64 != offset as u64 + u64::from(header.names) {
        return Err(ended());
    }
    check(&trie).map_err(|expected| (expected, "others".to_string()))?;
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    if !(finite(&log10) && finite(&backoff)) {
        return Err(("log probabilities that are numbers", "others".to_string()));
    }
    let words = read_names(&map[offset..], &lengths)?;
    let model = Ngram {
        trie,
        log10,
        backoff,
    };
    Ok(WordNgram { model, words })
}

fn section<T: Pod + Send + Sync>(
    map: &Arc<Mmap>,
    offset: &mut usize,
    length: usize,
) -> Option<Section<T>> {
    let found = Section::mapped(map, *offset, length)?;
    *offset += length * size_of::<T>();
    Some(found)
}

fn read_header(map: &[u8]) -> Result<Header, Damage> {
    SEAL.check(map)?;
    let bytes = map.get(SIZE..SIZE + size_of::<Header>());
    let bytes = bytes.ok_or_else(|| ("a whole header", format!("{} bytes", map.len())))?;
    Ok(bytemuck::pod_read_unaligned(bytes))
}

/// The names that follow each other in `bytes`.
pub(super) fn read_names(bytes: &[u8], lengths: &[u32]) -> Result<Words, Damage> {
    let mut rest = bytes;
    let mut words = Vec::new();
    for &length in lengths {
        let name = rest.split_at_checked(length as usize);
        let (name, after) = name.ok_or_else(|| ("names of the lengths given", "fewer".into()))?;
        let name = std::str::from_utf8(name);
        words.push(
            name.map_err(|error| ("names in UTF-8", error.to_string()))?
                .to_string(),
        );
        rest = after;
    }
    if !rest.is_empty() {
        return Err(("names of the lengths given", "more".to_string()));
    }
    Words::new(words).map_err(|error| ("different words", error.to_string()))
}

/// Checks all that queries, writing and pruning rely on; the error is what was expected.
fn check(trie: &Trie) -> Result<(), &'static str> {
    let (order, vocabulary) = (trie.order, trie.vocabulary);
    let count = trie.context_count() as u32;
    let firsts = &trie.contexts;
    let boundary = trie
        .boundary
        .is_none_or(|boundary| (boundary as usize) < vocabulary);
    if !(1..=MAX_ORDER).contains(&order) || !boundary {
        return Err("an order of 1 to 7 and a boundary below V");
    }
    let root_first = firsts[0] == 0 && firsts[1] == 1;
    if !root_first || !firsts.is_sorted() || firsts[order..].iter().any(|&first| first != count) {
        return Err("contexts by rising order");
    }
    let begin = &trie.begin;
    let whole = begin[0] == 0 && begin[count as usize] as usize == trie.words.len();
    if !whole || !begin.is_sorted() || begin[1] as usize != vocabulary {
        return Err("n-grams by rising context, all symbols first");
    }
    for context in 0..count {
        let words = &trie.words[trie.children(context)];
        let rising = words.is_sorted_by(|a, b| a < b);
        if !rising
            || words
                .last()
                .is_some_and(|&last| last as usize >= vocabulary)
        {
            return Err("symbols below V, rising within a context");
        }
        let link = trie.link[context as usize];
        let length = trie.length(context);
        if link >= count
            || (context != ROOT && trie.length(link) >= length)
            || (context == ROOT && link != ROOT)
        {
            return Err("links to shorter contexts");
        }
        let within = |&next: &u32| next < count && trie.length(next) <= length + 1;
        if !trie.next[trie.children(context)].iter().all(within) {
            return Err("next contexts that are suffixes");
        }
    }
    // Each context is one n-gram, in the same order.
    for order in 1..order {
        let own = trie.next[trie.ngrams(order)].iter().copied();
        let own = own.filter(|&next| trie.length(next) == order);
        if !own.eq(firsts[order]..firsts[order + 1]) {
            return Err("contexts in the order of their n-grams");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
