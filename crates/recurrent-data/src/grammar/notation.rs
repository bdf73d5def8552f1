//! The notation of a grammar: one nonterminal a line, its alternatives parted by `|`, each with a weight.

use std::collections::HashMap;

use super::{Alternative, Nonterminal, Symbol};
use crate::DataError;

const EMPTY: &str = "-";

fn wrong(line: usize, problem: impl Into<String>) -> DataError {
    DataError::Grammar {
        line,
        problem: problem.into(),
    }
}

/// The nonterminals and the words that `notation` speaks of, each in the order they come.
pub(super) fn parse(notation: &str) -> Result<(Vec<Nonterminal>, Vec<String>), DataError> {
    let definitions = definitions(notation)?;
    let mut numbers = HashMap::new();
    for (number, definition) in definitions.iter().enumerate() {
        if numbers.insert(definition.name, number).is_some() {
            let problem = format!(
                "expected one definition of `{}`, found a second",
                definition.name
            );
            return Err(wrong(definition.line, problem));
        }
    }
    let mut reader = Reader {
        numbers,
        word_numbers: HashMap::new(),
        words: Vec::new(),
    };
    let nonterminals = definitions
        .iter()
        .map(|definition| reader.nonterminal(definition))
        .collect::<Result<Vec<_>, _>>()?;
    if nonterminals.is_empty() {
        return Err(wrong(1, "expected a definition, found none"));
    }
    Ok((nonterminals, reader.words))
}

struct Definition<'a> {
    name: &'a str,
    line: usize,
    body: String,
}

/// The definitions with their continuation lines joined and comments removed.
fn definitions(notation: &str) -> Result<Vec<Definition<'_>>, DataError> {
    let mut definitions: Vec<Definition> = Vec::new();
    for (line, number) in notation.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            let Some(definition) = definitions.last_mut() else {
                return Err(wrong(number, "expected a definition, found a continuation"));
            };
            definition.body += line;
            continue;
        }
        let Some((name, body)) = line.split_once('=') else {
            return Err(wrong(
                number,
                format!("expected `Name = ..`, found `{}`", line.trim()),
            ));
        };
        let name = name.trim();
        if !is_name(name) {
            let problem = format!("expected a name that begins with a capital, found `{name}`");
            return Err(wrong(number, problem));
        }
        definitions.push(Definition {
            name,
            line: number,
            body: body.to_owned(),
        });
    }
    Ok(definitions)
}

struct Reader<'a> {
    numbers: HashMap<&'a str, usize>,
    word_numbers: HashMap<String, usize>,
    words: Vec<String>,
}

impl Reader<'_> {
    fn nonterminal(&mut self, definition: &Definition) -> Result<Nonterminal, DataError> {
        let mut alternatives = definition
            .body
            .split('|')
            .map(|alternative| self.alternative(definition.line, alternative))
            .collect::<Result<Vec<_>, _>>()?;
        let sum: f64 = alternatives
            .iter()
            .map(|alternative| alternative.probability)
            .sum();
        for alternative in &mut alternatives {
            alternative.probability /= sum;
            if !alternative.probability.is_normal() {
                return Err(wrong(
                    definition.line,
                    "expected weights of like size, found a ratio out of range",
                ));
            }
        }
        Ok(Nonterminal {
            name: definition.name.to_owned(),
            line: definition.line,
            alternatives,
        })
    }

    /// The weight stands where the probability will.
    fn alternative(&mut self, line: usize, alternative: &str) -> Result<Alternative, DataError> {
        let mut parts = alternative.split_whitespace();
        let weight = parts.next().unwrap_or_default();
        let probability = match weight.parse::<f64>() {
            Ok(number) if number.is_normal() && number > 0.0 => number,
            _ => {
                let problem =
                    format!("expected a positive weight before the symbols, found `{weight}`");
                return Err(wrong(line, problem));
            }
        };
        let parts: Vec<&str> = parts.collect();
        let symbols = match parts[..] {
            [] => {
                return Err(wrong(
                    line,
                    format!("expected symbols or `{EMPTY}` after the weight, found none"),
                ));
            }
            [EMPTY] => Vec::new(),
            _ => parts
                .into_iter()
                .map(|part| self.symbol(line, part))
                .collect::<Result<_, _>>()?,
        };
        Ok(Alternative {
            probability,
            symbols,
        })
    }

    fn symbol(&mut self, line: usize, part: &str) -> Result<Symbol, DataError> {
        if is_name(part) {
            return match self.numbers.get(part) {
                Some(&number) => Ok(Symbol::Nonterminal(number)),
                None => Err(wrong(
                    line,
                    format!("expected a defined name, found `{part}`"),
                )),
            };
        }
        if !part.chars().all(|character| character.is_ascii_lowercase()) {
            return Err(wrong(
                line,
                format!("expected a word of lower-case letters, found `{part}`"),
            ));
        }
        let number = *self.word_numbers.entry(part.to_owned()).or_insert_with(|| {
            self.words.push(part.to_owned());
            self.words.len() - 1
        });
        Ok(Symbol::Word(number))
    }
}

fn is_name(part: &str) -> bool {
    part.starts_with(|character: char| character.is_ascii_uppercase())
        && part
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
}
