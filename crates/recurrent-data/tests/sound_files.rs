//! Files of sound: as libsndfile writes them, as they are written here, and damaged ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use recurrent_data::DataError;
use recurrent_data::sound::{Sound, SoundOptions, decode_sound, read_sound};
use serde::Deserialize;
use tempfile::TempDir;

/// What `fixtures/make_sound.py` writes of files.
#[derive(Deserialize)]
struct Fixtures {
    files: BTreeMap<String, Vec<f32>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn fixtures() -> Fixtures {
    let text = fs::read_to_string(folder().join("sound.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn read(path: &Path) -> Result<Sound, String> {
    read_sound(path, &SoundOptions::default()).map_err(|error| error.to_string())
}

fn differences(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn files_of_all_formats_are_read_as_libsndfile_reads_them() {
    let files = fixtures().files;
    assert_eq!(files.len(), 10);
    for (name, expected) in files {
        let found = read(&folder().join("sound").join(&name)).unwrap();
        assert_eq!(found.rate, 8_000);
        // The rounding of the fixture and of an f32.
        let off = differences(&found.samples, &expected);
        assert!(off < 2e-7, "{name}: {off}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let samples = vec![
        -1.0,
        1.0,
        0.0,
        0.3,
        -0.3,
        1e-6,
        32_767.0 / 32_768.0,
        0.999_99,
    ];
    let sound = Sound {
        rate: 44_100,
        samples,
    };
    sound.write_wav(&path).unwrap();
    let found = read(&path).unwrap();
    assert_eq!(found.rate, 44_100);
    assert!(differences(&found.samples, &sound.samples) <= 1.0 / 32_768.0);
    // What can be written is.
    found.write_wav(&path).unwrap();
    assert_eq!(read(&path).unwrap(), found);
    let resampled = SoundOptions {
        rate: Some(22_050),
        ..SoundOptions::default()
    };
    let half = read_sound(&path, &resampled).unwrap();
    assert_eq!((half.rate, half.samples.len()), (22_050, 4));

    let loud = Sound {
        rate: 8_000,
        samples: vec![0.0, 1.5],
    };
    assert_eq!(
        loud.write_wav(&path).unwrap_err().to_string(),
        "sound: expected samples from -1 to 1, found 1.5 at sample 1"
    );
    assert_eq!(read(&path).unwrap(), found);
    let nowhere = sound.write_wav(&folder.path().join("none/a.wav"));
    let error = nowhere.unwrap_err().to_string();
    assert!(error.contains("a.wav: cannot be written: "), "{error}");
}

#[test]
fn files_that_are_no_sound_are_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = read(&path).unwrap_err();
        let message = error.strip_prefix(&format!("{}: ", path.display()));
        message.unwrap().to_owned()
    };
    let expected = "expected a WAV or FLAC file, found";
    for (bytes, found) in [
        (&b""[..], "an empty file"),
        (b"RI", "another kind of file by its first bytes"),
        (b"OggS\0\0\0\0\0\0\0\0\0", "Ogg; convert it"),
        (b"ID3\x04\0\0\0\0\0\0\0\0\0", "MP3; convert it"),
        (
            b"RIFF\0\0\0\0AVI LIST",
            "another kind of file by its first bytes",
        ),
        (
            b"some text of somebody",
            "another kind of file by its first bytes",
        ),
    ] {
        assert_eq!(refused(bytes), format!("{expected} {found}"));
    }
    assert!(
        read(folder.path())
            .unwrap_err()
            .ends_with("a folder or a device")
    );
    let missing = read(&folder.path().join("b.wav")).unwrap_err();
    assert!(missing.ends_with("b.wav: does not exist"), "{missing}");
}

#[test]
fn files_that_are_damaged_are_told() {
    let decode = |bytes: &[u8]| decode_sound(bytes, &SoundOptions::default());
    for name in [
        "i16.wav",
        "i24_extensible_stereo.wav",
        "f32.wav",
        "i16.flac",
    ] {
        let whole = fs::read(folder().join("sound").join(name)).unwrap();
        let expected = decode(&whole).unwrap();
        assert_eq!(read(&folder().join("sound").join(name)).unwrap(), expected);
        // Cut short anywhere.
        for length in 12..whole.len() {
            let error = decode(&whole[..length]);
            assert!(
                matches!(error, Err(DataError::Sound { .. })),
                "{name} {length}"
            );
        }
        // Any byte changed: an error, or other samples, but no panic; of FLAC, whose checksum knows, never other samples.
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 0x55;
            if let Ok(found) = decode(&damaged)
                && name.ends_with("flac")
                && position > 42
            {
                assert_eq!(found, expected, "{position}");
            }
        }
    }
}

#[test]
fn samples_that_are_none_are_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.wav");
    let mut bytes = fs::read(self::folder().join("sound/f32.wav")).unwrap();
    let end = bytes.len();
    let last = end - 4..end;
    assert!(f32::from_le_bytes(bytes[last.clone()].try_into().unwrap()).abs() < 1.0);
    bytes[last].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = read(&path).unwrap_err();
    assert!(error.ends_with("found NaN at sample 399"), "{error}");

    let sound = Sound {
        rate: 8_000,
        samples: vec![0.5],
    };
    sound.write_wav(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[24..28].fill(0);
    fs::write(&path, &bytes).unwrap();
    let error = read(&path).unwrap_err();
    assert!(error.contains("a.wav: expected "), "{error}");
    sound.write_wav(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(44);
    bytes[40..44].fill(0);
    bytes[4] = 36;
    fs::write(&path, &bytes).unwrap();
    let error = read(&path).unwrap_err();
    assert!(error.ends_with("expected samples, found none"), "{error}");
    // The length of sound from a pipe is not known before its end.
    sound.write_wav(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4..8].fill(0xff);
    bytes[40..44].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(read(&path).unwrap(), sound);
}

#[test]
fn long_files_are_refused() {
    let path = folder().join("sound/i16.flac");
    let options = |max_seconds| SoundOptions {
        max_seconds,
        ..SoundOptions::default()
    };
    let error = read_sound(&path, &options(0.04)).unwrap_err().to_string();
    assert!(
        error.ends_with("expected at most 0.04 seconds (`max_seconds`), found 0.1"),
        "{error}"
    );
    read_sound(&path, &options(0.05)).unwrap();
    for wrong in [0.0, -1.0, f64::NAN] {
        assert!(read_sound(&path, &options(wrong)).is_err());
    }
    let options = SoundOptions {
        rate: Some(0),
        ..SoundOptions::default()
    };
    let error = read_sound(&path, &options).unwrap_err().to_string();
    assert_eq!(
        error,
        "`rate`: expected a rate from 1000 to 768000 samples a second, found 0"
    );
}
