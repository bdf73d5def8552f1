//! One file a subcommand, and what they share.

pub mod analogy;
pub mod bench;
pub mod compare;
pub mod evaluate;
pub mod export;
pub mod generate;
pub mod import;
pub mod inspect;
pub mod neighbours;
mod options;
pub mod predict;
pub mod recipes;
pub mod score;
pub mod train;
mod vectors;

pub use options::{Machine, Threads};

use recurrent::Error;
use recurrent::data::io_problem;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// The library's error.
    Library(Error),
    /// Standard output could not be written.
    Output(io::Error),
}

impl Failure {
    /// Says what went wrong. The exit code is 2 for bad input, else 1; that a
    /// reader like `head` closed the pipe early is no failure.
    pub fn report(&self) -> ExitCode {
        let code = match self {
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Self::Library(error) if error.is_bad_input() => 2,
            _ => 1,
        };
        say(&format!("error: {self}"));
        ExitCode::from(code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Library(error) => error.fmt(f),
            Self::Output(error) => {
                write!(f, "cannot write to standard output: {}", io_problem(error))
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

/// What a command comes to.
pub type Outcome = Result<ExitCode, Failure>;

/// Writes to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Writes a line to standard error. Where that cannot be written there is no
/// place left to say so, and the work goes on.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// What the argument parser has to say: help and version are results, all else is a message.
pub fn usage(error: clap::Error) -> Outcome {
    match error.print() {
        Err(problem) if !error.use_stderr() => Err(Failure::Output(problem)),
        _ => Ok(ExitCode::from(error.exit_code() as u8)),
    }
}

/// The command as the report shows it.
pub fn command_line() -> String {
    let words = std::env::args().skip(1).map(|word| {
        let plain = |c: char| c.is_alphanumeric() || "-_./=,:".contains(c);
        if word.chars().all(plain) {
            word
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    });
    std::iter::once("recurrent".to_string())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Two columns, the first as wide as its widest entry.
pub fn columns(rows: &[(String, String)]) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(|(name, value)| format!("{name:width$}  {value}\n"))
        .collect()
}
