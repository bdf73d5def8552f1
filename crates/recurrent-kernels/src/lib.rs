//! CPU kernels for recurrent networks on plain slices: recurrent layers with
//! their gradients, softmax cross entropy, connectionist temporal classification, transducers,
//! conditional random fields, optimizer
//! updates, training of word vectors, and the vector arithmetic and packed matrix
//! products under them. No tensor library.
//!
//! # Axis letters
//!
//! | letter | axis |
//! | --- | --- |
//! | `T` | time |
//! | `B` | batch |
//! | `I` | input features |
//! | `H` | hidden units |
//! | `G` | gates of a cell (Elman 1, GRU 3, LSTM 4) |
//! | `V` | vocabulary or classes |
//! | `N` | rows of a flattened `[T, B]` axis, padding left out |
//!
//! Matrices are row-major. Every kernel takes a [`Cpu`]: the instruction set it
//! runs on and the number of threads. Results do not depend on the number of
//! threads: threads split outputs, never sums, or sum in a fixed order.

#![deny(missing_docs)]

pub mod cells;
pub mod crf;
pub mod ctc;
pub mod layer;
mod log_sum;
pub mod loss;
pub mod math;
pub mod matmul;
pub mod noise;
pub mod optimizer;
mod rows;
pub mod simd;
pub mod step;
#[cfg(test)]
mod testing;
pub mod threads;
pub mod transducer;
pub mod unaligned;
pub mod word2vec;

pub use rows::{Direction, Rows};
pub use simd::{Isa, Real};

/// Elements of an array with these counts along its axes.
///
/// # Panics
/// Where there are more than memory has.
pub(crate) fn elements<const D: usize>(counts: [usize; D]) -> usize {
    let product = |product: usize, &count| product.checked_mul(count);
    let Some(elements) = counts.iter().try_fold(1, product) else {
        panic!("an array {counts:?} is larger than memory");
    };
    elements
}

/// Where a kernel runs: instruction set and threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    /// Instruction set of the inner loops.
    pub isa: Isa,
    /// Threads a kernel may use, at least 1.
    pub threads: usize,
    /// How the operands of matrix products in single precision are taken. In a recurrent layer that goes for the products
    /// before and after the scan; what goes from step to step is never rounded.
    pub precision: Precision,
}

/// How the operands of products are taken. Sums are in the precision of the elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// As they are.
    #[default]
    Full,
    /// Rounded to bfloat16: 8 significant bits, relative error up to `2^-8`.
    Bf16,
}

impl Cpu {
    /// The widest instruction set of this machine and all of its cores.
    pub fn detect() -> Self {
        Self {
            isa: Isa::detect(),
            threads: threads::available(),
            precision: Precision::Full,
        }
    }

    /// The same with another precision.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// The same with another number of threads.
    pub fn with_threads(self, threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            ..self
        }
    }
}
