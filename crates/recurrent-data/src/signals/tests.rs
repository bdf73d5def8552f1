//! Signals of small files of every format, and what is wrong with the wrong ones.

mod cases;
mod cuts;
mod idx;
mod tables;
mod unlabelled;

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::*;

/// A folder with files of these names and contents.
pub(super) fn folder<C: AsRef<[u8]>>(files: &[(&str, C)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content = content.as_ref();
        let bytes = match name.ends_with(".gz") {
            true => gzip(content),
            false => content.to_vec(),
        };
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// All for training.
pub(super) fn whole() -> SignalOptions {
    SignalOptions {
        fractions: [1.0, 0.0, 0.0],
        valid_fraction: 0.0,
        ..SignalOptions::default()
    }
}

/// The training part of files, by label.
pub(super) fn read<C: AsRef<[u8]>>(
    files: &[(&str, C)],
    options: &SignalOptions,
) -> LabelledSignals {
    let folder = folder(files);
    let mut signals = read_signals(folder.path(), options).unwrap().train;
    let mut order: Vec<usize> = (0..signals.len()).collect();
    order.sort_by_key(|&position| signals.labels[position].clone());
    let dropped = signals.dropped;
    let mut sorted = signals.take(&order);
    sorted.dropped = dropped;
    sorted
}

/// The values of each signal.
pub(super) fn values(signals: &LabelledSignals) -> Vec<&[f32]> {
    let signals = signals.signals.iter();
    signals.map(|signal| &signal.values[..]).collect()
}

/// The message without the path of the temporary folder.
pub(super) fn error_of<C: AsRef<[u8]>>(files: &[(&str, C)], options: &SignalOptions) -> String {
    let folder = folder(files);
    let error = read_signals(folder.path(), options).unwrap_err();
    error
        .to_string()
        .replace(&folder.path().display().to_string(), "F")
}

pub(super) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
