//! A trained network, as it is read from its run directory.

use super::{ClassifierNetwork, NetworkModelConfig, Shape};
use crate::classification::data::Inputs;
use crate::codec::Codec;
use crate::network::check::check_steps;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::EVALUATION_STEPS;
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_data::sorted_batches;
use recurrent_nn::Mode;

/// Examples that are read at once at most.
const BATCH: usize = 256;

/// A network with its part of the recipe, where it computes.
#[derive(Debug)]
pub(in crate::classification) struct TrainedNetwork {
    pub network: ClassifierNetwork,
    pub(super) config: NetworkModelConfig,
    shape: Shape,
    pub device: Device,
}

impl TrainedNetwork {
    /// The network of a run directory.
    pub(in crate::classification) fn read(
        run: &RunDirectory,
        config: &NetworkModelConfig,
        shape: Shape,
        codec: &Codec,
        device: DeviceName,
    ) -> Result<Self, Error> {
        let device = device.device()?;
        let (tensors, path) = run.network_weights(codec)?;
        let network = config.init(shape, 0, true, &device);
        let network = weights::load(network, tensors, &path)?;
        Ok(Self {
            network: network.valid(),
            config: config.clone(),
            shape,
            device,
        })
    }

    /// The layers from input to output.
    pub(in crate::classification) fn layers(&self) -> Vec<LayerRow> {
        self.config.layers(self.shape, &self.network)
    }

    /// Scores of the classes for each input, `[N][K]`.
    ///
    /// # Errors
    /// Where a sequence is too long to be read at once.
    pub(in crate::classification) fn scores(
        &self,
        inputs: &Inputs,
    ) -> Result<Vec<Vec<f64>>, Error> {
        let mut all = vec![Vec::new(); inputs.len()];
        let lengths = inputs.lengths();
        check_steps(&lengths, &|n| format!("example {n} of the split"))?;
        for batch in sorted_batches(&lengths, BATCH, EVALUATION_STEPS)? {
            let (input, lengths) = inputs.batch(&batch, &self.device);
            let (logits, _) = self.network.forward(input, &lengths, Mode::Inference);
            let values: Vec<f64> = logits.into_data().iter().collect();
            for (&example, row) in batch.iter().zip(values.chunks(self.shape.classes)) {
                all[example] = row.to_vec();
            }
        }
        Ok(all)
    }
}
