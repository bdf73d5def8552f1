//! Connectionist temporal classification alone: its loss with the gradient.

use super::measurement::median;
use super::{Times, draws, normal};
use crate::Error;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{CtcReduction, CtcTargets, ctc_loss};

/// Seeds of logits and labels.
const LOGITS: u64 = 1;
const LABELS: u64 = 2;

/// The loss by label of rows of these lengths, `[B]`, with its gradient with respect to the logits, and the loss alone.
/// Blank is the first class.
pub(super) fn time_loss(classes: usize, labels: usize, lengths: &[usize]) -> Result<Times, Error> {
    let device = Device::flex();
    let time = lengths.iter().copied().max().unwrap_or(0);
    let logits = normal(LOGITS, [time, lengths.len(), classes], &device);
    let drawn = draws(LABELS, lengths.len() * labels, classes - 1);
    let drawn: Vec<usize> = drawn.iter().map(|&label| label as usize + 1).collect();
    let targets = CtcTargets::new(0, lengths, drawn.chunks(labels));

    let tracked: Tensor<3> = Tensor::from_inner(logits.clone()).require_grad();
    let (whole, ()) = median((), |()| {
        ctc_loss(tracked.clone(), &targets, CtcReduction::Labels).backward();
        Ok(())
    })?;
    let (forward, ()) = median((), |()| {
        ctc_loss(logits.clone(), &targets, CtcReduction::Labels);
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}
