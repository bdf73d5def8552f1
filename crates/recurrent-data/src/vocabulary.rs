//! The symbols a model knows and their ids, built from the training text and kept beside the weights.

mod decoder;
mod file;

use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;
use std::collections::HashSet;

pub use decoder::Decoder;

use crate::tokenize::{BYTE_SYMBOLS, END_OF_LINE, UNKNOWN};
use crate::{DataError, Unit};

/// How many unknown symbols an error lists.
const LISTED_SYMBOLS: usize = 10;

/// A one-to-one map between symbols and the ids `0..len`.
///
/// ```
/// use recurrent_data::{Unit, Vocabulary};
///
/// let vocabulary = Vocabulary::build(Unit::Word, ["the cat sees the dog\n"], Some(4));
/// let ids = vocabulary.encode("the dog sees\n")?;
/// assert_eq!(vocabulary.decode(&ids), "the <unk> <unk>\n");
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    unit: Unit,
    /// The symbol of each id, as it is in the text. `[V]`
    symbols: Vec<String>,
    /// The symbol of each id, as it is shown: control characters are escaped. `[V]`
    printable: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Vocabulary {
    /// The vocabulary of `texts`, such as the splits of a corpus.
    ///
    /// - Characters are in the order of their code points.
    /// - Bytes are always all 256, and `limit` has no say.
    /// - Words are in the order of falling frequency, equally frequent ones in alphabetical order. `<eos>` is always
    ///   one of them, `<unk>` if a text has it.
    ///
    /// With a `limit` the vocabulary has an `<unk>`, and of the other symbols it keeps the most frequent, so that there
    /// are at most `limit` symbols in all, `<eos>` and `<unk>` counted; those two are kept whatever the limit.
    pub fn build<'a>(
        unit: Unit,
        texts: impl IntoIterator<Item = &'a str>,
        limit: Option<usize>,
    ) -> Self {
        let special: &[&str] = match (unit, limit) {
            (Unit::Byte, _) => return Self::from_symbols(unit, BYTE_SYMBOLS.clone()),
            (Unit::Character, None) => &[],
            (Unit::Character, Some(_)) => &[UNKNOWN],
            (Unit::Word, None) => &[END_OF_LINE],
            (Unit::Word, Some(_)) => &[END_OF_LINE, UNKNOWN],
        };
        let mut counts: HashMap<&str, usize> = special.iter().map(|&symbol| (symbol, 0)).collect();
        for symbol in texts.into_iter().flat_map(|text| unit.symbols(text)) {
            *counts.entry(symbol).or_default() += 1;
        }
        let mut kept: Vec<(&str, usize)> = counts.into_iter().collect();
        if let Some(limit) = limit {
            kept.sort_unstable_by_key(|&(symbol, count)| {
                (!special.contains(&symbol), Reverse(count), symbol)
            });
            kept.truncate(limit.max(special.len()));
        }
        match unit {
            // `<unk>` is no character, and stands after all that are.
            Unit::Character => {
                kept.sort_unstable_by_key(|&(symbol, _)| (symbol == UNKNOWN, symbol))
            }
            _ => kept.sort_unstable_by_key(|&(symbol, count)| (Reverse(count), symbol)),
        }
        let symbols = kept.into_iter().map(|(symbol, _)| symbol.to_owned());
        Self::from_symbols(unit, symbols.collect())
    }

    /// The vocabulary of the tokens of `texts`, such as the training part of labelled texts cut by
    /// [`Tokens`](crate::Tokens): a vocabulary of words without `<eos>`.
    ///
    /// Tokens are in the order of falling frequency, equally frequent ones in alphabetical order. Those that come fewer
    /// than `minimum_count` times are left out. `<unk>` is always there, at the place of its own frequency, so last
    /// where no text has it. With a `limit` the most frequent are kept, so that there are at most `limit` symbols in
    /// all, `<unk>` counted. What is empty or has white space in it is no token.
    ///
    /// ```
    /// use recurrent_data::{Tokens, Vocabulary};
    ///
    /// let texts = ["good , good film", "bad film !"].map(|text| Tokens::Words.tokens(text));
    /// let tokens = texts.iter().map(|tokens| tokens.iter().copied());
    /// let vocabulary = Vocabulary::of_tokens(tokens, None, 2);
    /// assert_eq!([0, 1, 2].map(|id| vocabulary.symbol(id)), ["film", "good", "<unk>"]);
    /// assert_eq!(vocabulary.encode_tokens(["bad", "film"])?, [2, 0]);
    /// # Ok::<(), recurrent_data::DataError>(())
    /// ```
    pub fn of_tokens<'a, T>(
        texts: impl IntoIterator<Item = T>,
        limit: Option<usize>,
        minimum_count: usize,
    ) -> Self
    where
        T: IntoIterator<Item = &'a str>,
    {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for token in texts.into_iter().flatten() {
            *counts.entry(token).or_default() += 1;
        }
        let unknown = counts.remove(UNKNOWN).unwrap_or(0);
        counts.retain(|token, count| *count >= minimum_count && is_word(token));
        let mut kept: Vec<(&str, usize)> = counts.into_iter().collect();
        let rank = |&(token, count): &(&'a str, usize)| (Reverse(count), token);
        kept.sort_unstable_by_key(rank);
        kept.truncate(limit.map_or(usize::MAX, |limit| limit.saturating_sub(1)));
        kept.push((UNKNOWN, unknown));
        kept.sort_unstable_by_key(rank);
        let symbols = kept.into_iter().map(|(token, _)| token.to_owned());
        Self::from_symbols(Unit::Word, symbols.collect())
    }

    /// The symbols must be distinct.
    pub(crate) fn from_symbols(unit: Unit, symbols: Vec<String>) -> Self {
        Self {
            unit,
            printable: symbols.iter().map(|symbol| printable(symbol)).collect(),
            ids: symbols.iter().cloned().zip(0..).collect(),
            symbols,
        }
    }

    /// The number of symbols, `V`.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether there are no symbols: the vocabulary of characters of an empty text.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// What one symbol is.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The symbol of `id` as it is shown in a table: a line end reads `\n`, and an id outside the vocabulary `\u{fffd}`.
    pub fn symbol(&self, id: u32) -> &str {
        self.printable
            .get(id as usize)
            .map_or("\u{fffd}", String::as_str)
    }

    /// The id of `<unk>`, if there is one.
    pub fn unknown_id(&self) -> Option<u32> {
        self.ids.get(UNKNOWN).copied()
    }

    /// The ids of the symbols of `text`.
    ///
    /// # Errors
    /// If a symbol is not in the vocabulary, and the vocabulary has no `<unk>` to stand for it.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, DataError> {
        if self.unit == Unit::Byte {
            return Ok(text.bytes().map(u32::from).collect());
        }
        self.encode_tokens(self.unit.symbols(text))
    }

    /// The ids of `tokens`.
    ///
    /// # Errors
    /// If a token is not in the vocabulary, and the vocabulary has no `<unk>` to stand for it.
    pub fn encode_tokens<'a>(
        &self,
        tokens: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<u32>, DataError> {
        let unknown = self.unknown_id();
        let mut ids = Vec::new();
        let mut missing = Distinct::default();
        for token in tokens {
            match self.ids.get(token).copied().or(unknown) {
                Some(id) => ids.push(id),
                None => missing.push(token),
            }
        }
        if missing.symbols.is_empty() {
            return Ok(ids);
        }
        let count = missing.symbols.len();
        missing.symbols.truncate(LISTED_SYMBOLS);
        Err(DataError::UnknownSymbols {
            symbols: missing.symbols.into_iter().map(str::to_owned).collect(),
            count,
            size: self.len(),
        })
    }

    /// The distinct symbols of `text` that are not in the vocabulary, in the order they come.
    pub fn unknown_symbols(&self, text: &str) -> Vec<String> {
        let mut missing = Distinct::default();
        self.unit
            .symbols(text)
            .filter(|&symbol| !self.ids.contains_key(symbol))
            .for_each(|symbol| missing.push(symbol));
        missing.symbols.into_iter().map(str::to_owned).collect()
    }

    /// The text of `ids`: words stand a space apart and `<eos>` is a line end; bytes that are not UTF-8, ids outside
    /// the vocabulary and unknown characters are `\u{fffd}`.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut decoder = self.decoder();
        let mut text: String = ids.iter().map(|&id| decoder.push(id)).collect();
        text += &decoder.finish();
        text
    }

    /// A decoder of ids that come one by one.
    pub fn decoder(&self) -> Decoder<'_> {
        Decoder::new(self)
    }
}

/// Distinct symbols in the order they come.
#[derive(Default)]
struct Distinct<'a> {
    symbols: Vec<&'a str>,
    seen: HashSet<&'a str>,
}

impl<'a> Distinct<'a> {
    fn push(&mut self, symbol: &'a str) {
        if self.seen.insert(symbol) {
            self.symbols.push(symbol);
        }
    }
}

/// Whether a symbol is a word of a vocabulary: not empty, and without white space.
fn is_word(symbol: &str) -> bool {
    !symbol.is_empty() && !symbol.contains(char::is_whitespace)
}

fn printable(symbol: &str) -> String {
    symbol
        .chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = escaped.is_none().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests;
