//! Manifests of sound: all forms, all layouts, and what is wrong with others.

use std::fs;
use std::path::Path;

use recurrent_data::Splits;
use recurrent_data::sound::{ManifestOptions, Utterance, read_manifest};
use tempfile::TempDir;

/// A folder with these files; those of sound are empty, as nothing reads them.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn read(path: &Path, options: &ManifestOptions) -> Result<Splits<Vec<Utterance>>, String> {
    read_manifest(path, options).map_err(|error| error.to_string())
}

/// All for training.
fn whole() -> ManifestOptions {
    ManifestOptions {
        fractions: [1.0, 0.0, 0.0],
        valid_fraction: 0.0,
        seed: 0,
    }
}

fn texts(utterances: &[Utterance]) -> Vec<&str> {
    let mut texts: Vec<&str> = utterances.iter().map(|one| &one.text[..]).collect();
    texts.sort();
    texts
}

#[test]
fn json_lines_may_name_speakers() {
    let manifest = "{\"audio\": \"a.wav\", \"text\": \" yes \", \"speaker\": 7, \"duration\": 1.5}\n\n\
                    {\"audio\": \"b/c.flac\", \"text\": \"\", \"speaker\": null}\n";
    let folder = folder(&[("m.jsonl", manifest), ("a.wav", ""), ("b/c.flac", "")]);
    let path = folder.path().join("m.jsonl");
    let mut found = read(&path, &whole()).unwrap().train;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    let expected = [
        Utterance {
            path: folder.path().join("a.wav"),
            text: "yes".to_owned(),
            speaker: Some("7".to_owned()),
            place: (path.clone(), 1),
        },
        Utterance {
            path: folder.path().join("b/c.flac"),
            text: String::new(),
            speaker: None,
            place: (path.clone(), 3),
        },
    ];
    assert_eq!(found, expected);
    // An absolute file is where it says.
    let line = format!(
        "{{\"audio\": {:?}, \"text\": \"x\"}}",
        folder.path().join("a.wav")
    );
    let other = self::folder(&[("m.ndjson", &line)]);
    let found = read(other.path(), &whole()).unwrap().train;
    assert_eq!(found[0].path, expected[0].path);
}

#[test]
fn ids_stand_for_files_beside_them() {
    let folder = folder(&[
        (
            "dev-clean/12/34/12-34.trans.txt",
            "12-34-0000 ONE TWO\n12-34-0001 THREE\n",
        ),
        ("dev-clean/12/34/12-34-0000.flac", ""),
        ("dev-clean/12/34/12-34-0001.wav", ""),
        ("dev-clean/5/6/5-6.trans.txt", "x FOUR\n"),
        ("dev-clean/5/6/x.flac", ""),
    ]);
    let found = read(&folder.path().join("dev-clean"), &whole())
        .unwrap()
        .train;
    assert_eq!(texts(&found), ["FOUR", "ONE TWO", "THREE"]);
    let of = |text: &str| found.iter().find(|one| one.text == text).unwrap();
    assert_eq!(of("ONE TWO").speaker.as_deref(), Some("12"));
    assert_eq!(of("FOUR").speaker, None);
    assert!(of("ONE TWO").path.ends_with("12/34/12-34-0000.flac"));
    assert!(of("THREE").path.ends_with("12/34/12-34-0001.wav"));
}

