//! How examples become numbers: vocabulary or channels, and classes.

use super::config::KeptTokens;
use super::config::{ExampleConfig, SignalDataConfig, TextDataConfig};
use super::data::{Examples, Inputs, LabelledCorpus, channels_of};
use crate::Error;
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::training::check;
use recurrent_data::{
    LabelledSignals, LabelledTexts, Signal, Splits, Standardiser, Vocabulary, read_labelled,
    read_signals,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// How examples become numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub classes: Vec<String>,
    pub inputs: InputReading,
}

/// How what is read becomes numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum InputReading {
    /// Texts.
    Tokens(Vocabulary),
    /// Signals.
    Channels(Channels),
}

/// The channels of signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channels {
    /// `C`.
    pub channels: usize,
    /// Steps of the longest training sequence.
    pub longest: usize,
    /// How they are scaled, where they are.
    pub standardiser: Option<Standardiser>,
}

/// Labelled examples as they were read.
enum Raw {
    Texts(Splits<LabelledTexts>),
    Signals(Splits<LabelledSignals>),
}

impl Raw {
    fn read(config: &ExampleConfig) -> Result<(String, Self), Error> {
        let Some(path) = config.path() else {
            return Err(Error::Setting {
                key: "data.path".to_string(),
                expected: "a file or folder, as --data PATH or in the recipe".to_string(),
                found: "nothing".to_string(),
            });
        };
        let raw = match config {
            ExampleConfig::Texts(texts) => {
                Self::Texts(read_labelled(Path::new(path), &texts.options())?)
            }
            ExampleConfig::Signals(signals) => {
                Self::Signals(read_signals(Path::new(path), &signals.options())?)
            }
        };
        Ok((path.to_string(), raw))
    }

    fn training_labels(&self) -> &[String] {
        match self {
            Self::Texts(splits) => &splits.train.labels,
            Self::Signals(splits) => &splits.train.labels,
        }
    }
}

impl Reading {
    /// Reads examples and learns from the training part how they become numbers: the classes in alphabetical order, the
    /// vocabulary where none is given, the scales of channels.
    ///
    /// # Errors
    /// Where there are no examples, they cannot be read, or a class is not in the training part.
    pub(super) fn build(
        config: &ExampleConfig,
        vocabulary: Option<Vocabulary>,
    ) -> Result<(LabelledCorpus, Self), Error> {
        let (source, raw) = Raw::read(config)?;
        let mut classes = raw.training_labels().to_vec();
        classes.sort();
        classes.dedup();
        if classes.len() < 2 {
            return Err(Error::Setting {
                key: "data.path".to_string(),
                expected: "examples of at least two classes".to_string(),
                found: format!("{} in {source}", classes.join(", ")),
            });
        }
        let inputs = match (config, &raw) {
            (ExampleConfig::Texts(config), Raw::Texts(splits)) => {
                InputReading::Tokens(match vocabulary {
                    Some(vocabulary) => vocabulary,
                    None => vocabulary_of(config, &splits.train),
                })
            }
            (ExampleConfig::Signals(config), Raw::Signals(splits)) => {
                InputReading::Channels(Channels::of(config, &splits.train)?)
            }
            _ => unreachable!("what was read is of the kind of its settings"),
        };
        let reading = Self { classes, inputs };
        let corpus = reading.encode(config, source, raw)?;
        Ok((corpus, reading))
    }

    /// Reads examples as numbers.
    ///
    /// # Errors
    /// Where there are none, they cannot be read, or a label is none of the classes.
    pub(super) fn corpus(&self, config: &ExampleConfig) -> Result<LabelledCorpus, Error> {
        let (source, raw) = Raw::read(config)?;
        self.encode(config, source, raw)
    }

    fn encode(
        &self,
        config: &ExampleConfig,
        source: String,
        raw: Raw,
    ) -> Result<LabelledCorpus, Error> {
        let of_texts = |part: LabelledTexts, name: &str| {
            Ok::<_, Error>(Examples {
                labels: self.labels(&part.labels, &source, name)?,
                inputs: self.texts(config, part.texts)?,
            })
        };
        let of_signals = |part: LabelledSignals, name: &str| {
            Ok::<_, Error>(Examples {
                labels: self.labels(&part.labels, &source, name)?,
                inputs: self.signals(part.signals)?,
            })
        };
        let (dropped, [train, valid, test]) = match raw {
            Raw::Texts(Splits { train, valid, test }) => (
                train.dropped + valid.dropped + test.dropped,
                [
                    of_texts(train, "train")?,
                    of_texts(valid, "valid")?,
                    of_texts(test, "test")?,
                ],
            ),
            Raw::Signals(Splits { train, valid, test }) => (
                train.dropped + valid.dropped + test.dropped,
                [
                    of_signals(train, "train")?,
                    of_signals(valid, "valid")?,
                    of_signals(test, "test")?,
                ],
            ),
        };
        Ok(LabelledCorpus {
            source,
            train,
            valid,
            test,
            dropped,
        })
    }

    /// The classes of labels.
    fn labels(&self, labels: &[String], source: &str, split: &str) -> Result<Vec<usize>, Error> {
        let class = |label: &String| {
            let class = self.classes.iter().position(|class| class == label);
            class.ok_or_else(|| Error::Setting {
                key: format!("{source}, {split} split"),
                expected: format!("labels among the classes of the model: {}", self.shown()),
                found: format!("`{label}`"),
            })
        };
        labels.iter().map(class).collect()
    }

