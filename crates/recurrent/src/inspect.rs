//! What a run directory or a weight file holds.

use crate::classification::Classifier;
use crate::language_model::Predictor;
use crate::memory_problems::MemoryModel;
use crate::metrics::MetricLine;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::tagging::Tagger;
use crate::task::{Config, TaskConfig};
use crate::training::TrainingRecord;
use crate::{DeviceName, Error, weights, word_vectors};
use recurrent_data::Vocabulary;
use std::path::Path;

/// A tensor of a weight file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorRow {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// A run directory.
#[derive(Debug)]
pub struct RunContent {
    /// The task and how it was started.
    pub task: TaskConfig,
    /// Layers from input to output.
    pub layers: Vec<LayerRow>,
    /// Symbols of the vocabulary.
    pub vocabulary: usize,
    /// Some of the symbols, printable.
    pub symbols: Vec<String>,
    /// Training record of the weights.
    pub record: Option<TrainingRecord>,
    /// Seconds of training by the run's metrics.
    pub seconds: Option<f64>,
}

/// Symbols that [`run`] shows.
const SYMBOLS: usize = 40;

/// Reads a run directory.
///
/// # Errors
/// Where it is not one, or its weights do not fit its recipe.
pub fn run(path: &Path) -> Result<RunContent, Error> {
    let directory = RunDirectory::new(path);
    let seconds = directory.metrics()?.last().map(MetricLine::elapsed_seconds);
    match directory.config()? {
        Config::WordVectors(config) => {
            let vectors = word_vectors::open(path, None)?;
            let shown = vectors.words().iter().take(SYMBOLS);
            Ok(RunContent {
                layers: word_vectors::layers(&config, &vectors),
                vocabulary: vectors.len(),
                symbols: shown.cloned().collect(),
                record: None,
                seconds,
                task: config.task,
            })
        }
        Config::Classification(config) => {
            let classifier = Classifier::load(&directory, DeviceName::Cpu)?;
            Ok(RunContent {
                layers: classifier.layers(),
                vocabulary: classifier.vocabulary().map_or(0, Vocabulary::len),
                symbols: classifier.vocabulary().map_or_else(Vec::new, first_symbols),
                record: file(&directory.file("model.safetensors"))?.1,
                seconds,
                task: config.task,
            })
        }
        Config::Tagging(config) => {
            let tagger = Tagger::load(&directory, DeviceName::Cpu)?;
            Ok(RunContent {
                layers: tagger.layers(),
                vocabulary: tagger.vocabulary().map_or(0, Vocabulary::len),
                symbols: tagger.vocabulary().map_or_else(Vec::new, first_symbols),
                record: file(&directory.file("model.safetensors"))?.1,
                seconds,
                task: config.task,
            })
        }
        Config::Memory(config) => {
            let model = MemoryModel::load(&directory, DeviceName::Cpu)?;
            Ok(RunContent {
                layers: model.layers(),
                vocabulary: 0,
                symbols: Vec::new(),
                record: file(&directory.file("model.safetensors"))?.1,
                seconds,
                task: config.task,
            })
        }
        Config::LanguageModel(config) => {
            let predictor = Predictor::load(&directory, DeviceName::Cpu)?;
            let weights = directory.file("model.safetensors");
            let record = match weights.exists() {
                true => file(&weights)?.1,
                false => None,
            };
            Ok(RunContent {
                layers: predictor.layers(),
                vocabulary: predictor.vocabulary().len(),
                symbols: first_symbols(predictor.vocabulary()),
                record,
                seconds,
                task: config.task,
            })
        }
    }
}

fn first_symbols(vocabulary: &Vocabulary) -> Vec<String> {
    let shown = vocabulary.len().min(SYMBOLS) as u32;
    (0..shown)
        .map(|id| vocabulary.symbol(id).to_string())
        .collect()
}

/// Reads a weight file: its tensors, and its record where the project wrote it.
///
/// # Errors
/// Where it is not a safetensors file.
pub fn file(path: &Path) -> Result<(Vec<TensorRow>, Option<TrainingRecord>), Error> {
    let file = weights::read(path)?;
    // A file of another task has a record of its own.
    let record = file.record(path).unwrap_or_default();
    let rows = file.tensors.iter().map(|(name, data)| TensorRow {
        name: name.clone(),
        shape: data.shape().to_vec(),
    });
    Ok((rows.collect(), record))
}
