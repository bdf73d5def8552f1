//! Options that commands share, and how their numbers are read.

use recurrent::run::RunDirectory;
use recurrent::{DeviceName, Error};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

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
    #[arg(long, value_name = "N", value_parser = whole(1..=1024), allow_negative_numbers = true)]
    threads: Option<u64>,
}

impl Threads {
    /// Sets the number of threads of the process.
    pub fn prepare(&self) {
        if let Some(threads) = self.threads {
            // Fails only where the pool has been built, which happens after this.
            let _ = rayon::ThreadPoolBuilder::new()
                .num_threads(threads as usize)
                .build_global();
        }
    }
}

/// All that a recipe can hold: the whole numbers of TOML.
pub const ANY: RangeInclusive<u64> = 0..=i64::MAX as u64;

/// Reads a whole number of a range.
pub fn whole(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let number = text.parse().ok();
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                format!("expected a whole number from {least} to {most}")
            })
    }
}

/// Reads a number of any sign; its range is the library's to check.
pub fn number(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "expected a number, such as 0.8".to_string())
}

/// Fails where a file to write is one of those that are read, belongs to a run, or has no folder to stand in.
pub fn check_output(option: &str, path: &Path, inputs: &[PathBuf]) -> Result<(), Error> {
    let place = path.canonicalize().ok();
    let is_input = |input: &PathBuf| place.is_some() && input.canonicalize().ok() == place;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let expected = match () {
        () if inputs.iter().any(is_input) => "another file than the one that is read",
        () if RunDirectory::has_file(path) => "a file that is none of a run's own",
        () if path.is_dir() => "a file",
        () if folder.is_some_and(|folder| !folder.is_dir()) => "a file in a folder that is there",
        () => return Ok(()),
    };
    Err(Error::Setting {
        key: option.to_string(),
        expected: expected.to_string(),
        found: path.display().to_string(),
    })
}
