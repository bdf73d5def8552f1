//! Checkpoints: everything that a run needs to go on, in one file.

use super::Stream;
use super::schedule::Memory;
use crate::run::RunDirectory;
use crate::weights::{self, Tensors};
use crate::{Error, files};
use burn::module::Module;
use burn::tensor::TensorData;
use recurrent_data::io_problem;
use recurrent_nn::{Average, Optimizer, OptimizerConfig, parameters};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Task of the model.
    pub task: String,
    /// The recipe, every default written out.
    pub config: toml::Table,
    /// Digest of the vocabulary, where it is known.
    #[serde(default)]
    pub vocabulary: Option<u32>,
    /// What the position below is a position in.
    pub stream: Stream,
    /// Steps made.
    pub step: u64,
    /// Epoch, from 0.
    pub epoch: usize,
    /// Next step of the epoch, from 0.
    pub index: usize,
    /// Best validation loss and its step.
    pub best: Option<(f64, u64)>,
    /// Validations since the best one.
    pub since_best: usize,
    /// Loss of every validation.
    #[serde(default)]
    pub validations: Vec<f64>,
    /// Whether the weights are averaged.
    #[serde(default)]
    pub averages: bool,
    /// Steps that the averages are of.
    #[serde(default)]
    pub averaged: u64,
    /// What the schedule remembers.
    pub schedule: Memory,
    /// Sums since the last metric line.
    pub window: Window,
    /// Seconds of work so far.
    pub elapsed_seconds: f64,
    /// Whether the run has come to its end.
    pub finished: bool,
}

/// Sums since the last metric line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub steps: u64,
    pub symbols: u64,
    /// What the losses are the means of.
    #[serde(default)]
    pub weight: f64,
    pub loss: f64,
    pub norm: f64,
    pub seconds: f64,
}

impl Record {
    /// The record of a run before its first step.
    pub(crate) fn new(task: &str, config: toml::Table, vocabulary: u32, stream: Stream) -> Self {
        Self {
            task: task.to_string(),
            config,
            vocabulary: Some(vocabulary),
            stream,
            step: 0,
            epoch: 0,
            index: 0,
            best: None,
            since_best: 0,
            validations: Vec::new(),
            averages: false,
            averaged: 0,
            schedule: Memory::default(),
            window: Window::default(),
            elapsed_seconds: 0.0,
            finished: false,
        }
    }
}

/// A checkpoint on disk.
pub(crate) struct Checkpoint {
    pub(crate) path: PathBuf,
    tensors: Tensors,
    pub(crate) record: Record,
}

const MODEL: &str = "model.";
const OPTIMIZER: &str = "optimizer.";
const AVERAGE: &str = "average.";
const CARRIED: &str = "carried.";
const ENDING: &str = ".safetensors";

/// The weights of a module by PyTorch's names.
pub(super) fn weights_of<M: Module>(model: &M) -> Tensors {
    parameters(model)
        .into_iter()
        .map(|parameter| (parameter.name, parameter.data))
        .collect()
}

/// What the training loop keeps in a checkpoint beside the record.
pub(crate) struct Parts {
    pub weights: Tensors,
    pub optimizer: Tensors,
    pub average: Tensors,
    pub carried: Tensors,
}

impl Parts {
    /// Weights alone.
    pub(crate) fn weights(weights: Tensors) -> Self {
        Self {
            weights,
            optimizer: Tensors::new(),
            average: Tensors::new(),
            carried: Tensors::new(),
        }
    }
}

/// What a checkpoint gives back.
pub(super) struct Restored<M> {
    pub model: M,
    pub optimizer: Optimizer,
    pub average: Average,
    pub carried: Tensors,
}

