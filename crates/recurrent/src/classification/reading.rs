//! How examples become numbers: vocabulary or channels, and classes.

use super::config::KeptTokens;
use super::config::{ExampleConfig, SignalDataConfig, TextDataConfig};
use super::data::{Examples, Inputs, LabelledCorpus, channels_of};
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::training::check;
use crate::{Error, files};
use recurrent_data::{
    LabelledSignals, LabelledTexts, Signal, Splits, Standardiser, StopWords, Subwords, Vocabulary,
    read_labelled, read_signals,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

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
    Channels(Channels),
}

/// How texts become tokens of a vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TokenReading {
    vocabulary: Vocabulary,
    /// What words are cut in, where they are.
    subwords: Option<Subwords>,
    /// What is left out, where something is.
    stop_words: Option<StopWords>,
}

/// The channels of signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channels {
    /// `C`.
    pub channels: usize,
    /// Steps of the longest training sequence.
    pub longest: usize,
    /// Whether longer ones cannot be read, as a network has weights for so many.
    pub bounded: bool,
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
    /// vocabulary where none is given, the scales of channels; `bounded` signals are at most as long as the longest of them.
    ///
    /// # Errors
    /// Where there are no examples, they cannot be read, or a class is not in the training part.
    pub(super) fn build(
        config: &ExampleConfig,
        vocabulary: Option<Vocabulary>,
        bounded: bool,
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
                InputReading::Channels(Channels::of(config, &splits.train, bounded)?)
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
        let (ExampleConfig::Texts(config), InputReading::Tokens(tokens)) = (config, &self.inputs)
        else {
            return Err(wrong_kind("signals", "texts"));
        };
        let ids = texts.iter().map(|text| tokens.ids(config, text));
        Ok(Inputs::Texts {
            ids: ids.collect::<Result<_, _>>()?,
            texts,
        })
    }

    /// Signals with their channels scaled.
    ///
    /// # Errors
    /// Where one has another number of channels, or more steps than can be read.
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
            check(
                !channels.bounded || signal.steps <= channels.longest,
                format!("signal {number}"),
                &format!(
                    "at most {} steps, as the model has weights for so many (model.pooling = all)",
                    channels.longest
                ),
                signal.steps,
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
            InputReading::Channels(channels) => Codec::default().with(Codec::CHANNELS, channels),
        };
        codec.with(Codec::CLASSES, &self.classes)
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory, config: &ExampleConfig) -> Result<Self, Error> {
        let inputs = match config {
            ExampleConfig::Texts(texts) => {
                InputReading::Tokens(Box::new(TokenReading::read(run, texts)?))
            }
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
    fn of(
        config: &SignalDataConfig,
        train: &LabelledSignals,
        bounded: bool,
    ) -> Result<Self, Error> {
        Ok(Self {
            bounded,
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

impl TokenReading {
    /// Learns it from the training texts; a vocabulary may be given.
    fn of(
        config: &TextDataConfig,
        train: &LabelledTexts,
        given: Option<Vocabulary>,
    ) -> Result<Self, Error> {
        let texts = train.texts.iter();
        let texts: Vec<Cow<str>> = texts.map(|text| config.clean.clean(text)).collect();
        if let (Some(size), None) = (config.subwords, &given) {
            let subwords = Subwords::train(texts.iter().map(|text| &**text), size)?;
            return Ok(Self {
                vocabulary: subwords.vocabulary(),
                subwords: Some(subwords),
                stop_words: None,
            });
        }
        let stop_words = config.stop_words.as_deref().map(StopWords::load);
        let stop_words = stop_words.transpose()?;
        let vocabulary = given.unwrap_or_else(|| {
            let tokens = texts
                .iter()
                .map(|text| kept(config, stop_words.as_ref(), text));
            Vocabulary::of_tokens(tokens, config.vocabulary_limit, config.minimum_count)
        });
        Ok(Self {
            vocabulary,
            subwords: None,
            stop_words,
        })
    }

    /// What a run directory holds.
    fn read(run: &RunDirectory, config: &TextDataConfig) -> Result<Self, Error> {
        let vocabulary = run.vocabulary()?;
        let path = run.file(Codec::SUBWORDS);
        let subwords = match config.subwords {
            Some(_) => Some(Subwords::from_json(&files::read_text(&path)?, &path)?),
            None => None,
        };
        if let Some(subwords) = &subwords
            && subwords.vocabulary() != vocabulary
        {
            return Err(Error::Run {
                path,
                message: "expected the symbols of vocabulary.json, found others".to_string(),
            });
        }
        Ok(Self {
            vocabulary,
            subwords,
            stop_words: match config.stop_words {
                Some(_) => Some(codec::read(run, Codec::STOP_WORDS)?),
                None => None,
            },
        })
    }

    /// A text as tokens of the vocabulary.
    fn ids(&self, config: &TextDataConfig, text: &str) -> Result<Vec<u32>, Error> {
        let clean = config.clean.clean(text);
        let mut ids = match &self.subwords {
            Some(subwords) => self.vocabulary.encode_tokens(subwords.tokens(&clean))?,
            None => {
                let tokens = kept(config, self.stop_words.as_ref(), &clean);
                self.vocabulary.encode_tokens(tokens)?
            }
        };
        let limit = config.length_limit.unwrap_or(usize::MAX);
        let over = ids.len().saturating_sub(limit);
        match config.keep {
            KeptTokens::First => ids.truncate(ids.len() - over),
            KeptTokens::Last => drop(ids.drain(..over)),
        }
        Ok(ids)
    }
}

/// The tokens of a clean text that are no stop words.
fn kept<'a>(
    config: &TextDataConfig,
    stop_words: Option<&StopWords>,
    text: &'a str,
) -> Vec<&'a str> {
    let mut tokens = config.tokens.tokens(text);
    if let Some(stop_words) = stop_words {
        tokens.retain(|token| !stop_words.contains(token));
    }
    tokens
}

fn wrong_kind(expected: &str, found: &str) -> Error {
    Error::Setting {
        key: "input".to_string(),
        expected: format!("{expected}, as the model was trained on"),
        found: found.to_string(),
    }
}
