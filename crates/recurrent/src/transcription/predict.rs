//! A trained transcriber, as it is read from its run directory.

use super::config::{DecodeMethod, TranscriptionConfig};
use super::data::{TranscribedCorpus, Utterances};
use super::decoder::Decoder;
use super::measures::TextMeasures;
use super::network::{Shape, TrainedNetwork};
use super::reading::{BLANK, Reading};
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::{DeviceName, Error};
use recurrent_data::sound::{Sound, read_sound};
use recurrent_data::{ImageOrder, Signal, SignalOptions, read_unlabelled};
use recurrent_decode::Hypothesis;
use recurrent_decode::ctc::{Emissions, align};
use std::path::{Path, PathBuf};

/// A trained transcriber with what it reads by.
#[derive(Debug)]
pub struct Transcriber {
    pub(super) network: TrainedNetwork,
    pub(super) reading: Reading,
    pub(super) decoder: Decoder,
    config: TranscriptionConfig,
    bytes: u64,
}

/// A text that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The text.
    pub text: String,
    /// The natural logarithm of what texts are ranked by.
    pub score: f32,
    /// The network's part of it.
    pub acoustic: f32,
    /// Its symbols: where each begins, in seconds of sound or columns of an image, and how sure it is, from 0 to 1.
    pub symbols: Vec<(String, f64, f32)>,
}

impl Reading {
    /// What a network is made for.
    pub(super) fn shape(&self, config: &TranscriptionConfig) -> Shape {
        Shape {
            inputs: self.channels_of_front(&config.data),
            classes: self.symbols.len() + 1,
        }
    }
}

