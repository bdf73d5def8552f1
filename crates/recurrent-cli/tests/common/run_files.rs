//! Files of a run directory.

use std::fs;
use std::path::{Path, PathBuf};

/// The weights that a run ends with, as they are on disk.
pub fn bytes(out: &Path) -> Vec<u8> {
    fs::read(out.join("model.safetensors")).expect("weights")
}

/// The checkpoints, the oldest first.
pub fn checkpoints(out: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(out.join("checkpoints")) else {
        return Vec::new();
    };
    let mut all: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .collect();
    all.sort();
    all
}
