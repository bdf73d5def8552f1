//! A trained network, as it is read from its run directory.

use super::{Shape, TranscriberConfig, TranscriberNetwork, TransducerStepper};
use crate::codec::Codec;
use crate::network::check::check_steps;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::EVALUATION_STEPS;
use crate::transcription::data::batch;
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::Device;
use burn::tensor::activation::log_softmax;
use recurrent_data::{Signal, sorted_batches};
use recurrent_nn::Mode;

/// Sequences that are read at once at most.
const BATCH: usize = 64;

/// A network with its part of the recipe, where it computes.
#[derive(Debug)]
pub(in crate::transcription) struct TrainedNetwork {
    pub network: TranscriberNetwork,
    pub config: TranscriberConfig,
    pub shape: Shape,
    /// Predictor and joint network, of a transducer.
    pub transducer: Option<TransducerStepper>,
    device: Device,
}

impl TrainedNetwork {
    /// The network of a run directory.
    pub(in crate::transcription) fn read(
        run: &RunDirectory,
        config: &TranscriberConfig,
        shape: Shape,
        codec: &Codec,
        device: DeviceName,
    ) -> Result<Self, Error> {
        let device = device.device()?;
        let (tensors, path) = run.network_weights(codec)?;
        let network = config.init(shape, 0, true, &device);
        let network = weights::load(network, tensors, &path)?.valid();
        Ok(Self {
            transducer: network.transducer(),
            network,
            config: config.clone(),
            shape,
            device,
        })
    }

    /// The layers from input to output.
    pub(in crate::transcription) fn layers(&self) -> Vec<LayerRow> {
        self.config.layers(self.shape, &self.network)
    }

    /// What decoders take of each sequence, `[N]`: log probabilities of blank and the symbols, `[T', V]`, or what a
    /// transducer's joint network hears, `[T', J]`.
    ///
    /// # Errors
    /// Where a sequence is too long to be read at once.
    pub(in crate::transcription) fn frames(
        &self,
        signals: &[Signal],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let lengths: Vec<usize> = signals.iter().map(|signal| signal.steps).collect();
        let channels = self.shape.inputs[0] * self.shape.inputs[1];
        let mut all = vec![Vec::new(); signals.len()];
        check_steps(&lengths, &|number| format!("sequence {number}"))?;
        for rows in sorted_batches(&lengths, BATCH, EVALUATION_STEPS)? {
            let members = rows.iter().map(|&row| &signals[row]);
            let (vectors, lengths) = batch(members, channels, &self.device);
            let (scores, lengths) = self.network.forward(vectors, &lengths, Mode::Inference);
            let [_, count, width] = scores.dims();
            let scores = match self.transducer {
                Some(_) => scores,
                None => log_softmax(scores, 2),
            };
            let values: Vec<f32> = scores.into_data().iter().collect();
            for (place, &row) in rows.iter().enumerate() {
                let frames = values.chunks_exact(width).skip(place).step_by(count);
                all[row] = frames.take(lengths[place]).flatten().copied().collect();
            }
        }
        Ok(all)
    }
}
