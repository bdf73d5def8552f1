//! Labelled examples as numbers: texts as tokens of a vocabulary, signals as vectors.

use crate::Error;
use crate::language_model::Split;
use crate::network::Input;
use crate::report::number_of;
use crate::training::check;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_data::{SequenceBatch, Signal};
use recurrent_nn::noise;
use std::borrow::Cow;

/// Examples of one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// What is read.
    pub inputs: Inputs,
    /// Their classes. `[N]`
    pub labels: Vec<usize>,
}

/// What is read of examples.
#[derive(Debug, Clone, PartialEq)]
pub enum Inputs {
    /// Texts.
    Texts {
        /// The texts as they were read. `[N]`
        texts: Vec<String>,
        /// Their tokens. `[N]`
        ids: Vec<Vec<u32>>,
    },
    /// Sequences of numbers. `[N]`
    Signals(Vec<Signal>),
}

/// Labelled examples in three splits.
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
    /// Examples that were left out, as they have nothing in them.
    pub dropped: usize,
}

impl Inputs {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Texts { ids, .. } => ids.len(),
            Self::Signals(signals) => signals.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Steps of each. `[N]`
    pub(super) fn lengths(&self) -> Vec<usize> {
        match self {
            Self::Texts { ids, .. } => ids.iter().map(Vec::len).collect(),
            Self::Signals(signals) => signals.iter().map(|signal| signal.steps).collect(),
        }
    }

    /// Some of them as a network reads them, with their lengths.
    pub(super) fn batch(&self, rows: &[usize], device: &Device) -> (Input, Vec<usize>) {
        match self {
            Self::Texts { ids, .. } => {
                let rows: Vec<&[u32]> = rows.iter().map(|&row| &ids[row][..]).collect();
                let batch = SequenceBatch::from_rows(&rows, 0);
                let values: Vec<i32> = batch.values.iter().map(|&id| id as i32).collect();
                let shape = [batch.steps, rows.len()];
                let ids = Tensor::from_data(TensorData::new(values, shape), device);
                (Input::Symbols(ids), batch.lengths)
            }
            Self::Signals(signals) => {
                let width = rows.first().map_or(1, |&row| channels_of(&signals[row]));
                let rows: Vec<&[f32]> = rows.iter().map(|&row| &signals[row].values[..]).collect();
                let batch = SequenceBatch::from_vectors(&rows, width, 0.0);
                let shape = [batch.steps, rows.len(), width];
                let vectors = Tensor::from_data(TensorData::new(batch.values, shape), device);
                (Input::Vectors(vectors), batch.lengths)
            }
        }
    }

    /// One of them alone.
    pub(super) fn only(&self, example: usize) -> Self {
        match self {
            Self::Texts { texts, ids } => Self::Texts {
                texts: vec![texts[example].clone()],
                ids: vec![ids[example].clone()],
            },
            Self::Signals(signals) => Self::Signals(vec![signals[example].clone()]),
        }
    }

    /// An example as people read it, in at most so many characters.
    pub(super) fn shown(&self, example: usize, most: usize) -> String {
        match self {
            Self::Texts { texts, .. } => {
                let mut text: String = texts[example].chars().take(most).collect();
                if text.len() < texts[example].len() {
                    text += " …";
                }
                text
            }
            Self::Signals(signals) => {
                let signal = &signals[example];
                let name = match &signal.name {
                    Some(name) => format!("series {name}"),
                    None => format!("number {} of the split", example + 1),
                };
                let steps = number_of(signal.steps as u64, "step");
                let values = number_of(channels_of(signal) as u64, "value");
                format!("{name}, {steps} of {values}")
            }
        }
    }

    /// Tells an example from others, whatever stands beside it.
    pub(crate) fn digest(&self, example: usize) -> u64 {
        match self {
            Self::Texts { texts, .. } => crc32fast::hash(texts[example].as_bytes()).into(),
            Self::Signals(signals) => {
                let values = signals[example].values.iter();
                values.fold(0, |digest, value| {
                    noise::mix(digest, value.to_bits().into())
                })
            }
        }
    }
}

impl Examples {
    /// Takes others of the same kind behind them.
    fn append(&mut self, other: &Self) {
        match (&mut self.inputs, &other.inputs) {
            (
                Inputs::Texts { texts, ids },
                Inputs::Texts {
                    texts: more_texts,
                    ids: more_ids,
                },
            ) => {
                texts.extend_from_slice(more_texts);
                ids.extend_from_slice(more_ids);
            }
            (Inputs::Signals(signals), Inputs::Signals(more)) => signals.extend_from_slice(more),
            // The splits of a corpus are of one kind.
            _ => return,
        }
        self.labels.extend_from_slice(&other.labels);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The tokens of texts; none of signals.
    pub(super) fn ids(&self) -> &[Vec<u32>] {
        match &self.inputs {
            Inputs::Texts { ids, .. } => ids,
            Inputs::Signals(_) => &[],
        }
    }

    /// The signals; none of texts.
    pub(super) fn signals(&self) -> &[Signal] {
        match &self.inputs {
            Inputs::Texts { .. } => &[],
            Inputs::Signals(signals) => signals,
        }
    }

    /// Tells them from others, in this order.
    pub(super) fn digest(&self) -> u64 {
        let all = self.labels.iter().enumerate();
        all.fold(0, |digest, (example, &label)| {
            let own = noise::mix(self.inputs.digest(example), label as u64);
            noise::mix(digest, own)
        })
    }
}

/// The channels of a signal, which has at least one step.
pub(super) fn channels_of(signal: &Signal) -> usize {
    signal.values.len() / signal.steps.max(1)
}

impl LabelledCorpus {
    /// What is measured where nothing else is asked for.
    pub fn measured(&self) -> (Split, &Examples) {
        match Split::measured(!self.test.is_empty()) {
            split @ Split::Test => (split, &self.test),
            split => (split, &self.valid),
        }
    }

    /// The examples of a split; all of them one after the other.
    ///
    /// # Errors
    /// Where it has none.
    pub fn split(&self, split: Split) -> Result<Cow<'_, Examples>, Error> {
        let examples = split.part([&self.train, &self.valid, &self.test], Examples::append);
        check(
            !examples.is_empty(),
            "--split".to_string(),
            &format!("a split of {} with examples", self.source),
            split.as_str(),
        )?;
        Ok(examples)
    }
}
