//! Classifiers of texts, from labelled lines to predictions.

mod common;

use common::{Run, recurrent, run};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

const KINDS: [&str; 5] = [
    "naive-bayes",
    "bernoulli-bayes",
    "svm",
    "logistic-regression",
    "nbsvm",
];

/// Lines of praise and blame, one word in ten of the other kind.
fn lines(count: usize) -> String {
    let words = [
        ["good", "fine", "great", "happy", "warm"],
        ["bad", "dull", "poor", "sad", "cold"],
    ];
    let common = ["the", "film", "was", "very", "and"];
    let mut text = String::new();
    for n in 0..count {
        let class = n % 2;
        text += ["praise", "blame"][class];
        for i in 0..6 {
            let odd = (n * 7 + i * 3) % 10 == 0;
            let kind = if odd { 1 - class } else { class };
            text += &format!(" {} {}", common[(n + i) % 5], words[kind][(n * 3 + i) % 5]);
        }
        text += ".\n";
    }
    text
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    /// Trains a kind on a file, with changes, in the run directory of the kind's name.
    fn train(&self, kind: &str, data: &Path, changes: &[&str]) -> Run {
        let recipe =
            format!("[task]\nname = \"classification\"\n[data]\n[model]\nkind = \"{kind}\"\n");
        let recipe = self.file(&format!("{kind}.toml"), recipe);
        let mut command = recurrent();
        command.arg("train").arg(recipe).arg("--data").arg(data);
        command.arg("--out").arg(self.0.path().join(kind));
        for change in changes {
            command.args(["--set", change]);
        }
        run(command)
    }
}

fn json(command: &str, paths: &[&Path], more: &[&str]) -> Vec<Value> {
    let mut program = recurrent();
    program.arg(command).args(paths).arg("--json").args(more);
    let found = run(program);
    found.succeeds();
    let lines = found.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn every_kind_is_trained_measured_and_used() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(400));
    let texts = folder.file(
        "new.txt",
        "the film was great and happy\nvery dull and cold\n",
    );
    for kind in KINDS {
        let trained = folder.train(kind, &data, &[]);
        trained.succeeds();
        assert!(trained.out.contains("test accuracy"), "{}", trained.out);
        let out = folder.0.path().join(kind);
        let found = &json("evaluate", &[&out], &[])[0];
        let accuracy = found["metrics"]["accuracy"].as_f64().expect("a number");
        assert!(accuracy > 0.9, "{kind}: {accuracy}");
        assert_eq!(found["metrics"]["examples"], 40);
        let predictions = json("predict", &[&out, &texts], &[]);
        assert_eq!(predictions.len(), 2);
        for (found, label) in predictions.iter().zip(["praise", "blame"]) {
            assert_eq!(found["label"], label, "{kind}");
            let p = |class: &str| found["probabilities"][class].as_f64().expect("a number");
            assert!((p("praise") + p("blame") - 1.0).abs() < 1e-9);
            assert!(p(label) > 0.5);
        }
        let metrics = fs::read_to_string(out.join("metrics.jsonl")).expect("metrics");
        let line: Value = serde_json::from_str(&metrics).expect("one line");
        let seconds = |stage: &str| line["stages"][stage].as_f64().expect("seconds");
        for stage in ["reading", "counting", "learning", "answering"] {
            assert!(seconds(stage) > 0.0, "{kind}: {line}");
        }
        let training = line["elapsed_seconds"].as_f64().expect("seconds");
        assert!(
            seconds("counting") + seconds("learning") <= training,
            "{line}"
        );
        let report = fs::read_to_string(out.join("report.html")).expect("a report");
        for part in [
            "is \u{2193} taken for \u{2192}",
            "What speaks for praise",
            "Calibration",
        ] {
            assert!(report.contains(part), "{part}");
        }
        let inspected = run(recurrent().arg("inspect").arg(&out));
        inspected.succeeds();
        assert!(inspected.out.contains(kind), "{}", inspected.out);
        // The same again, to the bit.
        let weights = || fs::read(out.join("model.safetensors")).expect("weights");
        let before = weights();
        fs::remove_file(out.join("model.safetensors")).expect("removed");
        run(recurrent().args(["train", "--resume", "--out"]).arg(&out)).succeeds();
        assert!(weights() == before, "{kind}");
    }
    let runs = KINDS.map(|kind| folder.0.path().join(kind));
    let page = folder.0.path().join("page.html");
    let mut command = recurrent();
    let compared = run(command.arg("compare").args(&runs).arg("--plot").arg(&page));
    compared.succeeds();
    assert_eq!(compared.out.lines().count(), 6, "{}", compared.out);
    assert!(compared.out.contains("macro F1") && !compared.err.contains("cannot be held"));
    assert!(
        fs::read_to_string(page)
            .expect("a page")
            .contains("Accuracy")
    );
}

