//! A trained language model, as it is read from its run directory.

mod trained;

pub(super) use trained::{Network, Trained};

use super::evaluate::{evaluate, evaluation_streams, read};
use super::scorer::{CountScorer, NetworkScorer};
use super::{
    Corpus, CountModel, Estimator, Evaluation, LanguageModelConfig, OrderCost, Scorer, Split,
    mixture, ngram,
};
use crate::recipe::name_of;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::{DeviceName, Error, files};
use recurrent_data::Vocabulary;
use recurrent_decode::LanguageModel as _;
use recurrent_decode::language_model::cross_entropy;
use recurrent_nn::Precision;
use std::path::PathBuf;

/// A trained language model with its vocabulary.
#[derive(Debug)]
pub struct Predictor {
    pub(super) model: Trained,
    pub(super) vocabulary: Vocabulary,
    config: LanguageModelConfig,
    /// Its file; none where its parts have files of their own.
    file: Option<PathBuf>,
}

impl Predictor {
    /// The model of a run directory; networks compute on `device`, counts on the processor.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its weights do not fit its recipe.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        Self::load_within(run, device, 0)
    }

    /// The model of a run directory that stands in `depth` mixtures.
    pub(super) fn load_within(
        run: &RunDirectory,
        device: DeviceName,
        depth: usize,
    ) -> Result<Self, Error> {
        if depth > mixture::DEEPEST {
            return Err(Error::Run {
                path: run.path().to_path_buf(),
                message: format!(
                    "expected at most {} mixtures within each other, found more",
                    mixture::DEEPEST
                ),
            });
        }
        device.device()?;
        let config = run.config()?.only::<LanguageModelConfig>(run.path())?;
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
                Trained::network(run, (**network).clone(), &vocabulary, device)?
            }
            Estimator::Ngram { model } => {
                Trained::Ngram(Box::new(ngram::read(run, model, &vocabulary)?))
            }
            Estimator::Mixture { model } => {
                Trained::mixture(run, model, &vocabulary, device, depth)?
            }
        };
        let file = match &config.estimator {
            Estimator::Network(_) => Some(run.file("model.safetensors")),
            Estimator::Ngram { model } => Some(run.file(ngram::files(model))),
            Estimator::Mixture { .. } => None,
        };
        Ok(Self {
            file,
            model,
            vocabulary,
            config,
        })
    }

    /// The model as decoders take it, packed for steps of one symbol where it is a network.
    pub fn scorer(&self, precision: Precision) -> Scorer<'_> {
        match &self.model {
            Trained::Network(network) => Scorer::Network(self.network_scorer(network, precision)),
            Trained::Ngram(model) => Scorer::Ngram(CountScorer {
                model,
                first: self.start(),
            }),
            Trained::Mixture(mixture) => Scorer::Mixture(mixture.scorer(precision)),
        }
    }

    /// A network of its own as decoders take it.
    pub(super) fn network_scorer(&self, network: &Network, precision: Precision) -> NetworkScorer {
        NetworkScorer {
            stepper: network.model.stepper(precision),
            vocabulary: self.vocabulary.len(),
            first: self.start(),
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
            Trained::Network(network) => network.model.layers(&network.config.model),
            Trained::Ngram(model) => model.layers(),
            Trained::Mixture(mixture) => mixture.layers(),
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
    /// Where the split has fewer than two symbols, or the loss of a network is not finite.
    pub fn evaluate(&self, corpus: &Corpus, split: Split) -> Result<Evaluation, Error> {
        match &self.model {
            Trained::Network(network) => {
                let rows = network.config.training.evaluation_streams;
                let streams = evaluation_streams(corpus, split, rows, self.vocabulary.len())?;
                let found = evaluate(&network.model, &streams, &network.device);
                usable(split, found)
            }
            // Counts may give a symbol no probability, which is no fault of theirs.
            Trained::Ngram(model) => {
                let tokens = corpus.split(split);
                let found = cross_entropy(&**model, &tokens, 1);
                Ok(Evaluation {
                    cross_entropy: found.map_err(|_| corpus.too_short(split))?,
                    symbols: tokens.len() - 1,
                })
            }
            Trained::Mixture(mixture) => {
                let surprisals = mixture.surprisals(corpus, split)?;
                Ok(Evaluation {
                    cross_entropy: surprisals.iter().sum::<f64>() / surprisals.len() as f64,
                    symbols: surprisals.len(),
                })
            }
        }
    }

    /// `-ln p`, in nats, of every symbol of a split but the first, read in one piece.
    ///
    /// # Errors
    /// Where the split has fewer than two symbols.
    pub fn surprisals(&self, corpus: &Corpus, split: Split) -> Result<Vec<f64>, Error> {
        match &self.model {
            Trained::Network(network) => {
                let streams = evaluation_streams(corpus, split, 1, self.vocabulary.len())?;
                let mut all = Vec::with_capacity(streams.targets());
                read(&network.model, &streams, &network.device, |_, _, losses| {
                    all.extend_from_slice(losses);
                });
                Ok(all)
            }
            Trained::Ngram(model) => {
                let tokens = corpus.split(split);
                let [first, rest @ ..] = &tokens[..] else {
                    return Err(corpus.too_short(split));
                };
                if rest.is_empty() {
                    return Err(corpus.too_short(split));
                }
                let mut state = model.start();
                model.advance(&mut state, *first);
                let step = |&symbol| -f64::from(model.step(&mut state, symbol));
                Ok(rest.iter().map(step).collect())
            }
            Trained::Mixture(mixture) => mixture.surprisals(corpus, split),
        }
    }

    /// What the n-grams of each order cost on a split of the text it was trained on: bytes, and those
    /// never seen; empty where it is no count model.
    pub fn ngram_costs(&self, corpus: &Corpus, split: Split) -> Vec<OrderCost> {
        match &self.model {
            Trained::Ngram(model) => model.costs(&corpus.split(split), &corpus.train),
            _ => Vec::new(),
        }
    }

    /// The count model with its words, to be written in the forms of other programs.
    pub(super) fn count_model(&self) -> Option<&CountModel> {
        match &self.model {
            Trained::Ngram(model) => Some(model),
            _ => None,
        }
    }

    /// Size of the files that hold it, in bytes.
    pub fn bytes(&self) -> u64 {
        match &self.model {
            Trained::Mixture(mixture) => mixture.models.iter().map(Self::bytes).sum(),
            _ => {
                let file = self.file.as_ref().and_then(|path| path.metadata().ok());
                file.map_or(0, |file| file.len())
            }
        }
    }

    /// Tells the model from others: a checksum of its file, or of what it is made of.
    pub(super) fn fingerprint(&self) -> u32 {
        match (&self.model, &self.file) {
            (Trained::Mixture(mixture), _) => {
                let parts = mixture.models.iter().zip(&mixture.weights);
                let parts = parts.flat_map(|(model, weight)| {
                    let own = u64::from(model.fingerprint());
                    [own.to_le_bytes(), weight.to_le_bytes()].concat()
                });
                crc32fast::hash(&parts.collect::<Vec<u8>>())
            }
            (_, Some(path)) => files::checksum(path).unwrap_or(0),
            (_, None) => 0,
        }
    }

    /// Whether there is a network in it.
    pub(super) fn has_weights(&self) -> bool {
        match &self.model {
            Trained::Network(_) => true,
            Trained::Ngram(_) => false,
            Trained::Mixture(mixture) => mixture.models.iter().any(Self::has_weights),
        }
    }

    /// The network, for `what` needs one.
    pub(super) fn network(&self, what: &str) -> Result<&Network, Error> {
        match &self.model {
            Trained::Network(network) => Ok(network),
            Trained::Ngram(_) | Trained::Mixture(_) => Err(Error::Setting {
                key: "model.kind".to_string(),
                expected: format!("a network for {what}"),
                found: match self.model {
                    Trained::Ngram(_) => "ngram".to_string(),
                    _ => "mixture".to_string(),
                },
            }),
        }
    }
}

/// An evaluation whose perplexity is finite.
pub(super) fn usable(split: Split, found: Evaluation) -> Result<Evaluation, Error> {
    match found.perplexity().is_finite() {
        true => Ok(found),
        false => Err(Error::Evaluation {
            split: split.as_str(),
            loss: found.cross_entropy,
        }),
    }
}
