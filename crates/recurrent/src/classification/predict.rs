//! A trained classifier, as it is read from its run directory.

use super::Measures;
use super::centroid::Centroids;
use super::config::{ClassificationConfig, Estimator, ExampleConfig};
use super::data::{Examples, Inputs, LabelledCorpus};
use super::linear::LinearModel;
use super::network::{Shape, TrainedNetwork};
use super::reading::Reading;
use crate::language_model::Split;
use crate::network::check::check_steps;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use crate::{DeviceName, Error};
use rayon::prelude::*;
use recurrent_data::{Signal, Vocabulary, read_unlabelled};
use recurrent_linear::{argmax, softmax};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A trained classifier with what it reads by.
#[derive(Debug)]
pub struct Classifier {
    pub(super) model: Trained,
    pub(super) reading: Reading,
    config: ClassificationConfig,
    bytes: u64,
}

/// What gives the scores.
#[derive(Debug)]
pub(super) enum Trained {
    /// Linear in counts of n-grams.
    Linear(LinearModel),
    /// The nearest mean of a class.
    Centroid(Centroids),
    /// A network.
    Network(Box<TrainedNetwork>),
}

/// What an example was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The most probable class.
    pub class: usize,
    /// The probability of each class, `[K]`.
    pub probabilities: Vec<f64>,
}

/// Signals from a file or a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalFiles {
    /// The signals as the classifier reads them.
    pub inputs: Inputs,
    /// The file of each, where each has its own. `[N]`
    pub files: Option<Vec<PathBuf>>,
}

/// What stands beside centroids.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CentroidRecord {
    pub task: String,
    /// Digest of channels and classes.
    pub codec: u32,
}

