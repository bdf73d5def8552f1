//! Telephone numbers as they are dialled: dual tones (DTMF, ITU-T Recommendation Q.23) in white noise.
//!
//! A key sounds as the sum of the tone of its row and that of its column:
//!
//! | Hz | 1209 | 1336 | 1477 |
//! | --- | --- | --- | --- |
//! | 697 | 1 | 2 | 3 |
//! | 770 | 4 | 5 | 6 |
//! | 852 | 7 | 8 | 9 |
//! | 941 | | 0 | |
//!
//! How long tones and pauses are, how loud each tone is and how far it is from its frequency is drawn for every key, within
//! what receivers have to take (Recommendation Q.24): tones of 50 to 120 ms, pauses of 40 to 120 ms, frequencies off by up to
//! 1.5 %, levels of both tones that differ by up to 4 dB.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::{Recording, Recordings};
use crate::sound::{Draw, Numbers, Purpose, Sound, add_white_noise};
use crate::{DataError, Splits};

/// Tones of the rows and columns, in Hz.
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 3] = [1209.0, 1336.0, 1477.0];
/// Samples a second.
const RATE: u32 = 8_000;
/// The level before the noise, of the louder tone.
const AMPLITUDE: f64 = 0.2;
/// Seconds over which a tone rises and falls.
const RAMP: f64 = 0.002;
/// The most numbers of a part.
const MOST_NUMBERS: usize = 1_000_000;
/// The most digits of a number.
const MOST_DIGITS: usize = 100;

/// How many numbers are dialled and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DialOptions {
    /// Numbers of the training, validation and test part.
    pub numbers: [usize; 3],
    /// The fewest and the most digits of a number.
    pub digits: [usize; 2],
    /// The ratio of the tones to the noise, in dB.
    pub snr_db: f64,
    /// What is drawn.
    pub seed: u64,
}

impl Default for DialOptions {
    fn default() -> Self {
        Self {
            numbers: [2_000, 200, 1_000],
            digits: [3, 11],
            snr_db: 5.0,
            seed: 1,
        }
    }
}

impl DialOptions {
    /// An error where an option is out of its range.
    ///
    /// # Errors
    /// The option, what was expected and what was found.
    pub fn check(&self) -> Result<(), DataError> {
        let setting = |name, expected, found| {
            Err(DataError::Setting {
                name,
                expected,
                found,
            })
        };
        let [least, most] = self.digits;
        if self.numbers.iter().any(|&count| count > MOST_NUMBERS) || self.numbers[0] == 0 {
            let found = format!("{:?}", self.numbers);
            return setting(
                "numbers",
                "up to 1000000 of each part, one or more for training",
                found,
            );
        }
        if least == 0 || least > most || most > MOST_DIGITS {
            let found = format!("{:?}", self.digits);
            return setting(
                "digits",
                "two numbers from 1 to 100, the smaller first",
                found,
            );
        }
        if !(-100.0..=100.0).contains(&self.snr_db) {
            return setting(
                "snr_db",
                "a number from -100 to 100",
                self.snr_db.to_string(),
            );
        }
        Ok(())
    }
}

/// Dials numbers for training, validation and test.
///
/// # Errors
/// If an option is out of its range.
pub fn dialled_numbers(options: &DialOptions) -> Result<Splits<Recordings>, DataError> {
    options.check()?;
    let part = |epoch: u64, count: usize| -> Result<Recordings, DataError> {
        let recording = |index: usize| {
            let draw = Draw {
                seed: options.seed,
                epoch,
                index: index as u64,
            };
            let [least, most] = options.digits;
            let mut numbers = draw.numbers(Purpose::Choice);
            let count = least + numbers.up_to(most - least);
            let digit = |_| char::from(b'0' + numbers.up_to(9) as u8);
            let text: String = (0..count).map(digit).collect();
            Ok(Recording {
                name: format!("number {}", index + 1),
                sound: dialled_number(&text, options.snr_db, draw)?,
                text,
                speaker: None,
            })
        };
        (0..count).map(recording).collect()
    };
    let [train, valid, test] = options.numbers;
    Ok(Splits {
        train: part(0, train)?,
        valid: part(1, valid)?,
        test: part(2, test)?,
    })
}

/// The sound of a number, at 8 kHz.
///
/// # Errors
/// If it has another character than digits, or the ratio is not from -100 to 100.
pub fn dialled_number(number: &str, snr_db: f64, draw: Draw) -> Result<Sound, DataError> {
    let mut numbers = draw.numbers(Purpose::Dial);
    let mut samples = vec![0.0; pause(&mut numbers)];
    for key in number.chars() {
        let Some(digit) = key.to_digit(10) else {
            return Err(DataError::Sound {
                problem: format!("expected digits to dial, found `{key}`"),
            });
        };
        tone(digit as usize, &mut numbers, &mut samples);
        samples.resize(samples.len() + pause(&mut numbers), 0.0);
    }
    let mut sound = Sound {
        rate: RATE,
        samples,
    };
    add_white_noise(&mut sound, snr_db, draw)?;
    Ok(sound)
}

