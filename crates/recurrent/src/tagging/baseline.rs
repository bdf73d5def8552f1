//! Taggers without a network: the most frequent tag of each word, and an averaged structured perceptron (Collins 2002) on
//! hand-made features.

use super::data::Sentences;
use super::reading::Reading;
use crate::Error;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use crate::weights::{self, Tensors};
use burn::tensor::TensorData;
use recurrent_data::TagScheme;
use recurrent_linear::tagger::{
    self, FrequentArrays, FrequentTagger, Pass, PerceptronArrays, PerceptronConfig,
    PerceptronTagger, TaggerFeatures, TaggerUnit,
};
use serde::{Deserialize, Serialize};

/// `[model]` of kind `most-frequent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrequentConfig {
    /// `most-frequent`.
    pub kind: FrequentKind,
}

/// The one kind of this model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrequentKind {
    /// The most frequent tag of each word.
    MostFrequent,
}

/// `[model]` of kind `perceptron`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerceptronModelConfig {
    /// `perceptron`.
    pub kind: PerceptronKind,
    /// What features are of: `word`, or `character` for a tag for each character.
    #[serde(default)]
    pub unit: TaggerUnit,
    /// How many words before and after are looked at.
    #[serde(default = "two")]
    pub window: usize,
    /// Characters of the longest prefix and suffix; of words only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affixes: Option<usize>,
    /// How often a feature is in training, at least.
    #[serde(default = "one_feature")]
    pub minimum_count: usize,
    /// Passes over the sentences, at most.
    #[serde(default = "ten")]
    pub passes: usize,
    /// Seed of the order of the sentences.
    #[serde(default = "one")]
    pub seed: u64,
}

/// The one kind of this model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PerceptronKind {
    /// A structured perceptron.
    Perceptron,
}

fn one() -> u64 {
    1
}
fn one_feature() -> usize {
    1
}
fn two() -> usize {
    2
}
fn ten() -> usize {
    10
}

/// What stands beside the tensors.
#[derive(Debug, Serialize, Deserialize)]
struct BaselineRecord {
    task: String,
    /// Digest of the tags.
    codec: u32,
    /// What the features of a perceptron are.
    features: Option<TaggerFeatures>,
}

/// A tagger without a network.
#[derive(Debug)]
pub(super) enum Baseline {
    Frequent(FrequentTagger),
    Perceptron(PerceptronTagger),
}

impl PerceptronModelConfig {
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let features = self.features();
        for (name, value) in [("window", features.window), ("affixes", features.affixes)] {
            check(value <= 8, key(name), "a number from 0 to 8", value)?;
        }
        for (name, value) in [
            ("minimum_count", self.minimum_count),
            ("passes", self.passes),
        ] {
            check(value >= 1, key(name), "at least 1", value)?;
        }
        let of_words = self.unit == TaggerUnit::Word;
        check(
            of_words || self.affixes.is_none(),
            key("affixes"),
            "nothing, as model.unit is character",
            features.affixes,
        )
    }

    fn features(&self) -> TaggerFeatures {
        let default = match self.unit {
            TaggerUnit::Word => TaggerFeatures::default().affixes,
            TaggerUnit::Character => 0,
        };
        TaggerFeatures {
            unit: self.unit,
            window: self.window,
            affixes: self.affixes.unwrap_or(default),
        }
    }
}

impl Baseline {
    /// The most frequent tags of words.
    pub(super) fn frequent(sentences: &Sentences, tags: usize) -> Result<Self, Error> {
        let tagger = FrequentTagger::train(&pairs(sentences), tags)?;
        Ok(Self::Frequent(tagger))
    }

    /// A perceptron.
    pub(super) fn perceptron(
        config: &PerceptronModelConfig,
        sentences: &Sentences,
        reading: &Reading,
        scheme: TagScheme,
        progress: &mut dyn FnMut(Pass),
    ) -> Result<Self, Error> {
        let legal = |from, to| reading.is_legal(scheme, from, to);
        let config = PerceptronConfig {
            features: config.features(),
            minimum_count: config.minimum_count,
            passes: config.passes,
            seed: config.seed,
        };
        let (pairs, tags) = (pairs(sentences), reading.tags.len());
        let tagger = tagger::train(&pairs, tags, config, &legal, progress)?;
        Ok(Self::Perceptron(tagger))
    }

