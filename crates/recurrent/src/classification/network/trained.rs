//! A trained network, as it is read from its run directory.

use super::{ClassifierNetwork, NetworkModelConfig, Shape};
use crate::classification::data::Inputs;
use crate::codec::Codec;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::{EVALUATION_STEPS, TrainingRecord};
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
        let path = run.file("model.safetensors");
        if !path.exists() {
            return Err(Error::Run {
                path: run.path().to_path_buf(),
                message: run.why_no_weights(),
            });
        }
        let file = weights::read(&path)?;
        let record = file.record::<TrainingRecord>(&path)?;
        let recorded = record.and_then(|record| record.vocabulary);
        run.check_codec(codec, recorded, &path)?;
        let network = config.init(shape, 0, true, &device);
        let network = weights::load(network, file.tensors, &path)?;
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
    pub(in crate::classification) fn scores(&self, inputs: &Inputs) -> Vec<Vec<f64>> {
        let mut all = vec![Vec::new(); inputs.len()];
        let batches = sorted_batches(&inputs.lengths(), BATCH, EVALUATION_STEPS);
        for batch in batches.unwrap_or_default() {
            let (input, lengths) = inputs.batch(&batch, &self.device);
            let (logits, _) = self.network.forward(input, &lengths, Mode::Inference);
            let values: Vec<f64> = logits.into_data().iter().collect();
            for (&example, row) in batch.iter().zip(values.chunks(self.shape.classes)) {
                all[example] = row.to_vec();
            }
        }
        all
    }
}
