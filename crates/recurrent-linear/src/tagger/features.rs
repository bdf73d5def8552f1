//! What a word and its neighbours look like, as features: each is there or not.
//!
//! | unit | features of the unit `w_0`, with `w` up to `window` units away | source |
//! | --- | --- | --- |
//! | word | `w`, its lower case and its shape; neighbouring pairs of them; prefixes and suffixes of `w_0` up to `affixes` characters; suffixes of its neighbours; capitals, digits, hyphens | Ratnaparkhi, *A Maximum Entropy Model for Part-Of-Speech Tagging* (1996); shapes: Zhang and Johnson, *A Robust Risk Minimization based Named Entity Recognition System* (2003) |
//! | character | `w`, neighbouring pairs, the pair around `w_0`, kinds of characters | Ng and Low, *Chinese Part-of-Speech Tagging: One-at-a-Time or All-at-Once?* (2004) |

use super::{characters, words};
use crate::LinearError;
use serde::{Deserialize, Serialize};

/// The widest window.
pub const MAX_WINDOW: usize = 8;
/// The longest affixes.
pub const MAX_AFFIXES: usize = 8;

/// What is tagged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaggerUnit {
    /// Words of a language with spaces.
    #[default]
    Word,
    /// Characters, as in Chinese.
    Character,
}

/// Which features a tagger looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaggerFeatures {
    /// What is tagged.
    pub unit: TaggerUnit,
    /// How many units before and after are looked at, 0 to 8.
    pub window: usize,
    /// How many characters a prefix or suffix has at most, 0 to 8. Of words only.
    pub affixes: usize,
}

impl Default for TaggerFeatures {
    /// Words, two before and after, affixes of up to four characters.
    fn default() -> Self {
        Self {
            unit: TaggerUnit::Word,
            window: 2,
            affixes: 4,
        }
    }
}

impl TaggerFeatures {
    pub(super) fn check(&self) -> Result<(), LinearError> {
        for (field, value, most) in [
            ("window", self.window, MAX_WINDOW),
            ("affixes", self.affixes, MAX_AFFIXES),
        ] {
            if value > most {
                return Err(LinearError::setting(field, "0 to 8", value));
            }
        }
        Ok(())
    }

    /// The features of each word, `[T]`.
    pub(super) fn of<W: AsRef<str>>(&self, words: &[W]) -> Vec<Vec<u64>> {
        match self.unit {
            TaggerUnit::Word => words::features(words, self.window, self.affixes),
            TaggerUnit::Character => characters::features(words, self.window),
        }
    }
}

/// What stands `offset` after position `at`; outside of the sentence one of two hashes for its start and its end.
pub(super) fn neighbour(hashes: &[u64], at: usize, offset: isize) -> u64 {
    const START: u64 = 1;
    const END: u64 = 2;
    match at.checked_add_signed(offset) {
        None => START,
        Some(at) => hashes.get(at).copied().unwrap_or(END),
    }
}

/// `-window..=window`
pub(super) fn offsets(window: usize) -> impl Iterator<Item = isize> {
    let window = window as isize;
    -window..=window
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_end_with_the_sentence() {
        let hashes = [10, 20];
        let around: Vec<u64> = offsets(2)
            .map(|offset| neighbour(&hashes, 0, offset))
            .collect();
        assert_eq!(around, [1, 1, 10, 20, 2]);
    }

    #[test]
    fn every_word_has_features_whatever_it_is() {
        let words = ["", "a", "東京", "e\u{301}", "McDonald's-1990", "\u{0}", "ﬃ"];
        for unit in [TaggerUnit::Word, TaggerUnit::Character] {
            for (window, affixes) in [(0, 0), (2, 4), (8, 8)] {
                let features = TaggerFeatures {
                    unit,
                    window,
                    affixes,
                };
                features.check().unwrap();
                let found = features.of(&words);
                assert_eq!(found.len(), words.len());
                assert!(found.iter().all(|features| !features.is_empty()));
                assert!(features.of::<&str>(&[]).is_empty());
            }
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let fine = TaggerFeatures::default();
        let wide = TaggerFeatures { window: 9, ..fine };
        let long = TaggerFeatures {
            affixes: usize::MAX,
            ..fine
        };
        let error = |features: TaggerFeatures| features.check().unwrap_err().to_string();
        assert_eq!(error(wide), "window: expected 0 to 8, found 9");
        assert!(error(long).contains("affixes"));
    }
}
