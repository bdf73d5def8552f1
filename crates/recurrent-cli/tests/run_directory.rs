//! Run directories that are missing, changed by hand or damaged: what is refused, and
//! what the message says to do.

mod common;
#[path = "common/run_files.rs"]
mod run_files;

use common::{recurrent, run, small, small_on};
use run_files::{bytes, checkpoints};
use std::fs;
use std::path::{Path, PathBuf};

/// Every file of a run but its lock, with its content.
fn content(out: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = [
        "config.toml",
        "vocabulary.json",
        "metrics.jsonl",
        "model.safetensors",
    ];
    let files = files.map(|name| out.join(name));
    (checkpoints(out).into_iter().chain(files))
        .map(|path| (path.clone(), fs::read(path).expect("reads")))
        .collect()
}

#[test]
fn what_a_run_was_started_with_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.txt");
    fs::write(&text, "a small text that is read again.\n".repeat(80)).expect("writes");
    let out = folder.path().join("run");
    let on_text = || small_on(&text, &out);
    run(&mut on_text()).succeeds();
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains("text.txt</h1>") && !report.contains("built-in language"));
    let before = content(&out);
    for (change, texts) in [
        ("data.unit=word", ["data.unit", "\"character\"", "\"word\""]),
        (
            "data.vocabulary_limit=9",
            ["data.vocabulary_limit", "nothing", "9"],
        ),
        (
            "model.hidden_sizes=[9]",
            ["model.hidden_sizes", "[8]", "[9]"],
        ),
        (
            "model.output_dropout=0.5",
            ["model.output_dropout", "0.0", "0.5"],
        ),
        (
            "training.optimizer=sgd",
            ["training.optimizer.name", "adam", "sgd"],
        ),
    ] {
        run(on_text().args(["--resume", "--set", change])).is_bad_input(&texts);
    }
    // Another text in the same place.
    fs::write(&text, "a small text that is read again!\n".repeat(80)).expect("writes");
    run(on_text().arg("--resume")).is_bad_input(&["text.txt", "!"]);
    fs::write(&text, "a small text that is read  gain.\n".repeat(80)).expect("writes");
    run(on_text().arg("--resume")).is_bad_input(&["data.path", "digest"]);
    assert!(before == content(&out), "nothing was written");
    // The same text in another place.
    let moved = folder.path().join("moved.txt");
    fs::write(&moved, "a small text that is read again.\n".repeat(80)).expect("writes");
    let mut resume = recurrent();
    resume.args(["train", "--resume", "--out"]).arg(&out);
    run(resume.arg("--data").arg(&moved)).succeeds();
    // An edited recipe.
    let config = fs::read_to_string(out.join("config.toml")).expect("a recipe");
    let edited = config
        .replace("cell = \"lstm\"", "cell = \"gru\"")
        .replace("forget_bias = 1.0", "forget_bias = 0.0");
    fs::write(out.join("config.toml"), edited).expect("writes");
    let mut resume = recurrent();
    run(resume.args(["train", "--resume", "--out"]).arg(&out)).is_bad_input(&[
        "model.cell",
        "lstm",
        "gru",
    ]);
}

#[test]
fn a_run_that_is_not_there_is_not_resumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(small(&out).arg("--resume")).is_bad_input(&["--resume", "found none"]);
    assert!(!out.exists());
    // Before its first checkpoint a run starts again.
    run(&mut small(&out)).succeeds();
    let weights = bytes(&out);
    for path in checkpoints(&out) {
        fs::remove_file(path).expect("removes");
    }
    for name in ["model.safetensors", "report.html"] {
        fs::remove_file(out.join(name)).expect("removes");
    }
    run(recurrent().arg("evaluate").arg(&out)).is_bad_input(&["model.safetensors", "--resume"]);
    let again = run(recurrent().args(["train", "--resume", "--out"]).arg(&out));
    again.succeeds();
    assert!(
        again.err.contains("no checkpoint to go on from"),
        "{}",
        again.err
    );
    assert_eq!(bytes(&out), weights);
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(
        report.contains("recurrent train char-lm --threads"),
        "the first command"
    );
}

#[test]
fn momentum_is_not_added_to_a_run_without_its_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let with = |momentum: &str| {
        let mut command = small(&out);
        command.args(["--set", "training.optimizer.name=sgd", "--set", momentum]);
        command
    };
    run(with("training.optimizer.momentum=0.0")).succeeds();
    run(with("training.optimizer.momentum=0.9").arg("--resume")).is_bad_input(&[
        "training.optimizer.momentum",
        "0.0",
        "0.9",
    ]);
}

