//! Sound at another rate: a low-pass filter below half of the lower rate, applied to blocks in the frequency domain.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

use super::{Sound, rate_problem};
use crate::DataError;

/// The least number of samples of a block at the lower rate. The longer a block, the steeper the filter.
const BLOCK: usize = 1_024;

impl Sound {
    /// The same sound with `rate` samples a second: frequencies below half of the lower rate stay, others are left out.
    /// There are `T rate / self.rate` samples, rounded up.
    ///
    /// # Errors
    /// If it is no sound ([`check`](Self::check)), or `rate` is not from [`LEAST_RATE`](super::LEAST_RATE) to
    /// [`MOST_RATE`](super::MOST_RATE).
    pub fn resampled(self, rate: u32) -> Result<Self, DataError> {
        self.check()?;
        if let Some(problem) = rate_problem(rate) {
            return Err(DataError::Sound { problem });
        }
        if rate == self.rate {
            return Ok(self);
        }
        let samples = resample(&self.samples, self.rate, rate)?;
        Ok(Self { rate, samples })
    }
}

/// The samples at `to` where they were at `from`, both above 0: `[T]` to `[T to / from]`.
pub(super) fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, DataError> {
    let failed = |problem: String| DataError::Sound {
        problem: format!("from {from} to {to} samples a second: {problem}"),
    };
    let block = BLOCK;
    let mut resampler = filter(Filter { from, to, block })?;
    let input = InterleavedSlice::new(samples, 1, samples.len())
        .map_err(|error| failed(error.to_string()))?;
    let output = resampler
        .process_all(&input, samples.len(), None)
        .map_err(|error| failed(error.to_string()))?;
    let mut output = output.take_data();
    // Exactly, where a product in floating point may be off by one.
    let length = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from));
    output.resize(length as usize, 0.0);
    Ok(output)
}

/// What brings sound from a rate to another.
pub(super) struct Filter {
    pub from: u32,
    pub to: u32,
    /// The least number of samples of a block at the lower rate.
    pub block: usize,
}

pub(super) fn filter(Filter { from, to, block }: Filter) -> Result<Fft<f32>, DataError> {
    let [from_rate, to_rate] = [from, to].map(|rate| rate as usize);
    // A block is a multiple of the samples after which both rates meet: an even one, so that the filter, which is as long
    // as a block, delays by whole samples.
    let meeting = from_rate / gcd(from_rate, to_rate);
    let least = block * from_rate.div_ceil(to_rate);
    let block = 2 * meeting * least.div_ceil(2 * meeting);
    let window = WindowFunction::BlackmanHarris2;
    let filter = Fft::<f32>::new_custom(from_rate, to_rate, block, 1, 1, window, FixedSync::Both);
    filter.map_err(|error| DataError::Sound {
        problem: format!("from {from} to {to} samples a second: {error}"),
    })
}

/// The greatest common divisor (Euclid, *Elements* VII.2).
fn gcd(one: usize, other: usize) -> usize {
    match other {
        0 => one,
        _ => gcd(other, one % other),
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn sine(rate: u32, frequency: f64, seconds: f64) -> Sound {
        let count = (seconds * f64::from(rate)) as usize;
        let phase = |t: usize| TAU * frequency * t as f64 / f64::from(rate);
        let samples = (0..count).map(|t| (0.5 * phase(t).sin()) as f32).collect();
        Sound { rate, samples }
    }

    /// The largest difference of two sounds away from their ends.
    fn difference(one: &Sound, other: &Sound) -> f32 {
        assert_eq!(
            (one.rate, one.samples.len()),
            (other.rate, other.samples.len())
        );
        let edge = one.rate as usize / 5;
        let inner = edge..one.samples.len() - edge;
        let pairs = one.samples[inner.clone()].iter().zip(&other.samples[inner]);
        pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_sine_stays_the_sine() {
        for (from, to) in [
            (8_000, 16_000),
            (16_000, 8_000),
            (44_100, 16_000),
            (22_050, 16_000),
            (16_000, 48_000),
            (8_000, 11_025),
            (44_101, 16_000),
        ] {
            let found = sine(from, 1_000.0, 1.0).resampled(to).unwrap();
            // -80 dB of the amplitude.
            let off = difference(&found, &sine(to, 1_000.0, 1.0));
            assert!(off < 5e-5, "{from} to {to}: {off}");
        }
    }

    #[test]
    fn frequencies_near_half_the_rate_are_kept() {
        let found = sine(16_000, 3_600.0, 1.0).resampled(8_000).unwrap();
        let off = difference(&found, &sine(8_000, 3_600.0, 1.0));
        assert!(off < 5e-3, "{off}");
    }

    #[test]
    fn frequencies_above_half_the_rate_are_left_out() {
        for frequency in [4_200.0, 5_000.0, 7_500.0] {
            let found = sine(16_000, frequency, 1.0).resampled(8_000).unwrap();
            let silence = Sound {
                rate: 8_000,
                samples: vec![0.0; 8_000],
            };
            let off = difference(&found, &silence);
            assert!(off < 1e-4, "{frequency}: {off}");
        }
    }

    #[test]
    fn lengths_are_rounded_up() {
        for (count, from, to, expected) in [
            (1, 8_000, 16_000, 2),
            (1, 16_000, 8_000, 1),
            (3, 16_000, 8_000, 2),
            (1_000, 44_100, 16_000, 363),
        ] {
            let samples = vec![0.1; count];
            let sound = Sound {
                rate: from,
                samples,
            };
            assert_eq!(sound.resampled(to).unwrap().samples.len(), expected);
        }
        let sound = sine(8_000, 1.0, 1.0);
        assert!(sound.clone().resampled(0).is_err());
        assert_eq!(sound.clone().resampled(8_000).unwrap(), sound);
    }
}
