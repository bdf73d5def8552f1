//! Which files of sound there are, and what is said in each: a manifest or a folder in, training, validation and test
//! utterances out. The sound itself is not read.
//!
//! | manifest | a line |
//! | --- | --- |
//! | `.jsonl` or `.ndjson` | `{"audio": "a.wav", "text": "yes", "speaker": "7"}`, the speaker where it is known; other keys are not read |
//! | `.trans.txt`, as in LibriSpeech (Panayotov, Chen, Povey and Khudanpur 2015, *Librispeech: an ASR Corpus Based on Public Domain Audio Books*) | an id, a space and the text; the sound is `ID.flac` or `ID.wav`, and the speaker of an id such as `1272-128104-0003` is `1272` |
//! | any other `.tsv` or `.txt`, such as `transcripts.txt` | a file, a tab and the text |
//!
//! Files are relative to the folder of the manifest. A text may be empty, and white space around it is no part of it.
//! Blank lines are not read.
//!
//! | path | cut |
//! | --- | --- |
//! | a manifest, a folder with one, or a folder with `.trans.txt` files only | by fractions |
//! | a folder with a manifest for training and one for test, as their names say, and perhaps one for validation | as it is |
//! | a folder without manifests that has a folder for training and one for test, such as `train-clean-100` and `test-clean`, and perhaps one for validation, with one manifest or with `.trans.txt` files in each | as it is |
//!
//! `.trans.txt` files may be some folders further in. What is cut by fractions is shuffled before, and so is a training
//! part that the validation part is taken from because it has none of its own. Everything else keeps its order. Hidden
//! files, read-me files and licences are not read. A manifest may be compressed with gzip and may hold 2 GiB after
//! decompression.

mod layout;
mod lines;

use std::path::{Path, PathBuf};

use self::layout::Layout;
use crate::readers::Parts;
use crate::shuffle::shuffle;
use crate::source::{boundaries, check_fractions, check_valid_fraction, part_of};
use crate::{DataError, Splits};

/// A file of sound and what is said in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utterance {
    /// The file of sound, which was there when the manifest was read.
    pub path: PathBuf,
    /// What is said in it.
    pub text: String,
    /// Who says it, where that is known.
    pub speaker: Option<String>,
    /// The manifest that names it, and the line there, counted from 1.
    pub place: (PathBuf, u64),
}

/// How utterances are cut in parts.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestOptions {
    /// The parts that are for training, validation and test, where they have no manifests of their own. Their sum is 1.
    pub fractions: [f64; 3],
    /// How much of the training part becomes the validation part, from 0 to below 1, where the test part has a manifest of
    /// its own and the validation part has none.
    pub valid_fraction: f64,
    /// Which of the possible orders the utterances are brought in before they are cut.
    pub seed: u64,
}

impl Default for ManifestOptions {
    fn default() -> Self {
        Self {
            fractions: [0.8, 0.1, 0.1],
            valid_fraction: 0.1,
            seed: 0,
        }
    }
}

/// Reads the utterances of a manifest or a folder.
///
/// ```
/// use recurrent_data::sound::{ManifestOptions, Sound, read_manifest};
///
/// let folder = tempfile::tempdir()?;
/// let sound = Sound { rate: 8_000, samples: vec![0.0; 80] };
/// sound.write_wav(&folder.path().join("a.wav"))?;
/// std::fs::write(folder.path().join("transcripts.txt"), "a.wav\tgood morning\n")?;
/// let options = ManifestOptions { fractions: [1.0, 0.0, 0.0], ..ManifestOptions::default() };
/// let splits = read_manifest(folder.path(), &options)?;
/// assert_eq!(splits.train[0].text, "good morning");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the path cannot be read as the module says, a line is malformed or names a file that is not there, a manifest or the
/// training part has no utterance, or an option is out of its range; the message names the manifest and the line.
pub fn read_manifest(
    path: &Path,
    options: &ManifestOptions,
) -> Result<Splits<Vec<Utterance>>, DataError> {
    check_fractions(options.fractions)?;
    check_valid_fraction(options.valid_fraction)?;
    let order = |utterances: &mut [Utterance]| {
        shuffle(utterances.len(), options.seed, |one, other| {
            utterances.swap(one, other);
        });
    };
    let splits = match Layout::of(path)? {
        Layout::Whole(manifests) => {
            let mut train = read_all(&manifests)?;
            order(&mut train);
            let [first, second] = boundaries(train.len(), options.fractions);
            let test = train.split_off(second);
            let valid = train.split_off(first);
            Splits { train, valid, test }
        }
        Layout::Parts(Parts { train, valid, test }) => {
            let mut train = read_all(&train)?;
            let valid = match valid {
                Some(valid) => read_all(&valid)?,
                None => {
                    order(&mut train);
                    let count = part_of(train.len(), options.valid_fraction);
                    train.split_off(train.len() - count)
                }
            };
            let test = read_all(&test)?;
            Splits { train, valid, test }
        }
    };
    match splits.train.is_empty() {
        false => Ok(splits),
        true => Err(DataError::Manifest {
            path: path.to_owned(),
            problem: format!(
                "expected utterances for training, found none ({} for validation, {} for test)",
                splits.valid.len(),
                splits.test.len()
            ),
        }),
    }
}

fn read_all(manifests: &[PathBuf]) -> Result<Vec<Utterance>, DataError> {
    let mut utterances = Vec::new();
    for manifest in manifests {
        utterances.append(&mut lines::read(manifest)?);
    }
    Ok(utterances)
}
