//! A trained language model, as it is read from its run directory.

use super::evaluate::{evaluate, evaluation_streams};
use super::scorer::NetworkScorer;
use super::{
    Corpus, Estimator, Evaluation, LanguageModel, LanguageModelConfig, NetworkConfig, Scorer,
    Split, ngram,
};
use crate::recipe::name_of;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::task::Config;
use crate::training::{Checkpoint, TrainingRecord, is_usable};
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_data::Vocabulary;
use recurrent_decode::Ngram;
use recurrent_decode::language_model::cross_entropy;
use recurrent_nn::Precision;

/// A trained language model with its vocabulary.
#[derive(Debug)]
pub struct Predictor {
    pub(super) model: Trained,
    pub(super) vocabulary: Vocabulary,
    config: LanguageModelConfig,
}

/// What gives the probabilities.
#[derive(Debug)]
pub(super) enum Trained {
    /// A network with its part of the recipe, where it computes.
    Network {
        model: LanguageModel,
        config: NetworkConfig,
        device: Device,
    },
    /// Counts.
    Ngram(Ngram),
}

impl Predictor {
    /// The model of a run directory.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its weights do not fit its recipe.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        let Config::LanguageModel(config) = run.config()?;
        let vocabulary = run.vocabulary()?;
        if vocabulary.unit() != config.data.unit {
            return Err(Error::Run {
                path: run.file("vocabulary.json"),
                message: format!(
                    "expected symbols of unit `{}`, as in config.toml, found `{}`",
                    name_of(&config.data.unit),
                    name_of(&vocabulary.unit())
                ),
            });
        }
        let model = match &config.estimator {
            Estimator::Network(network) => {
                Trained::network(run, network.clone(), &vocabulary, device)?
            }
            Estimator::Ngram { .. } => Trained::Ngram(ngram::read(run, &vocabulary)?),
        };
        Ok(Self {
            model,
            vocabulary,
            config,
        })
    }

    /// The model as decoders take it, packed for steps of one symbol where it is a network.
    pub fn scorer(&self, precision: Precision) -> Scorer<'_> {
        match &self.model {
            Trained::Network { model, .. } => Scorer::Network(NetworkScorer {
                stepper: model.stepper(precision),
                vocabulary: self.vocabulary.len(),
                first: self.start(),
            }),
            Trained::Ngram(model) => Scorer::Ngram(model),
        }
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &LanguageModelConfig {
        &self.config
    }

    /// Its symbols.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Its layers from input to output.
    pub fn layers(&self) -> Vec<LayerRow> {
        match &self.model {
            Trained::Network { model, config, .. } => model.layers(&config.model),
            Trained::Ngram(model) => ngram::layers(model),
        }
    }

    /// A split of the corpus it was trained on, or of the text at another path,
    /// in `column` where that is a table.
    ///
    /// # Errors
    /// Where it cannot be read, or has symbols that the vocabulary lacks.
    pub fn corpus(
        &self,
        path: Option<&str>,
        column: Option<&str>,
        split: Split,
    ) -> Result<Corpus, Error> {
        let mut data = self.config.data.clone();
        if let Some(path) = path {
            data.path = Some(path.to_string());
            data.column = None;
        }
        if let Some(column) = column {
            data.column = Some(column.to_string());
        }
        Corpus::with_vocabulary(&data, &self.vocabulary, split)
    }

    /// The loss over a split, every symbol but the first predicted once.
    ///
    /// # Errors
    /// Where the split has fewer than two symbols, or the loss is not finite.
    pub fn evaluate(&self, corpus: &Corpus, split: Split) -> Result<Evaluation, Error> {
        let found = match &self.model {
            Trained::Network {
                model,
                config,
                device,
            } => {
                let streams =
                    evaluation_streams(corpus, split, &config.training, self.vocabulary.len())?;
                evaluate(model, &streams, device)
            }
            Trained::Ngram(model) => {
                let tokens = corpus.split(split);
                let found = cross_entropy(model, &tokens, 1);
                Evaluation {
                    cross_entropy: found.map_err(|_| corpus.too_short(split))?,
                    symbols: tokens.len() - 1,
                }
            }
        };
        if !is_usable(found.cross_entropy) {
            return Err(Error::Evaluation {
                split: split.as_str(),
                loss: found.cross_entropy,
            });
        }
        Ok(found)
    }
}

impl Trained {
    /// The network of a run directory.
    fn network(
        run: &RunDirectory,
        config: NetworkConfig,
        vocabulary: &Vocabulary,
        device: DeviceName,
    ) -> Result<Self, Error> {
        let device = device.device()?;
        config.check_size(vocabulary.len())?;
        let path = run.file("model.safetensors");
        if !path.exists() {
            return Err(Error::Run {
                path: run.path().to_path_buf(),
                message: why_no_weights(run),
            });
        }
        let file = weights::read(&path)?;
        let record = file.record::<TrainingRecord>(&path)?;
        let recorded = record.and_then(|record| record.vocabulary);
        run.check_vocabulary(vocabulary, recorded, &path)?;
        let model = LanguageModel::new(&config.model.blank(), vocabulary.len(), 0, &device);
        let model = weights::load(model, file.tensors, &path)?;
        Ok(Self::Network {
            model: model.valid(),
            config,
            device,
        })
    }
}

/// Why a run has no weights, and what to do.
fn why_no_weights(run: &RunDirectory) -> String {
    if run.is_locked() {
        return "no model.safetensors yet: the run is still training and has no weights so far"
            .to_string();
    }
    match Checkpoint::newest(run) {
        Ok(Some(checkpoint)) if checkpoint.record.finished => {
            "model.safetensors is missing from a finished run; train it anew with --force"
                .to_string()
        }
        _ => format!(
            "no model.safetensors yet: the run ended before it had weights, interrupted or by a loss \
             that is not finite; go on with `recurrent train --resume --out {}`",
            run.path().display()
        ),
    }
}
