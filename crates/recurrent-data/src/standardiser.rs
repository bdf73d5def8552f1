//! Standardisation of signals: each channel less its mean, divided by its standard deviation, over the steps of the
//! training signals.
//!
//! ```text
//! mean_c = sum_t x_tc / n        deviation_c = sqrt(sum_t (x_tc - mean_c)^2 / n)        x_tc <- (x_tc - mean_c) / deviation_c
//! ```

use serde::{Deserialize, Serialize};

use crate::{DataError, LabelledSignals, Signal};

/// The mean and the standard deviation of each channel. Saved with a model, it makes new signals like those of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct Standardiser {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Standardiser {
    /// The means and deviations of all steps of `signals`. The deviation of a channel that never changes is 1, and so
    /// are those of no signals at all.
    ///
    /// ```
    /// use recurrent_data::{LabelledSignals, Signal, Standardiser};
    ///
    /// let signal = Signal { values: vec![1.0, 7.0, 3.0, 7.0], steps: 2, name: None };
    /// let signals = LabelledSignals { signals: vec![signal], channels: 2, ..LabelledSignals::default() };
    /// let standardiser = Standardiser::fit(&signals)?;
    /// assert_eq!(standardiser.means(), [2.0, 7.0]);
    /// assert_eq!(standardiser.deviations(), [1.0, 1.0]);
    /// # Ok::<(), recurrent_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// If a signal has another number of channels than `signals` says.
    pub fn fit(signals: &LabelledSignals) -> Result<Self, DataError> {
        Self::fit_to(signals.signals.iter(), signals.channels)
    }

    /// As [`fit`](Self::fit), of signals `[T, C]` that need not have labels.
    ///
    /// # Errors
    /// If a signal does not have as many channels.
    pub fn fit_to<'a>(
        signals: impl Iterator<Item = &'a Signal> + Clone,
        channels: usize,
    ) -> Result<Self, DataError> {
        for signal in signals.clone() {
            check(signal, channels)?;
        }
        let steps = || {
            let signals = signals.clone();
            signals.flat_map(|signal| signal.values.chunks_exact(channels.max(1)))
        };
        let count = steps().count().max(1) as f64;
        let mut means = vec![0.0; channels];
        let mut ranges = vec![[f32::INFINITY, f32::NEG_INFINITY]; channels];
        for step in steps() {
            for ((mean, range), &value) in means.iter_mut().zip(&mut ranges).zip(step) {
                *mean += f64::from(value);
                *range = [range[0].min(value), range[1].max(value)];
            }
        }
        means.iter_mut().for_each(|mean| *mean /= count);
        let mut deviations = vec![0.0; channels];
        for step in steps() {
            for ((sum, mean), &value) in deviations.iter_mut().zip(&means).zip(step) {
                *sum += (f64::from(value) - mean).powi(2);
            }
        }
        for (deviation, [least, most]) in deviations.iter_mut().zip(ranges) {
            // Rounding of the mean alone would give a channel that never changes a deviation above 0.
            *deviation = match least < most {
                true => (*deviation / count).sqrt(),
                false => 1.0,
            };
        }
        Ok(Self { means, deviations })
    }

    /// The number of channels, `C`.
    pub fn channels(&self) -> usize {
        self.means.len()
    }

    /// The mean of each channel. `[C]`
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviation of each channel, above 0. `[C]`
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// Standardises a signal `[T, C]`.
    ///
    /// # Errors
    /// If it has another number of channels.
    pub fn apply(&self, signal: &mut Signal) -> Result<(), DataError> {
        check(signal, self.channels())?;
        for step in signal.values.chunks_exact_mut(self.channels().max(1)) {
            for (value, (mean, deviation)) in
                step.iter_mut().zip(self.means.iter().zip(&self.deviations))
            {
                *value = ((f64::from(*value) - mean) / deviation) as f32;
            }
        }
        Ok(())
    }

    /// Standardises all signals of a part.
    ///
    /// # Errors
    /// If they have another number of channels; none is changed then.
    pub fn apply_all(&self, signals: &mut LabelledSignals) -> Result<(), DataError> {
        for signal in &signals.signals {
            check(signal, self.channels())?;
        }
        let mut signals = signals.signals.iter_mut();
        signals.try_for_each(|signal| self.apply(signal))
    }
}

