//! Counting n-grams of all orders in one sweep, in bounded memory.
//!
//! A *window* is a symbol of the text and up to `n - 1` after it, not past the end of its sentence. Windows are sorted
//! ([`runs`](super::runs)); an n-gram of order `k` occurs as often as windows begin with it, so that the sorted windows
//! give the counts of all orders, each by rising n-gram, and the trie is built as they pass.

use std::path::Path;

use super::runs::{Key, Runs};
use super::trie::{Level, MAX_ORDER, MOST_NGRAMS, Trie};
use crate::DecodeError;

/// What is counted and with how much memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountConfig {
    /// The length of the longest n-grams, 1 to 7.
    pub order: usize,
    /// `V`, the number of symbols.
    pub vocabulary: usize,
    /// The symbol that ends a sentence, such as `<eos>`: contexts start anew after it. Without one the whole text is one
    /// sentence whose first symbol is given.
    pub boundary: Option<u32>,
    /// Bytes for the n-grams of the text while they are sorted, at least 262,144; what does not fit goes to disk. The
    /// distinct n-grams come on top, which are held in memory: about 40 bytes each.
    pub memory: usize,
}

impl CountConfig {
    /// Counting in at most 512 MiB.
    pub fn new(order: usize, vocabulary: usize, boundary: Option<u32>) -> Self {
        Self {
            order,
            vocabulary,
            boundary,
            memory: 512 << 20,
        }
    }
}

/// How often each n-gram of the orders `1..=order` occurs in a text.
#[derive(Debug, Clone)]
pub struct NgramCounts {
    pub(super) trie: Trie,
    pub(super) counts: Vec<u64>, // [G]
    /// The first symbols of a text without sentences, at most `order`.
    pub(super) opening: Vec<u32>,
}

impl NgramCounts {
    /// Counts the n-grams of `tokens` `[T]` in memory alone where they fit, else with files in the system's folder for
    /// temporary ones.
    ///
    /// # Errors
    /// As [`NgramCounter`].
    pub fn of(config: CountConfig, tokens: &[u32]) -> Result<Self, DecodeError> {
        let mut counter = NgramCounter::new(config, &std::env::temp_dir())?;
        counter.push(tokens)?;
        counter.finish()
    }

    /// The length of the longest n-grams.
    pub fn order(&self) -> usize {
        self.trie.order
    }

    /// `V`, the number of symbols.
    pub fn vocabulary(&self) -> usize {
        self.trie.vocabulary
    }

    /// The symbol that ends a sentence, if there are sentences.
    pub fn boundary(&self) -> Option<u32> {
        self.trie.boundary
    }

    /// How many different n-grams of `order` there are; symbols that do not occur are none.
    pub fn distinct(&self, order: usize) -> usize {
        if order == 0 || order > self.order() {
            return 0;
        }
        let counts = &self.counts[self.trie.ngrams(order)];
        counts.iter().filter(|&&count| count > 0).count()
    }

    /// How often `ngram` occurs, 0 where it is empty or longer than the order. A boundary at its start is the start of a
    /// sentence.
    pub fn count(&self, ngram: &[u32]) -> u64 {
        match self.trie.ngram(ngram) {
            Some(found) => self.counts[found],
            None => 0,
        }
    }
}

/// Counts the n-grams of a text that is read piece by piece.
pub struct NgramCounter {
    config: CountConfig,
    /// The last symbols of the sentence, whose windows are not complete yet.
    open: Vec<u32>,
    sorter: Box<dyn Sorter>,
    opening: Vec<u32>,
    read: usize,
}

impl NgramCounter {
    /// A counter that keeps sorted runs in `directory` where `config.memory` is full.
    ///
    /// # Errors
    /// Where the order is not 1 to 7, there is no symbol, the boundary is none of them or there is too little memory.
    pub fn new(config: CountConfig, directory: &Path) -> Result<Self, DecodeError> {
        check_order(config.order)?;
        if config.vocabulary == 0 || config.vocabulary > MOST_NGRAMS {
            let expected = "1 to 2^32 - 2 symbols";
            let found = config.vocabulary;
            return Err(DecodeError::setting("vocabulary", expected, found));
        }
        if let Some(boundary) = config.boundary.filter(|&b| b as usize >= config.vocabulary) {
            return Err(DecodeError::setting("boundary", "an id below V", boundary));
        }
        let memory = config.memory;
        let sorter: Box<dyn Sorter> = match config.order {
            1 | 2 => Box::new(Runs::<1>::new(memory, directory)?),
            3 | 4 => Box::new(Runs::<2>::new(memory, directory)?),
            5 | 6 => Box::new(Runs::<3>::new(memory, directory)?),
            _ => Box::new(Runs::<4>::new(memory, directory)?),
        };
        let mut counter = Self {
            config,
            open: Vec::new(),
            sorter,
            opening: Vec::new(),
            read: 0,
        };
        counter.begin_sentence();
        Ok(counter)
    }

    /// Reads the next symbols of the text, `tokens` of any length.
    ///
    /// # Errors
    /// Where an id is not below `V` or a run cannot be written.
    pub fn push(&mut self, tokens: &[u32]) -> Result<(), DecodeError> {
        for &token in tokens {
            if token as usize >= self.config.vocabulary {
                return Err(DecodeError::Symbol {
                    position: self.read,
                    vocabulary: self.config.vocabulary,
                    found: token,
                });
            }
            self.read += 1;
            if self.config.boundary.is_none() && self.opening.len() < self.config.order {
                self.opening.push(token);
            }
            self.open.push(token);
            if Some(token) == self.config.boundary {
                self.end_sentence()?;
                self.begin_sentence();
            } else if self.open.len() == self.config.order {
                self.sorter.push(&self.open)?;
                self.open.remove(0);
            }
        }
        Ok(())
    }

