//! Dropout (Srivastava et al. 2014): elements are zero with a probability while training, and the
//! others are scaled up so that the mean stays.

use crate::Mode;
use burn::tensor::{Shape, Tensor, TensorData};
use recurrent_kernels::noise;
use serde::{Deserialize, Serialize};

/// Which elements of a sequence are dropped together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropoutKind {
    /// Each is dropped or kept by itself.
    #[default]
    Independent,
    /// A unit of a row is dropped at every step or at none (Gal and Ghahramani 2016).
    Variational,
}

impl DropoutKind {
    /// Dropout of a sequence `x [T, B, ..]` with the noise of `mode`.
    ///
    /// # Panics
    /// Where `probability` is not in `[0, 1)`.
    pub fn apply(self, x: Tensor<3>, probability: f64, mode: Mode) -> Tensor<3> {
        let [time, batch, width] = x.dims();
        let time = match self {
            Self::Independent => time,
            Self::Variational => 1,
        };
        masked(x, [time, batch, width].into(), probability, mode)
    }
}

/// Dropout of `x`, each element by itself, with the noise of `mode`.
///
/// # Panics
/// Where `probability` is not in `[0, 1)`.
pub fn dropout<const D: usize>(x: Tensor<D>, probability: f64, mode: Mode) -> Tensor<D> {
    let shape = x.shape();
    masked(x, shape, probability, mode)
}

/// Drops elements of `x` by a mask of `shape`, which is one where elements share theirs.
fn masked<const D: usize>(x: Tensor<D>, shape: Shape, probability: f64, mode: Mode) -> Tensor<D> {
    match mode {
        Mode::Training { seed } if probability > 0.0 => {
            let mask = noise::dropout_mask(seed, probability, shape.num_elements());
            let data = TensorData::new(mask, shape);
            let mask = Tensor::<D>::from_data(data, &x.device()).cast(x.dtype());
            x * mask
        }
        _ => x,
    }
}