#[test]
fn parts_are_told_from_names() {
    let by_file = folder(&[
        ("train.tsv", "clips/a.wav\ta\nclips/b.wav\tb\n"),
        ("dev.tsv", "clips/c.wav\tc\n"),
        ("test.tsv", "clips/a.wav\td\n"),
        ("README.txt", "what it is"),
        ("clips/a.wav", ""),
        ("clips/b.wav", ""),
        ("clips/c.wav", ""),
    ]);
    let by_folder = folder(&[
        ("train-clean-100/1/2/1-2.trans.txt", "1-2-0 a\n1-2-1 b\n"),
        ("train-clean-100/1/2/1-2-0.flac", ""),
        ("train-clean-100/1/2/1-2-1.flac", ""),
        ("dev-clean/transcripts.txt", "c.wav\tc\r\n"),
        ("dev-clean/c.wav", ""),
        (
            "test-clean/m.jsonl",
            "{\"audio\": \"d.wav\", \"text\": \"d\"}",
        ),
        ("test-clean/d.wav", ""),
    ]);
    for folder in [by_file, by_folder] {
        let found = read(folder.path(), &ManifestOptions::default()).unwrap();
        let Splits { train, valid, test } = &found;
        assert_eq!(
            train.iter().map(|one| &one.text[..]).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!((texts(valid), texts(test)), (vec!["c"], vec!["d"]));
    }
    let without_valid = folder(&[
        ("train.txt", "a.wav\t1\na.wav\t2\na.wav\t3\na.wav\t4\n"),
        ("test.txt", "a.wav\t5\n"),
        ("a.wav", ""),
    ]);
    let options = ManifestOptions {
        valid_fraction: 0.5,
        ..ManifestOptions::default()
    };
    let Splits { train, valid, .. } = read(without_valid.path(), &options).unwrap();
    assert_eq!((train.len(), valid.len()), (2, 2));
    assert_eq!(texts(&[train, valid].concat()), ["1", "2", "3", "4"]);
}

#[test]
fn what_has_no_parts_is_shuffled_and_cut() {
    let lines: String = (0..20).map(|n| format!("a.wav\t{n}\n")).collect();
    let folder = folder(&[("transcripts.txt", &lines), ("a.wav", "")]);
    let cut = |seed| {
        let options = ManifestOptions {
            seed,
            ..ManifestOptions::default()
        };
        read(folder.path(), &options).unwrap()
    };
    let Splits { train, valid, test } = cut(0);
    assert_eq!([train.len(), valid.len(), test.len()], [16, 2, 2]);
    assert_eq!(texts(&[train, valid, test].concat()).len(), 20);
    assert_eq!(cut(1), cut(1));
    assert_ne!(cut(0), cut(1));
}

#[test]
fn mistakes_name_the_manifest_and_the_line() {
    let good = "a.wav\tyes\n";
    for (name, line, message) in [
        (
            "m.tsv",
            "b.wav\tno",
            "m.tsv, line 2: expected a file of sound, found none at FOLDER/b.wav",
        ),
        (
            "m.tsv",
            "a.wav no",
            "m.tsv, line 2: expected a file and a text parted by one tab, found 0 tabs",
        ),
        (
            "m.tsv",
            "\tno",
            "m.tsv, line 2: expected a file before the tab, found none",
        ),
        (
            "x.trans.txt",
            "id",
            "x.trans.txt, line 1: expected an id, a space and a text, found no space",
        ),
        (
            "m.jsonl",
            "{\"audio\": \"a.wav\"}",
            "m.jsonl, line 1: no column `text`; columns: audio",
        ),
        (
            "m.jsonl",
            "{\"audio\": 3, \"text\": \"x\"}",
            "m.jsonl, line 1: expected a string under `audio`, found a number",
        ),
        (
            "m.jsonl",
            "\n",
            "m.jsonl: expected utterances, found blank lines",
        ),
        (
            "m.csv",
            "a.wav,yes",
            "m.csv: expected a manifest (a .jsonl, .ndjson, .tsv or .txt file), found another name",
        ),
    ] {
        let content = match name {
            "m.tsv" => format!("{good}{line}\n"),
            _ => line.to_owned(),
        };
        let folder = folder(&[(name, &content), ("a.wav", "")]);
        let error = read(&folder.path().join(name), &whole()).unwrap_err();
        let there = folder.path().display().to_string();
        let message = message.replace("FOLDER", &there);
        assert_eq!(error, format!("{there}/{message}"));
    }
    let empty = folder(&[("a.wav", "")]);
    let error = read(empty.path(), &whole()).unwrap_err();
    assert!(error.contains("expected a manifest (a .jsonl"), "{error}");
    let two = folder(&[("a.tsv", good), ("b.tsv", good), ("a.wav", "")]);
    let error = read(two.path(), &whole()).unwrap_err();
    assert!(error.contains("found 0 for `train`"), "{error}");
    let missing = read(&empty.path().join("m.tsv"), &whole()).unwrap_err();
    assert!(missing.ends_with("m.tsv: does not exist"), "{missing}");
    let one = folder(&[("m.tsv", good), ("a.wav", "")]);
    let error = read(one.path(), &ManifestOptions::default()).unwrap_err();
    assert!(
        error.ends_with(
            "expected utterances for training, found none (0 for validation, 1 for test)"
        ),
        "{error}"
    );
}
