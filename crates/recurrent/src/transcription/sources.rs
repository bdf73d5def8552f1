//! What is transcribed, as vectors with their texts: sound as features, images as columns.

use super::config::{SoundSettings, TranscribedData};
use crate::Error;
use rayon::prelude::*;
use recurrent_data::sound::{
    Draw, ManifestOptions, Sound, SoundOptions, add_white_noise, change_speed,
};
use recurrent_data::transcribed::{
    HandwrittenOptions, NamedImageOptions, Recording, dialled_numbers, read_handwritten,
    read_joined, read_named_images, read_utterances,
};
use recurrent_data::{DataError, LabelledSignals, Signal, Splits};
use std::path::Path;

/// Seed of the noise in training sounds.
const NOISE: u64 = 0x006e_6f69_7365;

/// Vectors of one split with their texts, before they are normalised.
#[derive(Debug, Default)]
pub(super) struct Vectors {
    pub names: Vec<String>,
    pub signals: Vec<Signal>,
    pub texts: Vec<String>,
    /// The speaker of each, where all are known.
    pub speakers: Option<Vec<String>>,
    /// Seconds of sound; 0 of images.
    pub seconds: Vec<f64>,
    /// Values of a step.
    pub channels: usize,
}

/// The vectors of all splits, and what messages call their source.
pub(super) fn read(config: &TranscribedData) -> Result<(String, Splits<Vectors>), Error> {
    let source = match (config.path(), config) {
        (Some(path), _) => path.to_string(),
        (None, TranscribedData::Dialled(_)) => "dialled numbers".to_string(),
        (None, _) => {
            return Err(Error::Setting {
                key: "data.path".to_string(),
                expected: "a file or folder, as --data PATH or in the recipe".to_string(),
                found: "nothing".to_string(),
            });
        }
    };
    let path = Path::new(&source);
    let splits = match config {
        TranscribedData::Dialled(data) => {
            of_recordings(dialled_numbers(&data.options())?, &data.sound)?
        }
        TranscribedData::Sound(data) => {
            let manifest = ManifestOptions {
                fractions: data.fractions,
                valid_fraction: data.valid_fraction,
                seed: data.seed,
            };
            let mut splits = read_utterances(path, &manifest, &data.sound.reading())?;
            if data.lower_case {
                for part in [&mut splits.train, &mut splits.valid, &mut splits.test] {
                    for recording in part {
                        recording.text = recording.text.to_lowercase();
                    }
                }
            }
            of_recordings(splits, &data.sound)?
        }
        TranscribedData::Joined(data) => {
            let splits = read_joined(path, &data.options(), &data.sound.reading())?;
            of_recordings(splits, &data.sound)?
        }
        TranscribedData::Handwritten(data) => {
            let options = HandwrittenOptions {
                test_fold: data.test_fold,
                valid_fraction: data.valid_fraction,
                seed: data.seed,
            };
            of_images(read_handwritten(path, &options)?)
        }
        TranscribedData::NamedImages(data) => {
            let options = NamedImageOptions {
                fractions: data.fractions,
                seed: data.seed,
            };
            of_images(read_named_images(path, &options)?)
        }
    };
    Ok((source, splits))
}

impl SoundSettings {
    /// What reading of a file takes.
    pub(super) fn reading(&self) -> SoundOptions {
        SoundOptions {
            rate: Some(self.features.rate),
            max_seconds: self.max_seconds,
        }
    }

    /// The features of sound, which may have another rate; messages call it `name`.
    ///
    /// # Errors
    /// Where it cannot be brought to the rate of the features, is silent, or has no whole window.
    pub(super) fn features_of(&self, name: &str, sound: Sound) -> Result<Signal, Error> {
        let wrong = |found: &str| Error::Setting {
            key: name.to_string(),
            expected: "sound of at least one window".to_string(),
            found: found.to_string(),
        };
        if sound.samples.iter().all(|&sample| sample == 0.0) {
            return Err(wrong("silence: every sample is 0"));
        }
        let sound = match sound.rate == self.features.rate {
            true => sound,
            false => sound.resampled(self.features.rate)?,
        };
        let signal = self.features.extractor()?.extract(&sound)?;
        if signal.steps == 0 {
            return Err(wrong(&format!("{} samples", sound.samples.len())));
        }
        Ok(signal)
    }
}

