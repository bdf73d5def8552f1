//! Images and recordings with their texts, from folders and archives.

use recurrent_data::sound::{Sound, SoundOptions};
use recurrent_data::transcribed::{
    HandwrittenOptions, JoinedOptions, NamedImageOptions, read_handwritten, read_joined,
    read_named_images,
};
use std::fs;
use std::path::Path;
use std::process::Command;

/// A line of the handwriting data: `ink` is one pixel, row and column.
fn letter(
    id: usize,
    letter: &str,
    word: usize,
    position: usize,
    fold: u32,
    ink: [usize; 2],
) -> String {
    let mut pixels = ["0"; 128];
    pixels[ink[0] * 8 + ink[1]] = "1";
    format!(
        "{id}\t{letter}\t{}\t{word}\t{position}\t{fold}\t{}\t\n",
        id + 1,
        pixels.join("\t")
    )
}

#[test]
fn letters_of_a_word_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.data");
    let lines = [
        letter(1, "h", 1, 1, 0, [3, 2]),
        letter(2, "i", 1, 2, 0, [15, 7]),
        letter(3, "a", 2, 1, 4, [0, 0]),
        letter(4, "o", 3, 1, 5, [0, 1]),
    ];
    fs::write(&path, lines.concat()).expect("writes");
    // The folder with the one file stands for it.
    let options = HandwrittenOptions::default();
    let splits = read_handwritten(folder.path(), &options).expect("reads");
    assert_eq!((splits.train.len(), splits.valid.len()), (2, 0));
    assert_eq!(splits.test.labels, ["hi"]);
    let word = &splits.test.signals[0];
    assert_eq!((word.steps, splits.test.channels), (16, 16));
    let ink: Vec<usize> = (0..256).filter(|&at| word.values[at] == 1.0).collect();
    assert_eq!(ink, [2 * 16 + 3, 15 * 16 + 15]);

    let other = HandwrittenOptions {
        test_fold: 9,
        ..options.clone()
    };
    let error = read_handwritten(&path, &other)
        .expect_err("no such fold")
        .to_string();
    assert!(error.contains("fold 9"), "{error}");
    for (broken, problem) in [
        ("1\ta\t2\t1\t1\t0\t0\n", "128 pixels"),
        (
            &lines[0].replace("\t1\t0\t0\t", "\t1\t0\t7\t")[..],
            "pixels 0 or 1",
        ),
    ] {
        fs::write(&path, lines.concat() + broken).expect("writes");
        let error = read_handwritten(&path, &options)
            .expect_err("broken")
            .to_string();
        assert!(
            error.contains("line 5") && error.contains(problem),
            "{error}"
        );
    }
}

/// A grey PNG image.
fn write_image(path: &Path, [height, width]: [u32; 2], levels: &[u8]) {
    let file = fs::File::create(path).expect("creates");
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(levels).expect("an image");
}

/// The files of a folder as `NAME.tar.gz` in another one.
fn pack(folder: &Path, archive: &Path) {
    let done = Command::new("tar")
        .arg("czf")
        .arg(archive)
        .arg("-C")
        .arg(folder)
        .arg(".")
        .status();
    assert!(done.expect("tar runs").success());
}

#[test]
fn images_are_read_by_columns_from_a_folder_or_an_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, level) in [("ab.png", 51), ("b.png", 102), ("ccc.png", 255)] {
        let levels = [level, 0, 0, 0, 255, 0];
        write_image(&folder.path().join(name), [2, 3], &levels);
    }
    let options = NamedImageOptions {
        fractions: [1.0, 0.0, 0.0],
        seed: 1,
    };
    let splits = read_named_images(folder.path(), &options).expect("reads");
    let mut labels = splits.train.labels.clone();
    labels.sort();
    assert_eq!(labels, ["ab", "b", "ccc"]);
    let at = splits.train.labels.iter().position(|label| label == "ab");
    let image = &splits.train.signals[at.expect("is there")];
    assert_eq!((image.steps, splits.train.channels), (3, 2));
    assert_eq!(image.values, [0.2, 0.0, 0.0, 1.0, 0.0, 0.0]);

    let elsewhere = tempfile::tempdir().expect("a folder");
    let archive = elsewhere.path().join("images.tar.gz");
    pack(folder.path(), &archive);
    for path in [archive.as_path(), elsewhere.path()] {
        let packed = read_named_images(path, &options).expect("reads").train;
        assert_eq!(packed.labels, splits.train.labels);
        for (one, other) in packed.signals.iter().zip(&splits.train.signals) {
            assert_eq!((one.steps, &one.values), (other.steps, &other.values));
            let name = one.name.as_deref().expect("has a name");
            assert!(name.starts_with(&archive.display().to_string()), "{name}");
        }
    }

    write_image(&folder.path().join("d.png"), [2, 2], &[0; 4]);
    let error = read_named_images(folder.path(), &options)
        .expect_err("another size")
        .to_string();
    assert!(
        error.contains("d.png") && error.contains("3 x 2"),
        "{error}"
    );
    let empty = tempfile::tempdir().expect("a folder");
    let error = read_named_images(empty.path(), &options)
        .expect_err("none")
        .to_string();
    assert!(error.contains("found none"), "{error}");
    fs::write(&archive, b"no archive").expect("writes");
    assert!(read_named_images(&archive, &options).is_err());
}

#[test]
fn strings_are_of_one_speaker_and_parts_share_no_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    for (speaker, base) in [("ann", 0.1), ("bob", 0.5)] {
        for number in 0..12 {
            for word in ["one", "two"] {
                // How loud a recording is says which one it is.
                let level = base + number as f32 * 0.01;
                let sound = Sound {
                    rate: 8_000,
                    samples: vec![level; 400],
                };
                let name = format!("{word}_{speaker}_{number}.wav");
                sound.write_wav(&folder.path().join(name)).expect("writes");
            }
        }
    }
    let options = JoinedOptions {
        strings: [40, 10, 10],
        words: [1, 3],
        pause: [0.01, 0.02],
        snr_db: [90.0, 90.0],
        ..JoinedOptions::default()
    };
    let splits = read_joined(folder.path(), &options, &SoundOptions::default()).expect("reads");
    assert_eq!(
        splits,
        read_joined(folder.path(), &options, &SoundOptions::default()).expect("reads")
    );
    for (part, numbers) in [
        (&splits.train, 8..12),
        (&splits.valid, 5..8),
        (&splits.test, 0..5),
    ] {
        for string in part {
            let base = if string.speaker.as_deref() == Some("ann") {
                0.1
            } else {
                0.5
            };
            let words = string.text.len() / 3;
            assert!((1..=3).contains(&words));
            let loud: Vec<f32> = string
                .sound
                .samples
                .iter()
                .copied()
                .filter(|x| *x > 0.05)
                .collect();
            assert_eq!(loud.len(), words * 400);
            for level in loud {
                let number = ((level - base) / 0.01).round() as i32;
                assert!(numbers.contains(&number), "{number} of {}", string.text);
            }
        }
    }
    let none = JoinedOptions {
        test_below: 0,
        ..options.clone()
    };
    let error = read_joined(folder.path(), &none, &SoundOptions::default()).expect_err("none");
    assert!(error.to_string().contains("test part"), "{error}");
    fs::write(folder.path().join("three.wav"), b"RIFF").expect("writes");
    let error = read_joined(folder.path(), &options, &SoundOptions::default()).expect_err("a name");
    assert!(error.to_string().contains("WORD_SPEAKER_NUMBER"), "{error}");
}
