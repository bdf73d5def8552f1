//! The features of sound that arrives in pieces.

use super::extractor::check_rate;
use super::spectrum::Spectrum;
use super::{Padding, SoundFeatures, sample_problem};
use crate::{DataError, Signal};

/// What computes the features of sound that arrives in pieces of any length: a step as soon as the samples of its window
/// are there. All steps together are exactly those of the whole sound without padding.
///
/// ```
/// use recurrent_data::sound::{Sound, SoundFeatures};
///
/// let features = SoundFeatures { rate: 8_000, mels: 20, ..SoundFeatures::default() };
/// let samples: Vec<f32> = (0..2_000).map(|t| (t as f32 * 0.3).sin()).collect();
/// let mut stream = features.stream()?;
/// let mut values = Vec::new();
/// for piece in samples.chunks(333) {
///     values.extend(stream.push(piece)?.values);
/// }
/// let sound = Sound { rate: 8_000, samples };
/// assert_eq!(values, features.extractor()?.extract(&sound)?.values);
/// # Ok::<(), recurrent_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FeatureStream {
    features: SoundFeatures,
    spectrum: Spectrum,
    /// The samples that windows to come need.
    samples: Vec<f32>,
    /// The sample before them, once there is one.
    before: Option<f32>,
    /// How many of the samples to come are between two windows.
    skip: usize,
}

impl FeatureStream {
    pub(super) fn new(features: &SoundFeatures) -> Result<Self, DataError> {
        let spectrum = Spectrum::new(features)?;
        let whole = [
            ("padding", features.padding != Padding::None),
            ("top_db", features.top_db.is_some()),
            ("deltas", features.deltas > 0),
        ];
        match whole.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(Self {
                features: features.clone(),
                spectrum,
                samples: Vec::new(),
                before: None,
                skip: 0,
            }),
            Some((name, _)) => Err(DataError::Setting {
                name,
                expected: "none for sound in pieces, as it needs the whole sound",
                found: "one".to_owned(),
            }),
        }
    }

    /// The features that it computes.
    pub fn features(&self) -> &SoundFeatures {
        &self.features
    }

    /// Takes samples of the rate of the features, any number of them, and returns the steps that are complete with them,
    /// `[T, C]`, perhaps none.
    ///
    /// # Errors
    /// If a sample is one that [`Sound::check`](super::Sound::check) refuses; none is taken then.
    pub fn push(&mut self, samples: &[f32]) -> Result<Signal, DataError> {
        if let Some(problem) = sample_problem(samples) {
            return Err(DataError::Sound { problem });
        }
        let skipped = self.skip.min(samples.len());
        self.skip -= skipped;
        let (between, samples) = samples.split_at(skipped);
        if let Some(&last) = between.last() {
            self.before = Some(last);
        }
        self.samples.extend_from_slice(samples);
        let [hop, n_fft] = [self.features.hop(), self.features.n_fft()];
        let mut signal = Signal::default();
        let mut start = 0;
        while let Some(window) = self.samples.get(start..start + n_fft) {
            let before = match start.checked_sub(1) {
                Some(before) => Some(self.samples[before]),
                None => self.before,
            };
            self.spectrum.compute(window, before);
            let mels = self.spectrum.mels();
            self.spectrum.append_features(mels, &mut signal.values);
            signal.steps += 1;
            start += hop;
        }
        let done = start.min(self.samples.len());
        self.skip += start - done;
        if let Some(before) = done.checked_sub(1) {
            self.before = Some(self.samples[before]);
        }
        self.samples.drain(..done);
        Ok(signal)
    }

    /// Forgets what came before, as at the beginning of another sound. What has not become a step is left out.
    pub fn reset(&mut self) {
        self.samples.clear();
        self.before = None;
        self.skip = 0;
    }

    /// An error where sound of `rate` samples a second is not what the features are of.
    ///
    /// # Errors
    /// If the rates differ.
    pub fn check_rate(&self, rate: u32) -> Result<(), DataError> {
        check_rate(&self.features, rate)
    }
}
