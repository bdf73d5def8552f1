//! Sequences with their texts as numbers.

use crate::Error;
use crate::language_model::Split;
use crate::training::check;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_data::{SequenceBatch, Signal};
use recurrent_nn::noise;
use std::borrow::Cow;

/// Sequences of one split with what they spell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Utterances {
    /// What messages call each. `[N]`
    pub names: Vec<String>,
    /// The features or columns of each, as the network reads them. `[N]`
    pub signals: Vec<Signal>,
    /// The text of each. `[N]`
    pub texts: Vec<String>,
    /// Its symbols, as the network's classes; blank is 0. `[N][U]`
    pub labels: Vec<Vec<usize>>,
    /// Seconds of sound of each, before the network; 0 of images. `[N]`
    pub seconds: Vec<f64>,
}

/// Sequences with their texts in three splits.
#[derive(Debug, Clone, PartialEq)]
pub struct TranscribedCorpus {
    /// Where it comes from.
    pub source: String,
    /// What is learned from.
    pub train: Utterances,
    /// What settings are chosen by.
    pub valid: Utterances,
    /// What nothing is chosen by.
    pub test: Utterances,
    /// Training sequences that were left out, as their text does not fit their steps.
    pub dropped: usize,
}

impl Utterances {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.signals.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    /// Steps of each. `[N]`
    pub(super) fn lengths(&self) -> Vec<usize> {
        self.signals.iter().map(|signal| signal.steps).collect()
    }

    /// Those of them that `keep` takes, by their numbers.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        fn take<T>(all: &mut Vec<T>, keep: &impl Fn(usize) -> bool) {
            let mut number = 0;
            all.retain(|_| {
                number += 1;
                keep(number - 1)
            });
        }
        take(&mut self.names, &keep);
        take(&mut self.signals, &keep);
        take(&mut self.texts, &keep);
        take(&mut self.labels, &keep);
        take(&mut self.seconds, &keep);
    }

    /// Those of some numbers.
    pub(super) fn chosen(&self, numbers: &[usize]) -> Self {
        fn take<T: Clone>(all: &[T], numbers: &[usize]) -> Vec<T> {
            numbers.iter().map(|&number| all[number].clone()).collect()
        }
        Self {
            names: take(&self.names, numbers),
            signals: take(&self.signals, numbers),
            texts: take(&self.texts, numbers),
            labels: take(&self.labels, numbers),
            seconds: take(&self.seconds, numbers),
        }
    }

    fn append(&mut self, other: &Self) {
        self.names.extend_from_slice(&other.names);
        self.signals.extend_from_slice(&other.signals);
        self.texts.extend_from_slice(&other.texts);
        self.labels.extend_from_slice(&other.labels);
        self.seconds.extend_from_slice(&other.seconds);
    }

    /// Tells them from others, in this order.
    pub(super) fn digest(&self) -> u64 {
        let of_values = |digest, signal: &Signal| {
            let values = signal.values.iter();
            values.fold(digest, |digest, value| {
                noise::mix(digest, value.to_bits().into())
            })
        };
        let digest = self.signals.iter().fold(0, of_values);
        let labels = self.labels.iter();
        labels.fold(digest, |digest, labels| {
            let all = labels.iter().chain([&0]);
            all.fold(digest, |digest, &label| noise::mix(digest, label as u64))
        })
    }
}

/// Signals of `channels` values a step as a batch `[T, B, C]` with its lengths.
pub(super) fn batch<'a>(
    signals: impl Iterator<Item = &'a Signal>,
    channels: usize,
    device: &Device,
) -> (Tensor<3>, Vec<usize>) {
    let rows: Vec<&[f32]> = signals.map(|signal| &signal.values[..]).collect();
    let batch = SequenceBatch::from_vectors(&rows, channels, 0.0);
    let shape = [batch.steps, rows.len(), channels];
    let values = TensorData::new(batch.values, shape);
    (Tensor::from_data(values, device), batch.lengths)
}

impl TranscribedCorpus {
    /// The sequences of a split; all of them one after the other.
    ///
    /// # Errors
    /// Where it has none.
    pub fn split(&self, split: Split) -> Result<Cow<'_, Utterances>, Error> {
        let utterances = split.part([&self.train, &self.valid, &self.test], Utterances::append);
        check(
            !utterances.is_empty(),
            "--split".to_string(),
            &format!("a split of {} with sequences", self.source),
            split.as_str(),
        )?;
        Ok(utterances)
    }
}
