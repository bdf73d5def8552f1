//! Interrupted runs: killed, asked to stop, out of space. What comes after is
//! the same, bit for bit.

#![cfg(unix)]

mod common;

#[path = "common/run_files.rs"]
mod run_files;

use common::{run, small, small_on};
use run_files::{bytes, checkpoints};
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Metric lines without their times.
fn metrics(out: &Path) -> Vec<String> {
    let text = fs::read_to_string(out.join("metrics.jsonl")).expect("metrics");
    text.lines()
        .map(|line| {
            let mut object: serde_json::Value = serde_json::from_str(line).expect("a line");
            let object = object.as_object_mut().expect("an object");
            object.remove("elapsed_seconds");
            object.remove("symbols_per_second");
            serde_json::to_string(object).expect("text")
        })
        .collect()
}

/// A run long enough to be interrupted.
fn long(out: &Path) -> Command {
    let mut command = small(out);
    command.args([
        "--set",
        "training.epochs=6",
        "--set",
        "training.checkpoint_every=7",
    ]);
    command.args([
        "--set",
        "training.schedule={ name = \"plateau\", factor = 0.5, patience = 1 }",
    ]);
    command
}

/// Waits for a checkpoint after `step`.
fn wait_for_step(out: &Path, step: u64, child: &mut Child) {
    let start = Instant::now();
    loop {
        let newest = checkpoints(out).pop().and_then(|path| {
            let name = path.file_stem()?.to_string_lossy().into_owned();
            name.strip_prefix("step-")?.parse::<u64>().ok()
        });
        if newest.is_some_and(|newest| newest >= step) {
            return;
        }
        assert!(
            child.try_wait().expect("a status").is_none(),
            "it ended too early"
        );
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no checkpoint came"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

/// Kills a run after each of these steps and resumes it; then lets it end.
fn with_kills(command: impl Fn() -> Command, out: &Path, steps: [u64; 3]) {
    let mut resumed = false;
    for step in steps {
        let mut command = command();
        if resumed {
            command.arg("--resume");
        }
        let mut child = start(command);
        wait_for_step(out, step, &mut child);
        child.kill().expect("killed");
        child.wait().expect("ended");
        resumed = true;
    }
    run(command().arg("--resume")).succeeds();
}

#[test]
fn a_killed_run_ends_as_an_uninterrupted_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    run(long(&whole)).succeeds();
    let killed = folder.path().join("killed");
    with_kills(|| long(&killed), &killed, [10, 200, 500]);
    assert_eq!(bytes(&killed), bytes(&whole));
    assert_eq!(metrics(&killed), metrics(&whole));
    // A finished run that is resumed has nothing to do and stays as it is.
    let before = bytes(&killed);
    run(long(&killed).arg("--resume")).succeeds();
    assert_eq!(bytes(&killed), before);
    // With more epochs it goes on.
    run(long(&killed).args(["--resume", "--set", "training.epochs=7"])).succeeds();
    assert!(metrics(&killed).len() > metrics(&whole).len());
}

/// A run whose chunks differ in length and that averages its weights after a few validations.
fn averaging(out: &Path) -> Command {
    let mut command = long(out);
    for change in [
        "training.optimizer=sgd",
        "training.schedule=constant",
        "training.learning_rate=8",
        "training.clip_norm=1",
        "training.chunk_deviation=3",
        "training.non_monotone_interval=1",
        "training.validate_every=50",
    ] {
        command.args(["--set", change]);
    }
    command
}

#[test]
fn averages_and_drawn_chunks_go_on_where_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    let told = run(averaging(&whole));
    told.succeeds();
    let note = "averaging the weights from now on";
    assert_eq!(told.err.matches(note).count(), 1, "{}", told.err);
    let killed = folder.path().join("killed");
    with_kills(|| averaging(&killed), &killed, [10, 300, 700]);
    assert_eq!(bytes(&killed), bytes(&whole));
    assert_eq!(metrics(&killed), metrics(&whole));
}

