//! How sequences and texts become numbers: the scales of the features and the symbols of the texts.

use super::config::{Misfits, TranscribedData};
use super::data::{TranscribedCorpus, Utterances};
use super::network::TranscriberConfig;
use super::sources::{self, Vectors, stacked};
use crate::Error;
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::training::check;
use recurrent_data::sound::{Normalisation, Normaliser};
use recurrent_data::{Signal, Splits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The class that is no symbol.
pub(super) const BLANK: usize = 0;
/// More symbols are another column by mistake.
const MOST_SYMBOLS: usize = 20_000;
/// Misfits that a message names.
const NAMED: usize = 3;

/// How sequences and texts become numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// The symbols of the texts; that of class `k` is number `k - 1`.
    pub symbols: Vec<String>,
    pub channels: Channels,
}

/// `channels.json`: the vectors of a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channels {
    /// Values of a step, before steps are stacked.
    pub channels: usize,
    /// What brings them to mean 0 and deviation 1.
    pub normaliser: Normaliser,
}

impl Reading {
    /// Reads sequences and learns from the training part how they become numbers.
    ///
    /// # Errors
    /// Where there are none, they cannot be read, a text has a symbol that no training text has, or does not fit its steps.
    pub(super) fn build(
        config: &TranscribedData,
        model: &TranscriberConfig,
    ) -> Result<(TranscribedCorpus, Self), Error> {
        let (source, splits) = sources::read(config)?;
        let texts = splits.train.texts.iter();
        let symbols: BTreeSet<char> = texts.flat_map(|text| text.chars()).collect();
        check(
            !symbols.is_empty(),
            source.clone(),
            "training sequences with a text",
            "none",
        )?;
        check(
            symbols.len() <= MOST_SYMBOLS,
            source.clone(),
            &format!("texts of at most {MOST_SYMBOLS} symbols"),
            symbols.len(),
        )?;
        // Images are black and white by all of the training images.
        let normalisation = match config.sound() {
            Some(sound) => sound.normalisation,
            None => Normalisation::Global,
        };
        let channels = splits.train.channels;
        let normaliser = normalisation.fit(&splits.train.signals, channels)?;
        let reading = Self {
            symbols: symbols.into_iter().map(String::from).collect(),
            channels: Channels {
                channels,
                normaliser,
            },
        };
        let corpus = reading.encode(source, splits, config, model)?;
        Ok((corpus, reading))
    }

