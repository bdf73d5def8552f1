//! What a language model learns from, step by step.

use super::chunks::Chunks;
use super::evaluate::{evaluate, evaluation_streams};
use super::regularisation::Regularisation;
use super::{Corpus, LanguageModel, ModelState, NetworkConfig, Split};
use crate::Error;
use crate::training::{Learner, LossScale, StepLoss, Stream};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::{SequenceBatch, TokenStreams};
use recurrent_nn::{Mode, cross_entropy, noise};
use std::collections::BTreeMap;

/// Truncated backpropagation through time over parallel streams.
pub(crate) struct StreamLearner {
    stream: Stream,
    streams: TokenStreams,
    /// Of the present epoch.
    chunks: Chunks,
    seed: u64,
    valid: TokenStreams,
    device: Device,
    state: Option<ModelState>,
    loss: LossScale,
    smoothing: f64,
    regularisation: Regularisation,
}

impl StreamLearner {
    /// A learner before its first step.
    ///
    /// Fails where the training or the validation split is too short.
    pub(crate) fn new(
        config: &NetworkConfig,
        corpus: &Corpus,
        vocabulary: usize,
        device: Device,
    ) -> Result<Self, Error> {
        let training = &config.training;
        let (rows, chunk) = (training.batch_size, training.chunk());
        let enough =
            format!("training.batch_size x training.chunk_length + 1 = {rows} x {chunk} + 1");
        let streams = TokenStreams::new(corpus.train.clone(), rows, chunk)
            .map_err(|error| corpus.unusable(Split::Train, error, &enough))?;
        let splits = [&corpus.train, &corpus.valid, &corpus.test];
        let tokens = splits.iter().flat_map(|tokens| tokens.iter());
        Ok(Self {
            stream: Stream {
                batch_size: rows,
                chunk_length: chunk,
                chunk_deviation: training.chunk_deviation,
                // Chunks of one length have one order.
                seed: match training.chunk_deviation {
                    0.0 => 0,
                    _ => training.seed,
                },
                symbols: splits.map(|tokens| tokens.len()),
                digest: tokens.fold(0, |digest, &id| noise::mix(digest, u64::from(id))),
            },
            chunks: Chunks::default(),
            seed: noise::mix(training.seed, 2),
            streams,
            valid: evaluation_streams(
                corpus,
                Split::Valid,
                training.evaluation_streams,
                vocabulary,
            )?,
            device,
            state: None,
            loss: training.loss,
            smoothing: training.label_smoothing,
            regularisation: config.model.regularisation(),
        })
    }

    /// The chunks of an epoch.
    fn draw(&self, epoch: usize) -> Chunks {
        let Stream {
            chunk_length,
            chunk_deviation,
            ..
        } = self.stream;
        let seed = noise::mix(self.seed, epoch as u64);
        Chunks::draw(self.streams.steps(), chunk_length, chunk_deviation, seed)
    }
}

/// Symbols `[T, B]` on a device.
pub(super) fn symbols(batch: &SequenceBatch<u32>, device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = batch.values.iter().map(|&id| id as i32).collect();
    let shape = [batch.steps, batch.lengths.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

impl Learner for StreamLearner {
    type Model = LanguageModel;

    fn stream(&self) -> Stream {
        self.stream.clone()
    }

    fn steps(&self, epoch: usize) -> usize {
        self.draw(epoch).len()
    }

    fn begin_epoch(&mut self, epoch: usize) {
        self.chunks = self.draw(epoch);
        self.state = None;
    }

    fn loss(&mut self, model: &LanguageModel, index: usize, mode: Mode) -> StepLoss {
        let chunk = self.streams.span(self.chunks.span(index));
        let ids = symbols(&chunk.input, &self.device);
        let targets = symbols(&chunk.target, &self.device);
        let count = chunk.target.values.len();
        let state = self.state.take();
        let read = model.forward(ids, None, state, mode);
        self.state = Some(read.state.detach());
        let penalty = self.regularisation.penalty(read.hidden, read.dropped);
        StepLoss {
            mean: cross_entropy(read.logits, targets.reshape([count]), None, self.smoothing),
            penalty,
            scale: match self.loss {
                LossScale::Mean => 1.0,
                LossScale::SumOverTime => chunk.target.steps as f64,
            },
            weight: count as f64,
            symbols: count,
            rate: self.chunks.rate(index),
        }
    }

    fn validate(&self, model: &LanguageModel) -> Result<f64, Error> {
        let device = self.device.clone().inner();
        let evaluation = evaluate(&model.clone().valid(), &self.valid, &device);
        Ok(evaluation.cross_entropy)
    }

    fn carried(&self) -> BTreeMap<String, TensorData> {
        self.state
            .as_ref()
            .map(ModelState::to_data)
            .unwrap_or_default()
    }

    fn restore(&mut self, carried: BTreeMap<String, TensorData>) {
        self.state = ModelState::from_data(carried, &self.device);
    }
}
