//! Features of words.

use super::features::{neighbour, offsets};
use super::hash::{feature, text};

/// What features are made of. The numbers are part of saved taggers.
mod template {
    pub const ANY: u64 = 0;
    pub const WORD: u64 = 1;
    pub const LOWER: u64 = 2;
    pub const SHAPE: u64 = 3;
    pub const LOWER_PAIR: u64 = 4;
    pub const SHAPE_PAIR: u64 = 5;
    pub const PREFIX: u64 = 6;
    pub const SUFFIX: u64 = 7;
    pub const NEAR_SUFFIX: u64 = 8;
    pub const CAPITAL: u64 = 9;
    pub const ALL_CAPITALS: u64 = 10;
    pub const DIGIT: u64 = 11;
    pub const HYPHEN: u64 = 12;
}

/// How many characters of its neighbours' ends a word looks at.
const NEAR_SUFFIX: usize = 3;

/// The features of each word, `[T]`.
pub(super) fn features<W: AsRef<str>>(words: &[W], window: usize, affixes: usize) -> Vec<Vec<u64>> {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let hashes = |of: &dyn Fn(&str) -> u64| words.iter().map(|word| of(word)).collect::<Vec<_>>();
    let sentence = Sentence {
        exact: hashes(&|word| text(word.bytes())),
        lower: hashes(&|word| text(word.to_lowercase().bytes())),
        shape: hashes(&|word| text(shape(word).bytes())),
        suffix: hashes(&|word| text(end(word, NEAR_SUFFIX).unwrap_or(word).bytes())),
    };
    (words.iter().enumerate())
        .map(|(at, word)| {
            let mut found = vec![feature(template::ANY, &[])];
            sentence.around(at, window, &mut found);
            affixes_of(word, affixes, &mut found);
            marks(word, at == 0, &mut found);
            found
        })
        .collect()
}

/// The hashes of all words, `[T]` each.
struct Sentence {
    exact: Vec<u64>,
    lower: Vec<u64>,
    shape: Vec<u64>,
    suffix: Vec<u64>,
}

impl Sentence {
    /// What stands in the window around `at`.
    fn around(&self, at: usize, window: usize, found: &mut Vec<u64>) {
        for offset in offsets(window) {
            let place = offset as u64;
            let [exact, lower, shape] =
                [&self.exact, &self.lower, &self.shape].map(|hashes| neighbour(hashes, at, offset));
            found.push(feature(template::WORD, &[place, exact]));
            found.push(feature(template::LOWER, &[place, lower]));
            found.push(feature(template::SHAPE, &[place, shape]));
            if offset != 0 {
                let suffix = neighbour(&self.suffix, at, offset);
                found.push(feature(template::NEAR_SUFFIX, &[place, suffix]));
            }
            if offset < window as isize {
                let [lower_next, shape_next] =
                    [&self.lower, &self.shape].map(|hashes| neighbour(hashes, at, offset + 1));
                found.push(feature(template::LOWER_PAIR, &[place, lower, lower_next]));
                found.push(feature(template::SHAPE_PAIR, &[place, shape, shape_next]));
            }
        }
    }
}

/// Its first and last characters, where it has as many.
fn affixes_of(word: &str, affixes: usize, found: &mut Vec<u64>) {
    for length in 1..=affixes {
        let (Some(start), Some(end)) = (start(word, length), end(word, length)) else {
            break;
        };
        found.push(feature(
            template::PREFIX,
            &[length as u64, text(start.bytes())],
        ));
        found.push(feature(
            template::SUFFIX,
            &[length as u64, text(end.bytes())],
        ));
    }
}

/// What can be seen of a word without reading it. A capital says less at the start of a sentence.
fn marks(word: &str, first: bool, found: &mut Vec<u64>) {
    if word.starts_with(char::is_uppercase) {
        found.push(feature(template::CAPITAL, &[u64::from(first)]));
    }
    if word.contains(char::is_uppercase) && !word.contains(char::is_lowercase) {
        found.push(feature(template::ALL_CAPITALS, &[]));
    }
    if word.contains(char::is_numeric) {
        found.push(feature(template::DIGIT, &[]));
    }
    if word.contains('-') {
        found.push(feature(template::HYPHEN, &[]));
    }
}

/// The first `length` characters, where there are as many.
fn start(word: &str, length: usize) -> Option<&str> {
    let (last, character) = word.char_indices().nth(length.checked_sub(1)?)?;
    Some(&word[..last + character.len_utf8()])
}

/// The last `length` characters, where there are as many.
fn end(word: &str, length: usize) -> Option<&str> {
    let (first, _) = word.char_indices().rev().nth(length.checked_sub(1)?)?;
    Some(&word[first..])
}

/// A word with `X` for capitals, `x` for small letters, `l` for other letters, `d` for digits, runs of the same cut to
/// one: `McDonald's-1990` is `XxXx'x-d`.
fn shape(word: &str) -> String {
    let mut shape = String::new();
    for character in word.chars() {
        let kind = match character {
            c if c.is_uppercase() => 'X',
            c if c.is_lowercase() => 'x',
            c if c.is_alphabetic() => 'l',
            c if c.is_numeric() => 'd',
            c => c,
        };
        if !shape.ends_with(kind) {
            shape.push(kind);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_kinds_of_characters() {
        for (word, expected) in [
            ("McDonald's-1990", "XxXx'x-d"),
            ("USA", "X"),
            ("東京", "l"),
            ("...", "."),
            ("", ""),
        ] {
            assert_eq!(shape(word), expected);
        }
    }

    #[test]
    fn affixes_are_characters() {
        assert_eq!(start("Ägypten", 2), Some("Äg"));
        assert_eq!(end("café", 1), Some("é"));
        assert_eq!(start("ab", 2), Some("ab"));
        assert_eq!(start("ab", 3), None);
        assert_eq!(end("", 1), None);
        assert_eq!(end("ab", 0), None);
    }

    #[test]
    fn words_that_look_alike_share_features() {
        let shared = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|word| features(&[word], 0, 3).remove(0));
            one.iter().filter(|key| other.contains(key)).count()
        };
        // All of the word itself: any, exact, lower, shape, 3 prefixes, 3 suffixes, capital.
        assert_eq!(shared("Walking", "Walking"), 11);
        // Any, shape, 3 suffixes, capital.
        assert_eq!(shared("Walking", "Running"), 6);
        // Any, lower, 3 suffixes.
        assert_eq!(shared("Walking", "walking"), 5);
        // Any.
        assert_eq!(shared("Walking", "12-3"), 1);
    }
}