fn of_recordings(
    splits: Splits<Vec<Recording>>,
    settings: &SoundSettings,
) -> Result<Splits<Vectors>, Error> {
    let mut train = splits.train;
    if settings.speed_factors != [1.0] {
        train = faster(train, &settings.speed_factors)?;
    }
    if let Some(range) = settings.noise_db {
        noisy(&mut train, range)?;
    }
    Ok(Splits {
        train: vectors(train, settings)?,
        valid: vectors(splits.valid, settings)?,
        test: vectors(splits.test, settings)?,
    })
}

/// Every recording once for each factor.
fn faster(recordings: Vec<Recording>, factors: &[f64]) -> Result<Vec<Recording>, Error> {
    let copies = |recording: &Recording| -> Result<Vec<Recording>, DataError> {
        let copy = |&factor: &f64| {
            Ok(Recording {
                sound: match factor == 1.0 {
                    true => recording.sound.clone(),
                    false => change_speed(&recording.sound, factor)?,
                },
                ..recording.clone()
            })
        };
        factors.iter().map(copy).collect()
    };
    let all: Vec<Vec<Recording>> = recordings
        .par_iter()
        .map(copies)
        .collect::<Result<_, _>>()?;
    Ok(all.into_iter().flatten().collect())
}

/// Adds white noise to every recording, at a ratio that is drawn between two, in dB.
fn noisy(recordings: &mut [Recording], [least, most]: [f64; 2]) -> Result<(), Error> {
    for (number, recording) in recordings.iter_mut().enumerate() {
        let draw = draw(NOISE, number);
        add_white_noise(&mut recording.sound, draw.between(least, most), draw)?;
    }
    Ok(())
}

fn vectors(recordings: Vec<Recording>, settings: &SoundSettings) -> Result<Vectors, Error> {
    let speakers = recordings.iter().map(|recording| recording.speaker.clone());
    let mut vectors = Vectors {
        speakers: speakers.collect(),
        channels: settings.features.channels(),
        ..Vectors::default()
    };
    let features =
        |recording: &Recording| settings.features_of(&recording.name, recording.sound.clone());
    vectors.signals = recordings
        .par_iter()
        .map(features)
        .collect::<Result<_, _>>()?;
    for recording in recordings {
        vectors.seconds.push(recording.sound.seconds());
        vectors.names.push(recording.name);
        vectors.texts.push(recording.text);
    }
    Ok(vectors)
}

fn of_images(splits: Splits<LabelledSignals>) -> Splits<Vectors> {
    let part = |name: &str, images: LabelledSignals| Vectors {
        names: (1..)
            .zip(&images.signals)
            .map(|(number, signal)| match &signal.name {
                Some(name) => name.clone(),
                None => format!("{name} image {number}"),
            })
            .collect(),
        seconds: vec![0.0; images.len()],
        channels: images.channels,
        signals: images.signals,
        texts: images.labels,
        speakers: None,
    };
    Splits {
        train: part("training", splits.train),
        valid: part("validation", splits.valid),
        test: part("test", splits.test),
    }
}

/// Consecutive steps of `signal`, of `channels` values each, side by side; the last ones are filled up with zeros.
pub(super) fn stacked(mut signal: Signal, channels: usize, stack: usize) -> Signal {
    if stack == 1 {
        return signal;
    }
    let steps = signal.steps.div_ceil(stack);
    let mut values = std::mem::take(&mut signal.values);
    values.resize(steps * stack * channels, 0.0);
    Signal {
        values,
        steps,
        ..signal
    }
}

/// What is drawn for an example at a step of training.
pub(super) fn draw(seed: u64, example: usize) -> Draw {
    Draw {
        seed,
        epoch: 0,
        index: example as u64,
    }
}
