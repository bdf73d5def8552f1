//! Initial values of weights, as a function of a seed.

use recurrent_kernels::noise;
use serde::{Deserialize, Serialize};

/// How a weight matrix `[rows, columns]` starts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initializer {
    /// Zero.
    Zeros,
    /// Uniform on `-bound..bound`.
    Uniform(f64),
    /// Uniform on `-1/sqrt(H)..1/sqrt(H)` with `H` the hidden units, or the inputs
    /// of a linear map: PyTorch's default for both.
    Default,
    /// Uniform with variance `2 / (rows + columns)` of a gate's matrix (Glorot and Bengio 2010).
    Xavier,
    /// Orthonormal rows or columns in each gate's matrix (Saxe et al. 2014).
    Orthogonal,
    /// `scale` times the identity in each gate's matrix (Le, Jaitly and Hinton 2015).
    Identity(f64),
}

impl Initializer {
    /// Values of `gates` matrices `[rows, columns]` one below the other;
    /// `hidden` is what [`Initializer::Default`] scales by.
    pub fn values(
        self,
        seed: u64,
        gates: usize,
        [rows, columns]: [usize; 2],
        hidden: usize,
    ) -> Vec<f32> {
        let count = gates * rows * columns;
        let uniform = |bound: f64| {
            (0..count as u64)
                .map(|i| ((2.0 * noise::uniform(seed, i) - 1.0) * bound) as f32)
                .collect()
        };
        match self {
            Self::Zeros => vec![0.0; count],
            Self::Uniform(bound) => uniform(bound),
            Self::Default => uniform(1.0 / (hidden as f64).sqrt()),
            Self::Xavier => uniform((6.0 / (rows + columns) as f64).sqrt()),
            Self::Orthogonal => (0..gates as u64)
                .flat_map(|gate| orthogonal(noise::mix(seed, gate), rows, columns))
                .collect(),
            Self::Identity(scale) => (0..count)
                .map(|i| {
                    let (row, column) = (i / columns % rows, i % columns);
                    if row == column { scale as f32 } else { 0.0 }
                })
                .collect(),
        }
    }
}

/// A random matrix `[rows, columns]` with orthonormal rows (columns, where
/// there are fewer): Gram and Schmidt on normal vectors.
fn orthogonal(seed: u64, rows: usize, columns: usize) -> Vec<f32> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    let mut position = 0;
    while vectors.len() < count {
        let mut vector: Vec<f64> = (0..length as u64)
            .map(|i| noise::normal(seed, position + i))
            .collect();
        position += length as u64;
        // Twice, against rounding (Giraud, Langou and Rozloznik 2005).
        for _ in 0..2 {
            for other in &vectors {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                for (v, o) in vector.iter_mut().zip(other) {
                    *v -= along * o;
                }
            }
        }
        let norm = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        if norm > 1e-6 {
            vectors.push(vector.iter().map(|v| v / norm).collect());
        }
    }
    let at = |row: usize, column: usize| {
        if rows <= columns {
            vectors[row][column]
        } else {
            vectors[column][row]
        }
    };
    (0..rows * columns)
        .map(|i| at(i / columns, i % columns) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_matrices_are() {
        for [rows, columns] in [[4, 4], [3, 7], [7, 3]] {
            let w = Initializer::Orthogonal.values(1, 2, [rows, columns], 4);
            assert_eq!(w.len(), 2 * rows * columns);
            for gate in w.chunks(rows * columns) {
                let count = rows.min(columns);
                let vector = |i: usize| -> Vec<f32> {
                    if rows <= columns {
                        gate[i * columns..(i + 1) * columns].to_vec()
                    } else {
                        (0..rows).map(|r| gate[r * columns + i]).collect()
                    }
                };
                for a in 0..count {
                    for b in 0..count {
                        let dot: f32 = vector(a).iter().zip(vector(b)).map(|(x, y)| x * y).sum();
                        let expected = if a == b { 1.0 } else { 0.0 };
                        // Rounding of the values to single precision.
                        assert!((dot - expected).abs() < 1e-6);
                    }
                }
            }
        }
    }

    #[test]
    fn ranges_and_seeds() {
        let w = Initializer::Uniform(0.1).values(3, 1, [50, 20], 7);
        assert!(w.iter().all(|x| x.abs() <= 0.1) && w.iter().any(|x| x.abs() > 0.09));
        assert_eq!(w, Initializer::Uniform(0.1).values(3, 1, [50, 20], 7));
        assert_ne!(w, Initializer::Uniform(0.1).values(4, 1, [50, 20], 7));
        let identity = Initializer::Identity(0.5).values(0, 2, [2, 2], 2);
        assert_eq!(identity, [0.5, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.5]);
        let bound = (6.0f32 / 70.0).sqrt();
        let w = Initializer::Xavier.values(3, 1, [50, 20], 7);
        assert!(w.iter().all(|x| x.abs() <= bound) && w.iter().any(|x| x.abs() > 0.95 * bound));
    }
}
