//! Subwords as a file: `{"version": 1, "characters": "abe..", "merges": ["▁ a", "b e", ..]}`, in the order of their ids. The two
//! symbols of a merge stand a space apart.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::{MARK, MOST_CHARACTERS, MOST_SYMBOLS, Pair, SPECIAL, Subwords, first_symbols};
use crate::tokenize::UNKNOWN;
use crate::{DataError, json_problem};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct File {
    version: u32,
    characters: String,
    merges: Vec<String>,
}

impl Subwords {
    /// The subwords as JSON.
    pub fn to_json(&self) -> String {
        let symbol = |id: u32| &self.symbols[id as usize][..];
        let merges = self.merges.iter().map(|pair| pair.map(symbol).join(" "));
        let first = self.symbols.iter().skip(SPECIAL);
        let characters = first.take(self.characters.len()).map(String::as_str);
        json!({
            "version": VERSION,
            "characters": characters.collect::<String>(),
            "merges": merges.collect::<Vec<_>>(),
        })
        .to_string()
    }

    /// The subwords that [`to_json`](Self::to_json) wrote; `path` is the file they came from, for the errors.
    ///
    /// # Errors
    /// If the JSON is malformed, or its characters and merges make no subwords.
    pub fn from_json(json: &str, path: &Path) -> Result<Self, DataError> {
        let wrong = |problem: String| DataError::SubwordFile {
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
        check_characters(&file.characters)
            .map_err(|problem| wrong(format!("`characters`: {problem}")))?;
        let (symbols, characters) = first_symbols(file.characters.chars());
        let mut learnt = Learnt::new(symbols);
        for (at, merge) in file.merges.iter().enumerate() {
            learnt
                .push(merge)
                .map_err(|problem| wrong(format!("`merges`, {at}: {problem}")))?;
        }
        Ok(Self::new(learnt.symbols, characters, learnt.merges))
    }
}

fn check_characters(characters: &str) -> Result<(), String> {
    let most = MOST_SYMBOLS - SPECIAL;
    let mut seen = HashSet::new();
    for character in characters.chars() {
        let shown = character.escape_debug();
        if character.is_whitespace() || character == MARK {
            return Err(format!(
                "expected neither white space nor `{MARK}`, found `{shown}`"
            ));
        }
        if !seen.insert(character) {
            return Err(format!(
                "expected distinct characters, found `{shown}` again"
            ));
        }
        if seen.len() > most {
            return Err(format!("expected at most {most} characters, found more"));
        }
    }
    Ok(())
}

/// Merges that are being read.
struct Learnt {
    symbols: Vec<String>,
    ids: HashMap<String, u32>,
    merges: Vec<(Pair, u32)>,
    seen: HashSet<Pair>,
}

impl Learnt {
    fn new(symbols: Vec<String>) -> Self {
        Self {
            ids: symbols.iter().cloned().zip(0..).collect(),
            symbols,
            merges: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn push(&mut self, merge: &str) -> Result<(), String> {
        let Some((left, right)) = merge.split_once(' ') else {
            return Err(format!(
                "expected two symbols a space apart, found `{}`",
                shown(merge)
            ));
        };
        let pair = [self.id(left)?, self.id(right)?];
        if right.starts_with(MARK) {
            return Err(format!(
                "expected `{MARK}` before a word alone, found `{}`",
                shown(merge)
            ));
        }
        let symbol = [left, right].concat();
        let characters = symbol.trim_start_matches(MARK).chars().count();
        if characters > MOST_CHARACTERS || symbol == UNKNOWN {
            return Err(format!(
                "expected at most {MOST_CHARACTERS} characters and not `{UNKNOWN}`, found `{}`",
                shown(&symbol)
            ));
        }
        if !self.seen.insert(pair) {
            return Err(format!(
                "expected distinct merges, found `{}` again",
                shown(merge)
            ));
        }
        let next = self.symbols.len();
        let id = *self.ids.entry(symbol.clone()).or_insert(next as u32);
        if id as usize == next {
            if next == MOST_SYMBOLS {
                return Err(format!(
                    "expected at most {MOST_SYMBOLS} symbols, found more"
                ));
            }
            self.symbols.push(symbol);
        }
        self.merges.push((pair, id));
        Ok(())
    }

    /// The id of a symbol that may be merged.
    fn id(&self, symbol: &str) -> Result<u32, String> {
        match self.ids.get(symbol) {
            Some(&id) if symbol != UNKNOWN => Ok(id),
            _ => Err(format!(
                "expected a character or what an earlier merge makes, found `{}`",
                shown(symbol)
            )),
        }
    }
}

/// The beginning of a symbol, for messages.
fn shown(symbol: &str) -> String {
    symbol
        .chars()
        .take(60)
        .flat_map(char::escape_debug)
        .collect()
}
