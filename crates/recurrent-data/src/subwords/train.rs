//! Which pairs are merged. Each merge visits only the words that have its pair: counts of pairs and the words of each are
//! kept up to date, and a heap has the most frequent pair on top. An entry of the heap is out of date where the count has
//! fallen since, and is put back; where the count has risen there is a newer entry.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::mem;

use super::{
    MARK, MOST_SYMBOLS, Pair, SPECIAL, Subwords, UNKNOWN_ID, characters, first_symbols,
    marked_words,
};
use crate::DataError;
use crate::tokenize::UNKNOWN;

/// The least count of a pair that is merged.
const LEAST_COUNT: u64 = 2;

pub(super) fn train<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    size: usize,
) -> Result<Subwords, DataError> {
    if !(SPECIAL..=MOST_SYMBOLS).contains(&size) {
        return Err(DataError::Setting {
            name: "size",
            expected: "a number from 2 to 1048576",
            found: size.to_string(),
        });
    }
    let mut counts: HashMap<(bool, &str), u64> = HashMap::new();
    for word in texts.into_iter().flat_map(marked_words) {
        *counts.entry(word).or_default() += 1;
    }
    counts.retain(|(_, word), _| *word != UNKNOWN);
    let (mut symbols, ids) = first_symbols(kept_characters(&counts, size - SPECIAL));
    let mut ids_of_symbols: HashMap<String, u32> = symbols.iter().cloned().zip(0..).collect();

    let words = counts.into_iter().map(|((marked, word), count)| Word {
        ids: characters(&ids, marked, word),
        count,
    });
    let mut pairs = Pairs::of(words.collect());
    let mut learnt: Vec<(Pair, u32)> = Vec::new();
    let mut merged = HashSet::new();
    while symbols.len() < size
        && let Some(pair) = pairs.most_frequent()
    {
        let symbol = pair.map(|id| &symbols[id as usize][..]).concat();
        let id = match ids_of_symbols.entry(symbol) {
            // Another pair has made the same symbol.
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                symbols.push(entry.key().clone());
                *entry.insert(symbols.len() as u32 - 1)
            }
        };
        // A pair may come up again where its symbols are made in another way.
        if merged.insert(pair) {
            learnt.push((pair, id));
        }
        pairs.merge(pair, id);
    }
    Ok(Subwords::new(symbols, ids, learnt))
}

/// The characters of words, at most `limit`, in the order of their code points.
fn kept_characters(words: &HashMap<(bool, &str), u64>, limit: usize) -> Vec<char> {
    let mut counts: BTreeMap<char, u64> = BTreeMap::new();
    for ((_, word), count) in words {
        for character in word.chars().filter(|&character| character != MARK) {
            *counts.entry(character).or_default() += count;
        }
    }
    let mut kept: Vec<(char, u64)> = counts.into_iter().collect();
    kept.sort_by_key(|&(_, count)| Reverse(count));
    kept.truncate(limit);
    let mut kept: Vec<char> = kept.into_iter().map(|(character, _)| character).collect();
    kept.sort_unstable();
    kept
}

/// A word of the training texts as symbols.
struct Word {
    ids: Vec<u32>,
    /// How often it comes.
    count: u64,
}

/// The pairs of neighbours within words.
struct Pairs {
    words: Vec<Word>,
    counts: HashMap<Pair, u64>,
    /// The words of each pair, and perhaps others that had it.
    places: HashMap<Pair, Vec<u32>>,
    heap: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Pairs {
    fn of(words: Vec<Word>) -> Self {
        let mut pairs = Self {
            words: Vec::new(),
            counts: HashMap::new(),
            places: HashMap::new(),
            heap: BinaryHeap::new(),
        };
        for (word, at) in words.iter().zip(0..) {
            for pair in word.ids.windows(2) {
                pairs.add([pair[0], pair[1]], word.count, at);
            }
        }
        pairs.words = words;
        pairs.heap = (pairs.counts.iter())
            .map(|(&pair, &count)| (count, Reverse(pair)))
            .collect();
        pairs
    }

    /// Takes the pair that is merged next.
    fn most_frequent(&mut self) -> Option<Pair> {
        while let Some((count, Reverse(pair))) = self.heap.pop() {
            let now = self.counts.get(&pair).copied().unwrap_or(0);
            if now == count {
                return (count >= LEAST_COUNT).then_some(pair);
            }
            if (LEAST_COUNT..count).contains(&now) {
                self.heap.push((now, Reverse(pair)));
            }
        }
        None
    }

    /// Replaces a pair by one symbol everywhere.
    fn merge(&mut self, pair: Pair, id: u32) {
        let [left, right] = pair;
        let mut risen = Vec::new();
        for at in self.places.remove(&pair).unwrap_or_default() {
            let word = &mut self.words[at as usize];
            let (mut ids, count) = (mem::take(&mut word.ids), word.count);
            let mut start = 0;
            while start + 1 < ids.len() {
                if ids[start..start + 2] != pair {
                    start += 1;
                    continue;
                }
                self.take(pair, count);
                if start > 0 {
                    let before = ids[start - 1];
                    self.take([before, left], count);
                    self.add([before, id], count, at);
                    risen.push([before, id]);
                }
                if let Some(&after) = ids.get(start + 2) {
                    self.take([right, after], count);
                    self.add([id, after], count, at);
                    risen.push([id, after]);
                }
                ids[start] = id;
                ids.remove(start + 1);
                start += 1;
            }
            self.words[at as usize].ids = ids;
        }
        risen.sort_unstable();
        risen.dedup();
        for pair in risen {
            if let Some(&count) = self.counts.get(&pair) {
                self.heap.push((count, Reverse(pair)));
            }
        }
    }

    fn add(&mut self, pair: Pair, count: u64, at: u32) {
        if pair.contains(&UNKNOWN_ID) {
            return;
        }
        *self.counts.entry(pair).or_default() += count;
        let places = self.places.entry(pair).or_default();
        if places.last() != Some(&at) {
            places.push(at);
        }
    }

    fn take(&mut self, pair: Pair, count: u64) {
        if let Entry::Occupied(mut entry) = self.counts.entry(pair) {
            *entry.get_mut() -= count;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}