/// An error where a signal does not have as many channels.
fn check(signal: &Signal, channels: usize) -> Result<(), DataError> {
    let Signal { values, steps, .. } = signal;
    match steps.checked_mul(channels) == Some(values.len()) {
        true => Ok(()),
        false => Err(DataError::Channels {
            expected: channels,
            found: values.len().checked_div(*steps).unwrap_or(0),
        }),
    }
}

/// What is read from a file, which anybody may have changed.
#[derive(Deserialize)]
struct Saved {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl TryFrom<Saved> for Standardiser {
    type Error = String;

    fn try_from(Saved { means, deviations }: Saved) -> Result<Self, String> {
        if means.len() != deviations.len() {
            let [means, deviations] = [means.len(), deviations.len()];
            return Err(format!(
                "expected {means} `deviations` as there are `means`, found {deviations}"
            ));
        }
        let wrong = |deviation: &&f64| !(deviation.is_finite() && **deviation > 0.0);
        if let Some(mean) = means.iter().find(|mean| !mean.is_finite()) {
            return Err(format!("expected finite `means`, found {mean}"));
        }
        match deviations.iter().find(wrong) {
            Some(deviation) => Err(format!("expected `deviations` above 0, found {deviation}")),
            None => Ok(Self { means, deviations }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(channels: usize, values: &[&[f32]]) -> LabelledSignals {
        let signal = |values: &&[f32]| Signal {
            values: values.to_vec(),
            steps: values.len() / channels,
            name: None,
        };
        LabelledSignals {
            signals: values.iter().map(signal).collect(),
            channels,
            ..LabelledSignals::default()
        }
    }

    #[test]
    fn channels_come_to_mean_0_and_deviation_1() {
        let mut all = signals(2, &[&[1.0, 0.1, 2.0, 0.1], &[6.0, 0.1]]);
        let standardiser = Standardiser::fit(&all).unwrap();
        assert_eq!(standardiser.means()[0], 3.0);
        assert!((standardiser.deviations()[0] - (14.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(standardiser.deviations()[1], 1.0);
        standardiser.apply_all(&mut all).unwrap();
        let again = Standardiser::fit(&all).unwrap();
        // The values are rounded to 24 bits.
        assert!(again.means().iter().all(|mean| mean.abs() < 1e-7));
        assert!((again.deviations()[0] - 1.0).abs() < 1e-7);
        assert_eq!(all.signals[1].steps, 1);
    }

    #[test]
    fn large_means_do_not_hide_small_deviations() {
        let all = signals(1, &[&[4_096.0, 4_096.125, 4_096.25, 4_096.125]]);
        let standardiser = Standardiser::fit(&all).unwrap();
        assert!((standardiser.deviations()[0] - 0.0078125_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn other_channels_are_refused() {
        let standardiser = Standardiser::fit(&signals(2, &[&[1.0, 2.0]])).unwrap();
        let mut other = signals(3, &[&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]);
        let error = standardiser.apply(&mut other.signals[0]).unwrap_err();
        assert_eq!(error.to_string(), "expected 2 channels, found 3");
        let before = other.clone();
        assert!(standardiser.apply_all(&mut other).is_err());
        assert_eq!(other, before);
        other.channels = 4;
        assert!(Standardiser::fit(&other).is_err());
        let mut none = Signal {
            values: vec![1.0],
            steps: 0,
            name: None,
        };
        assert!(standardiser.apply(&mut none).is_err());
    }

    #[test]
    fn no_signals_change_nothing() {
        let standardiser = Standardiser::fit(&signals(2, &[])).unwrap();
        assert_eq!(
            (standardiser.means(), standardiser.deviations()),
            (&[0.0; 2][..], &[1.0; 2][..])
        );
        assert_eq!(
            Standardiser::fit(&LabelledSignals::default())
                .unwrap()
                .channels(),
            0
        );
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let standardiser = Standardiser::fit(&signals(1, &[&[0.1, 0.7, 0.3]])).unwrap();
        let text = serde_json::to_string(&standardiser).unwrap();
        assert_eq!(
            serde_json::from_str::<Standardiser>(&text).unwrap(),
            standardiser
        );
        for (text, message) in [
            (
                "{\"means\": [1], \"deviations\": []}",
                "expected 1 `deviations` as there are `means`, found 0",
            ),
            (
                "{\"means\": [1], \"deviations\": [0]}",
                "expected `deviations` above 0, found 0",
            ),
        ] {
            let error = serde_json::from_str::<Standardiser>(text)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
