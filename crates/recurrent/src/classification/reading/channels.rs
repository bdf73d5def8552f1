//! How signals become vectors: the scales of their channels.

use super::super::config::SignalDataConfig;
use super::super::data::channels_of;
use crate::Error;
use crate::codec::{self, Codec};
use crate::run::RunDirectory;
use crate::training::check;
use recurrent_data::{LabelledSignals, Signal, Standardiser};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The channels of signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::classification) struct Channels {
    /// `C`.
    pub channels: usize,
    /// Steps of the longest training sequence.
    pub longest: usize,
    /// Whether longer ones cannot be read, as a network has weights for so many.
    pub bounded: bool,
    /// The height and width of the images that they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<[usize; 2]>,
    /// The columns of a table that they were read from, where those have different names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
    /// How they are scaled, where they are.
    pub standardiser: Option<Standardiser>,
}

/// Whether no name is there twice.
fn differ(names: &[String]) -> bool {
    let distinct: HashSet<&String> = names.iter().collect();
    distinct.len() == names.len()
}

impl Channels {
    /// Learns it from the training signals.
    pub(super) fn of(
        config: &SignalDataConfig,
        train: &LabelledSignals,
        bounded: bool,
    ) -> Result<Self, Error> {
        Ok(Self {
            bounded,
            channels: train.channels,
            image: train.image,
            names: train.channel_names.clone().filter(|names| differ(names)),
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

    /// Scales signals; `place` says what messages call one by its number from 1.
    ///
    /// # Errors
    /// Where one has another number of channels, or more steps than can be read.
    pub(super) fn prepare(
        &self,
        signals: &mut [Signal],
        place: &dyn Fn(usize) -> String,
    ) -> Result<(), Error> {
        for (number, signal) in (1..).zip(signals) {
            check(
                channels_of(signal) == self.channels,
                place(number),
                &format!("{} channels, as the model was trained on", self.channels),
                channels_of(signal),
            )?;
            check(
                !self.bounded || signal.steps <= self.longest,
                place(number),
                &format!(
                    "at most {} steps, as the model has weights for so many (model.pooling = all)",
                    self.longest
                ),
                signal.steps,
            )?;
            if let Some(standardiser) = &self.standardiser {
                standardiser.apply(signal)?;
            }
        }
        Ok(())
    }

    /// What a run directory holds.
    pub(super) fn read(run: &RunDirectory) -> Result<Self, Error> {
        let channels: Channels = codec::read(run, Codec::CHANNELS)?;
        let fits = channels.standardiser.as_ref();
        let fits = fits.is_none_or(|own| own.channels() == channels.channels);
        let names = channels.names.as_deref();
        if names.is_some_and(|names| names.is_empty() || !differ(names)) {
            return Err(Error::Run {
                path: run.file(Codec::CHANNELS),
                message: "expected different `names`, at least one, found others".to_string(),
            });
        }
        if channels.channels == 0 || channels.longest == 0 || !fits {
            return Err(Error::Run {
                path: run.file(Codec::CHANNELS),
                message: "expected as many scales as channels, at least one channel and \
                          one step, found others"
                    .to_string(),
            });
        }
        Ok(channels)
    }
}
