//! A trained network, as it is read from its run directory.

use super::inputs::Encoded;
use super::model::Shape;
use super::{NetworkModelConfig, TaggerNetwork};
use crate::network::check::check_steps;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::tagging::reading::Reading;
use crate::training::{EVALUATION_STEPS, check};
use crate::{DeviceName, Error, weights};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use recurrent_data::{TagScheme, sorted_batches};
use recurrent_nn::{Crf, CrfConstraint, Mode};

/// Sentences that are read at once at most.
const BATCH: usize = 256;

/// A network with its part of the recipe, where it computes.
#[derive(Debug)]
pub(in crate::tagging) struct TrainedNetwork {
    network: TaggerNetwork,
    config: NetworkModelConfig,
    /// What finds the best sequence of tags; of a softmax, without scores of transitions.
    crf: Crf,
    constraint: CrfConstraint,
    device: Device,
}

impl Reading {
    /// What a network is made for.
    pub(in crate::tagging) fn shape(&self) -> Shape {
        Shape {
            words: self.words.as_ref().map_or(0, |words| words.len()),
            characters: self
                .characters
                .as_ref()
                .map_or(0, |characters| characters.len()),
            tags: self.tags.len(),
        }
    }
}

/// A field without scores of its own.
fn without_transitions(tags: usize, device: &Device) -> Crf {
    let vector = || Param::from_tensor(Tensor::zeros([tags], device));
    Crf {
        start_transitions: vector(),
        end_transitions: vector(),
        transitions: Param::from_tensor(Tensor::zeros([tags, tags], device)),
    }
}

impl TrainedNetwork {
    /// The network of a run directory.
    pub(in crate::tagging) fn read(
        run: &RunDirectory,
        config: &NetworkModelConfig,
        reading: &Reading,
        scheme: TagScheme,
        device: DeviceName,
    ) -> Result<Self, Error> {
        let device = device.device()?;
        let (tensors, path) = run.network_weights(&reading.codec())?;
        let network = config.init(reading.shape(), 0, true, &device);
        let network = weights::load(network, tensors, &path)?.valid();
        let tags = reading.tags.len();
        Ok(Self {
            crf: match &network.crf {
                Some(crf) => crf.clone(),
                None => without_transitions(tags, &device),
            },
            constraint: CrfConstraint::new(tags, |from, to| reading.is_legal(scheme, from, to)),
            network,
            config: config.clone(),
            device,
        })
    }

    /// The layers from input to output.
    pub(in crate::tagging) fn layers(&self, tags: usize) -> Vec<LayerRow> {
        self.config.layers(&self.network, tags)
    }

    /// The tags of the words of sentences, `[N][T]`; `place` says what messages call one by its number from 1.
    ///
    /// # Errors
    /// Where a vocabulary has no `<unk>` for what it lacks.
    pub(in crate::tagging) fn tag(
        &self,
        reading: &Reading,
        sentences: &[Vec<String>],
        place: &dyn Fn(usize) -> String,
    ) -> Result<Vec<Vec<usize>>, Error> {
        let Some(words) = &reading.words else {
            return Ok(Vec::new());
        };
        let encoded = Encoded::of(&self.config, sentences, words, reading.characters.as_ref())?;
        let lengths: Vec<usize> = sentences.iter().map(Vec::len).collect();
        let mut all = vec![Vec::new(); sentences.len()];
        check_steps(&lengths, place)?;
        for rows in sorted_batches(&lengths, BATCH, EVALUATION_STEPS)? {
            let batch = encoded.batch(&rows, 0.0, Mode::Inference, &self.device);
            let scores = self.network.forward(&batch, Mode::Inference);
            let tags = self
                .crf
                .decode(scores, &batch.lengths, Some(&self.constraint));
            for (row, tags) in rows.into_iter().zip(tags) {
                // Only scores that are no numbers leave a sentence without any legal sequence.
                check(
                    tags.len() == lengths[row],
                    place(row + 1),
                    "finite scores of its tags",
                    "others: the weights give no answer to it",
                )?;
                all[row] = tags;
            }
        }
        Ok(all)
    }
}
