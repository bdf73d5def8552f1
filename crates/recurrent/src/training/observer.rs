//! What a run tells while it goes.

/// One finished step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// Steps made so far.
    pub step: u64,
    /// Steps of the whole run.
    pub total_steps: u64,
    /// Epochs finished, with the part of the current one.
    pub epoch: f64,
    /// Loss of the step, as [`Config::loss`](crate::task::Config::loss) says.
    pub loss: f64,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Symbols a second over the last steps, as [`Config::counted`](crate::task::Config::counted) says.
    pub symbols_per_second: f64,
}

/// Listens to a run. All methods may be left out.
pub trait Observer {
    /// The run starts, at `step` of `total_steps`.
    fn start(&mut self, _step: u64, _total_steps: u64) {}
    /// A step is done.
    fn step(&mut self, _report: &StepReport) {}
    /// A validation is done.
    fn validated(&mut self, _step: u64, _epoch: f64, _cross_entropy: f64, _best: bool) {}
    /// Something a person should know.
    fn note(&mut self, _text: &str) {}
    /// The loop has ended.
    fn finish(&mut self) {}
}

/// Listens to nothing.
impl Observer for () {}
