//! Sound that differs from a recording as another recording of the same words would.
//!
//! | change | source |
//! | --- | --- |
//! | another speed, and with it another pitch | Ko, Peddinti, Povey and Khudanpur 2015, *Audio Augmentation for Speech Recognition* |
//! | white noise at a ratio of the powers of signal and noise | |

use super::draw::Purpose;
use super::resample::resample;
use super::{Draw, Sound};
use crate::DataError;

/// A factor of speed is so many thousandths.
const THOUSANDTHS: f64 = 1_000.0;
/// How far a product with a thousandth may be from a whole number by rounding.
const ROUNDING: f64 = 1e-6;

/// The sound `factor` times as fast, `x(factor t)`: of `T` samples `T / factor`, rounded up, at the same rate.
///
/// # Errors
/// If it is no sound ([`Sound::check`]), or `factor` is not from 0.5 to 2 in steps of 0.001.
pub fn change_speed(sound: &Sound, factor: f64) -> Result<Sound, DataError> {
    sound.check()?;
    let thousandths = (factor * THOUSANDTHS).round();
    let is_whole = (factor * THOUSANDTHS - thousandths).abs() < ROUNDING;
    if !((0.5..=2.0).contains(&factor) && is_whole) {
        return Err(DataError::Setting {
            name: "factor",
            expected: "a number from 0.5 to 2 in steps of 0.001",
            found: factor.to_string(),
        });
    }
    let [from, to] = [thousandths as u32, THOUSANDTHS as u32];
    let samples = match from == to {
        true => sound.samples.clone(),
        false => resample(&sound.samples, from, to)?,
    };
    Ok(Sound {
        rate: sound.rate,
        samples,
    })
}

/// Adds white noise of the normal distribution, so that the power of the sound is exactly `snr_db` decibels above that of
/// the noise. Silence stays silence. The result may go beyond -1 and 1.
///
/// # Errors
/// If it is no sound ([`Sound::check`]), or `snr_db` is not from -100 to 100.
pub fn add_white_noise(sound: &mut Sound, snr_db: f64, draw: Draw) -> Result<(), DataError> {
    sound.check()?;
    if !(-100.0..=100.0).contains(&snr_db) {
        return Err(DataError::Setting {
            name: "snr_db",
            expected: "a number from -100 to 100",
            found: snr_db.to_string(),
        });
    }
    let mut numbers = draw.numbers(Purpose::Noise);
    let mut noise = Vec::with_capacity(sound.samples.len() + 1);
    while noise.len() < sound.samples.len() {
        noise.extend(numbers.normal().map(|value| value as f32));
    }
    noise.truncate(sound.samples.len());
    let ratio = 10.0_f64.powf(snr_db / 10.0);
    let scale = (energy(&sound.samples) / (energy(&noise) * ratio)).sqrt();
    if !scale.is_finite() {
        // One sample of noise may be 0, which has no power to scale.
        return Ok(());
    }
    for (sample, noise) in sound.samples.iter_mut().zip(noise) {
        *sample += (f64::from(noise) * scale) as f32;
    }
    Ok(())
}

/// The sum of the squares.
fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn sine(frequency: f64, count: usize) -> Sound {
        let value = |t: usize| (0.5 * (TAU * frequency * t as f64 / 8_000.0).sin()) as f32;
        Sound {
            rate: 8_000,
            samples: (0..count).map(value).collect(),
        }
    }

    #[test]
    fn faster_sound_is_shorter_and_higher() {
        for (factor, count) in [(1.1, 7_273), (0.9, 8_889), (0.5, 16_000), (1.003, 7_977)] {
            let found = change_speed(&sine(500.0, 8_000), factor).unwrap();
            assert_eq!((found.rate, found.samples.len()), (8_000, count));
            let expected = sine(500.0 * factor, count);
            let pairs = found.samples.iter().zip(&expected.samples);
            for (x, y) in pairs.skip(1_600).take(count - 3_200) {
                assert!((x - y).abs() < 1e-4, "{factor}: {x} {y}");
            }
        }
        let sound = sine(500.0, 100);
        assert_eq!(change_speed(&sound, 1.0).unwrap(), sound);
        for factor in [0.0, 2.1, 1.000_5, f64::NAN] {
            assert!(change_speed(&sound, factor).is_err(), "{factor}");
        }
    }

    #[test]
    fn noise_has_the_power_that_is_asked_for() {
        let draw = Draw::default();
        let clean = sine(500.0, 8_001);
        for snr in [20.0, 0.0, -10.0] {
            let mut noisy = clean.clone();
            add_white_noise(&mut noisy, snr, draw).unwrap();
            let pairs = noisy.samples.iter().zip(&clean.samples);
            let noise: Vec<f32> = pairs.map(|(noisy, clean)| noisy - clean).collect();
            let found = 10.0 * (energy(&clean.samples) / energy(&noise)).log10();
            assert!((found - snr).abs() < 1e-3, "{found}");
            // White: neighbours are as good as uncorrelated, five standard deviations of 1 / sqrt(8000).
            let products = noise.windows(2).map(|pair| f64::from(pair[0] * pair[1]));
            assert!(products.sum::<f64>().abs() / energy(&noise) < 0.056);
            let mut again = clean.clone();
            add_white_noise(&mut again, snr, draw).unwrap();
            assert_eq!(noisy, again);
            let mut other = clean.clone();
            add_white_noise(&mut other, snr, Draw { epoch: 1, ..draw }).unwrap();
            assert_ne!(noisy, other);
        }
        let mut silence = Sound {
            rate: 8_000,
            samples: vec![0.0; 9],
        };
        add_white_noise(&mut silence, 10.0, draw).unwrap();
        assert_eq!(silence.samples, [0.0; 9]);
        assert!(add_white_noise(&mut silence, f64::INFINITY, draw).is_err());
    }
}
