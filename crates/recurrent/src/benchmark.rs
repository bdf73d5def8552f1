//! The project's own workloads, timed on this machine.
//!
//! [`workloads`] are the shapes of `workloads.toml` on random data; [`measure`]
//! runs one through the layers and the training step that everything else uses.
//!
//! - Times are medians: two calls to warm up, then at least nine calls and a
//!   second of them. Steps of one row are timed 200 at a time, the state passed on.
//! - Operations are those of the matrix products, two for a multiplication and
//!   its addition: `2 G H (I + H)` a position, layer and direction, `2 H V` a
//!   position, or a row of a classifier, for the output layer. A conditional random
//!   field over `V` tags counts `2 V V` a position: its recursion is a product with a
//!   `[V, V]` matrix, in decoding an addition and a comparison for each of its
//!   elements; exponentials and logarithms are left out. A backward pass counts twice
//!   its forward pass. Positions past a row's end do not count.
//! - The peak is what a product of two 1024 x 1024 matrices in single precision
//!   reaches, the best of many, on the same threads right after the workload.
//! - Memory is the most that the process has held at any time, in physical pages
//!   (`VmHWM` of Linux): the workload's own where it is the first of the process.

mod classifier;
mod crf;
mod ctc;
mod language_model;
mod measurement;
mod peak;
mod stack;
mod tagger;
mod training;
mod workload;

pub use measurement::{Measurement, measure};
pub use workload::{StackShape, Work, Workload, workloads};

use burn::tensor::{Device, Tensor, TensorData};
use recurrent_nn::noise;

/// Medians of a workload, in seconds.
struct Times {
    /// Of the whole: a training step, forward and backward, decoding, or one step.
    whole: f64,
    /// Of the forward pass alone, where the whole is more than that.
    forward: Option<f64>,
}

/// A tensor of standard normal values.
fn normal<const D: usize>(seed: u64, dims: [usize; D], device: &Device) -> Tensor<D> {
    let count = dims.iter().product::<usize>() as u64;
    let values: Vec<f32> = (0..count).map(|i| noise::normal(seed, i) as f32).collect();
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// Numbers drawn evenly from those below a limit.
fn draws(seed: u64, count: usize, below: usize) -> Vec<u32> {
    let draw = |i| (noise::uniform(seed, i) * below as f64) as u32;
    (0..count as u64).map(draw).collect()
}

/// The same in rows of these lengths, `[B]`.
fn draw_rows(seed: u64, lengths: &[usize], below: usize) -> Vec<Vec<u32>> {
    let row = |(row, &length): (u64, &usize)| draws(noise::mix(seed, row), length, below);
    (0..).zip(lengths).map(row).collect()
}

#[cfg(test)]
mod tests;
