//! The metric lines of a run directory.

use super::RunDirectory;
use crate::metrics::{self, MetricLine};
use crate::{Error, files};
use std::fs;
use std::io::Write;

impl RunDirectory {
    /// The metric lines so far.
    ///
    /// # Errors
    /// Where a line is not one.
    pub fn metrics(&self) -> Result<Vec<MetricLine>, Error> {
        let path = self.file("metrics.jsonl");
        if !path.exists() {
            return Ok(Vec::new());
        }
        metrics::read(path)
    }

    /// Forgets the metric lines after a step, as a resumed run writes them again.
    pub(crate) fn rewind_metrics(&self, step: u64) -> Result<(), Error> {
        let mut text = String::new();
        for line in self.metrics()?.iter().filter(|line| line.step() <= step) {
            text.push_str(&line.to_json());
            text.push('\n');
        }
        files::write_atomically(&self.file("metrics.jsonl"), text.as_bytes())
    }

    /// Makes the metric lines so far last, whatever happens to the machine.
    pub(crate) fn sync_metrics(&self) -> Result<(), Error> {
        let path = self.file("metrics.jsonl");
        let synced = fs::OpenOptions::new().append(true).open(&path);
        synced
            .and_then(|file| file.sync_all())
            .map_err(|error| Error::Write { path, error })
    }

    /// Adds a metric line.
    pub(crate) fn record(&self, line: &MetricLine) -> Result<(), Error> {
        let path = self.file("metrics.jsonl");
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(format!("{}\n", line.to_json()).as_bytes()))
            .map_err(|error| Error::Write { path, error })
    }
}
