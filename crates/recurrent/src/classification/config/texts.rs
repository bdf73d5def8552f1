//! `[data]` of kind `texts`: texts with a label each.

use super::ExampleKind;
use crate::Error;
use crate::task::{absolute, name_or_number};
use crate::training::{check, check_fractions};
use recurrent_data::{CleanConfig, Encoding, LabelledOptions, Tokens};
use serde::{Deserialize, Serialize};

/// `[data]`: texts with a label each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextDataConfig {
    /// `texts`.
    #[serde(default)]
    pub kind: ExampleKind,
    /// A file, or a folder with a training and a test file or a folder or file a class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The column of a table that holds the text.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub column: Option<String>,
    /// The column of a table that holds the label.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub label_column: Option<String>,
    /// Parts of one file that are train, valid and test.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// The part of the training texts that is for validation where a folder has none of its own.
    #[serde(default = "valid_fraction")]
    pub valid_fraction: f64,
    /// `[k, n]`: the k-th of n parts of all texts is the test part, as in cross-validation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<[usize; 2]>,
    /// Seed of the order of the texts and of their parts.
    #[serde(default = "one")]
    pub seed: u64,
    /// How bytes are characters.
    #[serde(default)]
    pub encoding: Encoding,
    /// What a token is.
    #[serde(default = "words")]
    pub tokens: Tokens,
    /// What is done to a text before.
    #[serde(default)]
    pub clean: CleanConfig,
    /// How many subwords words are cut in, by byte-pair encoding of the training texts (Sennrich, Haddow and Birch
    /// 2016).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subwords: Option<usize>,
    /// Words that are left out: `english`, or a file with a word a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_words: Option<String>,
    /// Most tokens of the vocabulary, the most frequent ones; the rest turn into `<unk>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_limit: Option<usize>,
    /// Tokens that occur less often turn into `<unk>`.
    #[serde(default = "one_token")]
    pub minimum_count: usize,
    /// Most tokens of a text; the rest is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_limit: Option<usize>,
    /// Which tokens of a longer text are read.
    #[serde(default)]
    pub keep: KeptTokens,
}

/// Which tokens of a text are read that is longer than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptTokens {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
}

fn one() -> u64 {
    1
}
fn one_token() -> usize {
    1
}
fn words() -> Tokens {
    Tokens::Words
}
fn fractions() -> [f64; 3] {
    [0.8, 0.1, 0.1]
}
fn valid_fraction() -> f64 {
    0.1
}

impl TextDataConfig {
    pub(in crate::classification) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("data.{name}");
        check_fractions("data.fractions", self.fractions)?;
        let valid = self.valid_fraction;
        let fine = valid > 0.0 && valid < 1.0;
        check(fine, key("valid_fraction"), "above 0 to below 1", valid)?;
        super::check_fold(self.fold)?;
        if let Some(limit) = self.vocabulary_limit {
            let fine = (2..=10_000_000).contains(&limit);
            check(
                fine,
                key("vocabulary_limit"),
                "a number from 2 to 10000000",
                limit,
            )?;
        }
        if let Some(size) = self.subwords {
            let fine = (2..=1_048_576).contains(&size);
            check(fine, key("subwords"), "a number from 2 to 1048576", size)?;
            let alone = self.tokens == Tokens::Words
                && self.vocabulary_limit.is_none()
                && self.minimum_count == one_token()
                && self.stop_words.is_none();
            check(
                alone,
                key("subwords"),
                "nothing beside other tokens than words, vocabulary_limit, minimum_count or \
                 stop_words",
                size,
            )?;
        }
        check(
            self.stop_words.is_none() || self.tokens != Tokens::Characters,
            key("stop_words"),
            "nothing, as data.tokens is characters",
            self.stop_words.as_deref().unwrap_or_default(),
        )?;
        let least = self.minimum_count;
        check(least >= 1, key("minimum_count"), "at least 1", least)?;
        let limit = self.length_limit.unwrap_or(1);
        let fine = (1..=1_000_000).contains(&limit);
        check(
            fine,
            key("length_limit"),
            "a number from 1 to 1000000",
            limit,
        )?;
        check(
            self.length_limit.is_some() || self.keep == KeptTokens::First,
            key("keep"),
            "first, as there is no data.length_limit",
            "last",
        )
    }

    /// Fails where a setting of the vocabulary would hold for nothing, as a language model gives it.
    pub(super) fn check_given_vocabulary(&self) -> Result<(), Error> {
        let refuse = |is_unset: bool, name: &str, expected: &str, found: usize| {
            let expected = format!("{expected}, as model.pretrained gives the vocabulary");
            check(is_unset, format!("data.{name}"), &expected, found)
        };
        let (limit, least) = (self.vocabulary_limit, self.minimum_count);
        let subwords = self.subwords;
        refuse(
            limit.is_none(),
            "vocabulary_limit",
            "nothing",
            limit.unwrap_or(0),
        )?;
        refuse(least == one_token(), "minimum_count", "1", least)?;
        refuse(
            subwords.is_none(),
            "subwords",
            "nothing",
            subwords.unwrap_or(0),
        )
    }

    /// Makes the path hold in every working directory.
    pub(in crate::classification) fn make_path_absolute(&mut self) {
        if let Some(path) = &mut self.path {
            *path = absolute(path);
        }
        if let Some(words) = self.stop_words.as_mut().filter(|words| *words != "english") {
            *words = absolute(words);
        }
    }

    /// What reading takes.
    pub(in crate::classification) fn options(&self) -> LabelledOptions {
        LabelledOptions {
            text_column: self.column.clone(),
            label_column: self.label_column.clone(),
            fractions: self.fractions,
            valid_fraction: self.valid_fraction,
            fold: self.fold,
            seed: self.seed,
            encoding: self.encoding,
        }
    }
}
