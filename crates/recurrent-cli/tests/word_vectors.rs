//! Word vectors from training to the embedding of a network.

mod common;

use common::{Run, recurrent, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Training on generated text; all in a moment where there are few epochs.
fn train(out: &Path, epochs: u64) -> Command {
    let mut command = recurrent();
    command.args(["train", "word-vectors", "--threads", "2", "--out"]);
    command.arg(out);
    for change in [
        "data.grammar_characters=[60000, 1000, 1000]",
        "model.embedding_size=16",
        "training.checkpoint_seconds=0",
        &format!("training.epochs={epochs}"),
    ] {
        command.args(["--set", change]);
    }
    command
}

fn command(name: &str, path: &Path, more: &[&str]) -> Run {
    run(recurrent().arg(name).arg(path).args(more))
}

/// A file with the content.
fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("written");
    path
}

const SMALL: &str = "4 2\nking 1 0.1\nqueen 1 0.9\nman 0.2 0.1\nwoman 0.2 0.9\n";

#[test]
fn vectors_are_trained_shown_and_written_in_every_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let trained = run(train(&out, 3));
    trained.succeeds();
    assert!(
        trained.out.contains("words with a vector"),
        "{}",
        trained.out
    );
    let expected = command("neighbours", &out, &["king", "dogs", "--json"]);
    expected.succeeds();
    assert_eq!(expected.out.lines().count(), 2);
    for form in ["word2vec", "word2vec-binary", "glove"] {
        let path = folder.path().join(form);
        let to = path.to_str().expect("a path");
        command("export", &out, &["--format", form, "--out", to]).succeeds();
        let found = command("neighbours", &path, &["king", "dogs", "--json"]);
        found.succeeds();
        assert_eq!(found.out, expected.out, "{form}");
    }
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains("nearest neighbours"));
    let inspected = command("inspect", &out, &[]);
    inspected.succeeds();
    assert!(inspected.out.contains("skip-gram"), "{}", inspected.out);
}

#[test]
fn analogies_are_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "small.txt", SMALL);
    let found = command("analogy", &path, &["man", "woman", "king", "--count", "1"]);
    found.succeeds();
    assert_eq!(found.out.lines().next(), Some("man : woman = king : ?"));
    assert!(found.out.ends_with("  queen\n"), "{}", found.out);
}

#[test]
fn a_killed_run_goes_on_to_the_same_vectors() {
    let folder = tempfile::tempdir().expect("a folder");
    let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));
    let epochs = 200;
    run(train(&whole, epochs)).succeeds();
    let mut child = train(&killed, epochs)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let since = Instant::now();
    let has_checkpoint =
        || fs::read_dir(killed.join("checkpoints")).is_ok_and(|all| all.count() > 0);
    while !has_checkpoint() && since.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let mut again = recurrent();
    let resumed = run(again.args(["train", "--resume", "--out"]).arg(&killed));
    resumed.succeeds();
    let read = |run: &Path| fs::read(run.join("vectors.bin")).expect("vectors");
    assert!(read(&whole) == read(&killed));
}

#[test]
fn embeddings_begin_with_vectors() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = file(
        folder.path(),
        "text.txt",
        &"king queen man tree\n".repeat(60),
    );
    let vectors = file(folder.path(), "small.txt", SMALL);
    let recipe = |size: usize| {
        format!(
            "[task]\nname = \"language-model\"\n[data]\nunit = \"word\"\n[model]\ncell = \"gru\"\n\
             embedding_size = {size}\nhidden_sizes = [3]\nembedding_file = {:?}\n[training]\n\
             batch_size = 2\nchunk_length = 4\nepochs = 1\noptimizer = \"sgd\"\nlearning_rate = 1e-30\n",
            vectors.display().to_string()
        )
    };
    let out = folder.path().join("run");
    let train = |size: usize| {
        let path = file(folder.path(), "recipe.toml", &recipe(size));
        let mut command = recurrent();
        command.arg("train").arg(path).arg("--data").arg(&text);
        run(command.arg("--out").arg(&out))
    };
    train(3).is_bad_input(&["model.embedding_size: expected 2", "small.txt, found 3"]);
    assert!(!out.exists());
    let trained = train(2);
    trained.succeeds();
    assert!(
        trained.err.contains("3 of 5 symbols begin with a vector"),
        "{}",
        trained.err
    );
    let bytes = fs::read(out.join("model.safetensors")).expect("weights");
    // A rate of nothing leaves them as they were.
    for row in [[1.0f32, 0.1], [1.0, 0.9], [0.2, 0.1]] {
        let row: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
        assert!(bytes.windows(8).any(|window| window == row), "{row:?}");
    }
}

#[test]
fn a_rate_that_is_too_high_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let failed = run(train(&out, 50).args(["--set", "training.learning_rate=1e30"]));
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    for text in ["loss", "learning rate"] {
        assert!(failed.err.contains(text), "{}", failed.err);
    }
    assert!(!out.join("vectors.bin").exists());
    let report = fs::read_dir(out.join("checkpoints")).expect("a folder");
    assert_eq!(report.count(), 0, "no checkpoint of what is no number");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = file(
        folder.path(),
        "wide.txt",
        &SMALL.replace("man 0.2 0.1\n", "man 0.2 0.1 5\n"),
    );
    command("neighbours", &wide, &["king"]).is_bad_input(&["wide.txt, line 4", "2 numbers"]);
    let fine = file(folder.path(), "fine.txt", SMALL);
    command("neighbours", &fine, &["kong"]).is_bad_input(&["fine.txt", "kong"]);
    command("analogy", &fine, &["king", "quin", "mann"]).is_bad_input(&["quin", "mann"]);
    command("neighbours", &folder.path().join("none"), &["king"]).is_bad_input(&["none"]);
    let out = folder.path().join("run");
    run(train(&out, 1)).succeeds();
    for name in ["evaluate", "generate", "score"] {
        command(name, &out, &[]).is_bad_input(&["one of word-vectors", "recurrent neighbours"]);
    }
    run(train(&out, 1).args(["--force", "--set", "data.unit=character"]))
        .is_bad_input(&["data.unit: expected word"]);
    run(train(&out, 1).args(["--force", "--set", "model.window=0"]))
        .is_bad_input(&["model.window: expected a number from 1 to 1000, found 0"]);
    let rare = ["--force", "--set", "model.minimum_count=1000000"];
    run(train(&out, 1).args(rare)).is_bad_input(&["occur 1000000 times or more"]);
    let mut changed = recurrent();
    changed.args(["train", "--resume", "--set", "training.epochs=5", "--out"]);
    run(changed.arg(&out)).is_bad_input(&["training.epochs: expected 1"]);
    let recipe = run(recurrent().args(["recipes", "word-vectors"]));
    let other = file(folder.path(), "other.toml", &recipe.out);
    let mut another = recurrent();
    another.arg("train").arg(other).args(["--resume", "--out"]);
    run(another.arg(&out)).is_bad_input(&["RECIPE: expected `word-vectors`", "found `other`"]);
    run(train(&out, 1).args(["--force", "--device", "cuda"])).is_bad_input(&["cuda"]);
    assert!(out.join("vectors.bin").exists());
}
