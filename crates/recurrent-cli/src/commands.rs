//! One file a subcommand, and what they share.

pub mod bench;
pub mod evaluate;
pub mod generate;
pub mod inspect;
pub mod recipes;
pub mod train;

use recurrent::{DeviceName, Error};
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
    /// 2 for bad input, else 1; a reader that closed the pipe early is no failure.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Library(error) if error.is_bad_input() => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Library(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
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

/// Writes to standard output. A closed pipe ends the program quietly, as a
/// reader like `head` expects.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::Output(error)),
    }
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

/// Device and threads of a command that computes.
#[derive(Debug, Clone, clap::Args)]
pub struct Machine {
    /// Where to compute: cpu, cuda or webgpu
    #[arg(long, default_value = "cpu", value_name = "DEVICE")]
    pub device: DeviceName,
    #[command(flatten)]
    pub threads: Threads,
}

impl Machine {
    /// Sets the number of threads of the process.
    pub fn prepare(&self) {
        self.threads.prepare();
    }
}

/// Threads of a command that computes.
#[derive(Debug, Clone, clap::Args)]
pub struct Threads {
    /// Threads to use; all cores where left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// Sets the number of threads of the process.
    pub fn prepare(&self) {
        if let Some(threads) = self.threads {
            // Fails only where the pool has been built, which happens after this.
            let _ = rayon::ThreadPoolBuilder::new()
                .num_threads(threads.into())
                .build_global();
        }
    }
}
