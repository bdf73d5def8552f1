//! Tagged sentences as the training loop sees them.

use super::{Encoded, TaggerNetwork};
use crate::language_model::Split;
use crate::tagging::data::Sentences;
use crate::training::ExampleTask;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::SequenceBatch;
use recurrent_nn::{CrfReduction, Mode, cross_entropy};

/// Sentences with their tags.
pub(crate) struct TaggerTask<'a> {
    sentences: [&'a Sentences; 2],
    encoded: [Encoded; 2],
    lengths: [Vec<usize>; 2],
    smoothing: f64,
}

impl<'a> TaggerTask<'a> {
    /// The task of a training and a validation split.
    pub(crate) fn new(
        sentences: [&'a Sentences; 2],
        encoded: [Encoded; 2],
        smoothing: f64,
    ) -> Self {
        Self {
            lengths: sentences.map(Sentences::lengths),
            sentences,
            encoded,
            smoothing,
        }
    }
}

fn part(split: Split) -> usize {
    match split {
        Split::Train => 0,
        _ => 1,
    }
}

impl ExampleTask for TaggerTask<'_> {
    type Model = TaggerNetwork;

    fn lengths(&self, split: Split) -> &[usize] {
        &self.lengths[part(split)]
    }

    fn digest(&self) -> u64 {
        let [train, valid] = self.sentences.map(Sentences::digest);
        train ^ valid.rotate_left(1)
    }

    fn loss(
        &self,
        model: &TaggerNetwork,
        split: Split,
        rows: &[usize],
        mode: Mode,
        device: &Device,
    ) -> (Tensor<1>, f64) {
        let unknown = model.unknown_words;
        let batch = self.encoded[part(split)].batch(rows, unknown, mode.part(1), device);
        let scores = model.forward(&batch, mode.part(0));
        let all = &self.sentences[part(split)].tags;
        let tags = rows
            .iter()
            .map(|&row| all[row].iter().map(|&tag| tag as i32).collect());
        let tags = SequenceBatch::from_rows(&tags.collect::<Vec<Vec<i32>>>(), 0);
        let words: usize = batch.lengths.iter().sum();
        let [time, count, classes] = scores.dims();
        let targets = TensorData::new(tags.values, [time, count]);
        let targets = Tensor::<2, Int>::from_data(targets, device);
        let loss = match &model.crf {
            Some(crf) => crf.loss(scores, targets, &batch.lengths, CrfReduction::Steps),
            None => {
                let is_word = (0..time * count).map(|place| {
                    let (step, row) = (place / count, place % count);
                    f32::from(step < batch.lengths[row])
                });
                let mask = TensorData::new(is_word.collect::<Vec<f32>>(), [time * count]);
                let mask = Tensor::from_data(mask, &device.clone().inner());
                let smoothing = match mode {
                    Mode::Training { .. } => self.smoothing,
                    Mode::Inference => 0.0,
                };
                let logits = scores.reshape([time * count, classes]);
                cross_entropy(
                    logits,
                    targets.reshape([time * count]),
                    Some(mask),
                    smoothing,
                )
            }
        };
        (loss, words as f64)
    }
}
