//! The features of one step: window, Fourier transform, mel filters, logarithm and cosine transform. All is planned once,
//! and nothing is allocated for a step.

use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::mel::MelFilters;
use super::{FeatureKind, Logarithm, SoundFeatures};
use crate::DataError;

/// What computes the features of a step, and its buffers.
#[derive(Clone)]
pub(super) struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    filters: MelFilters,
    /// The window in the middle of zeros. `[n_fft]`
    window: Vec<f32>,
    /// The cosines of [`FeatureKind::Mfcc`], those of a coefficient after the other. `[coefficients, M]`
    cosines: Vec<f32>,
    pre_emphasis: f32,
    logarithm: Logarithm,
    floor: f32,
    /// `[n_fft]`
    input: Vec<f32>,
    /// `[n_fft / 2 + 1]`
    spectrum: Vec<Complex32>,
    /// `[n_fft / 2 + 1]`
    powers: Vec<f32>,
    /// `[M]`
    mels: Vec<f32>,
    scratch: Vec<Complex32>,
}

impl fmt::Debug for Spectrum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Spectrum").finish_non_exhaustive()
    }
}

impl Spectrum {
    pub(super) fn new(features: &SoundFeatures) -> Result<Self, DataError> {
        features.check()?;
        let n_fft = features.n_fft();
        let fft = RealFftPlanner::new().plan_fft_forward(n_fft);
        Ok(Self {
            filters: MelFilters::new(features)?,
            window: window(features.window(), n_fft),
            cosines: match features.kind {
                FeatureKind::LogMel => Vec::new(),
                FeatureKind::Mfcc => cosines(features.coefficients, features.mels),
            },
            pre_emphasis: features.pre_emphasis as f32,
            logarithm: features.logarithm,
            floor: features.floor as f32,
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            powers: vec![0.0; n_fft / 2 + 1],
            mels: vec![0.0; features.mels],
            scratch: fft.make_scratch_vec(),
            fft,
        })
    }

    /// Computes the step over `samples`, `[n_fft]`, of which `before` is the sample before the first, if there is one.
    pub(super) fn compute(&mut self, samples: &[f32], before: Option<f32>) {
        let mut before = before.unwrap_or(0.0);
        let weighted = self.input.iter_mut().zip(&self.window);
        for ((input, weight), &sample) in weighted.zip(samples) {
            *input = (sample - self.pre_emphasis * before) * weight;
            before = sample;
        }
        self.transform();
    }

    /// Computes the step over `samples` after pre-emphasis, `[n_fft]`.
    pub(super) fn compute_emphasised(&mut self, samples: impl Iterator<Item = f32>) {
        let weighted = self.input.iter_mut().zip(&self.window);
        for ((input, weight), sample) in weighted.zip(samples) {
            *input = sample * weight;
        }
        self.transform();
    }

    /// The sample `position` after pre-emphasis.
    pub(super) fn emphasised(&self, samples: &[f32], position: usize) -> f32 {
        match position {
            0 => samples[0],
            _ => samples[position] - self.pre_emphasis * samples[position - 1],
        }
    }

    /// From the windowed samples to the logarithms.
    fn transform(&mut self) {
        let done =
            self.fft
                .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers are those of the plan");
        for (power, value) in self.powers.iter_mut().zip(&self.spectrum) {
            *power = value.norm_sqr();
        }
        self.filters.apply(&self.powers, &mut self.mels);
        for mel in &mut self.mels {
            let power = mel.max(self.floor);
            *mel = match self.logarithm {
                Logarithm::Natural => power.ln(),
                Logarithm::Decibel => 10.0 * power.log10(),
            };
        }
    }

    /// The logarithms of the mel powers of the step that was computed last. `[M]`
    pub(super) fn mels(&self) -> &[f32] {
        &self.mels
    }

    /// Appends the features of a step whose logarithms of mel powers are `mels`, `[M]`.
    pub(super) fn append_features(&self, mels: &[f32], values: &mut Vec<f32>) {
        if self.cosines.is_empty() {
            values.extend_from_slice(mels);
            return;
        }
        let coefficients = self.cosines.chunks_exact(mels.len());
        values.extend(coefficients.map(|cosines| {
            let products = cosines.iter().zip(mels).map(|(cosine, mel)| cosine * mel);
            products.sum::<f32>()
        }));
    }
}

/// A Hann window of a period of `length` samples (Blackman and Tukey 1958, *The Measurement of Power Spectra*) in the
/// middle of `n_fft`.
fn window(length: usize, n_fft: usize) -> Vec<f32> {
    let mut window = vec![0.0; n_fft];
    let start = (n_fft - length) / 2;
    for (n, weight) in window[start..start + length].iter_mut().enumerate() {
        *weight = (0.5 - 0.5 * (2.0 * PI * n as f64 / length as f64).cos()) as f32;
    }
    window
}

/// The orthonormal cosine transform of the second kind (Ahmed, Natarajan and Rao 1974, *Discrete Cosine Transform*).
/// `[coefficients, M]`
fn cosines(coefficients: usize, mels: usize) -> Vec<f32> {
    let count = mels as f64;
    let cosine = |c: usize, m: usize| {
        let scale = if c == 0 { 1.0 } else { 2.0 };
        let angle = PI * c as f64 * (2 * m + 1) as f64 / (2.0 * count);
        ((scale / count).sqrt() * angle.cos()) as f32
    };
    let rows = 0..coefficients;
    rows.flat_map(|c| (0..mels).map(move |m| cosine(c, m)))
        .collect()
}
