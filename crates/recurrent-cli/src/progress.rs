//! Progress of a run on standard error: a bar on a terminal, plain lines elsewhere.

mod reading;

pub use reading::Reading;

use crate::commands::say;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use recurrent::Observer;
use recurrent::report::{Counted, Loss};
use recurrent::task::Config;
use recurrent::training::StepReport;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Time between plain lines.
const PAUSE: Duration = Duration::from_secs(5);

/// The message is cut at the terminal's width.
const TEMPLATE: &str = "{bar:10} {wide_msg}";

/// Shows a run.
pub struct Progress {
    loss: Loss,
    counted: Counted,
    bar: Option<ProgressBar>,
    terminal: bool,
    start: Option<(Instant, u64)>,
    last_line: Option<Instant>,
    steps_go_on: Arc<AtomicBool>,
}

impl Progress {
    /// Of a run of these settings, on standard error.
    pub fn new(config: &Config) -> Self {
        Self {
            loss: config.loss(),
            counted: config.counted(),
            bar: None,
            terminal: std::io::stderr().is_terminal(),
            start: None,
            last_line: None,
            steps_go_on: Arc::default(),
        }
    }

    /// A flag that is set while steps are made, which is when there is something to save.
    pub fn steps_go_on(&self) -> Arc<AtomicBool> {
        self.steps_go_on.clone()
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }

    /// Where the run is, the most important first, in 60 characters or little more.
    fn line(&self, report: &StepReport) -> String {
        let StepReport {
            step,
            total_steps,
            epoch,
            loss,
            symbols_per_second: speed,
            ..
        } = report;
        let left = HumanDuration(self.left(report));
        let (speed, counted) = (speed / 1000.0, self.counted);
        format!(
            "{step}/{total_steps}, {left:#} left, loss {loss:.4}, {speed:.1}k {counted}/s, epoch {epoch:.2}"
        )
    }

    /// Time left at the speed so far.
    fn left(&self, report: &StepReport) -> Duration {
        let Some((since, first)) = self.start else {
            return Duration::ZERO;
        };
        let done = report.step.saturating_sub(first).max(1) as f64;
        let to_do = report.total_steps.saturating_sub(report.step) as f64;
        let seconds = since.elapsed().as_secs_f64() / done * to_do;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

impl Observer for Progress {
    fn start(&mut self, step: u64, total_steps: u64) {
        self.start = Some((Instant::now(), step));
        self.steps_go_on.store(true, Ordering::SeqCst);
        if self.terminal {
            let bar = ProgressBar::new(total_steps).with_position(step);
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style);
            }
            self.bar = Some(bar);
        }
    }

    fn step(&mut self, report: &StepReport) {
        let line = self.line(report);
        if let Some(bar) = &self.bar {
            bar.set_position(report.step);
            bar.set_message(line);
        } else if self.last_line.is_none_or(|last| last.elapsed() >= PAUSE) {
            self.last_line = Some(Instant::now());
            say(&format!("step {line}"));
        }
    }

    fn validated(&mut self, step: u64, epoch: f64, cross_entropy: f64, best: bool) {
        let mark = if best { ", best so far" } else { "" };
        let place = format!("step {step}, epoch {epoch:.2}");
        let loss = self.loss.told(cross_entropy);
        self.say(&format!("{place}: validation loss {loss}{mark}"));
    }

    fn note(&mut self, text: &str) {
        self.say(text);
    }

    fn finish(&mut self) {
        self.steps_go_on.store(false, Ordering::SeqCst);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