impl Checkpoint {
    /// Writes a checkpoint and removes all but the newest `keep`.
    pub(crate) fn write(
        run: &RunDirectory,
        parts: Parts,
        record: &Record,
        keep: usize,
    ) -> Result<(), Error> {
        let with = |prefix: &'static str, tensors: Tensors| {
            tensors
                .into_iter()
                .map(move |(name, data)| (format!("{prefix}{name}"), data))
        };
        let tensors: Tensors = with(MODEL, parts.weights)
            .chain(with(OPTIMIZER, parts.optimizer))
            .chain(with(AVERAGE, parts.average))
            .chain(with(CARRIED, parts.carried))
            .collect();
        files::create_directory(&run.checkpoints())?;
        let path = run
            .checkpoints()
            .join(format!("step-{:09}{ENDING}", record.step));
        weights::write(&path, &tensors, record)?;
        let all = list(run)?;
        for old in &all[..all.len().saturating_sub(keep)] {
            fs::remove_file(old).map_err(|error| Error::Write {
                path: old.clone(),
                error,
            })?;
        }
        Ok(())
    }

    /// The newest checkpoint of a run, if there is one.
    ///
    /// Fails where it cannot be read; the message says what can be gone on from instead.
    pub(crate) fn newest(run: &RunDirectory) -> Result<Option<Self>, Error> {
        let mut all = list(run)?;
        let Some(newest) = all.pop() else {
            return Ok(None);
        };
        Self::read(&newest).map(Some).map_err(|error| {
            let whole = all.iter().rev().find(|path| Self::read(path).is_ok());
            let remedy = match whole {
                Some(older) => format!("delete it to go on from {}", older.display()),
                None => "no older checkpoint is whole; start anew with --force".to_string(),
            };
            match error {
                Error::Weights { path, message } => Error::Weights {
                    path,
                    message: format!("{message}; {remedy}"),
                },
                other => other,
            }
        })
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let file = weights::read(path)?;
        let record = file.record(path)?.ok_or_else(|| Error::Weights {
            path: path.to_path_buf(),
            message: "expected a checkpoint of this program, found another safetensors file"
                .to_string(),
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            tensors: file.tensors,
            record,
        })
    }

    /// The weights by name.
    pub(crate) fn into_weights(self) -> Tensors {
        let own = |(name, data): (String, TensorData)| {
            let name = name.strip_prefix(MODEL)?.to_string();
            Some((name, data))
        };
        self.tensors.into_iter().filter_map(own).collect()
    }

    /// Puts weights, optimizer and averages back, and what was carried.
    pub(super) fn restore<M: Module>(
        self,
        model: M,
        config: OptimizerConfig,
    ) -> Result<Restored<M>, Error> {
        let prefixes = [MODEL, OPTIMIZER, AVERAGE, CARRIED];
        let mut parts = prefixes.map(|_| Tensors::new());
        for (name, data) in self.tensors {
            for (part, prefix) in parts.iter_mut().zip(prefixes) {
                if let Some(name) = name.strip_prefix(prefix) {
                    part.insert(name.to_string(), data);
                    break;
                }
            }
        }
        let [weights, state, average, carried] = parts;
        let model = weights::load(model, weights, &self.path)?;
        let Record { step, averaged, .. } = self.record;
        let bad = |error: recurrent_nn::Error| Error::Weights {
            path: self.path.clone(),
            message: error.to_string(),
        };
        let optimizer = Optimizer::resume(config, step, state, &model).map_err(bad)?;
        let average = Average::resume(averaged, average, &model).map_err(bad)?;
        Ok(Restored {
            model,
            optimizer,
            average,
            carried,
        })
    }
}

/// Files of the checkpoints, the oldest first; what has another name is not one.
pub(crate) fn list(run: &RunDirectory) -> Result<Vec<PathBuf>, Error> {
    let folder = run.checkpoints();
    let bad = |error: std::io::Error| Error::Run {
        path: folder.clone(),
        message: format!("cannot list it: {}", io_problem(&error)),
    };
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    for entry in fs::read_dir(&folder).map_err(bad)? {
        let path = entry.map_err(bad)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let step = name
            .strip_prefix("step-")
            .and_then(|rest| rest.strip_suffix(ENDING));
        if let Some(step) = step.and_then(|step| step.parse::<u64>().ok()) {
            found.push((step, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}
