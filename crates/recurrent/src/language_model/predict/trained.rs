//! What gives the probabilities, read from its run directory.

use crate::language_model::mixture::{Mixture, MixtureConfig};
use crate::language_model::{CountModel, LanguageModel, NetworkConfig, mixture};
use crate::run::RunDirectory;
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_data::Vocabulary;

/// What gives the probabilities.
#[derive(Debug)]
pub(in crate::language_model) enum Trained {
    /// A network.
    Network(Box<Network>),
    /// Counts.
    Ngram(Box<CountModel>),
    /// Models together.
    Mixture(Mixture),
}

/// A network with its part of the recipe, where it computes.
#[derive(Debug)]
pub(in crate::language_model) struct Network {
    pub model: LanguageModel,
    pub config: NetworkConfig,
    pub device: Device,
}

impl Trained {
    /// The mixture that a run directory's recipe names.
    pub(super) fn mixture(
        run: &RunDirectory,
        config: &MixtureConfig,
        vocabulary: &Vocabulary,
        device: DeviceName,
        depth: usize,
    ) -> Result<Self, Error> {
        let models = mixture::load_models(config, device, depth)?;
        mixture::check_fingerprints(run, config, &models)?;
        mixture::check_vocabulary(run, vocabulary, models[0].vocabulary(), &config.runs[0])?;
        let Some(weights) = config.weights.clone() else {
            return Err(Error::Run {
                path: run.file("config.toml"),
                message: "expected model.weights, which training the mixture fits, found none"
                    .to_string(),
            });
        };
        Ok(Self::Mixture(Mixture { models, weights }))
    }

    /// The network of a run directory.
    pub(super) fn network(
        run: &RunDirectory,
        config: NetworkConfig,
        vocabulary: &Vocabulary,
        device: DeviceName,
    ) -> Result<Self, Error> {
        let device = device.device()?;
        config.check_size(vocabulary.len())?;
        let (tensors, path) = run.network_weights(&vocabulary.into())?;
        let model = LanguageModel::new(&config.model.blank(), vocabulary.len(), 0, &device);
        let model = weights::load(model, tensors, &path)?;
        Ok(Self::Network(Box::new(Network {
            model: model.valid(),
            config,
            device,
        })))
    }
}
