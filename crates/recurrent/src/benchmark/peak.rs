//! What the machine can do: the speed of a large product.

use super::measurement::sample;
use super::normal;
use crate::Error;
use burn::tensor::{Device, Tensor};
use recurrent_nn::ops;

/// Rows, columns and depth of the product.
const SIZE: usize = 1024;

/// Billions of operations a second of the fastest of many products.
pub(super) fn gflops() -> Result<f64, Error> {
    let device = Device::flex();
    let left = normal(1, [SIZE, SIZE], &device);
    let right = normal(2, [SIZE, SIZE], &device);
    let bias = Tensor::zeros([SIZE], &device);
    let (seconds, ()) = sample((), |()| {
        ops::linear(left.clone(), right.clone(), bias.clone());
        Ok(())
    })?;
    Ok(2.0 * (SIZE as f64).powi(3) / seconds[0] / 1e9)
}
