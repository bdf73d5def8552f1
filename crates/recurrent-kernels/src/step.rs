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
pub(crate) use stream::to_bf16;

/// Weights of a step below which one thread does it all.
const SHORT_STEP: usize = 1 << 15;
