//! Which features of sound a model reads.

use serde::{Deserialize, Serialize};

use super::mel::MelFilters;
use super::{
    FeatureExtractor, FeatureKind, FeatureStream, Logarithm, MelNorm, MelScale, Padding,
    rate_problem,
};
use crate::DataError;

/// Which features of sound are computed, and how.
///
/// ```text
/// y_0 = x_0        y_t = x_t - pre_emphasis x_(t-1)
/// power_k = | sum_n w_n y_(s hop + n) exp(-2 pi i k n / n_fft) |^2        w_n = (1 - cos(2 pi n / window)) / 2
/// mel_m = log( sum_k filter_mk power_k )
/// mfcc_c = s_c sum_m mel_m cos(pi c (2 m + 1) / 2M)        s_0 = sqrt(1 / M), s_c = sqrt(2 / M)
/// ```
///
/// A window shorter than `n_fft` stands in its middle, as in librosa and PyTorch.
///
/// | source | what is like it, lengths and numbers aside |
/// | --- | --- |
/// | librosa 0.11 | `padding` zeros, `mel_scale` slaney, `mel_norm` area, `logarithm` decibel, `top_db` 80 |
/// | torchaudio 2.11 | `padding` reflect; of its `MFCC` also `logarithm` decibel, `top_db` 80 |
///
/// Davis and Mermelstein 1980, *Comparison of Parametric Representations for Monosyllabic Word Recognition in
/// Continuously Spoken Sentences*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundFeatures {
    /// What the features of a step are.
    pub kind: FeatureKind,
    /// The rate of the sound, in samples a second.
    pub rate: u32,
    /// The length of a window in milliseconds, rounded to whole samples.
    pub window_ms: f64,
    /// How far the windows of two steps are apart in milliseconds, rounded to whole samples.
    pub hop_ms: f64,
    /// The length of the Fourier transform in samples, not less than that of the window and at most 65536. Without it the
    /// least power of two that is not less.
    pub n_fft: Option<usize>,
    /// The number of mel filters.
    pub mels: usize,
    /// Where the first mel filter begins, in Hz.
    pub f_min: f64,
    /// Where the last one ends, in Hz; without it at half of the rate.
    pub f_max: Option<f64>,
    /// Which frequencies are equally far apart.
    pub mel_scale: MelScale,
    /// How the filters are weighted.
    pub mel_norm: MelNorm,
    /// How much of the sample before is taken from each, from 0 to below 1; 0.97 is usual where there is some.
    pub pre_emphasis: f64,
    /// What is beyond the ends of the sound.
    pub padding: Padding,
    /// What becomes of the powers.
    pub logarithm: Logarithm,
    /// The least power, above 0.
    pub floor: f64,
    /// With [`Logarithm::Decibel`], how far below the greatest value of the sound the least one may be; lesser ones are
    /// raised to that.
    pub top_db: Option<f64>,
    /// The number of coefficients of [`FeatureKind::Mfcc`], at most `mels`.
    pub coefficients: usize,
    /// How many orders of differences over time follow the features of a step, from 0 to 2.
    pub deltas: usize,
    /// How many steps to each side a difference takes in.
    pub delta_window: usize,
}

impl Default for SoundFeatures {
    fn default() -> Self {
        Self {
            kind: FeatureKind::LogMel,
            rate: 16_000,
            window_ms: 25.0,
            hop_ms: 10.0,
            n_fft: None,
            mels: 80,
            f_min: 0.0,
            f_max: None,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::Height,
            pre_emphasis: 0.0,
            padding: Padding::None,
            logarithm: Logarithm::Natural,
            floor: 1e-10,
            top_db: None,
            coefficients: 13,
            deltas: 0,
            delta_window: 2,
        }
    }
}

/// The longest Fourier transform.
const MOST_N_FFT: usize = 1 << 16;
/// The most mel filters.
const MOST_MELS: usize = 1_024;
/// The most steps to each side that a difference takes in.
const MOST_DELTA_WINDOW: usize = 100;