    /// Texts as tokens.
    ///
    /// # Errors
    /// Where the vocabulary has no `<unk>` for a token that it lacks.
    pub(super) fn texts(
        &self,
        config: &ExampleConfig,
        texts: Vec<String>,
    ) -> Result<Inputs, Error> {
        let (ExampleConfig::Texts(config), InputReading::Tokens(vocabulary)) =
            (config, &self.inputs)
        else {
            return Err(wrong_kind("signals", "texts"));
        };
        let ids = texts.iter().map(|text| config.ids(vocabulary, text));
        Ok(Inputs::Texts {
            ids: ids.collect::<Result<_, _>>()?,
            texts,
        })
    }

    /// Signals with their channels scaled.
    ///
    /// # Errors
    /// Where one has another number of channels.
    pub(super) fn signals(&self, mut signals: Vec<Signal>) -> Result<Inputs, Error> {
        let InputReading::Channels(channels) = &self.inputs else {
            return Err(wrong_kind("texts", "signals"));
        };
        for (number, signal) in (1..).zip(&mut signals) {
            check(
                channels_of(signal) == channels.channels,
                format!("signal {number}"),
                &format!(
                    "{} channels, as the model was trained on",
                    channels.channels
                ),
                channels_of(signal),
            )?;
            if let Some(standardiser) = &channels.standardiser {
                standardiser.apply(signal)?;
            }
        }
        Ok(Inputs::Signals(signals))
    }

    /// Tokens of the vocabulary, or channels.
    pub(super) fn inputs(&self) -> usize {
        match &self.inputs {
            InputReading::Tokens(vocabulary) => vocabulary.len(),
            InputReading::Channels(channels) => channels.channels,
        }
    }

    /// Most steps of a sequence, where that is known.
    pub(super) fn steps(&self, config: &ExampleConfig) -> Option<usize> {
        match (&self.inputs, config) {
            (InputReading::Channels(channels), _) => Some(channels.longest),
            (_, ExampleConfig::Texts(texts)) => texts.length_limit,
            _ => None,
        }
    }

    /// The vocabulary of texts.
    pub(super) fn vocabulary(&self) -> Option<&Vocabulary> {
        match &self.inputs {
            InputReading::Tokens(vocabulary) => Some(vocabulary),
            InputReading::Channels(_) => None,
        }
    }

    /// The files of a run directory.
    pub(super) fn codec(&self) -> Codec {
        let codec = match &self.inputs {
            InputReading::Tokens(vocabulary) => Codec::from(vocabulary),
            InputReading::Channels(channels) => Codec::default().with(Codec::CHANNELS, channels),
        };
        codec.with(Codec::CLASSES, &self.classes)
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory, config: &ExampleConfig) -> Result<Self, Error> {
        let inputs = match config {
            ExampleConfig::Texts(_) => InputReading::Tokens(run.vocabulary()?),
            ExampleConfig::Signals(_) => {
                let channels: Channels = codec::read(run, Codec::CHANNELS)?;
                let fits = channels.standardiser.as_ref();
                let fits = fits.is_none_or(|own| own.channels() == channels.channels);
                if channels.channels == 0 || channels.longest == 0 || !fits {
                    return Err(Error::Run {
                        path: run.file(Codec::CHANNELS),
                        message: "expected as many scales as channels, at least one channel and \
                                  one step, found others"
                            .to_string(),
                    });
                }
                InputReading::Channels(channels)
            }
        };
        Ok(Self {
            classes: codec::read_classes(run, 2)?,
            inputs,
        })
    }

    /// The first classes.
    fn shown(&self) -> String {
        let first: Vec<&str> = self.classes.iter().take(10).map(String::as_str).collect();
        let more = if self.classes.len() > 10 { ", ..." } else { "" };
        format!("{}{more}", first.join(", "))
    }
}

impl Channels {
    fn of(config: &SignalDataConfig, train: &LabelledSignals) -> Result<Self, Error> {
        Ok(Self {
            channels: train.channels,
            longest: train
                .signals
                .iter()
                .map(|signal| signal.steps)
                .max()
                .unwrap_or(0),
            standardiser: match config.standardise {
                true => Some(Standardiser::fit(train)?),
                false => None,
            },
        })
    }
}

fn vocabulary_of(config: &TextDataConfig, train: &LabelledTexts) -> Vocabulary {
    let texts = train.texts.iter();
    let texts: Vec<Cow<str>> = texts.map(|text| config.clean.clean(text)).collect();
    let tokens = texts.iter().map(|text| config.tokens.tokens(text));
    Vocabulary::of_tokens(tokens, config.vocabulary_limit, config.minimum_count)
}

impl TextDataConfig {
    /// A text as tokens of a vocabulary.
    fn ids(&self, vocabulary: &Vocabulary, text: &str) -> Result<Vec<u32>, Error> {
        let clean = self.clean.clean(text);
        let mut ids = vocabulary.encode_tokens(self.tokens.tokens(&clean))?;
        let over = self
            .length_limit
            .map_or(0, |limit| ids.len().saturating_sub(limit));
        match self.keep {
            KeptTokens::First => ids.truncate(ids.len() - over),
            KeptTokens::Last => drop(ids.drain(..over)),
        }
        Ok(ids)
    }
}

fn wrong_kind(expected: &str, found: &str) -> Error {
    Error::Setting {
        key: "input".to_string(),
        expected: format!("{expected}, as the model was trained on"),
        found: found.to_string(),
    }
}
