//! The weights that a run ends with: there and the right ones, wherever the run was cut off.

mod common;
#[path = "common/run_files.rs"]
mod run_files;

use common::{run, small};
use run_files::{bytes, checkpoints};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A run that keeps all checkpoints, at one learning rate.
fn kept(out: &Path, epochs: usize) -> Command {
    let mut command = small(out);
    command.args(["--set", "training.keep_checkpoints=1000"]);
    command.args(["--set", "training.schedule=constant"]);
    command.args(["--set", &format!("training.epochs={epochs}")]);
    command
}

/// The same, which ends with its last weights.
fn kept_last(out: &Path, epochs: usize) -> Command {
    let mut command = kept(out, epochs);
    command.args(["--set", "training.keep=last"]);
    command
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn newest(out: &Path) -> PathBuf {
    checkpoints(out).pop().expect("a checkpoint")
}

/// Removes the checkpoints after that of a name.
fn cut_off(out: &Path, last: &str) {
    for path in checkpoints(out) {
        if name(&path)[..] > *last {
            fs::remove_file(path).expect("removes");
        }
    }
    assert_eq!(name(&newest(out)), last);
}

#[test]
fn the_last_weights_are_there_wherever_the_run_was_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let [short, long] = ["short", "long"].map(|name| folder.path().join(name));
    run(kept_last(&short, 2)).succeeds();
    let expected = bytes(&short);
    // Cut off at the end of the second epoch of three, and asked for two.
    run(kept_last(&long, 3)).succeeds();
    cut_off(&long, &name(&newest(&short)));
    fs::remove_file(long.join("model.safetensors")).expect("removes");
    run(kept_last(&long, 2).arg("--resume")).succeeds();
    assert!(bytes(&long) == expected);
    run(kept_last(&short, 2).args(["--resume", "--set", "training.keep=best"])).is_bad_input(&[
        "training.keep",
        "last",
        "best",
    ]);
    // Killed between its last checkpoint and its weights.
    fs::remove_file(short.join("model.safetensors")).expect("removes");
    run(kept_last(&short, 2).arg("--resume")).succeeds();
    assert!(bytes(&short) == expected);
}

#[test]
fn the_best_weights_are_those_of_the_best_validation() {
    let folder = tempfile::tempdir().expect("a folder");
    let [short, long] = ["short", "long"].map(|name| folder.path().join(name));
    run(kept(&short, 1)).succeeds();
    run(kept(&long, 2)).succeeds();
    let (first, second) = (bytes(&short), bytes(&long));
    assert!(first != second, "the second epoch is the better one");
    // Killed between a checkpoint and the weights of its validation.
    fs::write(long.join("model.safetensors"), &first).expect("writes");
    run(kept(&long, 2).arg("--resume")).succeeds();
    assert!(bytes(&long) == second);
}

#[test]
fn a_best_validation_whose_weights_are_gone_counts_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(kept(&out, 2)).succeeds();
    let second = bytes(&out);
    // The newest checkpoint left is one within the second epoch.
    let all = checkpoints(&out);
    cut_off(&out, &name(&all[all.len() - 2]));
    // So high a rate that the validation is worse than that of the first epoch.
    let rate = ["--resume", "--set", "training.learning_rate=0.5"];
    let resumed = run(kept(&out, 2).args(rate));
    resumed.succeeds();
    for text in ["the best is looked for anew", "best so far"] {
        assert!(resumed.err.contains(text), "{}", resumed.err);
    }
    assert!(bytes(&out) != second);
}
