//! Grey images as sequences.

use super::{ImageOrder, SignalOptions};
use crate::shuffle::shuffle;

/// The largest grey level.
pub(super) const WHITE: f32 = 255.0;

/// How images of one size become sequences.
pub(super) struct Scan {
    /// The number of values of a step.
    pub channels: usize,
    /// Which pixel each value is, where that is not its own position. `[height width]`
    permutation: Option<Vec<usize>>,
}

impl Scan {
    pub(super) fn new([height, width]: [usize; 2], options: &SignalOptions) -> Self {
        let permutation = || {
            let mut order: Vec<usize> = (0..height * width).collect();
            let seed = options.permutation_seed;
            shuffle(order.len(), seed, |one, other| order.swap(one, other));
            order
        };
        match options.image_order {
            ImageOrder::Rows => Self {
                channels: width,
                permutation: None,
            },
            ImageOrder::Pixels => Self {
                channels: 1,
                permutation: None,
            },
            ImageOrder::PermutedPixels => Self {
                channels: 1,
                permutation: Some(permutation()),
            },
        }
    }

    /// The values of an image whose grey levels are `levels`, `[height, width]`.
    pub(super) fn values(&self, levels: &[u8]) -> Vec<f32> {
        let value = |level: &u8| f32::from(*level) / WHITE;
        match &self.permutation {
            None => levels.iter().map(value).collect(),
            Some(order) => order.iter().map(|&pixel| value(&levels[pixel])).collect(),
        }
    }
}
