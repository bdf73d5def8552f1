//! A vocabulary as a file: `{"version": 1, "unit": "character", "symbols": ["\n", " ", "a", ..]}`, ids in order.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::{Vocabulary, is_word, printable};
use crate::tokenize::{BYTE_SYMBOLS, END_OF_LINE, UNKNOWN};
use crate::{DataError, Unit, json_problem};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct File {
    version: u32,
    unit: Unit,
    symbols: Vec<String>,
}

impl Vocabulary {
    /// The vocabulary as JSON.
    pub fn to_json(&self) -> String {
        json!({"version": VERSION, "unit": self.unit, "symbols": self.symbols}).to_string()
    }

    /// The vocabulary of these words, ids in their order; the word of a line end, `<eos>`, is one of them.
    ///
    /// # Errors
    /// If they are not a vocabulary of words.
    pub fn from_words(words: Vec<String>) -> Result<Self, DataError> {
        match check_symbols(Unit::Word, &words).and_then(|()| check_words(&words, &[END_OF_LINE])) {
            Ok(()) => Ok(Self::from_symbols(Unit::Word, words)),
            Err(problem) => Err(DataError::Words { problem }),
        }
    }

    /// The vocabulary that [`to_json`](Self::to_json) wrote; `path` is the file it came from, for the errors.
    ///
    /// # Errors
    /// If the JSON is malformed, or its symbols are not a vocabulary of its unit.
    pub fn from_json(json: &str, path: &Path) -> Result<Self, DataError> {
        let wrong = |problem: String| DataError::VocabularyFile {
            path: path.to_owned(),
            problem,
        };
        let file: File = serde_json::from_str(json).map_err(|error| wrong(json_problem(&error)))?;
        if file.version != VERSION {
            return Err(wrong(format!(
                "`version`: expected {VERSION}, found {}",
                file.version
            )));
        }
        check_symbols(file.unit, &file.symbols)
            .and_then(|()| match file.unit {
                // Words of a text have line ends among them, and tokens have what stands for those left out.
                Unit::Word => check_words(&file.symbols, &[END_OF_LINE, UNKNOWN]),
                Unit::Character | Unit::Byte => Ok(()),
            })
            .map_err(|problem| wrong(format!("`symbols`: {problem}")))?;
        Ok(Self::from_symbols(file.unit, file.symbols))
    }
}

fn check_symbols(unit: Unit, symbols: &[String]) -> Result<(), String> {
    if symbols.is_empty() {
        return Err("expected at least one symbol, found none".to_owned());
    }
    if unit == Unit::Byte {
        return check_bytes(symbols);
    }
    let mut seen = HashSet::new();
    for (id, symbol) in symbols.iter().enumerate() {
        let shown = printable(symbol);
        if !seen.insert(symbol) {
            return Err(format!(
                "expected distinct symbols, found `{shown}` again at {id}"
            ));
        }
        let (fits, expected) = match unit {
            Unit::Character => (
                symbol == UNKNOWN || symbol.chars().count() == 1,
                "one character",
            ),
            _ => (is_word(symbol), "a word without white space"),
        };
        if !fits {
            return Err(format!("expected {expected}, found `{shown}` at {id}"));
        }
    }
    Ok(())
}

/// An error where none of `needed` is among the words.
fn check_words(words: &[String], needed: &[&str]) -> Result<(), String> {
    if words.iter().any(|word| needed.contains(&word.as_str())) {
        return Ok(());
    }
    Err(format!(
        "expected the word `{}`, found none",
        needed.join("` or `")
    ))
}

fn check_bytes(symbols: &[String]) -> Result<(), String> {
    if symbols.len() != BYTE_SYMBOLS.len() {
        return Err(format!(
            "expected the 256 bytes, found {} symbols",
            symbols.len()
        ));
    }
    match symbols
        .iter()
        .zip(BYTE_SYMBOLS.iter())
        .position(|(found, byte)| found != byte)
    {
        None => Ok(()),
        Some(id) => Err(format!(
            "expected the byte `{}` at {id}, found `{}`",
            BYTE_SYMBOLS[id],
            printable(&symbols[id])
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        Vocabulary::from_json(json, Path::new("vocabulary.json"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_vocabulary_survives_its_file() {
        for (unit, limit) in [
            (Unit::Character, None),
            (Unit::Character, Some(3)),
            (Unit::Byte, None),
            (Unit::Word, None),
            (Unit::Word, Some(4)),
        ] {
            let vocabulary = Vocabulary::build(unit, ["a \"b\"\té\n"], limit);
            let json = vocabulary.to_json();
            assert_eq!(
                Vocabulary::from_json(&json, Path::new("v")).unwrap(),
                vocabulary
            );
        }
        for tokens in [vec!["a", "\"b\"", "é", "a"], vec![]] {
            let vocabulary = Vocabulary::of_tokens([tokens], None, 1);
            let json = vocabulary.to_json();
            assert_eq!(
                Vocabulary::from_json(&json, Path::new("v")).unwrap(),
                vocabulary
            );
        }
        assert_eq!(
            Vocabulary::build(Unit::Character, ["b\na"], None).to_json(),
            r#"{"version":1,"unit":"character","symbols":["\n","a","b"]}"#
        );
    }

    #[test]
    fn a_malformed_file_says_what_was_expected() {
        let cases = [
            (r#"{"version":1,"unit":"#, "expected JSON to its end"),
            (
                r#"{"version":2,"unit":"word","symbols":["a"]}"#,
                "`version`: expected 1, found 2",
            ),
            (
                r#"{"version":1,"unit":"letter","symbols":["a"]}"#,
                "unknown variant `letter`",
            ),
            (
                r#"{"version":1,"unit":"word"}"#,
                "expected `symbols`, found none",
            ),
            (
                r#"{"version":1,"unit":"word","symbols":[]}"#,
                "at least one symbol",
            ),
            (
                r#"{"version":1,"unit":"word","symbols":["a"]}"#,
                "expected the word `<eos>`",
            ),
            (
                r#"{"version":1,"unit":"word","symbols":["<eos>","a b"]}"#,
                "found `a b` at 1",
            ),
            (
                r#"{"version":1,"unit":"character","symbols":["a","a"]}"#,
                "found `a` again at 1",
            ),
            (
                r#"{"version":1,"unit":"character","symbols":["a",""]}"#,
                "expected one character, found `` at 1",
            ),
            (
                r#"{"version":1,"unit":"byte","symbols":["a"]}"#,
                "expected the 256 bytes, found 1 symbols",
            ),
        ];
        for (json, message) in cases {
            let error = error(json);
            assert!(
                error.starts_with("vocabulary.json: ") && error.contains(message),
                "{error}"
            );
        }
        let words = Vocabulary::from_words(vec!["<unk>".to_owned()]).unwrap_err();
        assert_eq!(
            words.to_string(),
            "words: expected the word `<eos>`, found none"
        );
        let mut bytes = BYTE_SYMBOLS.clone();
        bytes.swap(0, 1);
        let json = json!({"version": 1, "unit": "byte", "symbols": bytes}).to_string();
        assert!(error(&json).contains("expected the byte `\\x00` at 0, found `\\x01`"));
    }
}
