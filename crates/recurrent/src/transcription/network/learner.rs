//! Sequences with their texts as the training loop sees them.

use super::{TranscriberConfig, TranscriberNetwork};
use crate::language_model::Split;
use crate::training::ExampleTask;
use crate::transcription::data::{Utterances, batch};
use crate::transcription::reading::BLANK;
use crate::transcription::sources::draw;
use burn::tensor::{Device, Tensor};
use recurrent_data::sound::SpecAugment;
use recurrent_nn::{Mode, UnalignedTargets};

/// Sequences with their texts.
pub(crate) struct TranscriberTask<'a> {
    train: &'a Utterances,
    valid: &'a Utterances,
    lengths: [Vec<usize>; 2],
    /// Values of a step.
    channels: usize,
    augment: Option<&'a SpecAugment>,
    config: &'a TranscriberConfig,
    digest: u64,
}

impl<'a> TranscriberTask<'a> {
    /// The task of two splits, of steps of `channels` values.
    pub(crate) fn new(
        [train, valid]: [&'a Utterances; 2],
        channels: usize,
        augment: Option<&'a SpecAugment>,
        config: &'a TranscriberConfig,
    ) -> Self {
        Self {
            lengths: [train.lengths(), valid.lengths()],
            digest: train.digest() ^ valid.digest().rotate_left(1),
            train,
            valid,
            channels,
            augment,
            config,
        }
    }
}

impl ExampleTask for TranscriberTask<'_> {
    type Model = TranscriberNetwork;

    fn lengths(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => &self.lengths[0],
            _ => &self.lengths[1],
        }
    }

    fn digest(&self) -> u64 {
        self.digest
    }

    /// Mean over the rows of the loss by symbol.
    fn loss(
        &self,
        model: &TranscriberNetwork,
        split: Split,
        examples: &[usize],
        mode: Mode,
        device: &Device,
    ) -> (Tensor<1>, f64) {
        let utterances = match split {
            Split::Train => self.train,
            _ => self.valid,
        };
        let signals = examples.iter().map(|&example| &utterances.signals[example]);
        let (vectors, lengths) = match (self.augment, mode) {
            (Some(augment), Mode::Training { seed }) => {
                let masked = signals.zip(examples).map(|(signal, &example)| {
                    let mut signal = signal.clone();
                    // Its range was checked with the recipe.
                    let _ = augment.apply(&mut signal, draw(seed, example));
                    signal
                });
                let masked: Vec<_> = masked.collect();
                batch(masked.iter(), self.channels, device)
            }
            _ => batch(signals, self.channels, device),
        };
        let (scores, lengths) = model.forward(vectors, &lengths, mode.part(1));
        let labels = examples
            .iter()
            .map(|&example| &utterances.labels[example][..]);
        // A validation text that does not fit has no finite loss; training texts fit.
        let rows: Vec<&[usize]> = labels
            .zip(&lengths)
            .map(
                |(labels, &length)| match self.config.shortest(labels) <= length {
                    true => labels,
                    false => &[],
                },
            )
            .collect();
        let targets = UnalignedTargets::new(BLANK, &lengths, rows);
        (model.loss(scores, &targets, mode), examples.len() as f64)
    }
}