#[test]
fn predictions_come_as_lines_come() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(200));
    folder.train("nbsvm", &data, &[]).succeeds();
    let mut child = recurrent()
        .arg("predict")
        .arg(folder.0.path().join("nbsvm"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    for (text, label) in [("great", "praise"), ("bad\r", "blame")] {
        writeln!(input, "{text}").expect("written");
        let mut answer = String::new();
        // Without an answer to each line before the next this waits for ever.
        output.read_line(&mut answer).expect("read");
        assert_eq!(answer.split('\t').next(), Some(label), "{answer}");
    }
    input.write_all(b"\nno end").expect("written");
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("read");
    assert_eq!(rest.lines().count(), 2, "{rest}");
    let ended = child.wait_with_output().expect("ended");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("4 texts"));
}

#[test]
fn good_lines_before_a_bad_one_are_answered() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(200));
    folder.train("nbsvm", &data, &[]).succeeds();
    let texts = folder.file("new.txt", b"great\nfine\n\xff\nbad\n");
    let mut command = recurrent();
    command.arg("predict").arg(folder.0.path().join("nbsvm"));
    let found = run(command.arg(texts));
    found.is_bad_input(&["new.txt:3", "UTF-8"]);
    assert_eq!(found.out.lines().count(), 2, "{}", found.out);
}

#[test]
fn a_run_goes_on_with_its_own_texts_alone() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(200));
    folder.train("svm", &data, &[]).succeeds();
    folder.file("texts.txt", lines(200).replace("good", "nice"));
    let out = folder.0.path().join("svm");
    let resumed = run(recurrent().args(["train", "--resume", "--out"]).arg(&out));
    resumed.is_bad_input(&["data.path: expected the examples that the run was started with"]);
    folder.file("texts.txt", lines(200));
    assert_eq!(json("evaluate", &[&out], &[]).len(), 1);
}

#[test]
fn few_texts_do_not_make_a_classifier_certain() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", "praise good\nblame bad\n".repeat(20));
    folder.train("svm", &data, &[]).succeeds();
    let texts = folder.file("new.txt", "good\n");
    let found = &json("predict", &[&folder.0.path().join("svm"), &texts], &[])[0];
    let p = found["probabilities"]["praise"].as_f64().expect("a number");
    assert!((0.6..0.95).contains(&p), "{p}");
}