    /// The start of a sentence is a context, so it needs an order above 1.
    fn begin_sentence(&mut self) {
        self.open.clear();
        if self.config.order > 1 {
            self.open.extend(self.config.boundary);
        }
    }

    fn end_sentence(&mut self) -> Result<(), DecodeError> {
        (0..self.open.len()).try_for_each(|from| self.sorter.push(&self.open[from..]))
    }

    /// The counts of all that was read.
    ///
    /// # Errors
    /// Where nothing was read, there are 2^32 n-grams, or a run cannot be read or written.
    pub fn finish(mut self) -> Result<NgramCounts, DecodeError> {
        if self.read == 0 {
            let (expected, found) = (1, 0);
            return Err(DecodeError::TooShort { expected, found });
        }
        // A sentence that has only begun is none.
        let only_begun = self.config.order > 1 && self.open.last().copied() == self.config.boundary;
        if !only_begun {
            self.end_sentence()?;
        }
        let mut levels = Levels::new(&self.config);
        self.sorter
            .merge(&mut |window, count| levels.add(window, count))?;
        // One order after another, so that no two copies of all are held.
        let mut counts = Vec::with_capacity(levels.counts.iter().map(Vec::len).sum());
        for level in &mut levels.counts {
            counts.append(level);
            *level = Vec::new();
        }
        let Self { config, .. } = self;
        let trie = Trie::new(
            config.vocabulary,
            config.boundary,
            &levels.levels,
            |_, _| false,
        );
        Ok(NgramCounts {
            trie,
            counts,
            opening: self.opening,
        })
    }
}

/// Refuses an order outside `1..=7`.
pub(super) fn check_order(order: usize) -> Result<(), DecodeError> {
    if (1..=MAX_ORDER).contains(&order) {
        return Ok(());
    }
    Err(DecodeError::setting("order", "1 to 7", order))
}

/// Levels and counts as they grow by sorted windows.
struct Levels {
    boundary: Option<u32>,
    levels: Vec<Level>,
    counts: Vec<Vec<u64>>,
    last: Vec<u32>,
}

impl Levels {
    fn new(config: &CountConfig) -> Self {
        let mut levels = vec![Level::default(); config.order];
        levels[0] = Level::unigrams(config.vocabulary);
        let mut counts = vec![Vec::new(); config.order];
        counts[0] = vec![0; config.vocabulary];
        Self {
            boundary: config.boundary,
            levels,
            counts,
            last: Vec::new(),
        }
    }

    fn add(&mut self, window: &[u32], count: u64) -> Result<(), DecodeError> {
        let Some(&first) = window.first() else {
            return Ok(());
        };
        // A boundary that something follows is the start of a sentence, which is no prediction.
        if window.len() == 1 || Some(first) != self.boundary {
            self.counts[0][first as usize] += count;
        }
        let same = window.iter().zip(&self.last).take_while(|(a, b)| a == b);
        let same = same.count().max(1);
        let mut parent = first;
        for (n, &symbol) in window.iter().enumerate().skip(1) {
            if n >= same {
                let size: usize = self.levels.iter().map(Level::len).sum();
                if size >= MOST_NGRAMS {
                    let expected = "fewer than 2^32 distinct n-grams";
                    return Err(DecodeError::setting("text", expected, size));
                }
                self.levels[n].push(parent, symbol);
                self.counts[n].push(0);
            }
            let newest = self.levels[n].len() - 1;
            self.counts[n][newest] += count;
            parent = newest as u32;
        }
        self.last.clear();
        self.last.extend_from_slice(window);
        Ok(())
    }
}

/// [`Runs`] of windows, whatever the size of their keys.
trait Sorter: Send {
    fn push(&mut self, window: &[u32]) -> Result<(), DecodeError>;

    fn merge(self: Box<Self>, each: &mut EachWindow<'_>) -> Result<(), DecodeError>;
}

/// What is done with a window and its count.
type EachWindow<'a> = dyn FnMut(&[u32], u64) -> Result<(), DecodeError> + 'a;

impl<const W: usize> Sorter for Runs<W> {
    fn push(&mut self, window: &[u32]) -> Result<(), DecodeError> {
        Runs::push(self, pack(window))
    }

    fn merge(self: Box<Self>, each: &mut EachWindow<'_>) -> Result<(), DecodeError> {
        let mut window = Vec::with_capacity(MAX_ORDER);
        Runs::merge(*self, |key, count| {
            unpack(key, &mut window);
            each(&window, count)
        })
    }
}

/// Two symbols a number, plus one each: 0 is after the end, so a window comes before those that it begins.
fn pack<const W: usize>(window: &[u32]) -> Key<W> {
    let mut key = [0; W];
    for (i, &symbol) in window.iter().enumerate() {
        let shift = if i % 2 == 0 { 32 } else { 0 };
        key[i / 2] |= (u64::from(symbol) + 1) << shift;
    }
    key
}

fn unpack<const W: usize>(key: Key<W>, window: &mut Vec<u32>) {
    window.clear();
    let symbols = key
        .into_iter()
        .flat_map(|pair| [pair >> 32, pair & 0xFFFF_FFFF]);
    window.extend(symbols.take_while(|&s| s > 0).map(|s| (s - 1) as u32));
}

#[cfg(test)]
mod tests;
