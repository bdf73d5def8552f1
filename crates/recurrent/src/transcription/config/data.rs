//! `[data]`: what is transcribed.

use super::sound::{SoundSettings, with_key};
use crate::Error;
use crate::task::absolute;
use crate::training::{check, check_fractions};
use recurrent_data::transcribed::{
    DialOptions, HandwrittenOptions, JoinedOptions, NamedImageOptions,
};
use serde::{Deserialize, Serialize};

/// What is transcribed, of one of the kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TranscribedData {
    /// Telephone numbers as dialled tones, made by the program.
    Dialled(DialledData),
    /// Files of sound with what is said in them.
    Sound(SoundData),
    /// Recordings of single words joined into strings.
    Joined(JoinedData),
    /// Letters of handwritten words joined into an image a word.
    Handwritten(HandwrittenData),
    /// Images whose names are what they show.
    NamedImages(NamedImagesData),
}

/// What becomes of training sequences whose text does not fit their steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misfits {
    /// They are an error.
    #[default]
    Fail,
    /// They are left out, and counted.
    Drop,
}

/// `[data]` of kind `dialled`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialledData {
    /// Numbers of the training, validation and test part.
    #[serde(default = "numbers")]
    pub numbers: [usize; 3],
    /// The fewest and the most digits of a number.
    #[serde(default = "digits")]
    pub digits: [usize; 2],
    /// The ratio of the tones to the noise, in dB.
    #[serde(default = "five")]
    pub snr_db: f64,
    /// What is drawn.
    #[serde(default = "one")]
    pub seed: u64,
    /// How sound becomes features.
    #[serde(default)]
    pub sound: SoundSettings,
}

/// `[data]` of kind `sound`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoundData {
    /// A manifest, or a folder with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether texts are in lower case.
    #[serde(default)]
    pub lower_case: bool,
    /// Parts that are train, valid and test where they have no manifests of their own.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// The part of the training utterances that is for validation where there is none of its own.
    #[serde(default = "tenth")]
    pub valid_fraction: f64,
    /// Seed of the order of the utterances.
    #[serde(default = "one")]
    pub seed: u64,
    /// What becomes of training utterances whose text does not fit their steps.
    #[serde(default)]
    pub misfits: Misfits,
    /// How sound becomes features.
    #[serde(default)]
    pub sound: SoundSettings,
}

/// `[data]` of kind `joined`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinedData {
    /// A folder or a tar archive of recordings named `WORD_SPEAKER_NUMBER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Strings of the training, validation and test part.
    #[serde(default = "strings")]
    pub strings: [usize; 3],
    /// The fewest and the most words of a string.
    #[serde(default = "words")]
    pub words: [usize; 2],
    /// The shortest and the longest pause around words, in seconds.
    #[serde(default = "pause")]
    pub pause: [f64; 2],
    /// The least and the largest ratio of the words to white noise, in dB.
    #[serde(default = "snr_db")]
    pub snr_db: [f64; 2],
    /// Recordings with a number below this are for the test part.
    #[serde(default = "test_below")]
    pub test_below: u32,
    /// Others with a number below this are for validation.
    #[serde(default = "valid_below")]
    pub valid_below: u32,
    /// What is drawn.
    #[serde(default = "one")]
    pub seed: u64,
    /// What becomes of training strings that do not fit their steps.
    #[serde(default)]
    pub misfits: Misfits,
    /// How sound becomes features.
    #[serde(default)]
    pub sound: SoundSettings,
}

/// `[data]` of kind `handwritten`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandwrittenData {
    /// The file of letters, or its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The fold that is the test part.
    #[serde(default)]
    pub test_fold: u32,
    /// The part of the other words that is for validation.
    #[serde(default = "twentieth")]
    pub valid_fraction: f64,
    /// Seed of the order of the words.
    #[serde(default = "one")]
    pub seed: u64,
}

/// `[data]` of kind `named-images`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedImagesData {
    /// A folder or a tar archive of images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Parts that are train, valid and test.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// Seed of the order of the images.
    #[serde(default = "one")]
    pub seed: u64,
    /// What becomes of training images whose text does not fit their columns.
    #[serde(default)]
    pub misfits: Misfits,
}

