//! Sound at another rate as it arrives.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, Resampler};

use super::rate_problem;
use super::resample::{Filter, filter};
use crate::DataError;

/// The least number of samples of a block at the lower rate, 32 ms of 8 kHz; it is longer where the rates have no large common
/// divisor.
const BLOCK: usize = 256;

/// Brings sound to another rate, piece by piece. The result is that of [`Sound::resampled`](super::Sound::resampled) with shorter blocks, and
/// comes as much later as half a block is long.
pub struct RateStream {
    /// None where both rates are equal.
    resampler: Option<Fft<f32>>,
    /// Samples that do not fill a block yet.
    waiting: Vec<f32>,
    /// Samples of the result that come before the sound.
    delay: usize,
    rates: [u64; 2],
    /// Samples that came, and that were given.
    counts: [u64; 2],
}

impl RateStream {
    /// A stream from a rate to another.
    ///
    /// # Errors
    /// If one is not from [`LEAST_RATE`](super::LEAST_RATE) to [`MOST_RATE`](super::MOST_RATE).
    pub fn new(from: u32, to: u32) -> Result<Self, DataError> {
        if let Some(problem) = rate_problem(from).or_else(|| rate_problem(to)) {
            return Err(DataError::Sound { problem });
        }
        let resampler = match from == to {
            true => None,
            false => Some(filter(Filter {
                from,
                to,
                block: BLOCK,
            })?),
        };
        Ok(Self {
            delay: resampler.as_ref().map_or(0, Resampler::output_delay),
            resampler,
            waiting: Vec::new(),
            rates: [from.into(), to.into()],
            counts: [0; 2],
        })
    }

    /// Goes on by some samples; gives those of the result that are complete.
    ///
    /// # Errors
    /// If a sample is not finite.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, DataError> {
        if let Some(sample) = samples.iter().find(|sample| !sample.is_finite()) {
            return Err(DataError::Sound {
                problem: format!("expected finite samples, found {sample}"),
            });
        }
        self.counts[0] += samples.len() as u64;
        let Some(resampler) = &mut self.resampler else {
            return Ok(samples.to_vec());
        };
        self.waiting.extend_from_slice(samples);
        let mut output = Vec::new();
        let mut taken = 0;
        loop {
            let count = resampler.input_frames_next();
            let Some(block) = self.waiting.get(taken..taken + count) else {
                break;
            };
            let failed = |problem: String| DataError::Sound { problem };
            let block = InterleavedSlice::new(block, 1, count)
                .map_err(|error| failed(error.to_string()))?;
            let found = resampler.process(&block, None);
            let found = found.map_err(|error| failed(error.to_string()))?;
            output.extend(found.take_data());
            taken += count;
        }
        self.waiting.drain(..taken);
        let early = self.delay.min(output.len());
        self.delay -= early;
        output.drain(..early);
        self.counts[1] += output.len() as u64;
        Ok(output)
    }

    /// The end of the result.
    ///
    /// # Errors
    /// If the last block cannot be taken.
    pub fn finish(mut self) -> Result<Vec<f32>, DataError> {
        let Some(resampler) = &self.resampler else {
            return Ok(Vec::new());
        };
        // As many as all of the sound makes, and what of them is still to come.
        let ([from, to], [heard, given]) = (self.rates, self.counts);
        let left = (heard * to).div_ceil(from).saturating_sub(given);
        // Silence behind the sound moves its end out of the filter.
        let zeros = vec![0.0; 2 * resampler.input_frames_next()];
        let mut end = self.push(&zeros)?;
        end.resize(left as usize, 0.0);
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn pieces_give_the_sound_at_the_other_rate() {
        let sine = |rate: u32, count: usize| -> Vec<f32> {
            let phase = |t: usize| TAU * 700.0 * t as f64 / f64::from(rate);
            (0..count).map(|t| (0.5 * phase(t).sin()) as f32).collect()
        };
        for (from, to) in [
            (16_000, 8_000),
            (8_000, 16_000),
            (44_100, 16_000),
            (8_000, 8_000),
        ] {
            let sound = sine(from, from as usize);
            let mut whole: Option<Vec<f32>> = None;
            for piece in [1, 37, 1000, from as usize] {
                let mut stream = RateStream::new(from, to).expect("rates");
                let mut output = Vec::new();
                for samples in sound.chunks(piece) {
                    output.extend(stream.push(samples).expect("finite"));
                }
                output.extend(stream.finish().expect("ends"));
                assert_eq!(output.len(), to as usize, "{from} to {to}");
                let expected = sine(to, to as usize);
                let inner = to as usize / 5..to as usize * 4 / 5;
                for at in inner {
                    let off = (output[at] - expected[at]).abs();
                    assert!(off < 1e-3, "{from} to {to}, sample {at}: off by {off}");
                }
                assert_eq!(*whole.get_or_insert_with(|| output.clone()), output);
            }
        }
        assert!(RateStream::new(0, 8_000).is_err());
        let mut stream = RateStream::new(16_000, 8_000).expect("rates");
        assert!(stream.push(&[f32::NAN]).is_err());
    }
}
