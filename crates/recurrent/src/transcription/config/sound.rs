//! `[data.sound]`: how sound becomes features.

use crate::Error;
use crate::training::check;
use recurrent_data::DataError;
use recurrent_data::sound::{Normalisation, SoundFeatures, SpecAugment};
use serde::{Deserialize, Serialize};

/// `[data.sound]`: how sound becomes features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoundSettings {
    /// `[data.sound.features]`: what is computed of sound at their rate.
    #[serde(default)]
    pub features: SoundFeatures,
    /// Over what features are brought to mean 0 and deviation 1.
    #[serde(default = "global")]
    pub normalisation: Normalisation,
    /// Consecutive steps that become one.
    #[serde(default = "one_step")]
    pub stack: usize,
    /// The longest sound that is read, in seconds.
    #[serde(default = "minute")]
    pub max_seconds: f64,
    /// Copies of each training sound, faster by these factors (Ko et al. 2015).
    #[serde(default = "as_it_is")]
    pub speed_factors: Vec<f64>,
    /// White noise in each training sound, at a ratio between these, in dB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_db: Option<[f64; 2]>,
    /// `[data.sound.spec_augment]`: masks over the features of training, others at every step (Park et al. 2019).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec_augment: Option<SpecAugment>,
}

impl Default for SoundSettings {
    fn default() -> Self {
        Self {
            features: SoundFeatures::default(),
            normalisation: global(),
            stack: one_step(),
            max_seconds: minute(),
            speed_factors: as_it_is(),
            noise_db: None,
            spec_augment: None,
        }
    }
}

fn global() -> Normalisation {
    Normalisation::Global
}
fn one_step() -> usize {
    1
}
fn minute() -> f64 {
    60.0
}
fn as_it_is() -> Vec<f64> {
    vec![1.0]
}

/// The error of an option by its key in a section.
pub(super) fn with_key(section: &str, error: DataError) -> Error {
    match error {
        DataError::Setting {
            name,
            expected,
            found,
        } => Error::Setting {
            key: format!("{section}.{name}"),
            expected: expected.to_string(),
            found,
        },
        other => other.into(),
    }
}

impl SoundSettings {
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("data.sound.{name}");
        let features = self.features.check();
        features.map_err(|error| with_key("data.sound.features", error))?;
        let stack = self.stack;
        let fine = (1..=100).contains(&stack);
        check(fine, key("stack"), "a number from 1 to 100", stack)?;
        let seconds = self.max_seconds;
        let fine = seconds > 0.0 && seconds <= 86_400.0;
        check(fine, key("max_seconds"), "above 0 to 86400", seconds)?;
        let factors = &self.speed_factors;
        let fine = (1..=10).contains(&factors.len())
            && factors.iter().all(|factor| {
                let thousandths = factor * 1000.0;
                (0.5..=2.0).contains(factor) && (thousandths - thousandths.round()).abs() < 1e-6
            });
        let expected = "1 to 10 numbers from 0.5 to 2 in steps of 0.001";
        check(fine, key("speed_factors"), expected, format!("{factors:?}"))?;
        if let Some([least, most]) = self.noise_db {
            let fine = (-100.0..=100.0).contains(&least) && least <= most && most <= 100.0;
            let expected = "two numbers from -100 to 100, the smaller first";
            check(
                fine,
                key("noise_db"),
                expected,
                format!("[{least}, {most}]"),
            )?;
        }
        match &self.spec_augment {
            Some(augment) => augment
                .check()
                .map_err(|error| with_key("data.sound.spec_augment", error)),
            None => Ok(()),
        }
    }
}
