//! How far a text has been read.

use super::{PAUSE, TEMPLATE};
use crate::commands::say;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Shows how far a text has been read.
pub struct Reading {
    bar: Option<ProgressBar>,
    start: Instant,
    last_line: Instant,
}

impl Reading {
    /// On standard error.
    pub fn new() -> Self {
        let now = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0));
        if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template(TEMPLATE)) {
            bar.set_style(style);
        }
        Self {
            bar,
            start: now,
            last_line: now,
        }
    }

    /// Takes note of `done` of `all` symbols.
    pub fn read(&mut self, done: usize, all: usize) {
        let seconds = self.start.elapsed().as_secs_f64();
        let speed = done as f64 / seconds.max(1e-9);
        let left = Duration::try_from_secs_f64((all - done) as f64 / speed.max(1e-9));
        let left = HumanDuration(left.unwrap_or(Duration::MAX));
        let line = format!("{done}/{all} symbols, {left:#} left, {speed:.0} symbols/s");
        match &self.bar {
            Some(bar) => {
                bar.set_length(all as u64);
                bar.set_position(done as u64);
                bar.set_message(line);
            }
            None if self.last_line.elapsed() >= PAUSE => {
                self.last_line = Instant::now();
                say(&line);
            }
            None => {}
        }
    }

    /// Clears the bar.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
