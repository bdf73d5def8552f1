//! Losses of unaligned texts alone, with their gradients, and the beam search.

use super::measurement::median;
use super::{Times, draws, normal};
use crate::Error;
use burn::tensor::{Device, Tensor};
use recurrent_decode::ctc::{BeamOptions, Emissions, beam_search};
use recurrent_decode::guide::Unguided;
use recurrent_nn::{UnalignedReduction, UnalignedTargets, ctc_loss, noise, transducer_loss};

/// Seeds of logits and labels.
const LOGITS: u64 = 1;
const LABELS: u64 = 2;

/// The loss by label of rows of these lengths, `[B]`, with its gradient with respect to the logits, and the loss alone.
/// Blank is the first class.
pub(super) fn time_loss(classes: usize, labels: usize, lengths: &[usize]) -> Result<Times, Error> {
    let device = Device::flex();
    let time = lengths.iter().copied().max().unwrap_or(0);
    let logits = normal(LOGITS, [time, lengths.len(), classes], &device);
    let targets = targets(classes, labels, lengths);

    let tracked: Tensor<3> = Tensor::from_inner(logits.clone()).require_grad();
    let (whole, ()) = median((), |()| {
        ctc_loss(tracked.clone(), &targets, UnalignedReduction::Labels).backward();
        Ok(())
    })?;
    let (forward, ()) = median((), |()| {
        ctc_loss(logits.clone(), &targets, UnalignedReduction::Labels);
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// The same of a transducer, from the logits of all nodes.
pub(super) fn time_transducer(
    classes: usize,
    labels: usize,
    lengths: &[usize],
) -> Result<Times, Error> {
    let device = Device::flex();
    let time = lengths.iter().copied().max().unwrap_or(0);
    let nodes = [lengths.len() * time, labels + 1, classes];
    let logits: Tensor<4> =
        normal(LOGITS, nodes, &device).reshape([lengths.len(), time, labels + 1, classes]);
    let targets = targets(classes, labels, lengths);
    let tracked: Tensor<4> = Tensor::from_inner(logits.clone()).require_grad();
    let (whole, ()) = median((), |()| {
        transducer_loss(tracked.clone(), &targets, UnalignedReduction::Sum).backward();
        Ok(())
    })?;
    let (forward, ()) = median((), |()| {
        transducer_loss(logits.clone(), &targets, UnalignedReduction::Sum);
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// The beam search of one row after the other, on one thread.
pub(super) fn time_beam(
    [classes, labels, beam]: [usize; 3],
    lengths: &[usize],
) -> Result<Times, Error> {
    let rows: Vec<Vec<f32>> = (0..lengths.len())
        .map(|row| peaky(row as u64, classes, labels, lengths[row]))
        .collect();
    let options = BeamOptions {
        beam_width: beam,
        ..BeamOptions::default()
    };
    let (whole, ()) = median((), |()| {
        for row in &rows {
            beam_search(Emissions::new(row, classes, 0)?, options, Unguided)?;
        }
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: None,
    })
}

/// Log probabilities `[T, V]` of a row as a trained network gives them: blank almost everywhere, a label now and then, and noise
/// over all.
fn peaky(row: u64, classes: usize, labels: usize, steps: usize) -> Vec<f32> {
    let every = (steps / labels.max(1)).max(1);
    let mut values = Vec::with_capacity(steps * classes);
    for step in 0..steps {
        let seed = noise::mix(noise::mix(LOGITS, row), step as u64);
        let told = match step % every == every / 2 {
            true => 1 + noise::mix(seed, classes as u64) as usize % (classes - 1),
            false => 0,
        };
        let mut scores: Vec<f64> = (0..classes as u64)
            .map(|class| 3.0 * noise::uniform(seed, class))
            .collect();
        scores[told] += 8.0;
        let sum: f64 = scores.iter().map(|score| score.exp()).sum();
        values.extend(scores.iter().map(|score| (score - sum.ln()) as f32));
    }
    values
}

/// Drawn labels of every row; blank is the first class.
fn targets(classes: usize, labels: usize, lengths: &[usize]) -> UnalignedTargets {
    let drawn = draws(LABELS, lengths.len() * labels, classes - 1);
    let drawn: Vec<usize> = drawn.iter().map(|&label| label as usize + 1).collect();
    UnalignedTargets::new(0, lengths, drawn.chunks(labels))
}
