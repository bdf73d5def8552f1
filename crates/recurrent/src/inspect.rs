//! What a run directory or a weight file holds.

use crate::classification::Classifier;
use crate::language_model::Predictor;
use crate::memory_problems::MemoryModel;
use crate::metrics::MetricLine;
use crate::report::{LayerRow, Loss};
use crate::run::RunDirectory;
use crate::tagging::Tagger;
use crate::task::{Config, TaskConfig};
use crate::training::TrainingRecord;
use crate::transcription::Transcriber;
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
    /// Symbols of the vocabulary, where there is one.
    pub vocabulary: Option<usize>,
    /// Some of the symbols, printable.
    pub symbols: Vec<String>,
    /// Values of a step, of what reads signals.
    pub channels: Option<usize>,
    /// Names of the classes or tags.
    pub classes: Vec<String>,
    /// What the losses of its training are.
    pub loss: Loss,
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
    let config = directory.config()?;
    let weights = directory.file("model.safetensors");
    let mut content = RunContent {
        task: config.task().clone(),
        layers: Vec::new(),
        vocabulary: None,
        symbols: Vec::new(),
        channels: None,
        classes: Vec::new(),
        loss: config.loss(),
        record: match weights.exists() {
            true => file(&weights)?.1,
            false => None,
        },
        seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
    };
    match config {
        Config::WordVectors(config) => {
            let vectors = word_vectors::open(path, None)?;
            content.layers = word_vectors::layers(&config, &vectors);
            content.vocabulary = Some(vectors.len());
            content.symbols = vectors.words().iter().take(SYMBOLS).cloned().collect();
        }
        Config::Classification(_) => {
            let classifier = Classifier::load(&directory, DeviceName::Cpu)?;
            content.layers = classifier.layers();
            content.channels = classifier.channels();
            content.classes = classifier.classes().to_vec();
            content.take_symbols(classifier.vocabulary());
        }
        Config::Tagging(_) => {
            let tagger = Tagger::load(&directory, DeviceName::Cpu)?;
            content.layers = tagger.layers();
            content.classes = tagger.tags().to_vec();
            content.take_symbols(tagger.vocabulary());
        }
        Config::Transcription(_) => {
            let transcriber = Transcriber::load(&directory, DeviceName::Cpu)?;
            content.layers = transcriber.layers();
            content.channels = Some(transcriber.channels());
            content.classes = transcriber.symbols().to_vec();
        }
        Config::Memory(_) => {
            content.layers = MemoryModel::load(&directory, DeviceName::Cpu)?.layers();
        }
        Config::LanguageModel(_) => {
            let predictor = Predictor::load(&directory, DeviceName::Cpu)?;
            content.layers = predictor.layers();
            content.take_symbols(Some(predictor.vocabulary()));
        }
    }
    Ok(content)
}

impl RunContent {
    fn take_symbols(&mut self, vocabulary: Option<&Vocabulary>) {
        self.vocabulary = vocabulary.map(Vocabulary::len);
        self.symbols = vocabulary.map_or_else(Vec::new, first_symbols);
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
