//! The words that a model's symbols stand for.

use std::collections::HashMap;

use crate::DecodeError;

/// The word of the boundary.
pub const END_OF_SENTENCE: &str = "<eos>";
/// The word that stands for all that a vocabulary does not have.
pub const UNKNOWN: &str = "<unk>";

/// `V` different words, each with its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    words: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Words {
    /// The words by rising id.
    ///
    /// # Errors
    /// Where one is there twice.
    pub fn new(words: Vec<String>) -> Result<Self, DecodeError> {
        let mut ids = HashMap::with_capacity(words.len());
        for (id, word) in words.iter().enumerate() {
            if ids.insert(word.clone(), id as u32).is_some() {
                let found = format!("{word:?} twice");
                return Err(DecodeError::setting("words", "each word once", found));
            }
        }
        Ok(Self { words, ids })
    }

    /// How many there are, `V`.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words by rising id.
    pub fn as_slice(&self) -> &[String] {
        &self.words
    }

    /// The id of `word`, if it is one of these.
    pub fn id(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied()
    }

    /// The ids of the words of `text`, those between ASCII white space as KenLM parts them, with [`END_OF_SENTENCE`] at each line's end where that
    /// is a word. What is no word becomes [`UNKNOWN`].
    ///
    /// # Errors
    /// Where there is no [`UNKNOWN`] to become.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, DecodeError> {
        let end = self.id(END_OF_SENTENCE);
        let unknown = self.id(UNKNOWN);
        let mut ids = Vec::new();
        for line in text.lines() {
            for word in line.split_ascii_whitespace() {
                let id = self.id(word).or(unknown).ok_or_else(|| {
                    let expected = "words of the vocabulary, which has no <unk>";
                    DecodeError::setting("text", expected, format!("{word:?}"))
                })?;
                ids.push(id);
            }
            ids.extend(end);
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Words, DecodeError> {
        Words::new(words.iter().map(|word| word.to_string()).collect())
    }

    #[test]
    fn text_becomes_ids() {
        let sentences = words(&["<eos>", "a", "b", "<unk>"]).unwrap();
        assert_eq!(
            sentences.encode("a b\n\n c a").unwrap(),
            [1, 2, 0, 0, 3, 1, 0]
        );
        assert_eq!(sentences.id("b"), Some(2));
        let closed = words(&["a", "b"]).unwrap();
        assert_eq!(closed.encode("b a\na\n").unwrap(), [1, 0, 0]);
        assert_eq!(
            closed.encode("b c").unwrap_err().to_string(),
            "text: expected words of the vocabulary, which has no <unk>, found \"c\""
        );
    }

    #[test]
    fn a_word_has_one_id() {
        assert_eq!(
            words(&["a", "b", "a"]).unwrap_err().to_string(),
            "words: expected each word once, found \"a\" twice"
        );
    }
}
