//! Text cut into symbols: characters, bytes or words.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The word that stands for the end of a line.
pub(crate) const END_OF_LINE: &str = "<eos>";
/// The symbol that stands for every symbol outside the vocabulary.
pub(crate) const UNKNOWN: &str = "<unk>";

/// What one symbol of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A Unicode scalar value.
    Character,
    /// A byte of the UTF-8 text.
    Byte,
    /// A word between white space; every line end is the word `<eos>`, and `<unk>` is the unknown word. This is the
    /// convention of the Penn Treebank corpus of Mikolov et al. (2010), *Recurrent neural network based language model*.
    Word,
}

impl Unit {
    /// The symbols of `text` in order, as a vocabulary spells them.
    pub(crate) fn symbols(self, text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Unit::Character => Box::new(
                text.char_indices()
                    .map(|(start, character)| &text[start..start + character.len_utf8()]),
            ),
            Unit::Byte => Box::new(
                text.bytes()
                    .map(|byte| &BYTE_SYMBOLS[usize::from(byte)][..]),
            ),
            Unit::Word => Box::new(text.split_inclusive('\n').flat_map(|line| {
                let end = line.ends_with('\n').then_some(END_OF_LINE);
                line.split_whitespace().chain(end)
            })),
        }
    }
}

/// The symbols of the 256 bytes: printable ASCII as it is, the others as `\x0a`.
pub(crate) static BYTE_SYMBOLS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (0..=u8::MAX)
        .map(|byte| match byte {
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(unit: Unit, text: &str) -> Vec<&str> {
        unit.symbols(text).collect()
    }

    #[test]
    fn each_unit_cuts_in_its_own_way() {
        assert_eq!(symbols(Unit::Character, "aé\n"), ["a", "é", "\n"]);
        assert_eq!(
            symbols(Unit::Byte, "aé\n"),
            ["a", "\\xc3", "\\xa9", "\\x0a"]
        );
        assert_eq!(
            symbols(Unit::Word, " a  b \n\nc"),
            ["a", "b", "<eos>", "<eos>", "c"]
        );
        for unit in [Unit::Character, Unit::Byte, Unit::Word] {
            assert!(symbols(unit, "").is_empty());
        }
    }

    #[test]
    fn the_names_of_the_units_are_lower_case() {
        assert_eq!(
            serde_json::to_string(&Unit::Character).unwrap(),
            "\"character\""
        );
        assert_eq!(
            serde_json::from_str::<Unit>("\"word\"").unwrap(),
            Unit::Word
        );
    }
}
