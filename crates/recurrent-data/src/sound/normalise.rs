//! Features of mean 0 and deviation 1, over what is the same in the sounds that a mean is taken of: a microphone and a
//! room, a voice, or nothing but the language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DataError, Signal, Standardiser};

/// Over which steps the means and deviations of the channels are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// The features stay what they are.
    None,
    /// Those of one sound.
    #[default]
    Utterance,
    /// Those of all sounds of one speaker.
    Speaker,
    /// Those of the training part.
    Global,
}

/// What normalises features, saved with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normaliser {
    /// The features stay what they are.
    None,
    /// Over each sound.
    Utterance,
    /// Over all sounds of one speaker that are normalised together.
    Speaker,
    /// With the means and deviations of the training part.
    Global(Standardiser),
}

impl Normalisation {
    /// What normalises features as those of the training part, each `[T, C]`.
    ///
    /// # Errors
    /// If features do not have as many channels.
    pub fn fit(self, train: &[Signal], channels: usize) -> Result<Normaliser, DataError> {
        Ok(match self {
            Normalisation::None => Normaliser::None,
            Normalisation::Utterance => Normaliser::Utterance,
            Normalisation::Speaker => Normaliser::Speaker,
            Normalisation::Global => {
                Normaliser::Global(Standardiser::fit_to(train.iter(), channels)?)
            }
        })
    }
}

impl Normaliser {
    /// Normalises features, each `[T, C]`; `speakers` says whose each are and is needed for [`Normaliser::Speaker`]. A
    /// channel that does not change over what its mean is taken of becomes 0.
    ///
    /// # Errors
    /// If features do not have as many channels, or there is no speaker for each where they are needed.
    pub fn apply(
        &self,
        signals: &mut [Signal],
        channels: usize,
        speakers: Option<&[String]>,
    ) -> Result<(), DataError> {
        match self {
            Normaliser::None => Ok(()),
            Normaliser::Utterance => {
                let mut groups = (0..signals.len()).map(|position| vec![position]);
                groups.try_for_each(|group| normalise_group(signals, channels, &group))
            }
            Normaliser::Speaker => {
                let count = speakers.map_or(0, <[String]>::len);
                if count != signals.len() {
                    return Err(DataError::Setting {
                        name: "speakers",
                        expected: "a speaker for each of the sounds that are normalised by speaker",
                        found: format!("{count} for {}", signals.len()),
                    });
                }
                let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for (position, speaker) in speakers.unwrap_or_default().iter().enumerate() {
                    groups.entry(speaker).or_default().push(position);
                }
                let mut groups = groups.into_values();
                groups.try_for_each(|group| normalise_group(signals, channels, &group))
            }
            Normaliser::Global(standardiser) => {
                let mut signals = signals.iter_mut();
                signals.try_for_each(|signal| standardiser.apply(signal))
            }
        }
    }
}

/// Normalises the signals at the positions of `group` together.
fn normalise_group(
    signals: &mut [Signal],
    channels: usize,
    group: &[usize],
) -> Result<(), DataError> {
    let members = group.iter().map(|&position| &signals[position]);
    let standardiser = Standardiser::fit_to(members, channels)?;
    let mut members = group.iter();
    members.try_for_each(|&position| standardiser.apply(&mut signals[position]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals() -> Vec<Signal> {
        let signal = |values: &[f32]| Signal {
            values: values.to_vec(),
            steps: values.len(),
            name: None,
        };
        vec![signal(&[1.0, 3.0]), signal(&[7.0, 9.0]), signal(&[5.0])]
    }

    fn normalised(how: Normalisation, speakers: Option<&[String]>) -> Vec<Vec<f32>> {
        let mut all = signals();
        let normaliser = how.fit(&all[..2], 1).unwrap();
        normaliser.apply(&mut all, 1, speakers).unwrap();
        all.into_iter().map(|signal| signal.values).collect()
    }

    #[test]
    fn means_are_those_of_what_belongs_together() {
        let found = normalised(Normalisation::Utterance, None);
        assert_eq!(found, [vec![-1.0, 1.0], vec![-1.0, 1.0], vec![0.0]]);
        let speakers = ["a", "b", "a"].map(str::to_owned);
        let found = normalised(Normalisation::Speaker, Some(&speakers));
        // Of 1, 3 and 5 the mean is 3 and the variance 8 / 3.
        let unit = (8.0_f64 / 3.0).sqrt() as f32;
        let expected = [vec![-2.0 / unit, 0.0], vec![-1.0, 1.0], vec![2.0 / unit]];
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        let found = normalised(Normalisation::Global, None);
        // Of 1, 3, 7 and 9 the mean is 5 and the variance 10.
        let unit = 10.0_f64.sqrt();
        let expected = [[-4.0, -2.0], [2.0, 4.0]].map(|pair| pair.map(|x| (x / unit) as f32));
        assert_eq!(found[..2], expected.map(Vec::from));
        assert_eq!(found[2], [0.0]);
        assert_eq!(normalised(Normalisation::None, None)[1], [7.0, 9.0]);
    }

    #[test]
    fn speakers_are_needed_where_they_count() {
        let error = Normaliser::Speaker
            .apply(&mut signals(), 1, None)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`speakers`: expected a speaker for each of the sounds that are normalised by speaker, found 0 for 3"
        );
        assert!(
            Normaliser::Utterance
                .apply(&mut signals(), 2, None)
                .is_err()
        );
    }

    #[test]
    fn what_is_saved_is_read_again() {
        for how in [Normalisation::Speaker, Normalisation::Global] {
            let normaliser = how.fit(&signals(), 1).unwrap();
            let text = serde_json::to_string(&normaliser).unwrap();
            assert_eq!(
                serde_json::from_str::<Normaliser>(&text).unwrap(),
                normaliser
            );
        }
    }
}
