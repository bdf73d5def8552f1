//! Labelled texts as tokens of a vocabulary.

use super::LabelledDataConfig;
use crate::Error;
use recurrent_data::{LabelledTexts, Splits, Vocabulary, read_labelled};
use std::borrow::Cow;
use std::path::Path;

/// Texts of one split.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Examples {
    /// The texts as they were read. `[N]`
    pub texts: Vec<String>,
    /// Their tokens. `[N]`
    pub ids: Vec<Vec<u32>>,
    /// Their classes. `[N]`
    pub labels: Vec<usize>,
}

/// Labelled texts in three splits.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledCorpus {
    /// Where it comes from.
    pub source: String,
    /// What is learned from.
    pub train: Examples,
    /// What settings are chosen by.
    pub valid: Examples,
    /// What nothing is chosen by.
    pub test: Examples,
    /// Texts that were left out, as they have nothing in them.
    pub dropped: usize,
}

impl LabelledCorpus {
    /// Reads texts and makes their vocabulary, of the training part, and their classes, in alphabetical order.
    ///
    /// # Errors
    /// Where there are no texts, they cannot be read, or a class is not in the training part.
    pub fn build(config: &LabelledDataConfig) -> Result<(Self, Vocabulary, Vec<String>), Error> {
        let (source, splits) = read(config)?;
        let train = splits.train.texts.iter();
        let train: Vec<Cow<str>> = train.map(|text| config.clean.clean(text)).collect();
        let tokens = train.iter().map(|text| config.tokens.tokens(text));
        let vocabulary =
            Vocabulary::of_tokens(tokens, config.vocabulary_limit, config.minimum_count);
        let mut classes: Vec<String> = splits.train.labels.clone();
        classes.sort();
        classes.dedup();
        if classes.len() < 2 {
            return Err(Error::Setting {
                key: "data.path".to_string(),
                expected: "texts of at least two classes".to_string(),
                found: format!("{} in {source}", classes.join(", ")),
            });
        }
        let corpus = Self::encode(config, source, splits, &vocabulary, &classes)?;
        Ok((corpus, vocabulary, classes))
    }

    /// Reads texts as tokens of a vocabulary and classes that are there.
    ///
    /// # Errors
    /// Where there are no texts, they cannot be read, or a label is none of the classes.
    pub fn with_vocabulary(
        config: &LabelledDataConfig,
        vocabulary: &Vocabulary,
        classes: &[String],
    ) -> Result<Self, Error> {
        let (source, splits) = read(config)?;
        Self::encode(config, source, splits, vocabulary, classes)
    }

    fn encode(
        config: &LabelledDataConfig,
        source: String,
        splits: Splits<LabelledTexts>,
        vocabulary: &Vocabulary,
        classes: &[String],
    ) -> Result<Self, Error> {
        let dropped = splits.train.dropped + splits.valid.dropped + splits.test.dropped;
        let encode = |part: LabelledTexts, name: &str| {
            let labels = (part.labels.iter())
                .map(|label| {
                    let class = classes.iter().position(|class| class == label);
                    class.ok_or_else(|| Error::Setting {
                        key: format!("{source}, {name} split"),
                        expected: format!(
                            "labels among the classes of the model: {}",
                            shown(classes)
                        ),
                        found: format!("`{label}`"),
                    })
                })
                .collect::<Result<_, _>>()?;
            let ids = part.texts.iter().map(|text| config.ids(vocabulary, text));
            Ok::<_, Error>(Examples {
                ids: ids.collect::<Result<_, _>>()?,
                labels,
                texts: part.texts,
            })
        };
        Ok(Self {
            train: encode(splits.train, "train")?,
            valid: encode(splits.valid, "valid")?,
            test: encode(splits.test, "test")?,
            dropped,
            source: source.clone(),
        })
    }
}

impl LabelledDataConfig {
    /// A text as tokens of a vocabulary.
    pub(super) fn ids(&self, vocabulary: &Vocabulary, text: &str) -> Result<Vec<u32>, Error> {
        let clean = self.clean.clean(text);
        Ok(vocabulary.encode_tokens(self.tokens.tokens(&clean))?)
    }
}

/// The texts and what messages call their source.
fn read(config: &LabelledDataConfig) -> Result<(String, Splits<LabelledTexts>), Error> {
    let Some(path) = &config.path else {
        return Err(Error::Setting {
            key: "data.path".to_string(),
            expected: "a file or folder, as --data PATH or in the recipe".to_string(),
            found: "nothing".to_string(),
        });
    };
    let splits = read_labelled(Path::new(path), &config.options())?;
    Ok((path.clone(), splits))
}

/// The first classes.
fn shown(classes: &[String]) -> String {
    let mut text = classes
        .iter()
        .take(10)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if classes.len() > 10 {
        text += ", ...";
    }
    text
}