impl SoundFeatures {
    /// An error where an option is out of its range.
    ///
    /// # Errors
    /// The option, what was expected and what was found.
    pub fn check(&self) -> Result<(), DataError> {
        let half = f64::from(self.rate) / 2.0;
        let f_max = self.f_max();
        let [window, hop, n_fft] = [self.window(), self.hop(), self.n_fft()];
        let ranges = [
            (
                "rate",
                rate_problem(self.rate).is_none(),
                "a rate from 1000 to 768000 samples a second",
                self.rate.to_string(),
            ),
            (
                "window_ms",
                (1..=MOST_N_FFT).contains(&window),
                "milliseconds of 1 to 65536 samples",
                self.window_ms.to_string(),
            ),
            (
                "hop_ms",
                (1..=MOST_N_FFT).contains(&hop),
                "milliseconds of 1 to 65536 samples",
                self.hop_ms.to_string(),
            ),
            (
                "n_fft",
                (window.max(2)..=MOST_N_FFT).contains(&n_fft),
                "as many samples as a window has or more, from 2 to 65536",
                format!("{n_fft} where a window has {window}"),
            ),
            (
                "mels",
                (1..=MOST_MELS).contains(&self.mels),
                "a number from 1 to 1024",
                self.mels.to_string(),
            ),
            (
                "f_max",
                f_max > 0.0 && f_max <= half,
                "a frequency above 0 and at most half of the rate",
                format!("{f_max} where the rate is {}", self.rate),
            ),
            (
                "f_min",
                self.f_min >= 0.0 && self.f_min < f_max,
                "a frequency from 0 to below `f_max`",
                format!("{} where `f_max` is {f_max}", self.f_min),
            ),
            (
                "pre_emphasis",
                (0.0..1.0).contains(&self.pre_emphasis),
                "a number from 0 to below 1",
                self.pre_emphasis.to_string(),
            ),
            (
                "floor",
                self.floor >= f64::from(f32::MIN_POSITIVE) && self.floor <= 1.0,
                "a number above 0 and at most 1, not less than 1.2e-38",
                self.floor.to_string(),
            ),
            (
                "top_db",
                self.top_db.is_none_or(|top| top > 0.0 && top.is_finite()),
                "a number above 0",
                format!("{:?}", self.top_db.unwrap_or_default()),
            ),
            (
                "top_db",
                self.top_db.is_none() || self.logarithm == Logarithm::Decibel,
                "none where `logarithm` is not decibel",
                format!("{:?}", self.top_db.unwrap_or_default()),
            ),
            (
                "coefficients",
                self.kind == FeatureKind::LogMel || (1..=self.mels).contains(&self.coefficients),
                "a number from 1 to `mels`",
                format!("{} where `mels` is {}", self.coefficients, self.mels),
            ),
            (
                "deltas",
                self.deltas <= 2,
                "a number from 0 to 2",
                self.deltas.to_string(),
            ),
            (
                "delta_window",
                (1..=MOST_DELTA_WINDOW).contains(&self.delta_window),
                "a number from 1 to 100",
                self.delta_window.to_string(),
            ),
        ];
        for (name, is_within, expected, found) in ranges {
            if !is_within {
                return Err(DataError::Setting {
                    name,
                    expected,
                    found,
                });
            }
        }
        MelFilters::new(self).map(|_| ())
    }

    /// The number of features of a step, `C`.
    pub fn channels(&self) -> usize {
        self.statics() * (1 + self.deltas)
    }

    /// The number of steps of sound of so many samples; 0 where it is too short for any.
    pub fn steps(&self, samples: usize) -> usize {
        let [hop, n_fft] = [self.hop().max(1), self.n_fft()];
        match self.padding {
            Padding::None if samples >= n_fft => 1 + (samples - n_fft) / hop,
            Padding::Zeros if samples > 0 => 1 + (samples + n_fft / 2 * 2 - n_fft) / hop,
            Padding::Reflect if samples > n_fft / 2 => 1 + (samples + n_fft / 2 * 2 - n_fft) / hop,
            _ => 0,
        }
    }

    /// What computes these features of whole sounds.
    ///
    /// # Errors
    /// If an option is out of its range ([`check`](Self::check)).
    pub fn extractor(&self) -> Result<FeatureExtractor, DataError> {
        FeatureExtractor::new(self)
    }

    /// What computes these features of sound that arrives in pieces.
    ///
    /// # Errors
    /// As [`extractor`](Self::extractor), and if an option needs the whole sound: a `padding`, a `top_db` or `deltas`.
    pub fn stream(&self) -> Result<FeatureStream, DataError> {
        FeatureStream::new(self)
    }

    /// The number of features of a step without differences.
    pub(super) fn statics(&self) -> usize {
        match self.kind {
            FeatureKind::LogMel => self.mels,
            FeatureKind::Mfcc => self.coefficients,
        }
    }

    /// The length of a window in samples.
    pub(super) fn window(&self) -> usize {
        self.samples(self.window_ms)
    }

    /// How many samples two windows are apart.
    pub(super) fn hop(&self) -> usize {
        self.samples(self.hop_ms)
    }

    pub(super) fn n_fft(&self) -> usize {
        self.n_fft.unwrap_or_else(|| {
            // The power of two above what is refused is refused too.
            self.window().min(MOST_N_FFT + 1).next_power_of_two().max(2)
        })
    }

    pub(super) fn f_max(&self) -> f64 {
        self.f_max.unwrap_or(f64::from(self.rate) / 2.0)
    }

    fn samples(&self, milliseconds: f64) -> usize {
        // The conversion saturates, and what is no number is 0.
        (f64::from(self.rate) * milliseconds / 1_000.0).round() as usize
    }
}

#[cfg(test)]
mod tests;
