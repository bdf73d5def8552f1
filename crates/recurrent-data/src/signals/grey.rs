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
    /// The values of a sequence as those of its image, `[height, width]`.
    pub(super) fn pixels(&self, values: &[f32]) -> Vec<f32> {
        let mut pixels = values.to_vec();
        for (&pixel, &value) in self.permutation.iter().flatten().zip(values) {
            pixels[pixel] = value;
        }
        pixels
    }

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
            ImageOrder::Columns => Self {
                channels: height,
                permutation: Some(columns([height, width])),
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

    /// The values of an image whose grey levels are `levels`, `[height, width]`, from 0 to 255.
    pub(super) fn values<L: Copy + Into<f32>>(&self, levels: &[L]) -> Vec<f32> {
        let value = |level: &L| (*level).into() / WHITE;
        match &self.permutation {
            None => levels.iter().map(value).collect(),
            Some(order) => order.iter().map(|&pixel| value(&levels[pixel])).collect(),
        }
    }
}

/// The pixels of an image `[height, width]` column by column.
fn columns([height, width]: [usize; 2]) -> Vec<usize> {
    let pixels = (0..width).flat_map(|column| (0..height).map(move |row| row * width + column));
    pixels.collect()
}
