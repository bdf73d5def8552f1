//! Files of sound with what is said in them, read as a whole.

use std::path::Path;

use super::{Recording, Recordings};
use crate::sound::{ManifestOptions, SoundOptions, Utterance, read_manifest, read_sound};
use crate::{DataError, Splits};

/// The most seconds of sound that are read together: a day.
const MOST_SECONDS: f64 = 86_400.0;

/// Reads the utterances of a manifest or a folder with their sound.
///
/// # Errors
/// As [`read_manifest`] and [`read_sound`], and if all sound together is longer than a day.
pub fn read_utterances(
    path: &Path,
    manifest: &ManifestOptions,
    options: &SoundOptions,
) -> Result<Splits<Recordings>, DataError> {
    let mut seconds = 0.0;
    let mut read = |utterances: Vec<Utterance>| -> Result<Recordings, DataError> {
        let recording = |utterance: Utterance| {
            let (manifest, line) = utterance.place;
            let in_manifest = |error: DataError| DataError::Utterance {
                path: manifest.clone(),
                line,
                problem: error.to_string(),
            };
            let sound = read_sound(&utterance.path, options).map_err(in_manifest)?;
            seconds += sound.seconds();
            if seconds > MOST_SECONDS {
                return Err(DataError::Manifest {
                    path: path.to_owned(),
                    problem: "expected at most a day of sound, found more".to_owned(),
                });
            }
            Ok(Recording {
                name: format!(
                    "{}, line {line} ({})",
                    manifest.display(),
                    utterance.path.display()
                ),
                sound,
                text: utterance.text,
                speaker: utterance.speaker,
            })
        };
        utterances.into_iter().map(recording).collect()
    };
    let splits = read_manifest(path, manifest)?;
    Ok(Splits {
        train: read(splits.train)?,
        valid: read(splits.valid)?,
        test: read(splits.test)?,
    })
}
