//! One step of one row: layers packed for streaming.
//!
//! A step at batch 1 is bound by reading the weights once. They are packed
//! beforehand in the order in which they are read, so that a member of the team
//! streams through its own part of one buffer and keeps it in its own cache.
//! Weights may be kept in bfloat16, which halves what is read; sums are in the
//! element type of the layer either way.

mod linear;
mod recurrent;
mod stream;
#[cfg(test)]
mod tests;

pub use linear::LinearStepper;
pub use recurrent::{StepState, Stepper};

/// Weights of a step below which one thread does it all.
const SHORT_STEP: usize = 1 << 15;

/// How packed weights are kept. Biases and states are never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// As they are.
    #[default]
    Full,
    /// Rounded to bfloat16: 8 bits of mantissa, relative error up to `2^-9`.
    Bf16,
}
