//! What a run directory or a weight file holds.

use crate::language_model::{LanguageModelConfig, Predictor};
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::Record;
use crate::{DeviceName, Error, weights};
use std::path::Path;

/// A tensor of a weight file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorRow {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// How a model came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRecord {
    /// The task.
    pub task: String,
    /// Steps made when the weights were written.
    pub step: u64,
    /// Epochs finished then.
    pub epochs: usize,
    /// Best validation loss so far, nats a symbol, and its step.
    pub best: Option<(f64, u64)>,
    /// Seconds of training until then.
    pub seconds: f64,
}

/// A run directory.
#[derive(Debug)]
pub struct RunContent {
    /// The recipe.
    pub config: LanguageModelConfig,
    /// Layers from input to output.
    pub layers: Vec<LayerRow>,
    /// Symbols of the vocabulary.
    pub vocabulary: usize,
    /// Some of the symbols, printable.
    pub symbols: Vec<String>,
    /// Training record of the weights.
    pub record: Option<TrainingRecord>,
}

/// Symbols that [`run`] shows.
const SYMBOLS: usize = 40;

/// Reads a run directory.
///
/// # Errors
/// Where it is not one, or its weights do not fit its recipe.
pub fn run(path: &Path) -> Result<RunContent, Error> {
    let directory = RunDirectory::new(path);
    let predictor = Predictor::load(&directory, DeviceName::Cpu)?;
    let vocabulary = predictor.vocabulary();
    let shown = vocabulary.len().min(SYMBOLS) as u32;
    let (_, record) = file(&directory.file("model.safetensors"))?;
    Ok(RunContent {
        config: predictor.config().clone(),
        layers: predictor.layers(),
        vocabulary: vocabulary.len(),
        symbols: (0..shown)
            .map(|id| vocabulary.symbol(id).to_string())
            .collect(),
        record,
    })
}

/// Reads a weight file: its tensors, and its record where the project wrote it.
///
/// # Errors
/// Where it is not a safetensors file.
pub fn file(path: &Path) -> Result<(Vec<TensorRow>, Option<TrainingRecord>), Error> {
    let file = weights::read(path)?;
    let record: Option<Record> = file.record(path)?;
    let rows = file.tensors.iter().map(|(name, data)| TensorRow {
        name: name.clone(),
        shape: data.shape().to_vec(),
    });
    let record = record.map(|record| TrainingRecord {
        task: record.task,
        step: record.step,
        epochs: record.epoch,
        best: record.best,
        seconds: record.elapsed_seconds,
    });
    Ok((rows.collect(), record))
}
