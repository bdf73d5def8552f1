//! Triangular filters that are equally wide on a mel scale.
//!
//! ```text
//! filter_m(f) = max(0, min((f - f_m) / (f_(m+1) - f_m), (f_(m+2) - f) / (f_(m+2) - f_(m+1))))
//! ```
//!
//! where `f_0 .. f_(M+1)` are equally far apart on the scale, from `f_min` to `f_max`.

use super::{MelNorm, MelScale, SoundFeatures};
use crate::DataError;

/// `M` filters, each as those of its weights that are not 0.
#[derive(Clone, Debug)]
pub(super) struct MelFilters {
    /// The position of the first frequency of each, and its number of weights. `[M]`
    ranges: Vec<[usize; 2]>,
    /// The weights of one filter after the other.
    weights: Vec<f32>,
}

impl MelFilters {
    /// The filters of features whose options are in their ranges, save that a filter may be too narrow.
    pub(super) fn new(features: &SoundFeatures) -> Result<Self, DataError> {
        let SoundFeatures { mels, .. } = *features;
        let n_fft = features.n_fft();
        let scale = features.mel_scale;
        let [least, most] = [features.f_min, features.f_max()].map(|f| scale.mel(f));
        let edge =
            |m: usize| scale.frequency(least + (most - least) * m as f64 / (mels + 1) as f64);
        let frequency = |k: usize| f64::from(features.rate) * k as f64 / n_fft as f64;
        let mut filters = Self {
            ranges: Vec::with_capacity(mels),
            weights: Vec::new(),
        };
        for m in 0..mels {
            let [below, middle, above] = [0, 1, 2].map(|at| edge(m + at));
            let height = match features.mel_norm {
                MelNorm::Height => 1.0,
                MelNorm::Area => 2.0 / (above - below),
            };
            let weight = |k: usize| {
                let f = frequency(k);
                let rising = (f - below) / (middle - below);
                let falling = (above - f) / (above - middle);
                rising.min(falling).max(0.0) * height
            };
            let weights = (0..=n_fft / 2).map(weight);
            let first = weights.clone().position(|weight| weight > 0.0);
            let Some(first) = first else {
                return Err(DataError::Setting {
                    name: "mels",
                    expected: "filters with a frequency of the Fourier transform in each",
                    found: format!(
                        "none from {below:.1} to {above:.1} Hz (filter {} of {mels}); \
                         fewer `mels` or a larger `n_fft` would do",
                        m + 1
                    ),
                });
            };
            let before = filters.weights.len();
            let inside = weights.skip(first).take_while(|&weight| weight > 0.0);
            filters.weights.extend(inside.map(|weight| weight as f32));
            filters.ranges.push([first, filters.weights.len() - before]);
        }
        Ok(filters)
    }

    /// The weighted sums of `powers`, `[n_fft / 2 + 1]`, in `sums`, `[M]`.
    pub(super) fn apply(&self, powers: &[f32], sums: &mut [f32]) {
        let mut weights = &self.weights[..];
        for (sum, &[first, count]) in sums.iter_mut().zip(&self.ranges) {
            let (filter, rest) = weights.split_at(count);
            weights = rest;
            let pairs = filter.iter().zip(&powers[first..first + count]);
            *sum = pairs.map(|(weight, power)| weight * power).sum();
        }
    }
}

/// Below this frequency Slaney's scale is linear, at 200 / 3 Hz a mel.
const LINEAR_BELOW: f64 = 1_000.0;
const LINEAR_STEP: f64 = 200.0 / 3.0;
/// Above it, 27 mels are a factor of 6.4.
fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

impl MelScale {
    fn mel(self, frequency: f64) -> f64 {
        match self {
            MelScale::Htk => 2_595.0 * (1.0 + frequency / 700.0).log10(),
            MelScale::Slaney if frequency < LINEAR_BELOW => frequency / LINEAR_STEP,
            MelScale::Slaney => {
                LINEAR_BELOW / LINEAR_STEP + (frequency / LINEAR_BELOW).ln() / log_step()
            }
        }
    }

    fn frequency(self, mel: f64) -> f64 {
        let linear_mels = LINEAR_BELOW / LINEAR_STEP;
        match self {
            MelScale::Htk => 700.0 * (10.0_f64.powf(mel / 2_595.0) - 1.0),
            MelScale::Slaney if mel < linear_mels => mel * LINEAR_STEP,
            MelScale::Slaney => LINEAR_BELOW * ((mel - linear_mels) * log_step()).exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_undone() {
        for scale in [MelScale::Htk, MelScale::Slaney] {
            for frequency in [0.0, 60.0, 999.0, 1_000.0, 1_001.0, 7_600.0] {
                let again = scale.frequency(scale.mel(frequency));
                assert!((again - frequency).abs() < 1e-9, "{scale:?} {frequency}");
            }
        }
        assert!((MelScale::Htk.mel(1_000.0) - 999.985_537).abs() < 1e-6);
        assert!((MelScale::Slaney.mel(6_400.0) - 42.0).abs() < 1e-12);
    }

    #[test]
    fn filters_of_height_1_add_up_to_1_between_the_first_and_the_last_peak() {
        let filters = MelFilters::new(&SoundFeatures {
            mels: 20,
            ..SoundFeatures::default()
        });
        let filters = filters.unwrap();
        let mut sums = [0.0; 20];
        for k in 5..200 {
            let mut powers = [0.0; 257];
            powers[k] = 1.0;
            filters.apply(&powers, &mut sums);
            assert!((sums.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{k}");
        }
    }
}
