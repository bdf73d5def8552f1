//! A linear classifier with its features, in training and in its run directory.

use super::{LinearConfig, LinearKind};
use crate::classification::data::Examples;
use crate::codec::Codec;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use crate::weights::{self, Tensors};
use crate::{Error, recipe};
use burn::tensor::TensorData;
use recurrent_linear::{Features, Linear, Rows, bayes, dual, nbsvm};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// A classifier of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    pub(in crate::classification) features: Features,
    pub(in crate::classification) linear: Linear,
}

/// What stands beside the weights.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct LinearRecord {
    task: String,
    /// Digest of vocabulary and classes.
    codec: u32,
    /// How it was trained.
    model: LinearConfig,
}

/// What training came to.
pub(in crate::classification) struct Trained {
    pub model: LinearModel,
    /// Passes over the examples, of those that are learned in passes.
    pub rounds: Option<usize>,
    /// Whether the passes came to the minimum.
    pub converged: bool,
    /// Seconds of finding and counting n-grams, and of learning the weights.
    pub seconds: [f64; 2],
}

/// Trains a classifier of `classes` classes.
pub(in crate::classification) fn train(
    config: &LinearConfig,
    examples: &Examples,
    classes: usize,
) -> Result<Trained, Error> {
    let texts = || examples.ids().iter().map(Vec::as_slice);
    let before = Instant::now();
    let (features, rows) = Features::of(config.features(), texts())?;
    let counted = Instant::now();
    let labels = &examples.labels;
    let at_once = |linear| (linear, None, true);
    let in_passes = |found: dual::Fitted| (found.model, Some(found.rounds), found.converged);
    let (linear, rounds, converged) = match config.kind {
        LinearKind::NaiveBayes => {
            at_once(bayes::multinomial(&rows, labels, classes, config.alpha())?)
        }
        LinearKind::BernoulliBayes => {
            at_once(bayes::bernoulli(&rows, labels, classes, config.alpha())?)
        }
        LinearKind::Svm | LinearKind::LogisticRegression => {
            in_passes(dual::train(&rows, labels, classes, config.dual())?)
        }
        LinearKind::Nbsvm => in_passes(nbsvm::train(&rows, labels, classes, config.nbsvm())?),
    };
    Ok(Trained {
        model: LinearModel { features, linear },
        rounds,
        converged,
        seconds: [counted - before, counted.elapsed()].map(|time| time.as_secs_f64()),
    })
}

impl LinearModel {
    /// The features of texts of tokens, `[N, F]`.
    pub(in crate::classification) fn rows<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a [u32]>,
    ) -> Rows {
        self.features.rows(texts)
    }

    /// The table of its layer.
    pub(in crate::classification) fn layers(&self, config: &LinearConfig) -> Vec<LayerRow> {
        vec![LayerRow {
            name: "linear".to_string(),
            kind: format!(
                "{}, n-grams up to {}",
                recipe::name_of(&config.kind),
                config.order
            ),
            output_shape: format!("[{}]", self.linear.classes()),
            parameters: (self.linear.weights.len() + self.linear.bias.len()) as u64,
        }]
    }

    /// Fails where a weight is no number.
    pub(in crate::classification) fn check_finite(&self) -> Result<(), Error> {
        let all = self.linear.weights.iter().chain(&self.linear.bias);
        let finite = all.copied().all(|x| (x as f32).is_finite());
        let expected = "settings that leave finite weights";
        check(finite, "model".to_string(), expected, "others")
    }

    /// Writes the model to its run directory.
    pub(in crate::classification) fn write(
        &self,
        run: &RunDirectory,
        config: &LinearConfig,
        codec: &Codec,
    ) -> Result<(), Error> {
        let (count, features) = (self.linear.classes(), self.features.len());
        let floats = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let tensors = Tensors::from([
            (
                "weight".to_string(),
                TensorData::new(floats(&self.linear.weights), [count, features]),
            ),
            (
                "bias".to_string(),
                TensorData::new(floats(&self.linear.bias), [count]),
            ),
            (
                "features.ngrams".to_string(),
                TensorData::new(self.features.to_keys(), [features, Features::KEY]),
            ),
            (
                "features.idf".to_string(),
                TensorData::new(self.features.idf().to_vec(), [features]),
            ),
        ]);
        let record = LinearRecord {
            task: "classification".to_string(),
            codec: codec.digest(),
            model: config.clone(),
        };
        weights::write(&run.file("model.safetensors"), &tensors, &record)
    }

    /// The model of a run directory, of so many classes.
    pub(in crate::classification) fn read(
        run: &RunDirectory,
        config: &LinearConfig,
        codec: &Codec,
        classes: usize,
    ) -> Result<Self, Error> {
        let (mut file, path) = run.weights()?;
        let Some(record) = file.record::<LinearRecord>(&path)? else {
            return Err(broken(&path, "a record of its classes", "none"));
        };
        run.check_codec(codec, Some(record.codec), &path)?;
        if record.model != *config {
            return Err(Error::Run {
                path: run.file("config.toml"),
                message:
                    "expected [model] as it was when model.safetensors was made, found another"
                        .to_string(),
            });
        }
        let mut take = |name: &str| {
            let tensor = file.tensors.remove(name);
            tensor.ok_or_else(|| broken(&path, &format!("a tensor `{name}`"), "none"))
        };
        let (weight, bias) = (take("weight")?, take("bias")?);
        let (ngrams, idf) = (take("features.ngrams")?, take("features.idf")?);
        let features = idf.shape().to_vec().first().copied().unwrap_or(0);
        if features == 0 {
            return Err(broken(&path, "`features.idf` of a feature or more", "none"));
        }
        for (name, data, shape) in [
            ("weight", &weight, vec![classes, features]),
            ("bias", &bias, vec![classes]),
            ("features.ngrams", &ngrams, vec![features, Features::KEY]),
        ] {
            if data.shape().to_vec() != shape {
                let found = format!("{:?}", data.shape().to_vec());
                return Err(broken(&path, &format!("`{name}` of {shape:?}"), &found));
            }
        }
        let floats = |data: &TensorData| data.iter::<f64>().collect::<Vec<f64>>();
        let linear = Linear {
            weights: floats(&weight),
            bias: floats(&bias),
        };
        if !linear
            .weights
            .iter()
            .chain(&linear.bias)
            .all(|x| x.is_finite())
        {
            return Err(broken(&path, "finite weights", "others"));
        }
        let keys = ngrams.iter::<u32>().collect();
        let idf = idf.iter::<f32>().collect();
        let features = Features::from_keys(config.features(), keys, idf)?;
        Ok(Self { features, linear })
    }
}

fn broken(path: &Path, expected: &str, found: &str) -> Error {
    Error::Weights {
        path: path.to_path_buf(),
        message: format!("expected {expected}, found {found}"),
    }
}
