//! Features of sound: those of librosa and torchaudio, in pieces as in one, and those of recordings of digits.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::shared_data;
use recurrent_data::sound::{
    Draw, FeatureKind, Logarithm, Normalisation, Padding, Sound, SoundFeatures, SoundOptions,
    SpecAugment, add_white_noise, change_speed, read_sound,
};
use serde::Deserialize;
use tempfile::TempDir;

/// What `fixtures/make_sound.py` writes.
#[derive(Deserialize)]
struct Fixtures {
    signals: BTreeMap<String, Levels>,
    features: Vec<Case>,
}

#[derive(Deserialize)]
struct Levels {
    rate: u32,
    levels: Vec<i16>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    signal: String,
    config: SoundFeatures,
    steps: usize,
    values: Vec<f32>,
}

fn fixtures() -> Fixtures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sound.json");
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

impl Fixtures {
    fn sound(&self, name: &str) -> Sound {
        let Levels { rate, levels } = &self.signals[name];
        let samples = levels.iter().map(|&level| f32::from(level) / 32_768.0);
        Sound {
            rate: *rate,
            samples: samples.collect(),
        }
    }
}

fn differences(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn features_are_those_of_librosa_and_torchaudio() {
    let fixtures = fixtures();
    for case in &fixtures.features {
        let mut extractor = case.config.extractor().unwrap();
        let found = extractor.extract(&fixtures.sound(&case.signal)).unwrap();
        assert_eq!(found.steps, case.steps, "{}", case.name);
        let off = differences(&found.values, &case.values);
        // All compute in single precision, and decibels are 4.3 times as large as natural logarithms.
        assert!(off < 2e-4, "{}: {off}", case.name);
    }
}

#[test]
fn pieces_of_any_length_give_the_same_steps() {
    let fixtures = fixtures();
    let sound = fixtures.sound("voice");
    let defaults = || SoundFeatures {
        mels: 20,
        pre_emphasis: 0.97,
        ..SoundFeatures::default()
    };
    let configs = [
        defaults(),
        SoundFeatures {
            kind: FeatureKind::Mfcc,
            n_fft: Some(401),
            logarithm: Logarithm::Decibel,
            ..defaults()
        },
        // Windows with samples between them.
        SoundFeatures {
            window_ms: 16.0,
            hop_ms: 31.0,
            ..defaults()
        },
    ];
    for config in configs {
        let whole = config.extractor().unwrap().extract(&sound).unwrap();
        assert!(whole.steps > 4);
        assert_eq!(whole.steps, config.steps(sound.samples.len()));
        let mut stream = config.stream().unwrap();
        for length in [1, 7, 159, 160, 161, 255, 256, 257, 1_000, 5_000] {
            let mut values = Vec::new();
            let mut steps = 0;
            for piece in sound.samples.chunks(length) {
                stream.push(&[]).unwrap();
                let signal = stream.push(piece).unwrap();
                steps += signal.steps;
                values.extend(signal.values);
            }
            assert_eq!(steps, whole.steps, "{length}");
            assert_eq!(values, whole.values, "{length}");
            stream.reset();
        }
        // Lengths that a generator draws.
        let mut rest = &sound.samples[..];
        let mut values = Vec::new();
        for index in 0.. {
            let draw = Draw {
                index,
                ..Draw::default()
            };
            let length = (draw.between(0.0, 700.0) as usize).min(rest.len());
            let (piece, others) = rest.split_at(length);
            values.extend(stream.push(piece).unwrap().values);
            rest = others;
            if rest.is_empty() {
                break;
            }
        }
        assert_eq!(values, whole.values);
    }
}

#[test]
fn what_needs_the_whole_sound_is_refused_in_pieces() {
    let refused = |config: SoundFeatures| config.stream().unwrap_err().to_string();
    let defaults = SoundFeatures::default;
    for (config, name) in [
        (
            SoundFeatures {
                deltas: 1,
                ..defaults()
            },
            "deltas",
        ),
        (
            SoundFeatures {
                padding: Padding::Reflect,
                ..defaults()
            },
            "padding",
        ),
        (
            SoundFeatures {
                logarithm: Logarithm::Decibel,
                top_db: Some(80.0),
                ..defaults()
            },
            "top_db",
        ),
    ] {
        let expected =
            format!("`{name}`: expected none for sound in pieces, as it needs the whole sound");
        assert!(refused(config).starts_with(&expected));
    }
    let mut stream = defaults().stream().unwrap();
    let error = stream.push(&[0.0, f32::INFINITY]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sound: expected finite samples of at most a million, found inf at sample 1"
    );
    assert!(stream.check_rate(8_000).is_err());
}

#[test]
fn short_sounds_have_few_steps() {
    for (padding, count, steps) in [
        (Padding::None, 511, 0),
        (Padding::None, 512, 1),
        (Padding::None, 671, 1),
        (Padding::None, 672, 2),
        (Padding::Zeros, 1, 1),
        (Padding::Zeros, 160, 2),
        (Padding::Reflect, 256, 0),
        (Padding::Reflect, 257, 2),
    ] {
        let config = SoundFeatures {
            padding,
            deltas: 1,
            ..SoundFeatures::default()
        };
        let sound = Sound {
            rate: 16_000,
            samples: vec![0.25; count],
        };
        let signal = config.extractor().unwrap().extract(&sound).unwrap();
        assert_eq!(signal.steps, steps, "{padding:?} {count}");
        assert_eq!(signal.steps, config.steps(count));
        assert_eq!(signal.values.len(), steps * config.channels());
        assert!(signal.values.iter().all(|value| value.is_finite()));
    }
    let mut extractor = SoundFeatures::default().extractor().unwrap();
    let other = Sound {
        rate: 8_000,
        samples: vec![0.0; 9],
    };
    assert_eq!(
        extractor.extract(&other).unwrap_err().to_string(),
        "`rate`: expected sound of the rate that its features are of, found 8000 and not 16000 samples a second"
    );
}

/// The recordings of digits, where they are; `tar` unpacks them.
fn digits() -> Option<TempDir> {
    let archive = shared_data("fsdd")?.join("recordings.tar.gz");
    let folder = TempDir::new().unwrap();
    let mut tar = Command::new("tar");
    let unpacked = tar.arg("xzf").arg(&archive).arg("-C").arg(folder.path());
    match unpacked.status() {
        Ok(status) if status.success() => Some(folder),
        _ => {
            eprintln!("skipped: tar does not unpack {}", archive.display());
            None
        }
    }
}

#[test]
fn digits_become_features() {
    let Some(folder) = digits() else {
        return;
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.path().join("recordings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 3_000);
    let config = SoundFeatures {
        rate: 16_000,
        mels: 40,
        ..SoundFeatures::default()
    };
    let options = SoundOptions {
        rate: Some(16_000),
        max_seconds: 10.0,
    };
    let mut extractor = config.extractor().unwrap();
    let mut signals = Vec::new();
    let mut speakers = Vec::new();
    let mut seconds = 0.0;
    for path in paths.iter().step_by(10) {
        let sound = read_sound(path, &options).unwrap();
        seconds += sound.seconds();
        let slower = change_speed(&sound, 0.9).unwrap();
        assert_eq!(slower.samples.len(), (sound.samples.len() * 10).div_ceil(9));
        let mut noisy = sound.clone();
        add_white_noise(&mut noisy, 20.0, Draw::default()).unwrap();
        let signal = extractor.extract(&noisy).unwrap();
        assert_eq!(signal.steps, config.steps(sound.samples.len()));
        signals.push(signal);
        let name = path.file_stem().unwrap().to_string_lossy();
        speakers.push(name.split('_').nth(1).unwrap().to_owned());
    }
    assert!((100.0..200.0).contains(&seconds), "{seconds}");
    let normaliser = Normalisation::Speaker.fit(&signals, 40).unwrap();
    normaliser.apply(&mut signals, 40, Some(&speakers)).unwrap();
    let values = || signals.iter().flat_map(|signal| &signal.values);
    let mean = values().map(|&value| f64::from(value)).sum::<f64>() / values().count() as f64;
    assert!(mean.abs() < 1e-6, "{mean}");
    SpecAugment::default()
        .apply(&mut signals[0], Draw::default())
        .unwrap();
}
