//! Texts of people cut in the tokens that a classifier reads.
//!
//! | tokens | of `I don't like it!` |
//! | --- | --- |
//! | [`Tokens::Words`] | `I`, `don't`, `like`, `it`, `!` |
//! | [`Tokens::Characters`] | `I`, `d`, `o`, `n`, `'`, `t`, .. |
//! | `Tokens::Chinese`, with the feature `chinese` | as words that a dictionary knows: `我喜欢这个酒店` is `我`, `喜欢`, `这个`, `酒店` |

#[cfg(feature = "chinese")]
mod chinese;

use std::iter;

use serde::{Deserialize, Serialize};

use crate::tokenize::UNKNOWN;

/// The word that stands for an address of the web.
pub(crate) const URL: &str = "<url>";
/// Words that stay whole though they have punctuation.
pub(crate) const WHOLE: [&str; 2] = [URL, UNKNOWN];

/// What the tokens of a text are. White space parts them and is never in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tokens {
    /// Runs of letters and digits, with apostrophes and hyphens within (`don't`, `well-made`), and `<url>` and `<unk>`;
    /// every other character is a token of its own. In a script without spaces a run is a whole phrase.
    Words,
    /// Unicode scalar values.
    Characters,
    /// Words of Chinese text, as the dictionary of jieba has them and its hidden Markov model finds others; runs of ASCII
    /// letters and digits, `<url>` and `<unk>`; every other character is a token of its own.
    #[cfg(feature = "chinese")]
    Chinese,
}

impl Tokens {
    /// The tokens of `text` in order.
    pub fn tokens<'a>(&self, text: &'a str) -> Vec<&'a str> {
        match self {
            Tokens::Words => words(text).collect(),
            Tokens::Characters => text
                .char_indices()
                .filter(|(_, character)| !character.is_whitespace())
                .map(|(start, character)| &text[start..start + character.len_utf8()])
                .collect(),
            #[cfg(feature = "chinese")]
            Tokens::Chinese => chinese::words(text),
        }
    }
}

/// The tokens of [`Tokens::Words`].
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = whole(rest).unwrap_or_else(|| match word_length(rest) {
            0 => first.len_utf8(),
            length => length,
        });
        let (token, after) = rest.split_at(length);
        rest = after.trim_start();
        Some(token)
    })
}

/// The length of the word of [`WHOLE`] that `text` begins with.
fn whole(text: &str) -> Option<usize> {
    let word = WHOLE.iter().find(|word| text.starts_with(**word))?;
    Some(word.len())
}

/// The length of the word that `text` begins with; 0 where it begins with something else.
fn word_length(text: &str) -> usize {
    let mut length = 0;
    for (start, character) in text.char_indices() {
        if is_letter(character) {
            length = start + character.len_utf8();
        } else if !is_joint(character) || start == 0 || start > length {
            break;
        }
    }
    length
}

/// A letter or digit, or an accent that follows its letter.
fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{300}'..='\u{36f}')
}

/// An apostrophe or hyphen, which may stand between two letters of a word.
fn is_joint(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '-' | '\u{2010}' | '\u{2011}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_inner_marks() {
        let cases: [(&str, &[&str]); 9] = [
            (
                " I don't\tlike it!? ",
                &["I", "don't", "like", "it", "!", "?"],
            ),
            ("well-made, rock'n'roll", &["well-made", ",", "rock'n'roll"]),
            ("'quoted' -- a-", &["'", "quoted", "'", "-", "-", "a", "-"]),
            ("a--b a'-b", &["a", "-", "-", "b", "a", "'", "-", "b"]),
            ("can’t 3.5 :)", &["can’t", "3", ".", "5", ":", ")"]),
            (
                "<url>,<unk>!<urls>",
                &["<url>", ",", "<unk>", "!", "<", "urls", ">"],
            ),
            ("Ünïcode e\u{301}té🦀", &["Ünïcode", "e\u{301}té", "🦀"]),
            ("很好。", &["很好", "。"]),
            (" \u{a0}\u{3000}\n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(Tokens::Words.tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn characters_are_all_but_white_space() {
        assert_eq!(
            Tokens::Characters.tokens(" aé 🦀\n好\u{3000}!"),
            ["a", "é", "🦀", "好", "!"]
        );
        assert!(Tokens::Characters.tokens("").is_empty());
    }

    #[test]
    fn nothing_but_white_space_is_lost() {
        let texts = [
            "",
            "<url",
            "<unk><unk>-'",
            "-a-'b' <url>x\u{300}\u{300}",
            "\u{300}a\u{2019}\u{2010}好,hello-<url>",
            "<u<url>>\u{feff}\u{200d}\0",
        ];
        let kinds = [
            Tokens::Words,
            Tokens::Characters,
            #[cfg(feature = "chinese")]
            Tokens::Chinese,
        ];
        for text in texts {
            let expected: String = text.split_whitespace().collect();
            for kind in &kinds {
                assert_eq!(kind.tokens(text).concat(), expected, "{kind:?} {text:?}");
            }
        }
        for part in ["a-", "-", "a'", "<u", "a"] {
            let text = part.repeat(300_000);
            assert_eq!(Tokens::Words.tokens(&text).concat(), text);
        }
    }

    #[test]
    fn the_names_are_those_of_recipes() {
        let names: Vec<Tokens> = serde_json::from_str(r#"["words", "characters"]"#).unwrap();
        assert_eq!(names, [Tokens::Words, Tokens::Characters]);
        let chinese = serde_json::from_str::<Tokens>("\"chinese\"");
        assert_eq!(chinese.is_ok(), cfg!(feature = "chinese"));
    }
}
