//! The features of whole sounds.

use super::spectrum::Spectrum;
use super::{Padding, Sound, SoundFeatures, deltas};
use crate::{DataError, Signal};

/// What computes the features of whole sounds. It is planned once and used for all of them.
#[derive(Clone, Debug)]
pub struct FeatureExtractor {
    features: SoundFeatures,
    spectrum: Spectrum,
}

impl FeatureExtractor {
    pub(super) fn new(features: &SoundFeatures) -> Result<Self, DataError> {
        Ok(Self {
            spectrum: Spectrum::new(features)?,
            features: features.clone(),
        })
    }

    /// The features that it computes.
    pub fn features(&self) -> &SoundFeatures {
        &self.features
    }

    /// The features of a sound, `[T, C]`: [`SoundFeatures::steps`] of them, none where it is too short, and
    /// [`SoundFeatures::channels`] each.
    ///
    /// # Errors
    /// If it is no sound ([`Sound::check`]), or has another rate than the features are of; [`Sound::resampled`] brings it
    /// there.
    pub fn extract(&mut self, sound: &Sound) -> Result<Signal, DataError> {
        sound.check()?;
        check_rate(&self.features, sound.rate)?;
        let samples = &sound.samples[..];
        let steps = self.features.steps(samples.len());
        let [hop, n_fft] = [self.features.hop(), self.features.n_fft()];
        let padding = match self.features.padding {
            Padding::None => 0,
            Padding::Zeros | Padding::Reflect => n_fft / 2,
        };
        // The floor of `top_db` is known after the last step, so that the mel powers of all are kept where it is asked for.
        let mut greatest = f32::NEG_INFINITY;
        let mut mels = Vec::new();
        let mut values = Vec::with_capacity(steps * self.features.channels());
        for step in 0..steps {
            // Both in the sound with what is added to its ends.
            let [start, end] = [step * hop, step * hop + n_fft];
            if start >= padding && end - padding <= samples.len() {
                let first = start - padding;
                let before = first.checked_sub(1).map(|before| samples[before]);
                let inside = &samples[first..end - padding];
                self.spectrum.compute(inside, before);
            } else {
                self.at_an_end(samples, start, padding);
            }
            match self.features.top_db {
                None => self
                    .spectrum
                    .append_features(self.spectrum.mels(), &mut values),
                Some(_) => {
                    let step = self.spectrum.mels();
                    greatest = step.iter().copied().fold(greatest, f32::max);
                    mels.extend_from_slice(step);
                }
            }
        }
        if let Some(top) = self.features.top_db {
            let least = greatest - top as f32;
            mels.iter_mut().for_each(|mel| *mel = mel.max(least));
            for step in mels.chunks_exact(self.features.mels) {
                self.spectrum.append_features(step, &mut values);
            }
        }
        let statics = self.features.statics();
        let SoundFeatures {
            deltas: orders,
            delta_window,
            ..
        } = self.features;
        if orders > 0 {
            values = deltas::append(&values, statics, orders, delta_window);
        }
        Ok(Signal {
            values,
            steps,
            name: None,
        })
    }

    /// A step that is partly beyond an end of the sound.
    fn at_an_end(&mut self, samples: &[f32], start: usize, padding: usize) {
        let last = samples.len() - 1;
        let position = |n: usize| match (start + n).checked_sub(padding) {
            Some(position) if position <= last => Some(position),
            _ if self.features.padding == Padding::Zeros => None,
            // As there are more samples than are added to an end, one reflection is enough.
            Some(position) => Some(2 * last - position),
            None => Some(padding - (start + n)),
        };
        let spectrum = &self.spectrum;
        let inputs: Vec<f32> = (0..self.features.n_fft())
            .map(|n| position(n).map_or(0.0, |at| spectrum.emphasised(samples, at)))
            .collect();
        self.spectrum.compute_emphasised(inputs.into_iter());
    }
}

/// An error where sound does not have the rate that features are of.
pub(super) fn check_rate(features: &SoundFeatures, rate: u32) -> Result<(), DataError> {
    match features.rate == rate {
        true => Ok(()),
        false => Err(DataError::Setting {
            name: "rate",
            expected: "sound of the rate that its features are of",
            found: format!("{rate} and not {} samples a second", features.rate),
        }),
    }
}
