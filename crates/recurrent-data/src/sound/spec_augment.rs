//! Masks over features: Park, Chan, Zhang, Chiu, Zoph, Cubuk and Le 2019, *SpecAugment: A Simple Data Augmentation Method
//! for Automatic Speech Recognition*.
//!
//! A frequency mask covers channels `f_0 .. f_0 + f` of all steps, `f` drawn from 0 to `frequency_width` and `f_0` from 0
//! to `C - f`; a time mask covers steps `t_0 .. t_0 + t`, `t` drawn from 0 to `time_width` and at most `time_fraction T`.
//! Masked values are 0, which is the mean of features that are normalised. Masks may overlap. The paper's time warping,
//! which it found to add least, is left out.

use serde::{Deserialize, Serialize};

use super::Draw;
use super::draw::Purpose;
use crate::{DataError, Signal};

/// How many masks there are, and how wide they may be. The defaults are the paper's policy LD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpecAugment {
    /// The number of masks over channels.
    pub frequency_masks: usize,
    /// The most channels that one covers.
    pub frequency_width: usize,
    /// The number of masks over steps.
    pub time_masks: usize,
    /// The most steps that one covers.
    pub time_width: usize,
    /// The largest part of all steps that one covers, from 0 to 1.
    pub time_fraction: f64,
}

impl Default for SpecAugment {
    fn default() -> Self {
        Self {
            frequency_masks: 2,
            frequency_width: 27,
            time_masks: 2,
            time_width: 100,
            time_fraction: 1.0,
        }
    }
}

/// The most masks of a kind.
const MOST_MASKS: usize = 1_000;

impl SpecAugment {
    /// An error where an option is out of its range.
    ///
    /// # Errors
    /// The option, what was expected and what was found.
    pub fn check(&self) -> Result<(), DataError> {
        let counts = [
            ("frequency_masks", self.frequency_masks),
            ("time_masks", self.time_masks),
        ];
        for (name, count) in counts {
            if count > MOST_MASKS {
                return Err(DataError::Setting {
                    name,
                    expected: "a number from 0 to 1000",
                    found: count.to_string(),
                });
            }
        }
        match (0.0..=1.0).contains(&self.time_fraction) {
            true => Ok(()),
            false => Err(DataError::Setting {
                name: "time_fraction",
                expected: "a number from 0 to 1",
                found: self.time_fraction.to_string(),
            }),
        }
    }

    /// Masks a signal `[T, C]`.
    ///
    /// # Errors
    /// If an option is out of its range ([`check`](Self::check)).
    pub fn apply(&self, signal: &mut Signal, draw: Draw) -> Result<(), DataError> {
        self.check()?;
        let steps = signal.steps;
        let channels = signal.values.len() / steps.max(1);
        if channels == 0 {
            return Ok(());
        }
        let mut numbers = draw.numbers(Purpose::Masks);
        let mut mask = |size: usize, most: usize| {
            let width = numbers.up_to(most.min(size));
            let start = numbers.up_to(size - width);
            start..start + width
        };
        for _ in 0..self.frequency_masks {
            let covered = mask(channels, self.frequency_width);
            for step in signal.values.chunks_exact_mut(channels) {
                step[covered.clone()].fill(0.0);
            }
        }
        let most = (steps as f64 * self.time_fraction) as usize;
        for _ in 0..self.time_masks {
            let covered = mask(steps, self.time_width.min(most));
            signal.values[covered.start * channels..covered.end * channels].fill(0.0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ones(steps: usize, channels: usize) -> Signal {
        Signal {
            values: vec![1.0; steps * channels],
            steps,
            name: None,
        }
    }

    /// The channels that are masked in all steps, and the steps that are masked in all channels.
    fn masked(signal: &Signal) -> [usize; 2] {
        let channels = signal.values.len() / signal.steps;
        let is_masked = |step: &[f32]| step.iter().all(|&value| value == 0.0);
        let steps = signal.values.chunks_exact(channels);
        let count = steps.clone().filter(|step| is_masked(step)).count();
        let channel = |c: &usize| steps.clone().all(|step| step[*c] == 0.0);
        [(0..channels).filter(channel).count(), count]
    }

    #[test]
    fn masks_are_as_wide_as_they_may_be_and_no_wider() {
        let augment = SpecAugment {
            frequency_masks: 1,
            frequency_width: 5,
            time_masks: 1,
            time_width: 100,
            time_fraction: 0.2,
        };
        let mut most = [0; 2];
        let mut first_and_last = [false; 2];
        for index in 0..300 {
            let mut signal = ones(40, 12);
            let draw = Draw {
                index,
                ..Draw::default()
            };
            augment.apply(&mut signal, draw).unwrap();
            let [channels, steps] = masked(&signal);
            // All that is covered is in one of the masks.
            let covered = signal.values.iter().filter(|&&value| value == 0.0).count();
            assert_eq!(covered, channels * 40 + steps * 12 - channels * steps);
            most = [most[0].max(channels), most[1].max(steps)];
            first_and_last[0] |= signal.values[..12].iter().all(|&value| value == 0.0);
            first_and_last[1] |= signal.values[39 * 12..].iter().all(|&value| value == 0.0);
        }
        assert_eq!((most, first_and_last), ([5, 8], [true; 2]));
    }

    #[test]
    fn masks_depend_on_the_draw_alone() {
        let augment = SpecAugment::default();
        let apply = |draw: Draw| {
            let mut signal = ones(200, 80);
            augment.apply(&mut signal, draw).unwrap();
            signal
        };
        let draw = Draw::default();
        assert_eq!(apply(draw), apply(draw));
        assert_ne!(apply(draw), apply(Draw { epoch: 1, ..draw }));
        augment.apply(&mut Signal::default(), draw).unwrap();
        augment.apply(&mut ones(1, 1), draw).unwrap();
        let wrong = SpecAugment {
            time_fraction: 1.5,
            ..augment
        };
        assert!(wrong.apply(&mut ones(1, 1), draw).is_err());
    }
}
