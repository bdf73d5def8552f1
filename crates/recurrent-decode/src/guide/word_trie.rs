//! Words as label sequences, in a tree: a node is a beginning of words.

use crate::DecodeError;
use crate::label_table::LabelTable;

/// The node of the empty beginning.
pub(super) const ROOT: u32 = 0;
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
pub(super) struct WordTrie {
    children: LabelTable,
    /// The number of the word that ends at each node, or [`NONE`].
    words: Vec<u32>,
}

impl WordTrie {
    /// The tree of `words`, each a sequence of labels.
    ///
    /// # Errors
    /// Where there is no word or one has no label.
    pub fn new<W: AsRef<[u32]>>(words: &[W]) -> Result<Self, DecodeError> {
        if words.is_empty() {
            return Err(DecodeError::setting("words", "at least one word", "none"));
        }
        let mut trie = Self {
            children: LabelTable::new(),
            words: vec![NONE],
        };
        for (number, word) in words.iter().enumerate() {
            let labels = word.as_ref();
            if labels.is_empty() {
                let expected = "words of at least one label";
                return Err(DecodeError::setting(
                    "words",
                    expected,
                    format!("none in word {number} from 0"),
                ));
            }
            let mut node = ROOT;
            for &label in labels {
                node = trie.child(node, label).unwrap_or_else(|| {
                    let child = trie.words.len() as u32;
                    trie.children.insert(node, label, child);
                    trie.words.push(NONE);
                    child
                });
            }
            // The first of equal words.
            let end = &mut trie.words[node as usize];
            *end = (*end).min(number as u32);
        }
        Ok(trie)
    }

    /// The beginning after one more label, if any word has it.
    pub fn child(&self, node: u32, label: u32) -> Option<u32> {
        self.children.get(node, label)
    }

    /// The word that ends here.
    pub fn word(&self, node: u32) -> Option<u32> {
        let word = self.words[node as usize];
        (word != NONE).then_some(word)
    }
}

/// Refuses words with a symbol that is no label: not below `symbols`, the blank, or the separator.
pub(super) fn check_words<W: AsRef<[u32]>>(
    words: &[W],
    symbols: usize,
    blank: usize,
    separator: Option<u32>,
) -> Result<(), DecodeError> {
    for (number, word) in words.iter().enumerate() {
        for (position, &label) in word.as_ref().iter().enumerate() {
            let is_symbol = (label as usize) < symbols && label as usize != blank;
            if !is_symbol || separator == Some(label) {
                let separator =
                    separator.map_or(String::new(), |s| format!(" nor the separator, {s}"));
                return Err(DecodeError::Word {
                    word: number,
                    position,
                    expected: format!(
                        "a label below {symbols} that is not the blank, {blank}{separator}"
                    ),
                    found: label,
                });
            }
        }
    }
    Ok(())
}

/// Refuses a separator that is no label.
pub(super) fn check_separator(
    separator: Option<u32>,
    symbols: usize,
    blank: usize,
) -> Result<(), DecodeError> {
    match separator {
        Some(label) if label as usize >= symbols || label as usize == blank => {
            let expected = "a label, below the number of symbols and not the blank";
            Err(DecodeError::setting("separator", expected, label))
        }
        _ => Ok(()),
    }
}
