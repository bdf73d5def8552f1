//! Subwords by byte-pair encoding: frequent words are one symbol, rare ones several, and none is unknown as long as its
//! characters are not.
//!
//! ```text
//! words:    each word of the training texts as characters, after white space with `▁` before them
//! training: (a, b) <- the pair of neighbours within words that comes most often
//!           a b -> ab in all words; ab is the next symbol
//! encoding: the same merges in a new word: always the earliest learnt one that there is, of several places the first
//! ```
//!
//! Of pairs that come equally often, the one whose left symbol has the smaller id is merged, then the one whose right
//! symbol has. A pair that comes once is not merged. Ids: `<unk>` is 0, `▁` is 1, then characters in the order of their
//! code points, then what merges make in the order they were learnt.
//!
//! Words are those of [`Tokens::Words`](crate::Tokens::Words), so that no merge spans a punctuation mark. `<unk>` is not
//! cut. A word of more than 128 characters, as there may be where there are no spaces, counts as several.
//!
//! Source: Sennrich, Haddow and Birch (2016), *Neural Machine Translation of Rare Words with Subword Units*, with the mark
//! before words that Kudo and Richardson (2018), *SentencePiece*, have in place of one after them.

mod file;
mod train;

use std::collections::HashMap;
use std::iter;

use crate::tokenize::{UNKNOWN, Unit};
use crate::tokens::words;
use crate::{DataError, Vocabulary};

/// What stands before a word that follows white space, or begins the text.
const MARK: char = '▁';
/// The mark as a symbol.
const MARK_SYMBOL: &str = "▁";
/// The ids of `<unk>` and of the mark.
const UNKNOWN_ID: u32 = 0;
const MARK_ID: u32 = 1;
/// How many symbols are no character: `<unk>` and the mark.
const SPECIAL: usize = 2;
/// The most characters of a word that is encoded as a whole, so that neither a subword nor the time for it grow without
/// bound.
const MOST_CHARACTERS: usize = 128;
/// The most symbols.
const MOST_SYMBOLS: usize = 1 << 20;
/// The rank of a pair that is not merged.
const NO_RANK: u32 = u32::MAX;

/// Two neighbouring symbols.
type Pair = [u32; 2];

/// Subwords learnt from training texts.
///
/// ```
/// use recurrent_data::Subwords;
///
/// let subwords = Subwords::train(["low lower lowest, new newer newest"], 20)?;
/// assert_eq!(subwords.tokens("newest  slow"), ["▁ne", "west", "▁", "s", "l", "o", "w"]);
/// assert_eq!(subwords.decode(&subwords.encode("slow,  low")), "slow, low");
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subwords {
    /// The symbol of each id. `[V]`
    symbols: Vec<String>,
    /// The ids of characters, without the mark: in a text it is a character that is not known.
    characters: HashMap<char, u32>,
    /// What is merged, in the order it was learnt. `[M]`
    merges: Vec<Pair>,
    /// The symbol that each merge makes. `[M]`
    merged: Vec<u32>,
    /// Places in `merges`.
    ranks: HashMap<Pair, u32>,
    /// Words that are one symbol, without and with the mark before them: most words of a text.
    whole: [HashMap<String, u32>; 2],
}

