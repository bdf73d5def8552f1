//! Taggers, from columns to tags and spans.

mod common;

use common::{Run, feed, recurrent, run};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const NETWORK: &str = "[model]\nlower_case = true\ninput_dropout = 0.1\nunknown_words = 0.05\n\
    [model.embedding]\nsize = 8\n[model.capitals]\nsize = 2\n\
    [model.characters]\npooling = \"last\"\nembedding = { size = 4 }\n\
    encoder = { kind = \"recurrent\", cell = \"lstm\", hidden_sizes = [4], bidirectional = true }\n\
    [model.encoder]\nkind = \"recurrent\"\ncell = \"gru\"\nhidden_sizes = [12]\nbidirectional = true\n\
    [training]\nbatch_size = 8\nepochs = 12\noptimizer = \"adam\"\nlearning_rate = 0.02\nlog_every = 5\n\
    checkpoint_every = 9\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("written");
        path
    }

    fn train(&self, data: &Path, out: &str, changes: &[&str]) -> Run {
        let scheme = "scheme = \"iob1\"\nlearned_scheme = \"iobes\"";
        let text = format!("[task]\nname = \"tagging\"\n[data]\n{scheme}\n{NETWORK}");
        let recipe = self.file("tagger.toml", text);
        let mut command = recurrent();
        command.arg("train").arg(recipe).arg("--data").arg(data);
        command
            .args(["--threads", "1", "--out"])
            .arg(self.path(out));
        for change in changes {
            command.args(["--set", change]);
        }
        run(command)
    }
}

/// Sentences about people in places, in IOB1.
fn sentences(count: usize) -> String {
    let people = ["Ann Lee", "Bob", "Carl Max Poe", "Dora Ray"];
    let places = ["Rome", "New York", "Oslo"];
    let mut text = String::new();
    for n in 0..count {
        let person = people[n * 7 % people.len()];
        let place = places[n * 5 % places.len()];
        for (words, tag) in [
            (if n % 3 == 0 { "today" } else { "" }, "O"),
            (person, "I-PER"),
            (["lives in", "went to", "sees"][n % 3], "O"),
            (place, "I-LOC"),
            (".", "O"),
        ] {
            for word in words.split_whitespace() {
                text += &format!("{word} X {tag}\n");
            }
        }
        text += "\n";
    }
    text
}

fn metric(run_directory: &Path, name: &str) -> f64 {
    let mut command = recurrent();
    command.args(["evaluate", "--json"]).arg(run_directory);
    let found = run(command);
    found.succeeds();
    let value: Value = serde_json::from_str(&found.out).expect("JSON");
    value["metrics"][name].as_f64().expect("a number")
}