impl Classifier {
    /// The classifier of a run directory; a network computes on `device`.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its files do not fit each other.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        device.device()?;
        let config = run.config()?.only::<ClassificationConfig>(run.path())?;
        let reading = Reading::read(run, &config.data)?;
        let (codec, classes) = (reading.codec(), reading.classes.len());
        let model = match &config.estimator {
            Estimator::Linear { model } => {
                Trained::Linear(LinearModel::read(run, model, &codec, classes)?)
            }
            Estimator::Centroid { .. } => Trained::Centroid(read_centroids(run, &reading)?),
            Estimator::Network(network) => {
                let shape = reading.shape(&config.data);
                let network = TrainedNetwork::read(run, &network.model, shape, &codec, device)?;
                Trained::Network(Box::new(network))
            }
        };
        let file = std::fs::metadata(run.file("model.safetensors"));
        Ok(Self {
            bytes: file.map_or(0, |file| file.len()),
            model,
            reading,
            config,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &ClassificationConfig {
        &self.config
    }

    /// The tokens it knows; none where it reads signals.
    pub fn vocabulary(&self) -> Option<&Vocabulary> {
        self.reading.vocabulary()
    }

    /// Values of a step; none where it reads texts.
    pub fn channels(&self) -> Option<usize> {
        (!self.reads_texts()).then(|| self.reading.inputs())
    }

    /// The names of its classes, `[K]`.
    pub fn classes(&self) -> &[String] {
        &self.reading.classes
    }

    /// What it learned.
    pub fn layers(&self) -> Vec<LayerRow> {
        match (&self.model, &self.config.estimator) {
            (Trained::Linear(linear), Estimator::Linear { model }) => linear.layers(model),
            (Trained::Centroid(centroids), _) => centroids.layers(),
            (Trained::Network(network), _) => network.layers(),
            _ => Vec::new(),
        }
    }

    /// Size of its file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The examples that it was trained on and measured by, or those at another path, in `columns` of text and label
    /// where that is a table, for `split` to be looked at.
    ///
    /// # Errors
    /// Where they cannot be read, or a label is none of the classes.
    pub fn corpus(
        &self,
        path: Option<&str>,
        columns: [Option<&str>; 2],
        split: Split,
    ) -> Result<LabelledCorpus, Error> {
        let mut data = self.config.data.clone();
        data.read_elsewhere(path, columns, split)?;
        self.reading.corpus(&data)
    }

    /// Texts as the classifier reads them; `place` says what messages call one by its number from 1.
    ///
    /// # Errors
    /// Where it reads signals, the vocabulary has no `<unk>` for a token that it lacks, or a text is too long to be read at
    /// once.
    pub fn texts(
        &self,
        texts: Vec<String>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<Inputs, Error> {
        let inputs = self.reading.texts(&self.config.data, texts)?;
        self.check_steps(&inputs, place)?;
        Ok(inputs)
    }

    /// Fails where a network cannot read a sequence at once.
    fn check_steps(&self, inputs: &Inputs, place: &dyn Fn(usize) -> String) -> Result<(), Error> {
        match self.model {
            Trained::Network(_) => check_steps(&inputs.lengths(), place),
            Trained::Linear(_) | Trained::Centroid(_) => Ok(()),
        }
    }

    /// Signals as the classifier reads them, from the steps of series, or where it learned from images from their rows of
    /// grey levels from 0 to 255; `place` says what messages call one by its number from 1.
    ///
    /// # Errors
    /// Where it reads texts, or one has another number of channels or another size.
    pub fn signals(
        &self,
        signals: Vec<Signal>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<Inputs, Error> {
        let ExampleConfig::Signals(config) = &self.config.data else {
            return self.reading.signals(signals, place);
        };
        let (image, options) = (self.reading.image(), config.options());
        let prepared = |(number, signal): (usize, Signal)| {
            if let Some([height, width]) = image {
                let found = [signal.steps, signal.values.len() / signal.steps.max(1)];
                check(
                    found == [height, width],
                    place(number),
                    &format!(
                        "{height} rows of {width} grey levels, as the images of training have"
                    ),
                    format!("{} of {}", found[0], found[1]),
                )?;
            }
            let levels = signal.values.iter();
            let strange = levels.copied().find(|level| !(0.0..=255.0).contains(level));
            check(
                image.is_none() || strange.is_none(),
                place(number),
                "grey levels from 0 to 255",
                strange.unwrap_or_default(),
            )?;
            Ok(signal.prepared(image, &options)?)
        };
        let prepared = (1..).zip(signals).map(prepared);
        let prepared = prepared.collect::<Result<_, Error>>()?;
        let inputs = self.reading.signals(prepared, place)?;
        self.check_steps(&inputs, place)?;
        Ok(inputs)
    }

    /// The signals of a file of signals, of an image or of a folder of images, with the files that have one each; none
    /// where the path is none of these by its name, or the classifier reads texts.
    ///
    /// # Errors
    /// Where they cannot be read, or have another number of channels or another size.
    pub fn signals_of(&self, path: &Path) -> Result<Option<SignalFiles>, Error> {
        let ExampleConfig::Signals(config) = &self.config.data else {
            return Ok(None);
        };
        let Some(found) = read_unlabelled(path, &self.reading.signal_options(config))? else {
            return Ok(None);
        };
        let image = self.reading.image();
        let names = found.signals.iter().map(|signal| signal.name.clone());
        let names: Vec<Option<String>> = names.collect();
        let place = |number: usize| match (&found.files, &names[number - 1]) {
            (Some(files), _) => files[number - 1].display().to_string(),
            (None, Some(name)) => format!("{}, series {name}", path.display()),
            (None, None) => format!("{}, signal {number}", path.display()),
        };
        let size = |image: Option<[usize; 2]>| match image {
            Some([height, width]) => format!("images of {width} x {height} pixels"),
            None => "signals that are no images".to_string(),
        };
        check(
            found.image == image,
            path.display().to_string(),
            &format!("{}, as the classifier learned from", size(image)),
            size(found.image),
        )?;
        let inputs = self.reading.signals(found.signals, &place)?;
        self.check_steps(&inputs, &place)?;
        Ok(Some(SignalFiles {
            inputs,
            files: found.files,
        }))
    }

    /// Height, width and pixels of the image that a signal was made of, where it was.
    pub(super) fn image_of(&self, signal: &Signal) -> Option<([usize; 2], Vec<f32>)> {
        let (ExampleConfig::Signals(config), Some(size)) =
            (&self.config.data, self.reading.image())
        else {
            return None;
        };
        Some((size, signal.pixels(size, &config.options())?))
    }

    /// Whether it reads texts, not signals.
    pub fn reads_texts(&self) -> bool {
        matches!(self.config.data, ExampleConfig::Texts(_))
    }

    /// What is predicted for inputs, `[N]`.
    ///
    /// # Errors
    /// Where a sequence is too long to be read at once.
    pub fn predict(&self, inputs: &Inputs) -> Result<Vec<Prediction>, Error> {
        let temperature = match &self.config.estimator {
            Estimator::Linear { model } => model.temperature,
            Estimator::Centroid { model } => model.temperature,
            Estimator::Network(_) => None,
        };
        let prediction = |mut scores: Vec<f64>| {
            softmax(&mut scores, temperature.unwrap_or(1.0));
            Prediction {
                class: argmax(&scores),
                probabilities: scores,
            }
        };
        let scores = self.model.scores(inputs)?;
        Ok(scores.into_iter().map(prediction).collect())
    }

    /// How good the predictions for examples are.
    pub fn measure(&self, examples: &Examples, predictions: &[Prediction]) -> Measures {
        let answers = examples.labels.iter().zip(predictions);
        let answers = answers.map(|(&label, found)| (label, &found.probabilities[..]));
        Measures::of(self.classes().len(), answers)
    }
}

impl Trained {
    /// Scores of the classes for each input, `[N][K]`.
    ///
    /// # Errors
    /// Where a sequence is too long to be read at once.
    pub(super) fn scores(&self, inputs: &Inputs) -> Result<Vec<Vec<f64>>, Error> {
        Ok(match (self, inputs) {
            (Self::Linear(model), Inputs::Texts { ids, .. }) => {
                let one = |ids: &Vec<u32>| {
                    let rows = model.rows([&ids[..]]);
                    model.linear.scores(rows.row(0))
                };
                ids.par_iter().map(one).collect()
            }
            (Self::Centroid(centroids), Inputs::Signals(signals)) => signals
                .par_iter()
                .map(|signal| centroids.scores(signal))
                .collect(),
            (Self::Network(network), _) => network.scores(inputs)?,
            // The check of a recipe keeps such models and inputs apart.
            (Self::Linear(_), Inputs::Signals(_)) | (Self::Centroid(_), Inputs::Texts { .. }) => {
                Vec::new()
            }
        })
    }
}

impl Reading {
    /// What a network is made for.
    pub(super) fn shape(&self, config: &ExampleConfig) -> Shape {
        Shape {
            inputs: self.inputs(),
            steps: self.steps(config),
            classes: self.classes.len(),
        }
    }
}

/// The centroids of a run directory.
fn read_centroids(run: &RunDirectory, reading: &Reading) -> Result<Centroids, Error> {
    let (file, path) = run.weights()?;
    let record = file.record::<CentroidRecord>(&path)?;
    run.check_codec(&reading.codec(), record.map(|record| record.codec), &path)?;
    let sizes = [reading.classes.len(), reading.inputs()];
    let (scales, means) = (file.tensors.get("scales"), file.tensors.get("means"));
    let found = scales
        .zip(means)
        .and_then(|(scales, means)| Centroids::from_tensors(scales, means, sizes));
    found.ok_or_else(|| Error::Weights {
        path,
        message: format!(
            "expected `scales` [{}] above 0 and finite `means` [{}, {}], found others",
            2 * sizes[1],
            sizes[0],
            2 * sizes[1]
        ),
    })
}