fn numbers() -> [usize; 3] {
    DialOptions::default().numbers
}
fn digits() -> [usize; 2] {
    DialOptions::default().digits
}
fn five() -> f64 {
    DialOptions::default().snr_db
}
fn one() -> u64 {
    1
}
fn fractions() -> [f64; 3] {
    NamedImageOptions::default().fractions
}
fn tenth() -> f64 {
    0.1
}
fn twentieth() -> f64 {
    HandwrittenOptions::default().valid_fraction
}
fn strings() -> [usize; 3] {
    JoinedOptions::default().strings
}
fn words() -> [usize; 2] {
    JoinedOptions::default().words
}
fn pause() -> [f64; 2] {
    JoinedOptions::default().pause
}
fn snr_db() -> [f64; 2] {
    JoinedOptions::default().snr_db
}
fn test_below() -> u32 {
    JoinedOptions::default().test_below
}
fn valid_below() -> u32 {
    JoinedOptions::default().valid_below
}

impl TranscribedData {
    pub(super) fn check(&self) -> Result<(), Error> {
        let options = |error| with_key("data", error);
        let valid = |fraction: f64| {
            let fine = fraction > 0.0 && fraction < 1.0;
            let key = "data.valid_fraction".to_string();
            check(fine, key, "above 0 to below 1", fraction)
        };
        match self {
            Self::Dialled(data) => {
                data.options().check().map_err(options)?;
                data.sound.check()
            }
            Self::Sound(data) => {
                check_fractions("data.fractions", data.fractions)?;
                valid(data.valid_fraction)?;
                data.sound.check()
            }
            Self::Joined(data) => {
                data.options().check().map_err(options)?;
                data.sound.check()
            }
            Self::Handwritten(data) => valid(data.valid_fraction),
            Self::NamedImages(data) => check_fractions("data.fractions", data.fractions),
        }
    }

    fn path_mut(&mut self) -> Option<&mut Option<String>> {
        match self {
            Self::Dialled(_) => None,
            Self::Sound(data) => Some(&mut data.path),
            Self::Joined(data) => Some(&mut data.path),
            Self::Handwritten(data) => Some(&mut data.path),
            Self::NamedImages(data) => Some(&mut data.path),
        }
    }

    /// Makes the path hold in every working directory.
    pub(super) fn make_path_absolute(&mut self) {
        if let Some(Some(path)) = self.path_mut() {
            *path = absolute(path);
        }
    }

    /// Reads from another path.
    ///
    /// # Errors
    /// Where the data are made by the program.
    pub(in crate::transcription) fn set_path(&mut self, new: &str) -> Result<(), Error> {
        match self.path_mut() {
            Some(path) => {
                *path = Some(new.to_string());
                Ok(())
            }
            None => Err(Error::Setting {
                key: "--data".to_string(),
                expected: "nothing, as the numbers are dialled by the program".to_string(),
                found: new.to_string(),
            }),
        }
    }

    /// The path, where the data have one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Dialled(_) => None,
            Self::Sound(data) => data.path.as_deref(),
            Self::Joined(data) => data.path.as_deref(),
            Self::Handwritten(data) => data.path.as_deref(),
            Self::NamedImages(data) => data.path.as_deref(),
        }
    }

    /// How sound becomes features, where it is sound.
    pub fn sound(&self) -> Option<&SoundSettings> {
        match self {
            Self::Dialled(data) => Some(&data.sound),
            Self::Sound(data) => Some(&data.sound),
            Self::Joined(data) => Some(&data.sound),
            Self::Handwritten(_) | Self::NamedImages(_) => None,
        }
    }

    /// Leaves out training sequences whose text does not fit their steps.
    pub(in crate::transcription) fn drop_misfits(&mut self) {
        match self {
            Self::Dialled(_) | Self::Handwritten(_) => {}
            Self::Sound(data) => data.misfits = Misfits::Drop,
            Self::Joined(data) => data.misfits = Misfits::Drop,
            Self::NamedImages(data) => data.misfits = Misfits::Drop,
        }
    }

    /// What becomes of training sequences whose text does not fit their steps.
    pub(in crate::transcription) fn misfits(&self) -> Misfits {
        match self {
            Self::Dialled(_) | Self::Handwritten(_) => Misfits::Fail,
            Self::Sound(data) => data.misfits,
            Self::Joined(data) => data.misfits,
            Self::NamedImages(data) => data.misfits,
        }
    }
}

impl DialledData {
    /// What dialling takes.
    pub(in crate::transcription) fn options(&self) -> DialOptions {
        DialOptions {
            numbers: self.numbers,
            digits: self.digits,
            snr_db: self.snr_db,
            seed: self.seed,
        }
    }
}

impl JoinedData {
    /// What joining takes.
    pub(in crate::transcription) fn options(&self) -> JoinedOptions {
        JoinedOptions {
            strings: self.strings,
            words: self.words,
            pause: self.pause,
            snr_db: self.snr_db,
            test_below: self.test_below,
            valid_below: self.valid_below,
            seed: self.seed,
        }
    }
}
