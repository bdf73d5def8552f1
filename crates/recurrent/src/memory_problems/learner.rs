//! The problems as the training loop sees them: every step of every epoch has examples of its own.

use super::config::{MemoryConfig, MemoryDataConfig};
use super::data::Targets;
use super::model::MemoryNetwork;
use super::results::Measures;
use crate::Error;
use crate::language_model::Split;
use crate::training::{Learner, StepLoss, Stream};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::{Mode, cross_entropy};
use std::collections::BTreeMap;

/// Learns a problem.
pub(super) struct MemoryLearner {
    data: MemoryDataConfig,
    batch_size: usize,
    smoothing: f64,
    /// Whether symbols have vectors.
    embedded: bool,
    device: Device,
    epoch: usize,
}

impl MemoryLearner {
    /// A learner before its first step.
    pub(super) fn new(config: &MemoryConfig, device: Device) -> Self {
        Self {
            data: config.data.clone(),
            batch_size: config.training.batch_size,
            smoothing: config.training.label_smoothing,
            embedded: config.model.embedding.is_some(),
            device,
            epoch: 0,
        }
    }
}

impl Learner for MemoryLearner {
    type Model = MemoryNetwork;

    fn stream(&self) -> Stream {
        let length = self.data.length() as u64;
        Stream {
            batch_size: self.batch_size,
            chunk_length: 0,
            chunk_deviation: 0.0,
            seed: 0,
            symbols: self.data.examples.map(|count| (count * length) as usize),
            digest: self.data.digest(),
        }
    }

    fn steps(&self, _: usize) -> usize {
        self.data.examples[0].div_ceil(self.batch_size as u64) as usize
    }

    fn begin_epoch(&mut self, epoch: usize) {
        self.epoch = epoch;
    }

    fn loss(&mut self, model: &MemoryNetwork, index: usize, mode: Mode) -> StepLoss {
        let (all, size) = (self.data.examples[0], self.batch_size as u64);
        let before = index as u64 * size;
        let count = size.min(all - before) as usize;
        let first = (self.epoch as u64).wrapping_mul(all).wrapping_add(before);
        let (data, device) = (&self.data, &self.device);
        let batch = data.batch(Split::Train, first, count, self.embedded, device);
        let answers = model.forward(&batch, mode);
        let mean = match batch.targets {
            Targets::Sums(sums) => {
                let sums = Tensor::from_data(TensorData::new(sums, [count, 1]), device);
                let errors = answers - sums;
                (errors.clone() * errors).mean()
            }
            Targets::Symbols(symbols) => {
                let symbols: Vec<i32> = symbols.into_iter().map(i32::from).collect();
                let shape = [symbols.len()];
                let data = TensorData::new(symbols, shape);
                let targets = Tensor::<1, Int>::from_data(data, device);
                cross_entropy(answers, targets, None, self.smoothing)
            }
        };
        StepLoss {
            mean,
            penalty: None,
            scale: 1.0,
            weight: count as f64,
            symbols: count * data.length(),
            rate: 1.0,
        }
    }

    fn validate(&self, model: &MemoryNetwork) -> Result<f64, Error> {
        let (model, device) = (model.clone().valid(), self.device.clone().inner());
        let embedded = self.embedded;
        let found = Measures::of(&model, &self.data, Split::Valid, embedded, &device);
        Ok(found.loss)
    }

    fn carried(&self) -> BTreeMap<String, TensorData> {
        BTreeMap::new()
    }

    fn restore(&mut self, _: BTreeMap<String, TensorData>) {}
}
