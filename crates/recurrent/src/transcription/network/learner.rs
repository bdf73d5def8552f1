//! Sequences with their texts as the training loop sees them.

use super::{TranscriberConfig, TranscriberNetwork};
use crate::language_model::Split;
use crate::training::ExampleTask;
use crate::transcription::config::SoundSettings;
use crate::transcription::data::{Utterances, batch};
use crate::transcription::reading::BLANK;
use crate::transcription::sources::draw;
use burn::tensor::{Device, Tensor};
use recurrent_data::Signal;
use recurrent_data::sound::SpecAugment;
use recurrent_nn::{Mode, UnalignedTargets};

/// Sequences with their texts.
pub(crate) struct TranscriberTask<'a> {
    train: &'a Utterances,
    valid: &'a Utterances,
    lengths: [Vec<usize>; 2],
    /// Values of a step.
    channels: usize,
    /// Channels of a step, and features of each.
    inputs: [usize; 2],
    augment: Option<&'a SpecAugment>,
    /// Steps of the features that one step is.
    stack: usize,
    config: &'a TranscriberConfig,
    digest: u64,
}

impl<'a> TranscriberTask<'a> {
    /// The task of two splits, of steps of channels and features of each.
    pub(crate) fn new(
        [train, valid]: [&'a Utterances; 2],
        inputs: [usize; 2],
        sound: Option<&'a SoundSettings>,
        config: &'a TranscriberConfig,
    ) -> Self {
        Self {
            lengths: [train.lengths(), valid.lengths()],
            digest: train.digest() ^ valid.digest().rotate_left(1),
            train,
            valid,
            channels: inputs[0] * inputs[1],
            inputs,
            augment: sound.and_then(|sound| sound.spec_augment.as_ref()),
            stack: sound.map_or(1, |sound| sound.stack),
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
        // A validation text that does not fit its steps has no finite loss and counts for nothing; training texts fit.
        let fits = |&&example: &&usize| {
            let steps = self
                .config
                .steps(self.inputs, utterances.signals[example].steps);
            self.config.shortest(&utterances.labels[example]) <= steps
        };
        let examples: Vec<usize> = examples.iter().filter(fits).copied().collect();
        if examples.is_empty() {
            return (Tensor::zeros([1], device), 0.0);
        }
        let signals = examples.iter().map(|&example| &utterances.signals[example]);
        let (vectors, lengths) = match (self.augment, mode) {
            (Some(augment), Mode::Training { seed }) => {
                let masked = signals.zip(&examples).map(|(signal, &example)| {
                    // Masks are over what was heard at one time: stacked steps stand one after the other.
                    let mut masked = Signal {
                        steps: signal.steps * self.stack,
                        values: signal.values.clone(),
                        name: None,
                    };
                    // Its range was checked with the recipe.
                    let _ = augment.apply(&mut masked, draw(seed, example));
                    Signal {
                        steps: signal.steps,
                        ..masked
                    }
                });
                let masked: Vec<_> = masked.collect();
                batch(masked.iter(), self.channels, device)
            }
            _ => batch(signals, self.channels, device),
        };
        let (scores, lengths) = model.forward(vectors, &lengths, mode.part(1));
        let rows = examples
            .iter()
            .map(|&example| &utterances.labels[example][..]);
        let targets = UnalignedTargets::new(BLANK, &lengths, rows);
        (model.loss(scores, &targets, mode), examples.len() as f64)
    }
}