impl Transcriber {
    /// The transcriber of a run directory, computing on `device`.
    ///
    /// # Errors
    /// Where the directory lacks a file, its files do not fit each other, or the decoder cannot be made.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        Self::load_with(run, device, &[])
    }

    /// The same with other settings of `[decode]`, each as `decode.key=value`.
    ///
    /// # Errors
    /// As [`Self::load`], and where a setting is of another section, unknown or out of its range.
    pub fn load_with(
        run: &RunDirectory,
        device: DeviceName,
        settings: &[String],
    ) -> Result<Self, Error> {
        device.device()?;
        let other = settings
            .iter()
            .find(|setting| !setting.trim_start().starts_with("decode."));
        if let Some(other) = other {
            return Err(Error::Setting {
                key: "--set".to_string(),
                expected: "settings of [decode], as the model is trained".to_string(),
                found: other.clone(),
            });
        }
        let mut recipe = run.recipe()?;
        if !settings.is_empty() {
            recipe.set(settings)?;
        }
        let config: TranscriptionConfig = recipe.config.only(run.path())?;
        let reading = Reading::read(run)?;
        let decoder = Decoder::new(&config.decode, &reading.symbols)?;
        let shape = reading.shape(&config);
        let network = TrainedNetwork::read(run, &config.model, shape, &reading.codec(), device)?;
        let file = std::fs::metadata(run.file("model.safetensors"));
        Ok(Self {
            bytes: file.map_or(0, |file| file.len()),
            network,
            reading,
            decoder,
            config,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &TranscriptionConfig {
        &self.config
    }

    /// The symbols of the texts it may give.
    pub fn symbols(&self) -> &[String] {
        &self.reading.symbols
    }

    /// Values of a step that it reads.
    pub fn channels(&self) -> usize {
        self.reading.channels.channels
    }

    /// What it learned.
    pub fn layers(&self) -> Vec<LayerRow> {
        self.network.layers()
    }

    /// Size of its file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sequences that it was trained on and measured by, or those at another path.
    ///
    /// # Errors
    /// Where they cannot be read, or a text has a symbol that is none of the transcriber's.
    pub fn corpus(&self, path: Option<&str>) -> Result<TranscribedCorpus, Error> {
        let mut data = self.config.data.clone();
        if let Some(path) = path {
            data.set_path(path)?;
        }
        // Nothing is learned from them.
        data.drop_misfits();
        self.reading.corpus(&data, &self.config.model)
    }

    /// What the decoder takes of sequences, `[N]`: log probabilities of blank and the symbols at every step, `[T', V]`, or what
    /// a transducer's joint network hears, `[T', J]`.
    ///
    /// # Errors
    /// Where a sequence is too long to be read at once.
    pub fn frames(&self, utterances: &Utterances) -> Result<Vec<Vec<f32>>, Error> {
        self.network.frames(&utterances.signals)
    }

    /// The best texts of sequences by their [`frames`](Self::frames), best first, up to `n_best` of each.
    ///
    /// # Errors
    /// Where the decoder cannot work with them.
    pub fn decode(
        &self,
        method: DecodeMethod,
        frames: &[Vec<f32>],
        n_best: usize,
    ) -> Result<Vec<Vec<Transcript>>, Error> {
        let found =
            self.decoder
                .decode(method, frames, n_best, self.network.transducer.as_ref())?;
        let transcripts =
            |all: Vec<Hypothesis>| all.iter().map(|found| self.transcript(found)).collect();
        Ok(found.into_iter().map(transcripts).collect())
    }

    /// The method of the recipe.
    pub fn method(&self) -> DecodeMethod {
        self.decoder.method()
    }

    /// The methods that its decoder has, that of the recipe first.
    pub fn methods(&self) -> Vec<DecodeMethod> {
        let own = self.method();
        let others = DecodeMethod::ALL.into_iter().filter(|&method| {
            method != own
                && (method != DecodeMethod::PrefixSearch || self.network.transducer.is_none())
        });
        [own].into_iter().chain(others).collect()
    }

    /// How good the best of the texts `[N]` are; a sequence without one counts as the empty text.
    pub fn measure(&self, utterances: &Utterances, found: &[Vec<Transcript>]) -> TextMeasures {
        let best = found
            .iter()
            .map(|all| all.first().map_or("", |best| &best.text));
        TextMeasures::of(utterances.texts.iter().map(String::as_str).zip(best))
    }

    /// What a step of the network is in seconds of sound, or in columns of an image.
    pub fn step(&self) -> f64 {
        let stride = self.config.model.stride() as f64;
        match self.config.data.sound() {
            Some(sound) => stride * sound.stack as f64 * sound.features.hop_ms / 1000.0,
            None => stride,
        }
    }

    pub(super) fn transcript(&self, found: &Hypothesis) -> Transcript {
        let symbols = found
            .labels
            .iter()
            .zip(&found.positions)
            .zip(&found.confidences);
        let step = self.step();
        let symbol = |((&label, &position), &confidence): ((&u32, &usize), &f32)| {
            let symbol = self.reading.symbols[label as usize - 1].clone();
            (symbol, position as f64 * step, confidence)
        };
        Transcript {
            text: self.reading.text(&found.labels),
            score: found.score,
            acoustic: found.acoustic,
            symbols: symbols.map(symbol).collect(),
        }
    }

    /// The best texts of a file of sound or of images: the name of each, and its texts.
    ///
    /// # Errors
    /// Where it cannot be read as what the transcriber reads.
    pub fn transcribe_file(
        &self,
        path: &Path,
        n_best: usize,
    ) -> Result<Vec<(String, Vec<Transcript>)>, Error> {
        let (names, signals) = self.read(path)?;
        let texts = self.transcribe(signals, n_best)?;
        Ok(names.into_iter().zip(texts).collect())
    }

    /// Where the symbols of a text are in a file of sound or an image, by the most probable way to say it: forced alignment.
    /// Each symbol comes with where it begins and ends, in seconds or columns, and with its log probability.
    ///
    /// # Errors
    /// Where the file cannot be read, the text has a symbol that is not the transcriber's or does not fit, or the
    /// transcriber is a transducer, which tells symbols at no place of their own.
    pub fn align(&self, path: &Path, text: &str) -> Result<Vec<(String, [f64; 2], f32)>, Error> {
        if self.network.transducer.is_some() {
            return Err(Error::Setting {
                key: "--align".to_string(),
                expected: "a model that was trained by connectionist temporal classification"
                    .to_string(),
                found: "a transducer".to_string(),
            });
        }
        let (_, signals) = self.read(path)?;
        let [signal] = <[Signal; 1]>::try_from(signals).map_err(|found| Error::Setting {
            key: path.display().to_string(),
            expected: "one file to align a text with".to_string(),
            found: found.len().to_string(),
        })?;
        let labels = self.reading.labels(text, "--align")?;
        let labels: Vec<u32> = labels.into_iter().map(|label| label as u32).collect();
        let speakers = [String::new()];
        let signals = self
            .reading
            .prepare(vec![signal], Some(&speakers), &self.config.data)?;
        let frames = self.network.frames(&signals)?.pop().unwrap_or_default();
        let emissions = Emissions::new(&frames, self.symbols().len() + 1, BLANK)?;
        let step = self.step();
        let placed = align(emissions, &labels)?.labels.into_iter().map(|placed| {
            let symbol = self.reading.symbols[placed.label as usize - 1].clone();
            let ends = [placed.first as f64 * step, (placed.last + 1) as f64 * step];
            (symbol, ends, placed.log_probability)
        });
        Ok(placed.collect())
    }

    /// The best texts of a sound.
    ///
    /// # Errors
    /// Where the transcriber reads images, or the sound is silent or too short.
    pub fn transcribe_sound(&self, sound: Sound, n_best: usize) -> Result<Vec<Transcript>, Error> {
        let Some(settings) = self.config.data.sound() else {
            return Err(Error::Setting {
                key: "sound".to_string(),
                expected: "images, which the transcriber reads".to_string(),
                found: "sound".to_string(),
            });
        };
        let signal = settings.features_of("sound", sound)?;
        let mut texts = self.transcribe(vec![signal], n_best)?;
        Ok(texts.pop().unwrap_or_default())
    }

    /// What a file holds, or the files of a folder: names, and features or columns.
    fn read(&self, path: &Path) -> Result<(Vec<String>, Vec<Signal>), Error> {
        match self.config.data.sound() {
            Some(settings) => {
                let mut names = Vec::new();
                let mut signals = Vec::new();
                for path in sounds(path)? {
                    let sound = read_sound(&path, &settings.reading())?;
                    let name = path.display().to_string();
                    signals.push(settings.features_of(&name, sound)?);
                    names.push(name);
                }
                Ok((names, signals))
            }
            None => self.images(path),
        }
    }

    fn transcribe(
        &self,
        signals: Vec<Signal>,
        n_best: usize,
    ) -> Result<Vec<Vec<Transcript>>, Error> {
        // Someone whose name is not known is one speaker.
        let speakers = vec![String::new(); signals.len()];
        let signals = self
            .reading
            .prepare(signals, Some(&speakers), &self.config.data)?;
        let frames = self.network.frames(&signals)?;
        self.decode(self.method(), &frames, n_best)
    }

    /// Images, a column a step.
    fn images(&self, path: &Path) -> Result<(Vec<String>, Vec<Signal>), Error> {
        let options = SignalOptions {
            image_order: ImageOrder::Columns,
            ..SignalOptions::default()
        };
        let Some(found) = read_unlabelled(path, &options)? else {
            return Err(Error::Setting {
                key: path.display().to_string(),
                expected: "a .png or .jpg image, or a folder of images".to_string(),
                found: "another file".to_string(),
            });
        };
        let names = match &found.files {
            Some(files) => files
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            None => (1..=found.signals.len())
                .map(|number| number.to_string())
                .collect(),
        };
        let height = found.image.map_or(0, |image| image[0]);
        crate::training::check(
            height == self.channels(),
            path.display().to_string(),
            &format!(
                "images {} pixels high, as the model was trained on",
                self.channels()
            ),
            height,
        )?;
        Ok((names, found.signals))
    }
}

/// A file, or the WAV and FLAC files of a folder in the order of their names.
fn sounds(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let unreadable = |error: std::io::Error| Error::Setting {
        key: path.display().to_string(),
        expected: "a readable folder".to_string(),
        found: error.kind().to_string(),
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let extension = file
            .extension()
            .map(|extension| extension.to_ascii_lowercase());
        if file.is_file() && extension.is_some_and(|own| own == "wav" || own == "flac") {
            files.push(file);
        }
    }
    files.sort();
    crate::training::check(
        !files.is_empty(),
        path.display().to_string(),
        "a folder with .wav or .flac files",
        "none",
    )?;
    Ok(files)
}
