//! The maximum or the mean of windows of steps: a sequence of fewer steps.
//!
//! ```text
//! y_t = max or mean over u in t S .. min(t S + W, L) of x_u,    t in 0 .. ceil(L / S)
//! ```
//!
//! with the window `W` and the stride `S` between the first steps of two windows. The last windows
//! of a row may hold fewer than `W` steps; nothing is filled in, and a mean is that of the steps
//! there are. So a row's result does not depend on the other rows of its batch. Where `W = S` it is
//! what PyTorch's `max_pool1d`, and `avg_pool1d` without counting the padding, give with
//! `ceil_mode=True`.

use crate::padding;
use burn::tensor::{Bool, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// What is taken of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowPooling {
    /// The largest value of each feature.
    #[default]
    Max,
    /// The mean.
    Average,
}

/// Pooling over windows of steps. It has no weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimePooling {
    /// What is taken of a window.
    pub kind: WindowPooling,
    /// Steps of a window, `W`.
    pub window: usize,
    /// Steps from a window to the next one, `S`.
    pub stride: usize,
}

impl TimePooling {
    /// Windows next to each other.
    pub fn new(kind: WindowPooling, window: usize) -> Self {
        Self {
            kind,
            window,
            stride: window,
        }
    }

    /// Steps that are left of `length`.
    ///
    /// # Panics
    /// Where the stride is zero.
    pub fn output_length(&self, length: usize) -> usize {
        length.div_ceil(self.stride)
    }

    /// From `x [T, B, I]` to `[ceil(T / S), B, I]` and the rows' lengths `[B]`. What lies past a
    /// row's end takes no part and no gradient; results past a row's end are zero. All rows have
    /// `T` steps where `lengths [B]` is `None`.
    ///
    /// # Panics
    /// Where window or stride is zero, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(&self, x: Tensor<3>, lengths: Option<&[usize]>) -> (Tensor<3>, Vec<usize>) {
        let Self {
            kind,
            window,
            stride,
        } = *self;
        assert!(
            window > 0 && stride > 0,
            "window and stride have at least one step"
        );
        let [time, batch, width] = x.dims();
        let (device, dtype) = (x.device(), x.dtype());
        let full = vec![time; batch];
        let lengths = lengths.unwrap_or(&full);
        assert_eq!(lengths.len(), batch, "number of lengths");
        padding::check(time, lengths);
        let outputs = self.output_length(time);
        let after: Vec<usize> = lengths.iter().map(|&n| self.output_length(n)).collect();
        if time * batch == 0 {
            let empty = Tensor::zeros([outputs, batch, width], (&device, dtype));
            return (empty, after);
        }

        // Step of each place of each window; the last one again where there is none.
        let steps = (0..outputs).flat_map(|t| (0..window).map(move |k| t * stride + k));
        let places: Vec<i64> = steps.clone().map(|u| u.min(time - 1) as i64).collect();
        let places = TensorData::new(places, [outputs * window]);
        let windows = x
            .reshape([time, batch * width])
            .select(0, Tensor::<1, Int>::from_data(places, &device))
            .reshape([outputs, window, batch, width]);
        let missing: Vec<bool> = steps
            .flat_map(|u| lengths.iter().map(move |&length| u >= length))
            .collect();
        let nothing = match kind {
            WindowPooling::Max => f64::NEG_INFINITY,
            WindowPooling::Average => 0.0,
        };
        let windows = if missing.contains(&true) {
            let missing = TensorData::new(missing, [outputs, window, batch, 1]);
            let missing = Tensor::<4, Bool>::from_data(missing, &device);
            windows.mask_fill(missing.expand([outputs, window, batch, width]), nothing)
        } else {
            windows
        };
        let pooled: Tensor<3> = match kind {
            WindowPooling::Max => windows.max_dim(1).squeeze_dim(1),
            WindowPooling::Average => {
                let mut factors = Vec::with_capacity(outputs * batch);
                for t in 0..outputs {
                    let held = |&length: &usize| length.saturating_sub(t * stride).min(window);
                    factors.extend(lengths.iter().map(|n| 1.0 / held(n).max(1) as f64));
                }
                let factors = TensorData::new(factors, [outputs, batch, 1]);
                let sums: Tensor<3> = windows.sum_dim(1).squeeze_dim(1);
                sums * Tensor::from_data(factors, (&device, dtype))
            }
        };
        (padding::fill(pooled, Some(&after), 0.0), after)
    }
}
