//! Trained models side by side: how good they are, how large, how fast.

mod measure;
mod page;
mod quality;

pub use measure::measure;
pub use page::page;
pub use quality::Quality;

use crate::Error;
use crate::run::RunDirectory;
use std::path::PathBuf;

/// A model as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Its run directory.
    pub run: PathBuf,
    /// The recipe it was trained by.
    pub recipe: String,
    /// The text it was measured on.
    pub source: String,
    /// What it came to.
    pub quality: Quality,
    /// Tells the symbols it was measured on from others.
    pub text_digest: u64,
    /// Symbols of its vocabulary.
    pub vocabulary: usize,
    /// Tells its vocabulary from others.
    pub vocabulary_digest: u32,
    /// What it learned: weights, or n-grams.
    pub parameters: u64,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// Seconds of its training.
    pub training_seconds: Option<f64>,
    /// Symbols it scored in a second, or examples.
    pub per_second: f64,
}

/// Fails where runs are of different tasks.
///
/// # Errors
/// Where they are, or one is no run.
pub fn check_tasks(runs: &[PathBuf]) -> Result<(), Error> {
    let mut first = None;
    for run in runs {
        let task = RunDirectory::new(run).config()?.task().name;
        if *first.get_or_insert(task) != task {
            return Err(Error::Setting {
                key: "RUN".to_string(),
                expected: format!("runs of one task, such as that of {}", runs[0].display()),
                found: format!("{}, which is of another", run.display()),
            });
        }
    }
    Ok(())
}

/// The data that runs were trained on.
pub fn data_paths(runs: &[PathBuf]) -> Vec<PathBuf> {
    let configs = runs
        .iter()
        .filter_map(|run| RunDirectory::new(run).config().ok());
    configs
        .filter_map(|config| config.data_path().map(PathBuf::from))
        .collect()
}

/// Whether the numbers can be held against each other: over the same text in the same symbols.
pub fn is_comparable(all: &[Compared]) -> bool {
    all.windows(2).all(|pair| {
        let key = |one: &Compared| (one.text_digest, one.vocabulary_digest);
        key(&pair[0]) == key(&pair[1])
    })
}

/// What is said where numbers cannot be held against each other.
pub const INCOMPARABLE: &str =
    "the runs differ in text or vocabulary: their numbers cannot be held against each other";

/// The models, the best first.
pub fn ranked(mut all: Vec<Compared>) -> Vec<Compared> {
    all.sort_by(|a, b| a.quality.loss().total_cmp(&b.quality.loss()));
    all
}

/// What the models are called: the last part of their run directories' paths, or the whole path where
/// several have the same.
pub fn names(all: &[Compared]) -> Vec<String> {
    let short = |one: &Compared| {
        let name = one.run.file_name().unwrap_or(one.run.as_os_str());
        name.to_string_lossy().into_owned()
    };
    let shared = |one: &Compared| {
        all.iter()
            .filter(|other| short(other) == short(one))
            .count()
    };
    (all.iter())
        .map(|one| match shared(one) {
            1 => short(one),
            _ => one.run.display().to_string(),
        })
        .collect()
}

/// A number to three digits, as a speed is never known better.
pub fn three_digits(number: f64) -> u64 {
    let unit = 10f64.powi(number.max(1.0).log10() as i32 - 2).max(1.0);
    ((number / unit).round() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::three_digits;

    #[test]
    fn speeds_have_three_digits() {
        let found = [0.4, 7.0, 99.6, 1234.0, 12_780_123.0].map(three_digits);
        assert_eq!(found, [0, 7, 100, 1230, 12_800_000]);
    }
}
