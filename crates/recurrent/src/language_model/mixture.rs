//! Mixtures of trained language models: `p = Σ_m λ_m p_m`, the weights given or fitted by expectation
//! maximisation on the validation split (Jelinek and Mercer 1980).

use super::config::ModelKind;
use super::{Corpus, Predictor, Scorer, Split};
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use crate::{DeviceName, Error};
use recurrent_data::Vocabulary;
use recurrent_decode::interpolation::{fit_weights, mixture_cross_entropy};
use recurrent_nn::Precision;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Most models of a mixture.
const MOST_MODELS: usize = 64;

/// How deep mixtures of mixtures may go.
pub(super) const DEEPEST: usize = 8;

/// `[model]` of kind `mixture`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixtureConfig {
    /// `mixture`.
    pub kind: ModelKind,
    /// The run directories of its models.
    pub runs: Vec<String>,
    /// The part of each model; fitted on the validation split where they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
    /// What tells the models that the mixture was made of from others; training writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fingerprints: Vec<u32>,
}

impl MixtureConfig {
    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let models = self.runs.len();
        check(
            (2..=MOST_MODELS).contains(&models),
            key("runs"),
            "2 to 64 run directories",
            models,
        )?;
        let Some(weights) = &self.weights else {
            return Ok(());
        };
        let fine = weights.len() == models
            && weights.iter().all(|weight| (0.0..=1.0).contains(weight))
            && (weights.iter().sum::<f64>() - 1.0).abs() < 1e-6;
        check(
            fine,
            key("weights"),
            &format!("{models} numbers of 0 to 1 that sum to 1, one for each of model.runs"),
            format!("{weights:?}"),
        )
    }

    /// Fails where the mixture that is made in `out` would be one of its own models.
    pub(super) fn check_others(&self, out: &Path) -> Result<(), Error> {
        let place = |path: &Path| path.canonicalize().ok();
        let out = place(out);
        let own = self
            .runs
            .iter()
            .find(|run| out.is_some() && place(Path::new(run)) == out);
        check(
            own.is_none(),
            "model.runs".to_string(),
            "other run directories than that of the mixture",
            own.map_or("", String::as_str),
        )
    }
}

/// Models of one vocabulary and the part of each.
#[derive(Debug)]
pub(super) struct Mixture {
    pub models: Vec<Predictor>,
    pub weights: Vec<f64>,
}

/// The models of a mixture, all of one vocabulary; `depth` says how many mixtures they stand in.
pub(super) fn load_models(
    config: &MixtureConfig,
    device: DeviceName,
    depth: usize,
) -> Result<Vec<Predictor>, Error> {
    let mut models: Vec<Predictor> = Vec::new();
    for path in &config.runs {
        let run = RunDirectory::new(path);
        let model = Predictor::load_within(&run, device, depth + 1)?;
        if let Some(first) = models.first() {
            check_vocabulary(
                &run,
                model.vocabulary(),
                first.vocabulary(),
                &config.runs[0],
            )?;
        }
        models.push(model);
    }
    Ok(models)
}

/// Fails where a model has changed since the mixture of `run` was made of it.
pub(super) fn check_fingerprints(
    run: &RunDirectory,
    config: &MixtureConfig,
    models: &[Predictor],
) -> Result<(), Error> {
    let mut all = config.runs.iter().zip(&config.fingerprints).zip(models);
    match all.find(|((_, made_of), model)| **made_of != model.fingerprint()) {
        None => Ok(()),
        Some(((path, _), _)) => Err(Error::Run {
            path: run.file("config.toml"),
            message: format!(
                "expected {path} as it was when the mixture was trained, found another model there; \
                 train the mixture anew with --force"
            ),
        }),
    }
}

/// Fails where a model's symbols are not those of the others.
pub(super) fn check_vocabulary(
    run: &RunDirectory,
    found: &Vocabulary,
    expected: &Vocabulary,
    of: &str,
) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    let symbols = found.len().max(expected.len()) as u32;
    let differs = (0..symbols).find(|&id| found.symbol(id) != expected.symbol(id));
    let first = differs.map_or(String::new(), |id| {
        let (found, expected) = (found.symbol(id), expected.symbol(id));
        format!("; symbol {id} is `{found}`, not `{expected}`")
    });
    Err(Error::Run {
        path: run.file("vocabulary.json"),
        message: format!(
            "expected the {} symbols of {of}, as models of a mixture share a vocabulary, \
             found {}{first}",
            expected.len(),
            found.len()
        ),
    })
}

/// Sets the weights with the highest likelihood on the validation split, where they are not given,
/// and what tells the models from others. Returns the cross entropy of the split in nats.
pub(super) fn fit(
    config: &mut MixtureConfig,
    models: &[Predictor],
    corpus: &Corpus,
) -> Result<f64, Error> {
    let probabilities = models
        .iter()
        .map(|model| {
            let surprisals = model.surprisals(corpus, Split::Valid)?;
            Ok(surprisals.iter().map(|x| (-x).exp().min(1.0)).collect())
        })
        .collect::<Result<Vec<Vec<f64>>, Error>>()?;
    let rows: Vec<&[f64]> = probabilities.iter().map(Vec::as_slice).collect();
    // Whatever the weights are, such a symbol has no probability.
    let lost = (0..rows[0].len()).find(|&t| rows.iter().all(|row| row[t] == 0.0));
    if let Some(symbol) = lost {
        return Err(Error::Setting {
            key: "model.runs".to_string(),
            expected: format!(
                "models of which one gives more than 0 to each symbol of {}",
                corpus.place(Split::Valid)
            ),
            found: format!("none for symbol {}", symbol + 1),
        });
    }
    let weights = match config.weights.take() {
        Some(weights) => weights,
        None => fit_weights(&rows)?,
    };
    let cross_entropy = mixture_cross_entropy(&rows, &weights)?;
    config.weights = Some(weights);
    config.fingerprints = models.iter().map(Predictor::fingerprint).collect();
    Ok(cross_entropy)
}

impl Mixture {
    /// `-ln p` of every symbol of a split but the first.
    pub(super) fn surprisals(&self, corpus: &Corpus, split: Split) -> Result<Vec<f64>, Error> {
        let mut mixed: Vec<f64> = Vec::new();
        for (model, weight) in self.models.iter().zip(&self.weights) {
            let surprisals = model.surprisals(corpus, split)?;
            mixed.resize(surprisals.len(), 0.0);
            for (mixed, surprisal) in mixed.iter_mut().zip(surprisals) {
                *mixed += weight * (-surprisal).exp();
            }
        }
        Ok(mixed.into_iter().map(|p| -p.ln()).collect())
    }

    /// What its models learned, one after the other.
    pub(super) fn layers(&self) -> Vec<LayerRow> {
        let rows = |(number, model): (usize, &Predictor)| {
            let weight = self.weights[number];
            let mut rows = model.layers();
            for row in &mut rows {
                row.name = format!("model {number} ({weight:.3}), {}", row.name);
            }
            rows
        };
        self.models.iter().enumerate().flat_map(rows).collect()
    }

    /// The mixture as decoders take it.
    pub(super) fn scorer(&self, precision: Precision) -> recurrent_decode::Mixture<Scorer<'_>> {
        let models = self.models.iter().map(|model| model.scorer(precision));
        recurrent_decode::Mixture::new(models.collect(), &self.weights)
            .expect("models of one vocabulary with weights that were checked")
    }
}
