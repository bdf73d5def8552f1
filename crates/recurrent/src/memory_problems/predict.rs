//! A trained network, as it is read from its run directory.

use super::config::MemoryConfig;
use super::data::{Batch, Targets};
use super::model::MemoryNetwork;
use super::results::{Measures, copied, largest};
use crate::codec::Codec;
use crate::language_model::Split;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_nn::Mode;

/// A trained network with its recipe, where it computes.
#[derive(Debug)]
pub struct MemoryModel {
    network: MemoryNetwork,
    config: MemoryConfig,
    device: Device,
    bytes: u64,
}

impl MemoryModel {
    /// The network of a run directory.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its files do not fit each other.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        let device = device.device()?;
        let config = run.config()?.only::<MemoryConfig>(run.path())?;
        let (tensors, path) = run.network_weights(&Codec::default())?;
        let network = config.model.init(config.data.problem, 0, true, &device);
        Ok(Self {
            network: weights::load(network, tensors, &path)?.valid(),
            bytes: std::fs::metadata(&path).map_or(0, |file| file.len()),
            config,
            device,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &MemoryConfig {
        &self.config
    }

    /// The layers from input to output.
    pub fn layers(&self) -> Vec<LayerRow> {
        self.config
            .model
            .layers(self.config.data.problem, &self.network)
    }

    /// Size of its file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How good it is on a split.
    pub fn measure(&self, split: Split) -> Measures {
        let (data, embedded) = (&self.config.data, self.config.model.embedding.is_some());
        Measures::of(&self.network, data, split, embedded, &self.device)
    }

    /// The first examples of the test split with their answers, a line each.
    pub(super) fn samples(&self, count: usize) -> Vec<String> {
        let (data, embedded) = (&self.config.data, self.config.model.embedding.is_some());
        let count = data.examples[2].min(count as u64) as usize;
        let batch = data.batch(Split::Test, 0, count, embedded, &self.device);
        let answers = numbers(&self.network, &batch);
        match batch.targets {
            Targets::Sums(sums) => {
                let all = (0..).zip(sums.iter().zip(&answers));
                let line = |(number, (sum, answer))| {
                    let example = data.sum(Split::Test, number);
                    let [one, other] = example.marks.map(|step| example.numbers[step]);
                    format!("{one:.4} + {other:.4} = {sum:.4}, answered {answer:.4}")
                };
                all.map(line).collect()
            }
            Targets::Symbols(targets) => {
                let found = largest(&answers, targets.len());
                let letters = |symbols: &[u8], row| {
                    let symbols = copied(symbols, count, row);
                    symbols.map(letter).collect::<String>()
                };
                let line = |row| {
                    let (right, answer) = (letters(&targets, row), letters(&found, row));
                    format!("{right}, answered {answer}")
                };
                (0..count).map(line).collect()
            }
        }
    }
}

/// The answers to a batch as numbers.
pub(super) fn numbers(network: &MemoryNetwork, batch: &Batch) -> Vec<f32> {
    let answers = network.forward(batch, Mode::Inference).into_data();
    let answers = answers.convert::<f32>();
    // The conversion makes it a list of these.
    answers.as_slice::<f32>().unwrap_or_default().to_vec()
}

/// A symbol as it is shown: a letter, or a line for a blank.
fn letter(symbol: u8) -> char {
    "abcdefgh".chars().nth(symbol.into()).unwrap_or('_')
}
