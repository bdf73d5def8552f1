//! Learning from examples that are whole sequences: batches of about one length, in another order every epoch.

use super::{Learner, StepLoss, Stream, TrainingConfig};
use crate::Error;
use crate::language_model::Split;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_data::{draw_batches, sorted_batches};
use recurrent_nn::{Mode, noise};
use std::collections::BTreeMap;

/// A task whose examples are whole sequences.
pub(crate) trait ExampleTask {
    /// The network.
    type Model: Module;

    /// Steps of each example of the training or the validation split.
    fn lengths(&self, split: Split) -> &[usize];

    /// Tells the examples from others.
    fn digest(&self) -> u64;

    /// Mean loss `[1]` of some examples of a split, in nats, and what it is the mean of: how much it counts among others.
    fn loss(
        &self,
        model: &Self::Model,
        split: Split,
        examples: &[usize],
        mode: Mode,
        device: &Device,
    ) -> (Tensor<1>, f64);

    /// Factor on the learning rate of a parameter in an epoch; 0 leaves it as it is.
    fn rate(&self, _epoch: usize, _parameter: &str) -> f64 {
        1.0
    }
}

/// Most steps of a batch of which no gradient is taken, padding counted.
pub(crate) const EVALUATION_STEPS: usize = 1 << 15;

/// Learns from the examples of a task.
pub(crate) struct ExampleLearner<T> {
    task: T,
    stream: Stream,
    seed: u64,
    device: Device,
    epoch: usize,
    /// Of the present epoch.
    order: Vec<Vec<usize>>,
}

impl<T: ExampleTask> ExampleLearner<T> {
    /// A learner before its first step.
    pub(crate) fn new(task: T, config: &TrainingConfig, device: Device) -> Self {
        let steps = |split| task.lengths(split).iter().sum();
        Self {
            stream: Stream {
                batch_size: config.batch_size,
                chunk_length: 0,
                chunk_deviation: 0.0,
                seed: config.seed,
                symbols: [steps(Split::Train), steps(Split::Valid), 0],
                digest: task.digest(),
            },
            seed: noise::mix(config.seed, 2),
            device,
            epoch: 0,
            order: Vec::new(),
            task,
        }
    }
}

impl<T: ExampleTask> Learner for ExampleLearner<T> {
    type Model = T::Model;

    fn stream(&self) -> Stream {
        self.stream.clone()
    }

    fn steps(&self, _: usize) -> usize {
        let examples = self.task.lengths(Split::Train).len();
        examples.div_ceil(self.stream.batch_size)
    }

    fn begin_epoch(&mut self, epoch: usize) {
        let seed = noise::mix(self.seed, epoch as u64);
        let lengths = self.task.lengths(Split::Train);
        self.order = draw_batches(lengths, self.stream.batch_size, seed).unwrap_or_default();
        self.epoch = epoch;
    }

    fn loss(&mut self, model: &T::Model, index: usize, mode: Mode) -> StepLoss {
        let batch = &self.order[index];
        let task = &self.task;
        let (mean, weight) = task.loss(model, Split::Train, batch, mode, &self.device);
        let lengths = task.lengths(Split::Train);
        StepLoss {
            mean,
            penalty: None,
            scale: 1.0,
            weight,
            symbols: batch.iter().map(|&example| lengths[example]).sum(),
            rate: 1.0,
        }
    }

    fn rate(&self, parameter: &str) -> f64 {
        self.task.rate(self.epoch, parameter)
    }

    fn validate(&self, model: &T::Model) -> Result<f64, Error> {
        let (model, device) = (model.clone().valid(), self.device.clone().inner());
        let lengths = self.task.lengths(Split::Valid);
        let (mut sum, mut count) = (0.0, 0.0);
        for batch in sorted_batches(lengths, self.stream.batch_size, EVALUATION_STEPS)? {
            let task = &self.task;
            let (mean, weight) = task.loss(&model, Split::Valid, &batch, Mode::Inference, &device);
            sum += weight * mean.into_scalar::<f64>();
            count += weight;
        }
        Ok(if count > 0.0 { sum / count } else { 0.0 })
    }

    fn carried(&self) -> BTreeMap<String, TensorData> {
        BTreeMap::new()
    }

    fn restore(&mut self, _: BTreeMap<String, TensorData>) {}
}
