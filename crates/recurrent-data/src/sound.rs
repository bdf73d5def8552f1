//! Sound: files in, features of an acoustic model out.
//!
//! | stage | item |
//! | --- | --- |
//! | manifest -> files of sound with what is said in them | [`read_manifest`], [`Utterance`] |
//! | WAV or FLAC file -> samples of one channel, at any rate | [`read_sound`], [`decode_sound`], [`Sound`] |
//! | samples -> log-mel spectrogram or MFCC, as a whole | [`SoundFeatures`], [`FeatureExtractor`] |
//! | samples in pieces, as they arrive -> at another rate, the same features | [`RateStream`], [`FeatureStream`] |
//! | features -> features of mean 0 and deviation 1 | [`Normalisation`], [`Normaliser`] |
//! | sound or features -> others that sound alike, for training | [`change_speed`], [`add_white_noise`], [`SpecAugment`], [`Draw`] |
//!
//! ```
//! use recurrent_data::sound::{Sound, SoundFeatures};
//!
//! let tone = (0..16_000).map(|t| (t as f32 * 0.1).sin() / 2.0);
//! let sound = Sound { rate: 16_000, samples: tone.collect() };
//! let features = SoundFeatures { mels: 40, ..SoundFeatures::default() };
//! let signal = features.extractor()?.extract(&sound)?;
//! // A step each 10 ms, as long as a whole window of 512 samples is left.
//! assert_eq!((signal.steps, signal.values.len()), (97, 97 * 40));
//! # Ok::<(), recurrent_data::DataError>(())
//! ```

mod augment;
mod choices;
mod deltas;
mod draw;
mod extractor;
mod features;
mod manifest;
mod mel;
mod normalise;
mod rate_stream;
mod read;
mod resample;
mod spec_augment;
mod spectrum;
mod stream;
mod write;

pub use self::augment::{add_white_noise, change_speed};
pub use self::choices::{FeatureKind, Logarithm, MelNorm, MelScale, Padding};
pub use self::draw::Draw;
pub(crate) use self::draw::{Numbers, Purpose};
pub use self::extractor::FeatureExtractor;
pub use self::features::SoundFeatures;
pub use self::manifest::{ManifestOptions, Utterance, read_manifest};
pub use self::normalise::{Normalisation, Normaliser};
pub use self::rate_stream::RateStream;
pub use self::read::{SoundOptions, decode_sound, read_sound};
pub use self::spec_augment::SpecAugment;
pub use self::stream::FeatureStream;
use crate::DataError;

/// The least rate of sound that is treated, in samples a second.
pub const LEAST_RATE: u32 = 1_000;
/// The highest one.
pub const MOST_RATE: u32 = 768_000;

/// The farthest that a sample may be from 0, so that no power overflows.
const MOST_LEVEL: f32 = 1e6;

/// Sound of one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// How many samples make up a second, in Hz.
    pub rate: u32,
    /// The samples, from -1 to 1; those of a file of floating point numbers, and of sound that noise was added to, may go
    /// beyond. `[T]`
    pub samples: Vec<f32>,
}

impl Sound {
    /// The length in seconds; 0 where the rate is 0.
    pub fn seconds(&self) -> f64 {
        match self.rate {
            0 => 0.0,
            rate => self.samples.len() as f64 / f64::from(rate),
        }
    }

    /// Sound as everything here takes it: a rate from [`LEAST_RATE`] to [`MOST_RATE`], at least one sample, and none that
    /// is farther from 0 than a million, or no number.
    ///
    /// # Errors
    /// If it is something else.
    pub fn check(&self) -> Result<(), DataError> {
        self.problem()
            .map_or(Ok(()), |problem| Err(DataError::Sound { problem }))
    }

    /// What [`check`](Self::check) finds.
    fn problem(&self) -> Option<String> {
        if let Some(problem) = rate_problem(self.rate) {
            return Some(problem);
        }
        match self.samples.is_empty() {
            true => Some("expected samples, found none".to_owned()),
            false => sample_problem(&self.samples),
        }
    }
}

/// What is wrong with samples.
fn sample_problem(samples: &[f32]) -> Option<String> {
    // What is no number is not within either.
    let is_within = |sample: &f32| sample.abs() <= MOST_LEVEL;
    let wrong = samples.iter().position(|sample| !is_within(sample))?;
    let found = samples[wrong];
    Some(format!(
        "expected finite samples of at most a million, found {found:?} at sample {wrong}"
    ))
}

/// What is wrong with a rate.
fn rate_problem(rate: u32) -> Option<String> {
    let is_known = (LEAST_RATE..=MOST_RATE).contains(&rate);
    (!is_known).then(|| {
        format!("expected a rate from {LEAST_RATE} to {MOST_RATE} samples a second, found {rate}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sound_is_told() {
        let problem = |rate, samples: &[f32]| {
            let samples = samples.to_vec();
            let error = Sound { rate, samples }.check().unwrap_err();
            error.to_string()
        };
        assert_eq!(
            problem(0, &[0.0]),
            "sound: expected a rate from 1000 to 768000 samples a second, found 0"
        );
        assert_eq!(problem(8_000, &[]), "sound: expected samples, found none");
        assert_eq!(
            problem(8_000, &[0.0, f32::NAN]),
            "sound: expected finite samples of at most a million, found NaN at sample 1"
        );
        assert!(problem(8_000, &[2e6]).ends_with("found 2000000.0 at sample 0"));
        assert_eq!(Sound::default().seconds(), 0.0);
    }
}
