//! How runs of every task end.

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<R> {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training, all parts of a resumed run together.
    pub seconds: f64,
    /// What it came to; `None` where it was asked to stop before its end.
    pub results: Option<R>,
}

impl<R> Outcome<R> {
    /// The same end, its results told in another way.
    pub fn map<S>(self, tell: impl FnOnce(R) -> S) -> Outcome<S> {
        Outcome {
            steps: self.steps,
            seconds: self.seconds,
            results: self.results.map(tell),
        }
    }
}

/// What a run has come to on the splits that nothing is learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct BySplit<S> {
    /// On the validation split.
    pub valid: Option<S>,
    /// On the test split.
    pub test: Option<S>,
}

impl<S> BySplit<S> {
    /// What was measured last: the test split where there is one.
    pub fn measured(&self) -> Option<&S> {
        self.test.as_ref().or(self.valid.as_ref())
    }
}