impl Subwords {
    /// The subwords of `texts`: at most `size` symbols, `<unk>` and `▁` counted, fewer where no pair comes twice any
    /// more. Where `size` is too small for all characters, the most frequent are kept, of equally frequent ones those with
    /// the smaller code points. The same texts in any order give the same subwords.
    ///
    /// # Errors
    /// If `size` is not from 2 to 1,048,576.
    pub fn train<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        size: usize,
    ) -> Result<Self, DataError> {
        train::train(texts, size)
    }

    /// The number of symbols, `V`.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Always false: `<unk>` and `▁` are always there.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// The symbol of each id. `[V]`
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// The symbols as a vocabulary of words with the same ids. It has no `<eos>`.
    pub fn vocabulary(&self) -> Vocabulary {
        Vocabulary::from_symbols(Unit::Word, self.symbols.clone())
    }

    /// The subwords of `text` in order. A character that is not known is `<unk>`, and so is `▁` itself.
    pub fn tokens(&self, text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        self.each(text, |id| tokens.push(&self.symbols[id as usize][..]));
        tokens
    }

    /// The ids of the subwords of `text`.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.each(text, |id| ids.push(id));
        ids
    }

    /// The text of `ids`. What [`encode`](Self::encode) made comes back with a space for white space and none at the
    /// ends, as far as its characters are known. Others are `<unk>`, and ids that are none `\u{fffd}`.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut text = String::new();
        for &id in ids {
            let symbol = self
                .symbols
                .get(id as usize)
                .map_or("\u{fffd}", String::as_str);
            match symbol.strip_prefix(MARK) {
                Some(rest) if text.is_empty() => text.push_str(rest),
                Some(rest) => text.extend([" ", rest]),
                None => text.push_str(symbol),
            }
        }
        text
    }

    /// Symbols must be distinct, and those of `merged` come after those of the pairs that make them.
    fn new(symbols: Vec<String>, characters: HashMap<char, u32>, learnt: Vec<(Pair, u32)>) -> Self {
        let (merges, merged): (Vec<Pair>, Vec<u32>) = learnt.into_iter().unzip();
        let mut subwords = Self {
            symbols,
            characters,
            ranks: merges.iter().copied().zip(0..).collect(),
            merges,
            merged,
            whole: Default::default(),
        };
        let mut whole = [HashMap::new(), HashMap::new()];
        for (symbol, id) in subwords.symbols.iter().zip(0..).skip(1) {
            let (marked, word) = match symbol.strip_prefix(MARK) {
                Some(word) => (true, word),
                None => (false, &symbol[..]),
            };
            if !word.is_empty() && subwords.merge(marked, word) == [id] {
                whole[usize::from(marked)].insert(word.to_owned(), id);
            }
        }
        subwords.whole = whole;
        subwords
    }

    fn each(&self, text: &str, mut take: impl FnMut(u32)) {
        for (marked, word) in marked_words(text) {
            if let Some(&id) = self.whole[usize::from(marked)].get(word) {
                take(id);
            } else if word == UNKNOWN {
                if marked {
                    take(MARK_ID);
                }
                take(UNKNOWN_ID);
            } else {
                self.merge(marked, word).into_iter().for_each(&mut take);
            }
        }
    }

    /// The symbols of a word.
    fn merge(&self, marked: bool, word: &str) -> Vec<u32> {
        let rank = |ids: &[u32]| match self.ranks.get(ids) {
            Some(&rank) => rank,
            None => NO_RANK,
        };
        let mut ids = characters(&self.characters, marked, word);
        // Of each symbol and the next one.
        let mut ranks: Vec<u32> = ids.windows(2).map(rank).collect();
        while let Some((at, &least)) = (ranks.iter().enumerate())
            .min_by_key(|(_, rank)| **rank)
            .filter(|(_, rank)| **rank != NO_RANK)
        {
            ids[at] = self.merged[least as usize];
            ids.remove(at + 1);
            ranks.remove(at);
            if at > 0 {
                ranks[at - 1] = rank(&ids[at - 1..=at]);
            }
            if at < ranks.len() {
                ranks[at] = rank(&ids[at..at + 2]);
            }
        }
        ids
    }
}

/// The words of a text, and whether the mark stands before each.
fn marked_words(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split_whitespace().flat_map(|run| {
        let words = words(run).flat_map(parts).enumerate();
        words.map(|(at, word)| (at == 0, word))
    })
}

/// A word in parts of at most [`MOST_CHARACTERS`].
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    iter::from_fn(move || {
        let end = rest.char_indices().nth(MOST_CHARACTERS);
        let (part, after) = rest.split_at(end.map_or(rest.len(), |(end, _)| end));
        rest = after;
        Some(part).filter(|part| !part.is_empty())
    })
}

/// A word before any merge.
fn characters(ids: &HashMap<char, u32>, marked: bool, word: &str) -> Vec<u32> {
    let of_word = word
        .chars()
        .map(|character| ids.get(&character).copied().unwrap_or(UNKNOWN_ID));
    marked
        .then_some(MARK_ID)
        .into_iter()
        .chain(of_word)
        .collect()
}

/// The symbols before any merge, and the ids of `characters`.
fn first_symbols(characters: impl IntoIterator<Item = char>) -> (Vec<String>, HashMap<char, u32>) {
    let mut symbols = vec![UNKNOWN.to_owned(), MARK_SYMBOL.to_owned()];
    let mut ids = HashMap::new();
    for (character, id) in characters.into_iter().zip(SPECIAL as u32..) {
        symbols.push(character.to_string());
        ids.insert(character, id);
    }
    (symbols, ids)
}

#[cfg(test)]
mod tests;