    /// The tags of the words of a sentence. `[T]`
    pub(super) fn tag(&self, words: &[String]) -> Vec<usize> {
        match self {
            Self::Frequent(tagger) => tagger.tag(words),
            Self::Perceptron(tagger) => tagger.tag(words),
        }
    }

    /// The table of its layer.
    pub(super) fn layers(&self) -> Vec<LayerRow> {
        let (kind, tags, parameters) = match self {
            Self::Frequent(tagger) => ("most frequent tag of a word", tagger.tags(), tagger.len()),
            Self::Perceptron(tagger) => {
                let arrays = tagger.to_arrays();
                let parameters = arrays.weights.len() + arrays.transitions.len();
                (
                    "perceptron on hand-made features",
                    tagger.tags(),
                    parameters,
                )
            }
        };
        vec![LayerRow {
            name: "linear".to_string(),
            kind: kind.to_string(),
            output_shape: format!("[T, {tags}]"),
            parameters: parameters as u64,
        }]
    }

    /// Writes it to its run directory.
    pub(super) fn write(&self, run: &RunDirectory, reading: &Reading) -> Result<(), Error> {
        fn tensor<E: burn::tensor::Element>(name: &str, values: Vec<E>) -> (String, TensorData) {
            let shape = [values.len()];
            (name.to_string(), TensorData::new(values, shape))
        }
        let (features, tensors) = match self {
            Self::Frequent(tagger) => {
                let FrequentArrays { text, ends, tags } = tagger.to_arrays();
                let tensors = Tensors::from([
                    tensor("text", text),
                    tensor("ends", ends),
                    tensor("tags", tags),
                ]);
                (None, tensors)
            }
            Self::Perceptron(tagger) => {
                let arrays = tagger.to_arrays();
                let tensors = Tensors::from([
                    tensor("keys", arrays.keys),
                    tensor("counts", arrays.counts),
                    tensor("tags", arrays.tags),
                    tensor("weights", arrays.weights),
                    tensor("transitions", arrays.transitions),
                ]);
                (Some(tagger.features()), tensors)
            }
        };
        let record = BaselineRecord {
            task: "tagging".to_string(),
            codec: reading.codec().digest(),
            features,
        };
        weights::write(&run.file("model.safetensors"), &tensors, &record)
    }

    /// The tagger of a run directory.
    pub(super) fn read(run: &RunDirectory, reading: &Reading) -> Result<Self, Error> {
        let (mut file, path) = run.weights()?;
        let bad = |message: String| Error::Weights {
            path: path.clone(),
            message,
        };
        let record = file.record::<BaselineRecord>(&path)?;
        let Some(record) = record else {
            return Err(bad("expected a record of its tags, found none".to_string()));
        };
        run.check_codec(&reading.codec(), Some(record.codec), &path)?;
        let mut take = |name: &str| {
            let tensor = file.tensors.remove(name);
            tensor.ok_or_else(|| bad(format!("expected a tensor `{name}`, found none")))
        };
        let tags = reading.tags.len();
        match record.features {
            None => {
                let arrays = FrequentArrays {
                    text: take("text")?.iter().collect(),
                    ends: take("ends")?.iter().collect(),
                    tags: take("tags")?.iter().collect(),
                };
                Ok(Self::Frequent(FrequentTagger::from_arrays(tags, &arrays)?))
            }
            Some(features) => {
                let arrays = PerceptronArrays {
                    keys: take("keys")?.iter().collect(),
                    counts: take("counts")?.iter().collect(),
                    tags: take("tags")?.iter().collect(),
                    weights: take("weights")?.iter().collect(),
                    transitions: take("transitions")?.iter().collect(),
                };
                let tagger = PerceptronTagger::from_arrays(features, arrays)?;
                if tagger.tags() != tags {
                    let found = tagger.tags();
                    return Err(bad(format!("expected {tags} tags, found {found}")));
                }
                Ok(Self::Perceptron(tagger))
            }
        }
    }
}

/// Sentences as words and tags.
fn pairs(sentences: &Sentences) -> Vec<(Vec<&str>, Vec<usize>)> {
    let words = sentences.words.iter();
    let words = words.map(|words| words.iter().map(String::as_str).collect());
    words.zip(sentences.tags.iter().cloned()).collect()
}