#[test]
fn an_interrupt_saves_and_exits_130() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    run(long(&whole)).succeeds();
    let stopped = folder.path().join("stopped");
    let mut child = start(long(&stopped));
    wait_for_step(&stopped, 30, &mut child);
    // SAFETY: a signal to a child of this process.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) };
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    run(long(&stopped).arg("--resume")).succeeds();
    assert_eq!(bytes(&stopped), bytes(&whole));
    assert_eq!(metrics(&stopped), metrics(&whole));
}

#[test]
fn what_was_ignored_from_the_start_does_not_stop_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = long(&out);
    // SAFETY: between fork and exec the child only sets what it inherits.
    unsafe {
        command.pre_exec(|| {
            libc::signal(libc::SIGHUP, libc::SIG_IGN);
            libc::signal(libc::SIGINT, libc::SIG_IGN);
            Ok(())
        });
    }
    let mut child = start(command);
    wait_for_step(&out, 7, &mut child);
    let end_with = |signal| {
        // SAFETY: a signal to a child of this process.
        unsafe { libc::kill(child.id() as libc::pid_t, signal) };
    };
    end_with(libc::SIGHUP);
    end_with(libc::SIGINT);
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}

#[test]
fn an_interrupt_before_the_first_step_ends_the_program_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo starts").success());
    let out = folder.path().join("run");
    let mut child = start(small_on(&pipe, &out));
    // Opens once the program waits for the text, which never comes.
    let open = || {
        let mut options = fs::OpenOptions::new();
        options
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(&pipe)
    };
    let _text = loop {
        match open() {
            Ok(text) => break text,
            Err(_) => assert!(child.try_wait().expect("asked").is_none(), "ended early"),
        }
        thread::sleep(Duration::from_millis(10));
    };
    // SAFETY: a signal to a child of this process.
    unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGINT) };
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    assert!(!out.exists());
}

#[test]
fn without_space_the_old_checkpoint_stays_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut small = small(&out);
    small.args(["--set", "training.log_every=1000"]);
    run(&mut small).succeeds();
    let (before, weights) = (checkpoints(&out), bytes(&out));
    let content = fs::read(before.last().expect("a checkpoint")).expect("reads");
    // A limit on the size of files stands for a full device: the metrics fit, a
    // checkpoint does not.
    let limit = content.len() / 1024 / 2;
    assert!(fs::metadata(out.join("config.toml")).expect("a file").len() < 1024 * limit as u64);
    let words = small
        .get_args()
        .map(|word| format!("'{}'", word.to_string_lossy()));
    let line = format!(
        "ulimit -f {limit}; exec '{}' {} --resume --set training.epochs=4",
        small.get_program().to_string_lossy(),
        words.collect::<Vec<_>>().join(" ")
    );
    let failed = run(Command::new("bash").args(["-c", &line]));
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains("cannot write"), "{}", failed.err);
    assert!(failed.err.contains("step-"), "{}", failed.err);
    assert_eq!(bytes(&out), weights);
    assert_eq!(checkpoints(&out), before);
    assert_eq!(
        fs::read(before.last().expect("a checkpoint")).expect("reads"),
        content
    );
    assert!(
        !out.join("checkpoints")
            .read_dir()
            .expect("lists")
            .any(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().ends_with(".partial")
            })
    );
}

#[test]
fn a_loss_that_is_not_finite_stops_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = small(&out);
    command.args([
        "--set",
        "training.learning_rate=1000",
        "--set",
        "training.clip_norm=1e30",
    ]);
    command.args(["--set", "training.optimizer={ name = \"sgd\" }"]);
    command.args(["--set", "model.cell=elman-relu"]);
    // Penalties would hold the activations back.
    command.args(["--set", "model.activation_penalty=0"]);
    command.args(["--set", "model.temporal_penalty=0"]);
    let failed = run(&mut command);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    for text in ["step ", "learning rate", "last losses"] {
        assert!(failed.err.contains(text), "{}", failed.err);
    }
}

#[test]
fn one_process_trains_in_a_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut child = start(long(&out));
    wait_for_step(&out, 7, &mut child);
    run(long(&out).arg("--resume")).is_bad_input(&["in use by another process"]);
    run(long(&out).arg("--force")).is_bad_input(&["in use by another process"]);
    child.kill().expect("killed");
    child.wait().expect("ended");
    run(long(&out).arg("--resume")).succeeds();
}
