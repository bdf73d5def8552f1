//! What the tests of several kernels need.

use crate::noise;

/// The same numbers in `-1..1` for the same seed.
pub fn values(count: usize, seed: u64) -> Vec<f64> {
    (0..count as u64)
        .map(|at| 2.0 * noise::uniform(seed, at) - 1.0)
        .collect()
}