#[test]
fn folds_are_each_text_once() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(100));
    let mut measured = 0;
    for k in 1..=4 {
        let fold = format!("data.fold=[{k}, 4]");
        folder.train("naive-bayes", &data, &[&fold]).succeeds();
        let out = folder.0.path().join("naive-bayes");
        let found = &json("evaluate", &[&out], &[])[0];
        measured += found["metrics"]["examples"].as_u64().expect("a number");
        fs::remove_dir_all(&out).expect("removed");
    }
    assert_eq!(measured, 100);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(100));
    for (kind, change, words) in [
        (
            "svm",
            "model.order=4",
            "model.order: expected a number from 1 to 3",
        ),
        (
            "svm",
            "model.alpha=1",
            "model.alpha: expected nothing, as model.kind is svm",
        ),
        (
            "naive-bayes",
            "model.cost=1",
            "model.cost: expected nothing",
        ),
        (
            "naive-bayes",
            "model.alpha=0",
            "model.alpha: expected a number from 1e-10 to 1e10",
        ),
        (
            "naive-bayes",
            "model.class_weights=balanced",
            "model.class_weights: expected equal, as model.kind is naive-bayes",
        ),
        (
            "nbsvm",
            "model.beta=2",
            "model.beta: expected a number from 0 to 1",
        ),
        (
            "nbsvm",
            "model.weighting=count",
            "model.weighting: expected presence",
        ),
        ("svm", "model.loss=logistic", "hinge"),
        ("svm", "data.fold=[5, 4]", "data.fold: expected [k, n]"),
        ("svm", "data.valid_fraction=1", "data.valid_fraction"),
        ("svm", "data.clean.htm=true", "htm"),
        (
            "svm",
            "model.minimum_count=1000",
            "n-grams in minimum_count texts or more",
        ),
    ] {
        folder.train(kind, &data, &[change]).is_bad_input(&[words]);
    }
    let one = folder.file("one.txt", "praise good\n".repeat(20));
    folder
        .train("svm", &one, &[])
        .is_bad_input(&["at least two classes"]);
    folder
        .train("svm", &folder.0.path().join("none"), &[])
        .is_bad_input(&["none"]);
    assert!(!folder.0.path().join("svm").exists());
    folder.train("svm", &data, &[]).succeeds();
    let out = folder.0.path().join("svm");
    let other = folder.file(
        "other.txt",
        "praise good\npraise fine\nnothing bad\n".repeat(20),
    );
    let evaluate = |more: &[&str]| run(recurrent().arg("evaluate").arg(&out).args(more));
    let other = other.to_str().expect("a path");
    evaluate(&["--data", other]).is_bad_input(&["`nothing`", "praise"]);
    let recipe = folder.0.path().join("svm.toml");
    let mut fitted = recurrent();
    fitted.arg("train").arg(&recipe).arg("--data").arg(&data);
    fitted.args(["--force", "--set", "model.temperature=5", "--out"]);
    run(fitted.arg(&out)).is_bad_input(&["model.temperature: expected nothing"]);
    let mut over = recurrent();
    over.arg("compare").arg(&out).arg("--plot");
    run(over.arg(&data)).is_bad_input(&["--plot", "another file than the one that is read"]);
    let table = folder.file("table.csv", "note,mark\ngood,praise\nbad,blame\n");
    let table = table.to_str().expect("a path");
    let columns = [
        "--data",
        table,
        "--column",
        "note",
        "--label-column",
        "mark",
    ];
    evaluate(&[&columns[..], &["--split", "all"]].concat()).succeeds();
    let config = fs::read_to_string(out.join("config.toml")).expect("a recipe");
    fs::write(
        out.join("config.toml"),
        config.replace("order = 2", "order = 1"),
    )
    .expect("written");
    evaluate(&[]).is_bad_input(&["config.toml", "as it was when"]);
    fs::write(out.join("config.toml"), config).expect("written");
    evaluate(&["--cache", "5"]).is_bad_input(&["nothing for a classifier"]);
    let bytes = folder.file("bytes.txt", b"fine\n\xff\n");
    run(recurrent().arg("predict").arg(&out).arg(bytes)).is_bad_input(&["bytes.txt:2", "UTF-8"]);
    for command in ["generate", "score"] {
        run(recurrent().arg(command).arg(&out)).is_bad_input(&["one of classification"]);
    }
    let weights = out.join("model.safetensors");
    let mut broken = fs::read(&weights).expect("weights");
    let end = broken.len() - 1;
    broken[end] ^= 1;
    fs::write(&weights, broken).expect("written");
    evaluate(&[]).is_bad_input(&["model.safetensors", "damaged"]);
    fs::remove_file(&weights).expect("removed");
    evaluate(&[]).is_bad_input(&["no model.safetensors yet"]);
}

#[test]
fn questions_are_told_apart() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/trec");
    if !data.exists() {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "{} is missing",
            data.display()
        );
        eprintln!("skipped: {} is absent", data.display());
        return;
    }
    let folder = Folder::new();
    let changes = ["data.encoding=windows-1252", "data.clean.lower_case=true"];
    folder.train("nbsvm", &data, &changes).succeeds();
    let found = &json("evaluate", &[&folder.0.path().join("nbsvm")], &[])[0];
    assert_eq!(found["metrics"]["examples"], 500);
    let accuracy = found["metrics"]["accuracy"].as_f64().expect("a number");
    assert!(accuracy > 0.87, "{accuracy}");
}
