//! A table of vectors, one for each symbol.

use crate::Initializer;
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
    /// The vectors `[T, B, E]` of the symbols `ids [T, B]`.
    pub fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [time, batch] = ids.dims();
        let weight = self.weight.val();
        let size = weight.dims()[1];
        weight
            .select(0, ids.reshape([time * batch]))
            .reshape([time, batch, size])
    }
}
