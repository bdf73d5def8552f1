//! A linear-chain conditional random field alone: its loss with gradients, and decoding.

use super::measurement::median;
use super::{Times, draws, normal};
use crate::Error;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::{CrfConfig, CrfReduction};

/// Seeds of transitions, emissions and tags.
const WEIGHTS: u64 = 1;
const EMISSIONS: u64 = 2;
const TAGS: u64 = 3;

/// The mean loss of rows of these lengths, `[B]`, with its gradients with respect to emissions
/// and transitions, and the loss alone.
pub(super) fn time_loss(tags: usize, lengths: &[usize]) -> Result<Times, Error> {
    let device = Device::flex();
    let tracking = device.clone().autodiff();
    let field = CrfConfig { tags }.init(WEIGHTS, &tracking);
    let emissions = emissions(tags, lengths, &device);
    let [time, rows, _] = emissions.dims();
    let targets = draws(TAGS, time * rows, tags).into_iter();
    let targets: Vec<i32> = targets.map(|tag| tag as i32).collect();
    let targets = TensorData::new(targets, [time, rows]);
    let targets_on =
        |device: &Device| -> Tensor<2, Int> { Tensor::from_data(targets.clone(), device) };

    let tracked = Tensor::from_inner(emissions.clone()).require_grad();
    let tracked_targets = targets_on(&tracking);
    let (whole, ()) = median((), |()| {
        let loss = field.loss(
            tracked.clone(),
            tracked_targets.clone(),
            lengths,
            CrfReduction::Rows,
        );
        loss.backward();
        Ok(())
    })?;
    let field = field.valid();
    let targets = targets_on(&device);
    let (forward, ()) = median((), |()| {
        field.loss(
            emissions.clone(),
            targets.clone(),
            lengths,
            CrfReduction::Rows,
        );
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// The most probable tags of rows of these lengths, `[B]`.
pub(super) fn time_decode(tags: usize, lengths: &[usize]) -> Result<Times, Error> {
    let device = Device::flex();
    let field = CrfConfig { tags }.init(WEIGHTS, &device);
    let emissions = emissions(tags, lengths, &device);
    let (whole, ()) = median((), |()| {
        field.decode(emissions.clone(), lengths, None);
        Ok(())
    })?;
    Ok(Times {
        whole,
        forward: None,
    })
}

/// Random scores of the tags, `[T, B, V]`.
fn emissions(tags: usize, lengths: &[usize], device: &Device) -> Tensor<3> {
    let time = lengths.iter().copied().max().unwrap_or(0);
    normal(EMISSIONS, [time, lengths.len(), tags], device)
}
