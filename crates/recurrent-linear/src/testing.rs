//! What tests share.

use crate::Rows;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows as sparse ones.
pub fn rows<const F: usize>(dense: &[[f32; F]]) -> Rows {
    let mut rows = Rows::new(F);
    for row in dense {
        let there = (0..).zip(row).filter(|(_, value)| **value != 0.0);
        rows.push(there.map(|(feature, &value)| (feature, value)).collect());
    }
    rows
}

/// Noisy rows of `classes` classes with `features` features, of which some speak for each class, and their labels.
pub fn examples(seed: u64, count: usize, features: usize, classes: usize) -> (Rows, Vec<usize>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Rows::new(features);
    let mut labels = Vec::new();
    for n in 0..count {
        let class = n % classes;
        let mut row = Vec::new();
        for feature in 0..features {
            let own = feature % (classes + 1) == class;
            if random.random::<f64>() < if own { 0.4 } else { 0.15 } {
                row.push((feature as u32, 0.5 + random.random::<f32>()));
            }
        }
        rows.push(row);
        labels.push(class);
    }
    (rows, labels)
}