    /// Reads sequences as numbers.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub(super) fn corpus(
        &self,
        config: &TranscribedData,
        model: &TranscriberConfig,
    ) -> Result<TranscribedCorpus, Error> {
        let (source, splits) = sources::read(config)?;
        self.encode(source, splits, config, model)
    }

    fn encode(
        &self,
        source: String,
        splits: Splits<Vectors>,
        config: &TranscribedData,
        model: &TranscriberConfig,
    ) -> Result<TranscribedCorpus, Error> {
        let mut train = self.utterances(splits.train, config)?;
        let inputs = self.channels_of_front(config);
        let steps = |number: usize| model.steps(inputs, train.signals[number].steps);
        let misfit = |number: usize| model.shortest(&train.labels[number]) > steps(number);
        let misfits: Vec<usize> = (0..train.len()).filter(|&number| misfit(number)).collect();
        if let (Misfits::Fail, Some(&first)) = (config.misfits(), misfits.first()) {
            let names = misfits
                .iter()
                .take(NAMED)
                .map(|&number| &train.names[number][..]);
            return Err(Error::Setting {
                key: names.collect::<Vec<_>>().join(", "),
                expected: format!(
                    "training sequences of at least {} steps for their text of {} symbols \
                     (data.misfits = drop leaves such out)",
                    model.shortest(&train.labels[first]),
                    train.labels[first].len(),
                ),
                found: format!("{}, {} such sequences in all", steps(first), misfits.len()),
            });
        }
        train.retain(|number| misfits.binary_search(&number).is_err());
        Ok(TranscribedCorpus {
            train,
            valid: self.utterances(splits.valid, config)?,
            test: self.utterances(splits.test, config)?,
            source,
            dropped: misfits.len(),
        })
    }

    /// Sequences of a split as numbers.
    fn utterances(&self, vectors: Vectors, config: &TranscribedData) -> Result<Utterances, Error> {
        let labels = vectors.texts.iter().zip(&vectors.names);
        let labels = labels.map(|(text, name)| self.labels(text, name));
        let labels = labels.collect::<Result<_, _>>()?;
        let speakers = vectors.speakers.as_deref();
        let signals = self.prepare(vectors.signals, speakers, config)?;
        Ok(Utterances {
            names: vectors.names,
            signals,
            texts: vectors.texts,
            labels,
            seconds: vectors.seconds,
        })
    }

    /// Vectors as the network reads them.
    ///
    /// # Errors
    /// Where they do not have as many channels, or no speaker though they are normalised by speaker.
    pub(super) fn prepare(
        &self,
        mut signals: Vec<Signal>,
        speakers: Option<&[String]>,
        config: &TranscribedData,
    ) -> Result<Vec<Signal>, Error> {
        let channels = self.channels.channels;
        let normaliser = &self.channels.normaliser;
        normaliser.apply(&mut signals, channels, speakers)?;
        let stack = config.sound().map_or(1, |sound| sound.stack);
        let stacked = |signal| stacked(signal, channels, stack);
        Ok(signals.into_iter().map(stacked).collect())
    }

    /// Channels of a step as convolutions see them, and features of each.
    pub(super) fn channels_of_front(&self, config: &TranscribedData) -> [usize; 2] {
        let Some(sound) = config.sound() else {
            return [1, self.channels.channels];
        };
        // Stacked steps and the orders of deltas stand one behind the other.
        let planes = sound.stack * (1 + sound.features.deltas);
        [planes, self.channels.channels * sound.stack / planes]
    }

    /// The classes of the symbols of a text.
    pub(super) fn labels(&self, text: &str, name: &str) -> Result<Vec<usize>, Error> {
        let label = |symbol: char| {
            let mut bytes = [0; 4];
            let symbol = &*symbol.encode_utf8(&mut bytes);
            let found = self.symbols.binary_search_by(|own| own[..].cmp(symbol));
            found.map(|number| number + 1)
        };
        let labels: Result<Vec<usize>, usize> = text.chars().map(label).collect();
        labels.map_err(|_| {
            let unknown = text.chars().filter(|&symbol| label(symbol).is_err());
            let unknown: BTreeSet<char> = unknown.collect();
            Error::Setting {
                key: name.to_string(),
                expected: format!(
                    "a text in the symbols of the model, `{}`",
                    self.symbols.concat()
                ),
                found: format!("`{}` in `{text}`", unknown.into_iter().collect::<String>()),
            }
        })
    }

    /// The text that classes spell.
    pub(super) fn text(&self, labels: &[u32]) -> String {
        labels
            .iter()
            .map(|&label| &self.symbols[label as usize - 1][..])
            .collect()
    }

    /// The files of a run directory.
    pub(super) fn codec(&self) -> Codec {
        let codec = Codec::default().with(Codec::CLASSES, &self.symbols);
        codec.with(Codec::CHANNELS, &self.channels)
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory) -> Result<Self, Error> {
        let reading = Self {
            symbols: codec::read_classes(run, 1)?,
            channels: codec::read(run, Codec::CHANNELS)?,
        };
        let wrong = |name, message: &str| Error::Run {
            path: run.file(name),
            message: message.to_string(),
        };
        if !reading.symbols.is_sorted() {
            return Err(wrong(
                Codec::CLASSES,
                "expected symbols in their order, found others",
            ));
        }
        let channels = &reading.channels;
        let fits = match &channels.normaliser {
            Normaliser::Global(standardiser) => standardiser.channels() == channels.channels,
            _ => channels.channels > 0,
        };
        match fits {
            true => Ok(reading),
            false => Err(wrong(
                Codec::CHANNELS,
                "expected as many scales as channels, found others",
            )),
        }
    }
}
