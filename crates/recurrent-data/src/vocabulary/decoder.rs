//! Ids back to text, one at a time: the text that a program prints while a model writes.

use std::{mem, str};

use crate::tokenize::{END_OF_LINE, UNKNOWN};
use crate::{Unit, Vocabulary};

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// Decodes ids as they come.
///
/// Nothing is returned that a later id could change: the bytes of a character come out together, and a word comes with
/// the space that parts it from the word before.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    vocabulary: &'a Vocabulary,
    /// Bytes of a character that is not complete.
    pending: Vec<u8>,
    /// Whether a word stands before the next one in the same line.
    within_line: bool,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(vocabulary: &'a Vocabulary) -> Self {
        Self {
            vocabulary,
            pending: Vec::new(),
            within_line: false,
        }
    }

    /// The text that `id` completes.
    pub fn push(&mut self, id: u32) -> String {
        match self.vocabulary.unit {
            Unit::Character => self.character(id),
            Unit::Byte => self.byte(id),
            Unit::Word => self.word(id),
        }
    }

    /// What remains when there are no more ids: the replacement of a character that was never completed.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }

    fn symbol(&self, id: u32) -> Option<&'a str> {
        let symbols = &self.vocabulary.symbols;
        symbols.get(id as usize).map(String::as_str)
    }

    fn character(&self, id: u32) -> String {
        match self.symbol(id) {
            Some(symbol) if symbol != UNKNOWN => symbol.to_owned(),
            _ => REPLACEMENT.to_string(),
        }
    }

    fn word(&mut self, id: u32) -> String {
        let word = self.symbol(id).unwrap_or("\u{fffd}");
        if word == END_OF_LINE {
            self.within_line = false;
            return "\n".to_owned();
        }
        let space = if self.within_line { " " } else { "" };
        self.within_line = true;
        format!("{space}{word}")
    }

    fn byte(&mut self, id: u32) -> String {
        // 0xff is in no UTF-8 text, so an id that is no byte comes out as a replacement too.
        self.pending.push(u8::try_from(id).unwrap_or(0xff));
        let bytes = mem::take(&mut self.pending);
        let mut text = String::new();
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text += chunk.valid();
            if chunks.peek().is_none() && is_beginning(chunk.invalid()) {
                self.pending = chunk.invalid().to_owned();
            } else if !chunk.invalid().is_empty() {
                text.push(REPLACEMENT);
            }
        }
        text
    }
}

/// Whether further bytes can make a character of `bytes`.
fn is_beginning(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(decoder: &mut Decoder, ids: &[u32]) -> Vec<String> {
        ids.iter().map(|&id| decoder.push(id)).collect()
    }

    #[test]
    fn the_bytes_of_a_character_come_out_together() {
        let vocabulary = Vocabulary::build(Unit::Byte, [""], None);
        let mut decoder = vocabulary.decoder();
        let ids = vocabulary.encode("aé🦀").unwrap();
        assert_eq!(pushed(&mut decoder, &ids), ["a", "", "é", "", "", "", "🦀"]);
        assert_eq!(decoder.finish(), "");
    }

    #[test]
    fn broken_bytes_are_replaced_as_a_lossy_conversion_does() {
        let vocabulary = Vocabulary::build(Unit::Byte, [""], None);
        for bytes in [
            &b"a\xffb"[..],
            b"\xc3a",
            b"\xf0\x9f\xa6",
            b"\xe4\xb8\xe4\xb8\xad",
            b"\x80\x80\xc3\xa9\xc3",
            b"\xed\xa0\x80",
        ] {
            let ids: Vec<u32> = bytes.iter().copied().map(u32::from).collect();
            assert_eq!(
                vocabulary.decode(&ids),
                String::from_utf8_lossy(bytes),
                "{bytes:x?}"
            );
        }
        assert_eq!(vocabulary.decode(&[97, 256]), "a\u{fffd}");
    }

    #[test]
    fn words_come_with_the_space_before_them() {
        let vocabulary = Vocabulary::build(Unit::Word, ["a b\n"], None);
        let ids = vocabulary.encode("a b\nb a").unwrap();
        let mut decoder = vocabulary.decoder();
        assert_eq!(pushed(&mut decoder, &ids), ["a", " b", "\n", "b", " a"]);
        assert_eq!(decoder.push(99), " \u{fffd}");
    }
}
