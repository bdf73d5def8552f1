//! Embedding and encoder that begin with the weights of a trained language model (Dai and Le 2015), with layers that are
//! trained one after the other, the last first, at rates that fall from layer to layer (Howard and Ruder 2018).

use super::{ClassifierNetwork, NetworkModelConfig};
use crate::language_model::{Estimator, LanguageModelConfig, ModelConfig};
use crate::network::EncoderConfig;
use crate::recipe::name_of;
use crate::run::RunDirectory;
use crate::task::absolute;
use crate::training::check;
use crate::{Error, weights};
use recurrent_data::Vocabulary;
use recurrent_nn::parameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[model.pretrained]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainedConfig {
    /// Run directory of a recurrent language model, whose vocabulary the classifier has.
    pub run: String,
    /// Epochs after which one more layer is trained, the last first; 0 trains all from the beginning.
    #[serde(default)]
    pub unfreeze_every: usize,
    /// What the learning rate is divided by from each layer to the one below.
    #[serde(default = "one")]
    pub rate_decay: f64,
}

fn one() -> f64 {
    1.0
}

impl PretrainedConfig {
    pub(super) fn check(&self, model: &NetworkModelConfig) -> Result<(), Error> {
        let decay = self.rate_decay;
        let key = "model.pretrained.rate_decay".to_string();
        let fine = (1.0..=1000.0).contains(&decay);
        check(fine, key, "a number from 1 to 1000", decay)?;
        let recurrent = matches!(model.encoder, Some(EncoderConfig::Recurrent(_)));
        let both = model.embedding.is_some() && recurrent;
        let expected = "nothing without model.embedding and a recurrent model.encoder";
        check(both, "model.pretrained".to_string(), expected, &self.run)?;
        let file = model
            .embedding
            .as_ref()
            .and_then(|embedding| embedding.file.as_deref());
        check(
            file.is_none(),
            "model.embedding.file".to_string(),
            "nothing beside model.pretrained",
            file.unwrap_or_default(),
        )
    }

    /// Makes the path hold in every working directory.
    pub(super) fn make_path_absolute(&mut self) {
        self.run = absolute(&self.run);
    }

    /// The vocabulary of the language model.
    pub(in crate::classification) fn vocabulary(&self) -> Result<Vocabulary, Error> {
        let run = RunDirectory::new(&self.run);
        run.config()?;
        run.vocabulary()
    }

    /// The network with the weights of the language model in embedding and encoder.
    pub(in crate::classification) fn load(
        &self,
        network: ClassifierNetwork,
        encoder: Option<&EncoderConfig>,
        vocabulary: &Vocabulary,
    ) -> Result<ClassifierNetwork, Error> {
        let run = RunDirectory::new(&self.run);
        let config = run.config()?.only::<LanguageModelConfig>(run.path())?;
        let theirs = match &config.estimator {
            Estimator::Network(network) => match &network.model {
                ModelConfig::Recurrent(model) => Some(model.cell),
                ModelConfig::FeedForward(_) => None,
            },
            _ => None,
        };
        let recurrent = theirs.is_some();
        if let (Some(theirs), Some(EncoderConfig::Recurrent(own))) = (theirs, encoder) {
            check(
                theirs == own.cell,
                "model.encoder.cell".to_string(),
                &format!("{}, the cell of {}", name_of(&theirs), self.run),
                name_of(&own.cell),
            )?;
        }
        let expected = "a recurrent language model";
        check(
            recurrent,
            "model.pretrained.run".to_string(),
            expected,
            &self.run,
        )?;
        let (mut theirs, path) = run.network_weights(&vocabulary.into())?;
        let mut values = BTreeMap::new();
        for parameter in parameters(&network) {
            let own = parameter.name.strip_prefix("encoder.");
            let data = match own {
                None => parameter.data,
                Some(name) => theirs.remove(name).ok_or_else(|| {
                    let expected = "the layers of the language model in one direction";
                    let found = format!("`{name}`, which {} has not", path.display());
                    Error::Setting {
                        key: "model.encoder".to_string(),
                        expected: expected.to_string(),
                        found,
                    }
                })?,
            };
            values.insert(parameter.name, data);
        }
        weights::load(network, values, &path)
    }
}

/// Factor on the learning rate of a parameter in an epoch.
pub(super) fn rate(
    config: &PretrainedConfig,
    model: &NetworkModelConfig,
    epoch: usize,
    parameter: &str,
) -> f64 {
    let layers = match &model.encoder {
        Some(EncoderConfig::Recurrent(encoder)) => encoder.hidden_sizes.len(),
        _ => 0,
    };
    // Layers below the head: the last of the stack is 1, the embedding below the first.
    let depth = match parameter.strip_prefix("encoder.") {
        None => 0,
        Some(name) => match name.rsplit_once("_l") {
            Some((_, number)) => layers - number.parse::<usize>().unwrap_or(0).min(layers),
            None => layers + 1,
        },
    };
    let frozen = config.unfreeze_every > 0 && depth > epoch / config.unfreeze_every;
    match frozen {
        true => 0.0,
        false => config.rate_decay.powi(-(depth as i32)),
    }
}

impl PretrainedConfig {
    /// Fails where the tokens of the classifier are not read as those of the language model.
    pub(in crate::classification) fn check_unit(
        &self,
        vocabulary: &Vocabulary,
    ) -> Result<(), Error> {
        let unit = vocabulary.unit();
        check(
            unit == recurrent_data::Unit::Word,
            "model.pretrained.run".to_string(),
            "a language model of words",
            format!("one of the unit {}, {}", name_of(&unit), self.run),
        )
    }
}
