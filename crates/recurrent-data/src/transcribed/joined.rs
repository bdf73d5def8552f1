//! Recordings of single words joined into strings, with pauses of any length between them.
//!
//! The files are named `WORD_SPEAKER_NUMBER.wav`, as in the Free Spoken Digit Dataset: what is said, who says it, and which of
//! that person's recordings of it this is. Strings of one speaker are drawn from the recordings of a part, so that no
//! recording is in two parts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::archive::{Entry, entries};
use super::{Recording, Recordings};
use crate::sound::{Draw, Purpose, Sound, SoundOptions, add_white_noise, decode_sound};
use crate::{DataError, Splits};

/// The most strings of a part.
const MOST_STRINGS: usize = 1_000_000;
/// The most words of a string.
const MOST_WORDS: usize = 100;
/// The longest pause, in seconds.
const MOST_PAUSE: f64 = 60.0;

/// How strings are made of recordings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinedOptions {
    /// Strings of the training, validation and test part.
    pub strings: [usize; 3],
    /// The fewest and the most words of a string.
    pub words: [usize; 2],
    /// The shortest and the longest pause before, between and after words, in seconds.
    pub pause: [f64; 2],
    /// The ratio of the words to white noise over all of a string, in dB.
    pub snr_db: [f64; 2],
    /// Recordings with a number below this are for the test part.
    pub test_below: u32,
    /// Others with a number below this are for validation.
    pub valid_below: u32,
    /// What is drawn.
    pub seed: u64,
}

impl Default for JoinedOptions {
    fn default() -> Self {
        Self {
            strings: [4_000, 300, 1_000],
            words: [1, 7],
            pause: [0.0, 0.3],
            snr_db: [20.0, 40.0],
            test_below: 5,
            valid_below: 8,
            seed: 1,
        }
    }
}

impl JoinedOptions {
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
        if self.strings.iter().any(|&count| count > MOST_STRINGS) || self.strings[0] == 0 {
            let found = format!("{:?}", self.strings);
            return setting(
                "strings",
                "up to 1000000 of each part, one or more for training",
                found,
            );
        }
        let [least, most] = self.words;
        if least == 0 || least > most || most > MOST_WORDS {
            let found = format!("{:?}", self.words);
            return setting(
                "words",
                "two numbers from 1 to 100, the smaller first",
                found,
            );
        }
        let [least, most] = self.pause;
        if !(0.0 <= least && least <= most && most <= MOST_PAUSE) {
            let found = format!("{:?}", self.pause);
            return setting(
                "pause",
                "two numbers from 0 to 60, the smaller first",
                found,
            );
        }
        let [least, most] = self.snr_db;
        if !(-100.0 <= least && least <= most && most <= 100.0) {
            let found = format!("{:?}", self.snr_db);
            return setting(
                "snr_db",
                "two numbers from -100 to 100, the smaller first",
                found,
            );
        }
        Ok(())
    }
}

/// The recording of one word.
struct Word {
    text: String,
    speaker: String,
    number: u32,
    sound: Sound,
}

/// Joins the recordings of a folder or a tar archive into strings, at a rate where one is asked for.
///
/// # Errors
/// If there are none, a name is not as the module says, one cannot be read, a part that is to have strings has no recordings,
/// or an option is out of its range.
pub fn read_joined(
    path: &Path,
    options: &JoinedOptions,
    sound: &SoundOptions,
) -> Result<Splits<Recordings>, DataError> {
    options.check()?;
    let what = "WAV or FLAC files named WORD_SPEAKER_NUMBER";
    let wanted = |name: &str| {
        let name = name.to_lowercase();
        name.ends_with(".wav") || name.ends_with(".flac")
    };
    // Test, validation, training; the recordings of each speaker.
    let mut parts: [BTreeMap<String, Vec<Word>>; 3] = Default::default();
    for entry in entries(path, what, wanted)? {
        let word = read(entry, sound)?;
        let part = match word.number {
            number if number < options.test_below => 0,
            number if number < options.valid_below => 1,
            _ => 2,
        };
        let speaker = parts[part].entry(word.speaker.clone()).or_default();
        speaker.push(word);
    }
    let [test, valid, train] = parts.map(|part| part.into_values().collect::<Vec<_>>());
    let join = |name: &str, count: usize, epoch: u64, speakers: &[Vec<Word>]| {
        if count > 0 && speakers.is_empty() {
            return Err(DataError::Signals {
                path: path.to_owned(),
                problem: format!("expected recordings for the {name} part, found none"),
            });
        }
        let string = |index: usize| {
            let draw = Draw {
                seed: options.seed,
                epoch,
                index: index as u64,
            };
            string(speakers, options, draw)
        };
        (0..count).map(string).collect::<Result<Recordings, _>>()
    };
    let counts = options.strings;
    Ok(Splits {
        train: join("training", counts[0], 0, &train)?,
        valid: join("validation", counts[1], 1, &valid)?,
        test: join("test", counts[2], 2, &test)?,
    })
}

fn read(entry: Entry, options: &SoundOptions) -> Result<Word, DataError> {
    let Entry { path, name, bytes } = entry;
    let stem = name.rsplit_once('.').map_or(&name[..], |parts| parts.0);
    let parts: Vec<&str> = stem.split('_').collect();
    let number = parts.get(2).and_then(|number| number.parse().ok());
    let (&[text, speaker, _], Some(number)) = (&parts[..], number) else {
        return Err(DataError::SoundFile {
            path,
            problem: "expected a name such as WORD_SPEAKER_NUMBER.wav, found another".to_owned(),
        });
    };
    let sound = decode_sound(&bytes, options).map_err(|error| match error {
        DataError::Sound { problem } => DataError::SoundFile { path, problem },
        other => other,
    })?;
    Ok(Word {
        text: text.to_owned(),
        speaker: speaker.to_owned(),
        number,
        sound,
    })
}

/// A string of words of one speaker.
fn string(
    speakers: &[Vec<Word>],
    options: &JoinedOptions,
    draw: Draw,
) -> Result<Recording, DataError> {
    let mut numbers = draw.numbers(Purpose::Join);
    let words = &speakers[numbers.up_to(speakers.len() - 1)];
    let [least, most] = options.words;
    let count = least + numbers.up_to(most - least);
    let (mut text, mut samples, mut rate) = (String::new(), Vec::new(), 0);
    let mut speaker = "";
    let pause = |samples: &mut Vec<f32>, rate: u32, fraction: f64| {
        let [least, most] = options.pause;
        let seconds = least + (most - least) * fraction;
        let length = samples.len() + (seconds * f64::from(rate)) as usize;
        samples.resize(length, 0.0);
    };
    for _ in 0..count {
        let word = &words[numbers.up_to(words.len() - 1)];
        if rate != 0 && word.sound.rate != rate {
            return Err(DataError::Sound {
                problem: format!(
                    "expected recordings of one rate, found {rate} and {} samples a second; \
                     `rate` brings them to one",
                    word.sound.rate
                ),
            });
        }
        rate = word.sound.rate;
        pause(&mut samples, rate, numbers.fraction());
        samples.extend_from_slice(&word.sound.samples);
        text.push_str(&word.text);
        speaker = &word.speaker;
    }
    pause(&mut samples, rate, numbers.fraction());
    let mut sound = Sound { rate, samples };
    let [least, most] = options.snr_db;
    add_white_noise(&mut sound, draw.between(least, most), draw)?;
    Ok(Recording {
        name: format!("string {}", draw.index + 1),
        sound,
        text,
        speaker: Some(speaker.to_owned()),
    })
}