#[test]
fn damaged_files_are_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&mut small(&out)).succeeds();
    let all = checkpoints(&out);
    let [.., older, newest] = &all[..] else {
        panic!("two checkpoints");
    };
    let older = older.file_name().expect("a name").to_string_lossy();
    let whole = fs::read(newest).expect("reads");
    let resume = || run(small(&out).arg("--resume"));

    fs::write(newest, &whole[..whole.len() / 2]).expect("writes");
    resume().is_bad_input(&["step-", "safetensors", "delete it", &older]);
    let mut flipped = whole.clone();
    flipped[whole.len() - 1] ^= 1;
    fs::write(newest, &flipped).expect("writes");
    resume().is_bad_input(&["damaged", "delete it", &older]);
    let key = br#"\"version\":1"#;
    let at = whole.windows(key.len()).position(|window| window == key);
    let mut other = whole.clone();
    other[at.expect("the version") + key.len() - 1] = b'9';
    fs::write(newest, &other).expect("writes");
    let refused = resume();
    refused.is_bad_input(&["expected version 1, found version 9", "--force"]);
    assert!(!refused.err.contains("delete"), "{}", refused.err);
    fs::remove_file(newest).expect("removes");
    resume().succeeds();

    let metrics = out.join("metrics.jsonl");
    let lines = fs::read_to_string(&metrics).expect("reads");
    fs::write(&metrics, format!("nonsense\n{lines}")).expect("writes");
    resume().is_bad_input(&["metrics.jsonl:1", "delete that line"]);
}

#[test]
fn the_same_run_gives_the_same_files_and_weights_that_are_not_finite_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    for out in [&one, &other] {
        run(&mut small(out)).succeeds();
    }
    assert_eq!(bytes(&one), bytes(&other));
    // A file without the program's own header, as another program would write it.
    let mut spoiled = bytes(&one);
    let key = b"\"recurrent\"";
    let at = spoiled.windows(key.len()).position(|window| window == key);
    spoiled[at.expect("the key") + 1] = b'x';
    let end = spoiled.len();
    spoiled[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(one.join("model.safetensors"), spoiled).expect("writes");
    run(recurrent().arg("evaluate").arg(&one)).is_bad_input(&[
        "model.safetensors",
        "rnn.weight_ih_l0",
        "NaN",
    ]);
}

#[test]
fn symbols_in_another_order_are_not_those_of_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&mut small(&out)).succeeds();
    let path = out.join("vocabulary.json");
    let text = fs::read_to_string(&path).expect("reads");
    let mut content: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let symbols = content["symbols"].as_array_mut().expect("symbols");
    symbols.swap(3, 4);
    fs::write(&path, content.to_string()).expect("writes");
    let named = ["vocabulary.json: ", "trained with"];
    for command in ["evaluate", "generate", "inspect"] {
        run(recurrent().arg(command).arg(&out)).is_bad_input(&named);
    }
    run(small(&out).arg("--resume")).is_bad_input(&named);
    // Written in another way it is the same vocabulary, and comments may be edited.
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    fs::write(&path, format!("{value:#}")).expect("writes");
    let config = fs::read_to_string(out.join("config.toml")).expect("a recipe");
    let edited = config.replace("character LSTM", "my own LSTM");
    assert_ne!(config, edited);
    fs::write(out.join("config.toml"), edited).expect("writes");
    run(recurrent().args(["train", "--resume", "--out"]).arg(&out)).succeeds();
}

#[test]
fn a_finished_run_without_checkpoints_is_not_trained_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&mut small(&out)).succeeds();
    let resume = || run(recurrent().args(["train", "--resume", "--out"]).arg(&out));
    let weights = bytes(&out);
    let path = out.join("model.safetensors");
    // The newest checkpoint holds the weights that the run ended with.
    fs::write(&path, &weights[..weights.len() / 2]).expect("writes");
    resume().succeeds();
    assert_eq!(bytes(&out), weights);
    fs::remove_file(&path).expect("removes");
    let missing = run(recurrent().arg("evaluate").arg(&out));
    missing.is_bad_input(&["missing from a finished run", "--force"]);
    // The lock is what a process holds that trains.
    let lock = fs::File::open(out.join("lock")).expect("the lock");
    lock.lock().expect("locks");
    run(recurrent().arg("evaluate").arg(&out)).is_bad_input(&["still training"]);
    drop(lock);
    fs::write(&path, &weights).expect("writes");
    for path in checkpoints(&out) {
        fs::remove_file(path).expect("removes");
    }
    resume().is_bad_input(&["no checkpoint", "--force"]);
    assert_eq!(bytes(&out), weights);
}

#[test]
fn what_a_failed_start_leaves_is_no_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&mut small(&out)).succeeds();
    for name in ["config.toml", "metrics.jsonl", "model.safetensors"] {
        fs::remove_file(out.join(name)).expect("removes");
        run(&mut small(&out)).is_bad_input(&["--force", "--out"]);
    }
    fs::remove_file(out.join("report.html")).expect("removes");
    for path in checkpoints(&out) {
        fs::remove_file(path).expect("removes");
    }
    run(small(&out).arg("--resume")).is_bad_input(&["without --resume"]);
    run(&mut small(&out)).succeeds();
    // A vocabulary of someone else's stays.
    let other = folder.path().join("other");
    fs::create_dir(&other).expect("creates");
    fs::write(other.join("vocabulary.json"), "{}").expect("writes");
    run(&mut small(&other)).is_bad_input(&["--force", "--out"]);
}

#[test]
fn an_early_stop_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = small(&out);
    for change in [
        "training.learning_rate=1e-30",
        "training.epochs=9",
        "training.early_stopping=1",
    ] {
        command.args(["--set", change]);
    }
    let stopped = run(&mut command);
    stopped.succeeds();
    assert!(
        stopped.err.contains("stopped early: 1 validation"),
        "{}",
        stopped.err
    );
}
