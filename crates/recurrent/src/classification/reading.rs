//! How examples become numbers: vocabulary or channels, and classes.

mod channels;
mod tokens;

use super::config::{ExampleConfig, SignalDataConfig};
use super::data::{Examples, Inputs, LabelledCorpus};
use crate::Error;
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use channels::Channels;
use rayon::prelude::*;
use recurrent_data::{
    LabelledSignals, LabelledTexts, Signal, SignalOptions, Splits, Vocabulary, read_labelled,
    read_signals,
};
use std::path::Path;
use tokens::TokenReading;

/// More classes are another column by mistake.
const MOST_CLASSES: usize = 4096;

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
    Tokens(Box<TokenReading>),
    /// Signals.
    Channels(Box<Channels>),
}

/// Labelled examples as they were read.
enum Raw {
    Texts(Splits<LabelledTexts>),
    Signals(Box<Splits<LabelledSignals>>),
}

impl Raw {
    /// Reads them; `known` channels are looked for by their names.
    fn read(config: &ExampleConfig, known: Option<&Channels>) -> Result<(String, Self), Error> {
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
                let options = known_options(signals, known);
                Self::Signals(Box::new(read_signals(Path::new(path), &options)?))
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
    /// vocabulary where none is given, the scales of channels; `bounded` signals are at most as long as the longest of them.
    ///
    /// # Errors
    /// Where there are no examples, they cannot be read, or a class is not in the training part.
    pub(super) fn build(
        config: &ExampleConfig,
        vocabulary: Option<Vocabulary>,
        bounded: bool,
    ) -> Result<(LabelledCorpus, Self), Error> {
        let (source, raw) = Raw::read(config, None)?;
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
        if classes.len() > MOST_CLASSES {
            return Err(Error::Setting {
                key: "data.label_column".to_string(),
                expected: format!("labels of at most {MOST_CLASSES} classes"),
                found: format!("{} in {source}", classes.len()),
            });
        }
        let inputs = match (config, &raw) {
            (ExampleConfig::Texts(config), Raw::Texts(splits)) => InputReading::Tokens(Box::new(
                TokenReading::of(config, &splits.train, vocabulary)?,
            )),
            (ExampleConfig::Signals(config), Raw::Signals(splits)) => {
                InputReading::Channels(Box::new(Channels::of(config, &splits.train, bounded)?))
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
        let (source, raw) = Raw::read(config, self.channels())?;
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
            let names = part.signals.iter().map(|signal| signal.name.clone());
            let names: Vec<Option<String>> = names.collect();
            let place = |number: usize| match &names[number - 1] {
                Some(series) => format!("{source}, series {series}"),
                None => format!("{source}, {name} split, signal {number}"),
            };
            Ok::<_, Error>(Examples {
                labels: self.labels(&part.labels, &source, name)?,
                inputs: self.signals(part.signals, &place)?,
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
            Raw::Signals(splits) => {
                let Splits { train, valid, test } = *splits;
                (
                    train.dropped + valid.dropped + test.dropped,
                    [
                        of_signals(train, "train")?,
                        of_signals(valid, "valid")?,
                        of_signals(test, "test")?,
                    ],
                )
            }
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
        let (ExampleConfig::Texts(config), InputReading::Tokens(tokens)) = (config, &self.inputs)
        else {
            return Err(wrong_kind("signals", "texts"));
        };
        let ids = texts.par_iter().map(|text| tokens.ids(config, text));
        Ok(Inputs::Texts {
            ids: ids.collect::<Result<_, _>>()?,
            texts,
        })
    }

    /// Signals with their channels scaled; `place` says what messages call one by its number from 1.
    ///
    /// # Errors
    /// Where one has another number of channels, or more steps than can be read.
    pub(super) fn signals(
        &self,
        mut signals: Vec<Signal>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<Inputs, Error> {
        let InputReading::Channels(channels) = &self.inputs else {
            return Err(wrong_kind("texts", "signals"));
        };
        channels.prepare(&mut signals, place)?;
        Ok(Inputs::Signals(signals))
    }

    /// Tokens of the vocabulary, or channels.
    pub(super) fn inputs(&self) -> usize {
        match &self.inputs {
            InputReading::Tokens(tokens) => tokens.vocabulary.len(),
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

    /// The channels of signals.
    fn channels(&self) -> Option<&Channels> {
        match &self.inputs {
            InputReading::Tokens(_) => None,
            InputReading::Channels(channels) => Some(channels),
        }
    }

    /// The height and width of the images that signals were.
    pub(super) fn image(&self) -> Option<[usize; 2]> {
        self.channels()?.image
    }

    /// What reading other signals takes.
    pub(super) fn signal_options(&self, config: &SignalDataConfig) -> SignalOptions {
        known_options(config, self.channels())
    }

    /// The vocabulary of texts.
    pub(super) fn vocabulary(&self) -> Option<&Vocabulary> {
        match &self.inputs {
            InputReading::Tokens(tokens) => Some(&tokens.vocabulary),
            InputReading::Channels(_) => None,
        }
    }

    /// The files of a run directory.
    pub(super) fn codec(&self) -> Codec {
        let codec = match &self.inputs {
            InputReading::Tokens(tokens) => {
                let mut codec = Codec::from(&tokens.vocabulary);
                if let Some(subwords) = &tokens.subwords {
                    codec = codec.subwords(subwords);
                }
                if let Some(stop_words) = &tokens.stop_words {
                    codec = codec.with(Codec::STOP_WORDS, stop_words);
                }
                codec
            }
            InputReading::Channels(channels) => {
                Codec::default().with(Codec::CHANNELS, channels.as_ref())
            }
        };
        codec.with(Codec::CLASSES, &self.classes)
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory, config: &ExampleConfig) -> Result<Self, Error> {
        let inputs = match config {
            ExampleConfig::Texts(texts) => {
                InputReading::Tokens(Box::new(TokenReading::read(run, texts)?))
            }
            ExampleConfig::Signals(_) => InputReading::Channels(Box::new(Channels::read(run)?)),
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

/// What reading signals takes where channels are known by their names.
fn known_options(config: &SignalDataConfig, known: Option<&Channels>) -> SignalOptions {
    SignalOptions {
        channel_names: known.and_then(|channels| channels.names.clone()),
        ..config.options()
    }
}

/// What is wrong where inputs are not of the kind that a model reads.
fn wrong_kind(expected: &str, found: &str) -> Error {
    Error::Setting {
        key: "input".to_string(),
        expected: format!("{expected}, as the model was trained on"),
        found: found.to_string(),
    }
}
