//! Words and their vectors, as a table that is read from and written to the formats of word2vec and GloVe.
//!
//! | format | file |
//! | --- | --- |
//! | [`Word2VecText`](WordVectorFormat::Word2VecText) | a line `V E`, then a line a word: the word and `E` numbers, a space apart |
//! | [`Word2VecBinary`](WordVectorFormat::Word2VecBinary) | a line `V E`, then for each word the word, a space and `E` little-endian `f32` |
//! | [`GloVeText`](WordVectorFormat::GloVeText) | as word2vec's text, without the first line |
//!
//! `V` is the number of words, `E` the width of a vector. Words are UTF-8.
//!
//! Sources: Mikolov, Chen, Corrado and Dean (2013), *Efficient Estimation of Word Representations in Vector Space*, and
//! their tool; Pennington, Socher and Manning (2014), *GloVe: Global Vectors for Word Representation*, and theirs.

mod binary;
mod read;
mod similarity;
mod text;
mod write;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::DataError;

pub use similarity::Neighbour;

/// The widest vector that is read.
pub(crate) const MOST_WIDTH: usize = 1 << 16;
/// The most bytes of a word that is read.
const MOST_WORD_BYTES: usize = 1 << 16;

/// How word vectors stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordVectorFormat {
    /// Text with a header.
    Word2VecText,
    /// Numbers in binary, with a header in text.
    Word2VecBinary,
    /// Text without a header.
    GloVeText,
}

/// A vector for each of `V` words, all of width `E`.
///
/// ```
/// use recurrent_data::WordVectors;
///
/// let words = ["king", "queen", "man", "woman"].map(String::from).to_vec();
/// let values = vec![1.0, 0.1, 1.0, 0.9, 0.2, 0.1, 0.2, 0.9];
/// let vectors = WordVectors::new(words, 2, values)?;
/// assert_eq!(vectors.nearest("king", 1)?[0].word, "man");
/// assert_eq!(vectors.analogy(["man", "woman", "king"], 1)?[0].word, "queen");
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WordVectors {
    words: Vec<String>,
    ids: HashMap<String, usize>,
    width: usize,
    values: Vec<f32>,
    /// Reciprocals of the vectors' lengths, zero for a vector of zeros. `[V]`
    inverse_norms: Vec<f64>,
}

impl WordVectors {
    /// The vectors `values [V, E]` of distinct words.
    ///
    /// # Errors
    /// If there is no word, a word is empty or there twice, the width is 0, the values are not `V x E`, or one is not
    /// finite.
    pub fn new(words: Vec<String>, width: usize, values: Vec<f32>) -> Result<Self, DataError> {
        let wrong = |problem| DataError::WordVectors { problem };
        if words.len().checked_mul(width) != Some(values.len()) {
            return Err(wrong(format!(
                "expected {} x {width} values, found {}",
                words.len(),
                values.len()
            )));
        }
        let mut table = Table::new(width).map_err(wrong)?;
        let count = words.len();
        for (word, row) in words.into_iter().zip(values.chunks_exact(width)) {
            table
                .check_row(row)
                .map_err(|problem| wrong(format!("word `{word}`: {problem}")))?;
            table.push_word(word).map_err(wrong)?;
        }
        if count == 0 {
            return Err(wrong("expected at least one word, found none".to_owned()));
        }
        table.values = values;
        Ok(table.finish())
    }

    /// The number of words, `V`, at least 1.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Always false: there is at least one word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The width of a vector, `E`.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The words, in the order of their vectors. `[V]`
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// All vectors, row-major. `[V, E]`
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The row of a word.
    pub fn id(&self, word: &str) -> Option<usize> {
        self.ids.get(word).copied()
    }

    /// The vector of a word. `[E]`
    pub fn vector(&self, word: &str) -> Option<&[f32]> {
        self.id(word).map(|id| self.row(id))
    }

    fn row(&self, id: usize) -> &[f32] {
        &self.values[id * self.width..(id + 1) * self.width]
    }
}

/// Word vectors that are being read. Problems are told without their place.
#[derive(Debug)]
struct Table {
    words: Vec<String>,
    ids: HashMap<String, usize>,
    width: usize,
    values: Vec<f32>,
}

impl Table {
    fn new(width: usize) -> Result<Self, String> {
        if !(1..=MOST_WIDTH).contains(&width) {
            return Err(format!(
                "expected a width from 1 to {MOST_WIDTH}, found {width}"
            ));
        }
        Ok(Self {
            words: Vec::new(),
            ids: HashMap::new(),
            width,
            values: Vec::new(),
        })
    }

    fn push_word(&mut self, word: String) -> Result<(), String> {
        if word.is_empty() {
            return Err("expected a word, found none".to_owned());
        }
        match self.ids.entry(word.clone()) {
            Entry::Occupied(entry) => Err(format!(
                "expected distinct words, found `{}` again, which is word {} already",
                word.escape_debug(),
                entry.get() + 1
            )),
            Entry::Vacant(entry) => {
                entry.insert(self.words.len());
                self.words.push(word);
                Ok(())
            }
        }
    }

    fn check_row(&self, row: &[f32]) -> Result<(), String> {
        match row.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(at) => Err(format!(
                "expected finite numbers, found {} as number {}",
                row[at],
                at + 1
            )),
        }
    }

    fn finish(self) -> WordVectors {
        let inverse_norm = |row: &[f32]| {
            let squares = row.iter().map(|&value| f64::from(value).powi(2));
            let norm = squares.sum::<f64>().sqrt();
            if norm > 0.0 { 1.0 / norm } else { 0.0 }
        };
        let rows = self.values.chunks_exact(self.width);
        WordVectors {
            inverse_norms: rows.map(inverse_norm).collect(),
            words: self.words,
            ids: self.ids,
            width: self.width,
            values: self.values,
        }
    }
}

/// A word of a file.
fn decode_word(bytes: &[u8]) -> Result<String, String> {
    match std::str::from_utf8(bytes) {
        Ok(word) => Ok(word.to_owned()),
        Err(_) => Err(format!(
            "expected a word in UTF-8, found the bytes `{}`",
            bytes[..bytes.len().min(100)].escape_ascii()
        )),
    }
}

/// The start of what stands in a file, for a message.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    text.chars().take(60).flat_map(char::escape_debug).collect()
}
