//! Runs the program and looks at what it did.

use std::path::Path;
use std::process::Command;

/// The program.
pub fn recurrent() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recurrent"));
    command.env("RUST_BACKTRACE", "0");
    // What the tests were started to ignore would stay ignored.
    #[cfg(unix)]
    // SAFETY: the call is allowed between fork and exec.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(&mut command, || {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        });
    }
    command
}

/// A training run of a second or less, on generated text.
#[allow(dead_code, reason = "not every file of tests trains")]
pub fn small(out: &Path) -> Command {
    let mut command = small_model(out);
    command.args(["--set", "data.grammar_characters=[6000, 1000, 1000]"]);
    command
}

/// The same on a text of one's own.
#[allow(dead_code, reason = "not every file of tests has a text")]
pub fn small_on(data: &Path, out: &Path) -> Command {
    let mut command = small_model(out);
    command.arg("--data").arg(data);
    command
}

fn small_model(out: &Path) -> Command {
    let mut command = recurrent();
    command
        .args(["train", "char-lm", "--threads", "1"])
        .arg("--out")
        .arg(out);
    for change in [
        "model.hidden_sizes=[8]",
        "model.embedding_size=4",
        "model.input_dropout=0.1",
        "model.recurrent_dropout=0.1",
        "model.embedding_dropout=0.1",
        "model.weight_dropout=0.1",
        "model.dropout_kind=variational",
        "model.activation_penalty=1",
        "model.temporal_penalty=1",
        "training.batch_size=4",
        "training.chunk_length=10",
        "training.evaluation_streams=4",
        "training.epochs=2",
        "training.log_every=10",
        "training.checkpoint_every=20",
        "decode.length=50",
    ] {
        command.args(["--set", change]);
    }
    command
}

/// What a run of the program came to.
pub struct Run {
    /// Exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a command to its end.
pub fn run(mut command: impl std::borrow::BorrowMut<Command>) -> Run {
    let output = command.borrow_mut().output().expect("the program starts");
    Run {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command with a text on its standard input.
#[allow(dead_code, reason = "not every file of tests has an input")]
pub fn feed(mut command: Command, input: impl AsRef<[u8]>) -> Run {
    use std::io::Write;
    use std::process::Stdio;
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input");
    // A program that refuses a line does not read the rest.
    let _ = stdin.write_all(input.as_ref());
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    Run {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// Exit code 0.
    #[track_caller]
    pub fn succeeds(&self) {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
    }

    /// Exit code 2 and one error that holds these texts, without a panic.
    #[track_caller]
    pub fn is_bad_input(&self, texts: &[&str]) {
        assert_eq!(self.code, Some(2), "{}{}", self.out, self.err);
        assert_eq!(self.err.matches("error:").count(), 1, "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for text in texts {
            assert!(self.err.contains(text), "`{text}` is not in: {}", self.err);
        }
    }
}
