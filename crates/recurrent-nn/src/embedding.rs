//! A table of vectors, one for each symbol.

use crate::{Initializer, Mode, dropout};
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Configuration of an [`Embedding`].
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingConfig {
    /// `V`.
    pub vocabulary: usize,
    /// `E`, the width of a vector.
    pub size: usize,
    /// Start of the vectors.
    pub initializer: Initializer,
}

impl EmbeddingConfig {
    /// Vectors drawn from `seed`.
    pub fn init(&self, seed: u64, device: &Device) -> Embedding {
        let shape = [self.vocabulary, self.size];
        let values = self.initializer.values(seed, 1, shape, self.size);
        let data = TensorData::new(values, shape);
        Embedding {
            weight: Param::from_tensor(Tensor::from_data(data, device)),
        }
    }
}

/// A table of vectors.
#[derive(Module, Debug)]
pub struct Embedding {
    /// `[V, E]`.
    pub weight: Param<Tensor<2>>,
}

impl Embedding {
    /// The table with other vectors `[E]` at some places.
    ///
    /// # Panics
    /// Where a place is not below `V`, or a vector of another width.
    pub fn with_rows<'a>(self, rows: impl IntoIterator<Item = (usize, &'a [f32])>) -> Self {
        let weight = self.weight.val();
        let (device, [_, size]) = (weight.device(), weight.dims());
        let data = weight.into_data();
        let shape = data.shape().clone();
        let mut values: Vec<f32> = data.iter::<f32>().collect();
        for (place, row) in rows {
            values[place * size..(place + 1) * size].copy_from_slice(row);
        }
        Self {
            weight: Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), &device)),
        }
    }

    /// The vectors `[T, B, E]` of the symbols `ids [T, B]`, with dropout of symbols: all
    /// occurrences of one are zero or none is (Gal and Ghahramani 2016).
    ///
    /// # Panics
    /// Where `probability` is not in `[0, 1)`.
    pub fn forward(&self, ids: Tensor<2, Int>, probability: f64, mode: Mode) -> Tensor<3> {
        let [time, batch] = ids.dims();
        let ids = ids.reshape([time * batch]);
        let weight = self.weight.val();
        let [symbols, size] = weight.dims();
        let x = weight.select(0, ids.clone());
        let x = match mode {
            Mode::Training { .. } if probability > 0.0 => {
                let ones = Tensor::<2>::ones([symbols, 1], (&x.device(), x.dtype()));
                x * dropout(ones, probability, mode).select(0, ids)
            }
            _ => x,
        };
        x.reshape([time, batch, size])
    }
}
