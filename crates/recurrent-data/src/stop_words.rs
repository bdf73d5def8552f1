//! Stop words: function words that say little about what a text is about, to be left out of it.
//!
//! | name or path | words |
//! | --- | --- |
//! | `english` | articles, pronouns, prepositions, conjunctions, auxiliary verbs, their contractions and a few adverbs |
//! | a file, plain or gzip, in UTF-8 | a word a line; blank lines and lines that begin with `# ` count for nothing |
//!
//! `english` has the negations `not`, `no`, `nor` and `don't` too, as lists for finding documents do. Whether a review is good
//! or bad may hang on them: a list of one's own may do better there.
//!
//! The idea is that of Luhn (1960), *Key word-in-context index for technical literature*; the kinds of words are those of
//! the lists in van Rijsbergen (1979), *Information Retrieval*, and of the Snowball stemmers.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::readers::read_decoded;
use crate::{DataError, Encoding};

/// The name of the built-in list.
const ENGLISH: &str = "english";
/// The most bytes of a file, after decompression: 16 MiB.
const MOST_BYTES: u64 = 16 << 20;
/// What a line begins with that is no word.
const COMMENT: &str = "# ";

/// Words in lower case, in the order of their code points. As JSON they are a list.
///
/// ```
/// use recurrent_data::{StopWords, Tokens};
///
/// let stop_words = StopWords::load("english")?;
/// let mut tokens = Tokens::Words.tokens("It's the best of the films I’ve seen");
/// tokens.retain(|token| !stop_words.contains(token));
/// assert_eq!(tokens, ["best", "films", "seen"]);
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct StopWords {
    words: BTreeSet<String>,
}

impl StopWords {
    /// The list of that name, or else of the file at that path; `./english` is a file.
    ///
    /// # Errors
    /// If the file cannot be read, has no words, or a line has more than one.
    pub fn load(name_or_path: &str) -> Result<Self, DataError> {
        match name_or_path {
            ENGLISH => Ok(Self::english()),
            path => Self::read(Path::new(path)),
        }
    }

    /// The built-in list.
    pub fn english() -> Self {
        include_str!("stop_words/english.txt").lines().collect()
    }

    fn read(path: &Path) -> Result<Self, DataError> {
        let advice = "let the stop words be english";
        let text = read_decoded(path, MOST_BYTES, Encoding::Utf8, advice)?;
        let mut words = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let word = line.trim();
            if word.is_empty() || line.starts_with(COMMENT) {
                continue;
            }
            if word.contains(char::is_whitespace) {
                return Err(DataError::StopWord {
                    path: path.to_owned(),
                    line: number,
                    problem: format!(
                        "expected a word without white space, found `{}`",
                        word.chars().take(60).collect::<String>()
                    ),
                });
            }
            words.push(word);
        }
        match words.is_empty() {
            true => Err(DataError::StopWords {
                path: path.to_owned(),
                problem: "expected a word a line, found none".to_owned(),
            }),
            false => Ok(words.into_iter().collect()),
        }
    }

    /// Whether a token is one of them, in upper or lower case. A curly apostrophe is as good as a straight one.
    pub fn contains(&self, token: &str) -> bool {
        self.words.contains(&*plain(token))
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

impl<'a> FromIterator<&'a str> for StopWords {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let words = words.into_iter().map(|word| plain(word).into_owned());
        Self {
            words: words.collect(),
        }
    }
}

impl From<Vec<String>> for StopWords {
    fn from(words: Vec<String>) -> Self {
        words.iter().map(String::as_str).collect()
    }
}

impl From<StopWords> for Vec<String> {
    fn from(stop_words: StopWords) -> Self {
        stop_words.words.into_iter().collect()
    }
}

/// A word in lower case, with straight apostrophes.
fn plain(word: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match word.bytes().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(word.to_lowercase().replace('\u{2019}', "'")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::Tokens;

    fn read(bytes: &[u8]) -> Result<StopWords, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        fs::write(&path, bytes).unwrap();
        StopWords::load(path.to_str().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_built_in_list_is_of_single_tokens_in_order() {
        let text = include_str!("stop_words/english.txt");
        let english = StopWords::english();
        assert!(english.words().eq(text.lines()));
        assert!((120..=180).contains(&english.len()));
        for word in english.words() {
            assert_eq!(Tokens::Words.tokens(word), [word]);
            assert_eq!(word, word.to_lowercase());
        }
    }

    #[test]
    fn case_and_kind_of_apostrophe_are_nothing() {
        let english = StopWords::load("english").unwrap();
        for word in ["The", "THE", "the", "don’t", "DON'T", "i"] {
            assert!(english.contains(word), "{word}");
        }
        for word in ["", "film", "thé", "'", "don"] {
            assert!(!english.contains(word), "{word}");
        }
        let words: StopWords = ["ÉTÉ", "C’est", "ß"].into_iter().collect();
        assert_eq!(words.words().collect::<Vec<_>>(), ["c'est", "ß", "été"]);
        assert!(words.contains("Été") && words.contains("C'EST"));
    }

    #[test]
    fn a_file_has_a_word_a_line() {
        let text = "\u{feff}# German\r\n  Und\r\n\r\noder\n#\n#tag\nund\n";
        let expected: StopWords = ["und", "oder", "#", "#tag"].into_iter().collect();
        assert_eq!(read(text.as_bytes()).unwrap(), expected);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        assert_eq!(read(&encoder.finish().unwrap()).unwrap(), expected);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        let cases: [(&[u8], &str); 4] = [
            (
                b"a\nb c\n",
                "words.txt, line 2: expected a word without white space, found `b c`",
            ),
            (
                b"# nothing\n\n",
                "words.txt: expected a word a line, found none",
            ),
            (b"", "expected a word a line"),
            (
                b"a\n\xff",
                "expected UTF-8 text, found an invalid sequence at byte 2",
            ),
        ];
        for (bytes, message) in cases {
            let error = read(bytes).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        let missing = StopWords::load("no/such/list").unwrap_err();
        assert!(matches!(missing, DataError::NotFound { .. }), "{missing}");
    }

    #[test]
    fn a_list_survives_its_file() {
        let words: StopWords = ["b", "A", "b"].into_iter().collect();
        let json = serde_json::to_string(&words).unwrap();
        assert_eq!(json, r#"["a","b"]"#);
        assert_eq!(serde_json::from_str::<StopWords>(&json).unwrap(), words);
        assert!(serde_json::from_str::<StopWords>("[1]").is_err());
    }
}
