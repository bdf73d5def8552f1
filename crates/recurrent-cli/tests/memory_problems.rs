//! Problems of long memory, from recipe to comparison.

mod common;

#[path = "common/run_files.rs"]
mod run_files;

use common::{recurrent, run};
use run_files::{bytes, checkpoints};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The training of a small network on a short problem.
fn small(recipe: &str, out: &Path) -> Command {
    let mut command = recurrent();
    command.args(["train", recipe, "--threads", "1", "--out"]);
    command.arg(out);
    for change in [
        "data.steps=6",
        "data.examples=[100, 20, 30]",
        "model.encoder.hidden_sizes=[8]",
        "training.batch_size=8",
        "training.epochs=2",
        "training.learning_rate=0.01",
        "training.schedule=constant",
        "training.keep=last",
        "training.log_every=5",
        "training.checkpoint_every=5",
        "training.keep_checkpoints=100",
    ] {
        command.args(["--set", change]);
    }
    command
}

/// What a command of a run prints as JSON.
fn json(command: &str, out: &Path) -> serde_json::Value {
    let found = run(recurrent().arg(command).arg(out).arg("--json"));
    found.succeeds();
    serde_json::from_str(&found.out).expect("JSON")
}

#[test]
fn a_run_is_trained_measured_inspected_and_compared() {
    for (recipe, output, title) in [
        ("adding", "[B, 1]", "Squared error"),
        ("copy", "[T, B, 9]", "Cross entropy"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("run");
        let trained = run(&mut small(recipe, &out));
        trained.succeeds();
        assert!(trained.out.contains("answered"), "{}", trained.out);
        assert!(!trained.err.contains("perplexity"), "{}", trained.err);
        let report = fs::read_to_string(out.join("report.html")).expect("a report");
        for part in [title, "answer without memory", "test sequences"] {
            assert!(report.contains(part), "{part}");
        }
        let found = json("evaluate", &out);
        let number = |name: &str| found["metrics"][name].as_f64();
        let (loss, baseline) = (number("loss"), number("baseline"));
        assert!(loss.is_some() && baseline.is_some(), "{found}");
        assert_eq!(number("accuracy").is_some(), recipe == "copy");
        assert_eq!(found["metrics"]["solved"], false);
        let compared = json("compare", &out);
        assert_eq!(compared["loss"].as_f64(), loss);
        let compared = run(recurrent().arg("compare").args([&out, &out]));
        compared.succeeds();
        assert!(compared.out.contains("sequences/s"), "{}", compared.out);
        let inspected = run(recurrent().arg("inspect").arg(&out));
        inspected.succeeds();
        assert!(inspected.out.contains(output), "{}", inspected.out);
        assert!(!inspected.out.contains("perplexity"), "{}", inspected.out);
        let words = ["task classification", "memory", "`recurrent evaluate`"];
        run(recurrent().arg("predict").arg(&out)).is_bad_input(&words);
        let mut other_data = recurrent();
        other_data.arg("evaluate").arg(&out);
        run(other_data.args(["--data", "a.txt"])).is_bad_input(&["--data", "generated"]);
    }
}

#[test]
fn a_run_goes_on_from_a_checkpoint_to_the_same_weights() {
    for recipe in ["adding", "copy"] {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("run");
        run(&mut small(recipe, &out)).succeeds();
        let whole = bytes(&out);
        // An epoch has 13 steps: the first checkpoint is in the middle of the first one.
        for checkpoint in &checkpoints(&out)[1..] {
            fs::remove_file(checkpoint).expect("removed");
        }
        fs::remove_file(out.join("model.safetensors")).expect("removed");
        run(small(recipe, &out).arg("--resume")).succeeds();
        assert_eq!(bytes(&out), whole, "{recipe}");
        // Other data are another run.
        let mut other = small(recipe, &out);
        other.args(["--resume", "--set", "data.seed=2"]);
        run(other).is_bad_input(&["data.seed"]);
    }
}

#[test]
fn a_huge_number_of_examples_takes_no_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = small("adding", &folder.path().join("run"));
    let huge = ["--set", "data.examples=[1000000000000, 20, 30]"];
    let early = ["--set", "training.validate_every=1", "--set"];
    command
        .args(huge)
        .args(early)
        .args(["training.early_stopping=1", "--set"]);
    // The weights stay as they are, so that the second validation is not better.
    run(command.arg("training.learning_rate=1e-30")).succeeds();
}

#[test]
fn settings_without_a_use_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (recipe, changes, words) in [
        ("adding", &["data.steps=1"][..], "data.steps: expected"),
        (
            "adding",
            &["data.examples=[0, 1, 1]"],
            "data.examples: expected",
        ),
        ("adding", &["data.problem=sorting"], "copy"),
        ("adding", &["data.path=a.txt"], "unknown key `path`"),
        (
            "adding",
            &["model.embedding={ size = 4 }"],
            "model.embedding: expected nothing",
        ),
        (
            "adding",
            &["training.label_smoothing=0.1"],
            "training.label_smoothing: expected 0",
        ),
        (
            "copy",
            &["model.encoder.bidirectional=true"],
            "model.encoder.bidirectional: expected false",
        ),
        (
            "copy",
            &["model.embedding={ size = 4, file = \"a.bin\" }"],
            "model.embedding.file: expected nothing",
        ),
        (
            "copy",
            &["model.encoder={ kind = \"convolutional\", filters = [4], widths = [3] }"],
            "model.encoder.kind: expected recurrent",
        ),
        (
            "copy",
            &["model.encoder.hidden_sizes=[65536, 65536]"],
            "model.encoder.hidden_sizes: expected",
        ),
        (
            "copy",
            &["training.chunk_length=5"],
            "training.chunk_length: expected nothing",
        ),
    ] {
        let mut command = small(recipe, &folder.path().join("run"));
        for change in changes {
            command.args(["--set", change]);
        }
        run(command).is_bad_input(&[words]);
    }
}