fn answers(run_directory: &Path, input: &str) -> Vec<Value> {
    let mut command = recurrent();
    command.args(["predict", "--json"]).arg(run_directory);
    let found = feed(command, input);
    found.succeeds();
    found
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn networks_and_baselines_find_spans() {
    let folder = Folder::new();
    let data = folder.file("train.txt", sentences(150));
    for (out, changes, least) in [
        ("crf", &[][..], 0.98),
        ("softmax", &["model.output=softmax"], 0.98),
        ("perceptron", &["model.kind=perceptron"], 0.98),
        ("frequent", &["model.kind=most-frequent"], 0.5),
    ] {
        folder.train(&data, out, changes).succeeds();
        let found = metric(&folder.path(out), "f1");
        assert!(found >= least, "{out}: {found}");
    }
    let mut command = recurrent();
    command
        .arg("compare")
        .args(["crf", "perceptron", "frequent"].map(|out| folder.path(out)));
    let found = run(command);
    found.succeeds();
    assert!(
        found.out.contains("F1") && found.out.contains("words/s"),
        "{}",
        found.out
    );
    let found = answers(&folder.path("crf"), "Bob went to New York .\n\n");
    assert_eq!(found.len(), 2);
    // Tags are in the scheme of the files.
    assert_eq!(
        found[0]["tags"],
        serde_json::json!(["I-PER", "O", "O", "I-LOC", "I-LOC", "O"])
    );
    assert_eq!(
        found[0]["spans"][1]["words"],
        serde_json::json!(["New", "York"])
    );
    assert_eq!(found[1]["tokens"], serde_json::json!([]));
}

#[test]
fn a_long_line_is_told_by_its_number() {
    let folder = Folder::new();
    let data = folder.file("train.txt", sentences(40));
    let out = "out";
    folder.train(&data, out, &["training.epochs=1"]).succeeds();
    // Lines are read 1024 at a time.
    let long = "a ".repeat((1 << 17) + 1);
    let input = "Bob sees Rome\n".repeat(1030) + &long + "\n";
    let mut command = recurrent();
    command.arg("predict").arg(folder.path(out));
    command.arg(folder.file("lines.txt", input));
    run(command).is_bad_input(&["lines.txt:1031: expected at most 131072 steps"]);
}

#[test]
fn a_resumed_tagger_comes_to_the_same_weights() {
    let folder = Folder::new();
    let data = folder.file("train.txt", sentences(60));
    folder
        .train(&data, "whole", &["training.epochs=4"])
        .succeeds();
    folder
        .train(&data, "parts", &["training.epochs=2"])
        .succeeds();
    let mut command = recurrent();
    command.args([
        "train",
        "--resume",
        "--threads",
        "1",
        "--set",
        "training.epochs=4",
    ]);
    command.arg("--out").arg(folder.path("parts"));
    run(command).succeeds();
    let weights = |out: &str| fs::read(folder.path(out).join("model.safetensors")).expect("read");
    assert_eq!(weights("whole"), weights("parts"));
}

#[test]
fn parts_of_speech_come_from_conll_u() {
    let folder = Folder::new();
    let mut text = String::new();
    for n in 0..80 {
        let words = [
            ["the", "DET"],
            [["dog", "cat"][n % 2], "NOUN"],
            [["runs", "sleeps", "eats"][n % 3], "VERB"],
        ];
        for (at, [word, tag]) in (1..).zip(words) {
            text += &format!("{at}\t{word}\t{word}\t{tag}\t_\t_\t0\troot\t_\t_\n");
        }
        text += "\n";
    }
    let data = folder.file("train.conllu", text);
    let plain = [
        "data.scheme=plain",
        "data.learned_scheme=none",
        "data.format=conll-u",
    ];
    folder.train(&data, "pos", &plain).succeeds();
    assert_eq!(metric(&folder.path("pos"), "accuracy"), 1.0);
    let mut command = recurrent();
    command
        .args(["predict"])
        .arg(folder.path("pos"))
        .arg(folder.file("in.txt", "the cat eats\n"));
    let found = run(command);
    found.succeeds();
    assert_eq!(found.out, "the/DET cat/NOUN eats/VERB\n");
}

#[test]
fn tags_that_break_their_scheme_are_told_or_repaired() {
    let folder = Folder::new();
    let broken = sentences(60).replace("Oslo X I-LOC", "Oslo X B-LOC");
    let data = folder.file("train.txt", broken);
    let found = folder.train(&data, "out", &["data.scheme=iob2"]);
    found.is_bad_input(&["train.txt, line ", "word 1 of the sentence", "--repair"]);
    let repair = ["data.scheme=iob2", "data.repair=true", "training.epochs=1"];
    let found = folder.train(&data, "out", &repair);
    found.succeeds();
    assert!(found.err.contains("made right"), "{}", found.err);
    let ragged = folder.file("ragged.txt", "a X O\nb O\n\n");
    folder
        .train(&ragged, "out2", &[])
        .is_bad_input(&["ragged.txt, line 2"]);
    folder
        .train(&data, "out3", &["data.repair=true", "data.scheme=plain"])
        .is_bad_input(&["data.learned_scheme"]);
    let evaluate = |options: &[&str]| {
        let mut command = recurrent();
        command.arg("evaluate").arg(folder.path("out"));
        command.args(["--split", "all", "--data"]).arg(&data);
        run(command.args(options))
    };
    // The run was trained with repair, and so it reads.
    let found = evaluate(&[]);
    found.succeeds();
    assert!(found.err.contains("made right"), "{}", found.err);
    // A column of something else is not made right.
    let other = folder.file("other.txt", sentences(60).replace("X", "I-X"));
    let column = ["data.scheme=iob2", "data.repair=true", "data.tag_column=0"];
    let found = folder.train(
        &other,
        "none",
        &[&column[..], &["data.word_column=1"]].concat(),
    );
    found.is_bad_input(&["other.txt, line ", "IOB2"]);
    let whole = folder.file("whole.txt", sentences(60));
    folder
        .train(&whole, "strict", &["training.epochs=1"])
        .succeeds();
    let strict = |options: &[&str]| {
        let mut command = recurrent();
        command.arg("evaluate").arg(folder.path("strict"));
        // In IOB1 a `B` stands after a span of its kind alone.
        let odd = sentences(20) + "Oslo X B-LOC\n. X O\n\n";
        let odd = folder.file("odd.txt", odd);
        command.args(["--split", "all", "--data"]).arg(odd);
        run(command.args(options))
    };
    strict(&[]).is_bad_input(&["odd.txt, line ", "--repair"]);
    let found = strict(&["--repair"]);
    found.succeeds();
    assert!(found.err.contains("made right"), "{}", found.err);
    let mut command = recurrent();
    command
        .args(["evaluate", "--column", "1"])
        .arg(folder.path("out"));
    run(command).is_bad_input(&["--column"]);
}