fn between(numbers: &mut Numbers, least: f64, most: f64) -> f64 {
    least + (most - least) * numbers.fraction()
}

/// The samples of a pause.
fn pause(numbers: &mut Numbers) -> usize {
    (between(numbers, 0.04, 0.12) * f64::from(RATE)) as usize
}

/// Appends the sound of a key.
fn tone(digit: usize, numbers: &mut Numbers, samples: &mut Vec<f32>) {
    let key = (digit + 10) % 11; // 1 to 9, then 0 below the 8
    let (row, column) = match digit {
        0 => (3, 1),
        _ => (key / 3, key % 3),
    };
    let rate = f64::from(RATE);
    let seconds = between(numbers, 0.05, 0.12);
    let level = 10f64.powf(between(numbers, -12.0, 0.0) / 20.0) * AMPLITUDE;
    let twist = 10f64.powf(between(numbers, -4.0, 0.0) / 20.0);
    let louder = numbers.up_to(1);
    let mut parts = [ROWS[row], COLUMNS[column]].map(|frequency| {
        let frequency = frequency * between(numbers, 0.985, 1.015);
        (TAU * frequency / rate, TAU * numbers.fraction(), level)
    });
    parts[1 - louder].2 *= twist;
    let count = (seconds * rate) as usize;
    for at in 0..count {
        let edge = at.min(count - 1 - at) as f64 / (RAMP * rate);
        let sum: f64 = parts
            .iter()
            .map(|(step, phase, level)| level * (step * at as f64 + phase).sin())
            .sum();
        samples.push((sum * edge.min(1.0)) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The power of a sound at a frequency (Goertzel 1958).
    fn power(sound: &[f32], frequency: f64) -> f64 {
        let step = TAU * frequency / f64::from(RATE);
        let part = |function: fn(f64) -> f64| -> f64 {
            let all = sound.iter().enumerate();
            all.map(|(at, &x)| f64::from(x) * function(step * at as f64))
                .sum()
        };
        part(f64::sin).powi(2) + part(f64::cos).powi(2)
    }

    #[test]
    fn every_key_sounds_as_the_tones_of_its_row_and_column() {
        let keys = ["123", "456", "789", " 0 "];
        for (row, keys) in keys.iter().enumerate() {
            for (column, key) in keys.chars().enumerate().filter(|(_, key)| *key != ' ') {
                let sound =
                    dialled_number(&key.to_string(), 60.0, Draw::default()).expect("digits");
                let loudest = |tones: &[f64]| {
                    let powers = tones.iter().map(|&tone| power(&sound.samples, tone));
                    powers
                        .enumerate()
                        .max_by(|a, b| a.1.total_cmp(&b.1))
                        .map(|found| found.0)
                };
                assert_eq!(loudest(&ROWS), Some(row), "{key}");
                assert_eq!(loudest(&COLUMNS), Some(column), "{key}");
            }
        }
        assert!(dialled_number("12x", 5.0, Draw::default()).is_err());
    }

    #[test]
    fn parts_are_of_different_numbers_and_always_the_same() {
        let options = DialOptions {
            numbers: [20, 3, 3],
            ..DialOptions::default()
        };
        let splits = dialled_numbers(&options).expect("valid");
        assert_eq!(splits, dialled_numbers(&options).expect("valid"));
        assert_eq!(
            (splits.train.len(), splits.valid.len(), splits.test.len()),
            (20, 3, 3)
        );
        let lengths = splits.train.iter().map(|recording| recording.text.len());
        assert!(lengths.clone().all(|digits| (3..=11).contains(&digits)));
        assert!(lengths.min() < Some(11));
        assert_ne!(splits.train[0].text, splits.test[0].text);
    }

    #[test]
    fn options_out_of_range_are_named() {
        for (name, options) in [
            (
                "numbers",
                DialOptions {
                    numbers: [0, 1, 1],
                    ..DialOptions::default()
                },
            ),
            (
                "digits",
                DialOptions {
                    digits: [5, 3],
                    ..DialOptions::default()
                },
            ),
            (
                "snr_db",
                DialOptions {
                    snr_db: f64::NAN,
                    ..DialOptions::default()
                },
            ),
        ] {
            let error = dialled_numbers(&options).expect_err(name).to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
