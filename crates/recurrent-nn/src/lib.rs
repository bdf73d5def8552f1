//! Recurrent layers, stacks and sequence losses for Burn.
//!
//! On Burn's CPU back end (Flex) layers, linear maps, losses and optimizer
//! steps run on the fused kernels of `recurrent-kernels`; on every other
//! device the same functions run as compositions of Burn's own operations
//! ([`composed`]), which are also the oracle of the kernels' tests.
//!
//! Tensors are time-major, `[T, B, ..]`; the letters are those of
//! `recurrent_kernels`. The state of a layer is one tensor `[S, B, H]`: hidden
//! state first, then the memory where the cell has one (LSTM), so `S` is 1 or 2.
//!
//! Nothing here keeps state or draws from a global generator: state is passed
//! in and returned, and noise is a function of a seed that the caller passes.

#![deny(missing_docs)]

mod average;
mod cell;
pub mod composed;
mod convolution;
mod crf;
mod dropout;
mod embedding;
mod error;
mod grid;
mod init;
mod layer;
mod layer_norm;
mod linear;
pub mod ops;
mod optimizer;
mod padding;
mod parameters;
mod pooling;
mod stack;
mod stepper;
mod time_pooling;

pub use average::Average;
pub use cell::Cell;
pub use convolution::{Convolution, ConvolutionConfig};
pub use crf::{Crf, CrfConfig, CrfConstraint, CrfReduction};
pub use dropout::{DropoutKind, dropout};
pub use embedding::{Embedding, EmbeddingConfig};
pub use error::Error;
pub use grid::{GridConvolution, GridConvolutionConfig};
pub use init::Initializer;
pub use layer::{Layer, LayerConfig, RecurrenceConfig};
pub use layer_norm::{LayerNorm, LayerNormStepper};
pub use linear::{Linear, LinearConfig};
pub use ops::{
    LayerOptions, UnalignedReduction, UnalignedTargets, cross_entropy, ctc_loss, joint_loss,
    transducer_loss,
};
pub use optimizer::{Clip, Optimizer, OptimizerConfig};
pub use parameters::{Parameter, load_parameters, parameters};
pub use pooling::{AttentionPooling, AttentionPoolingConfig, Pooling, PoolingConfig, PoolingLayer};
pub use recurrent_kernels::optimizer::Rule;
pub use recurrent_kernels::step::{LinearStepper, StepState, Stepper};
pub use recurrent_kernels::{Cpu, Direction, Isa, noise, word2vec};
pub use stack::{Stack, StackConfig, StackState};
pub use stepper::{Precision, StackStepper, StackStepperState, linear_stepper};
pub use time_pooling::{TimePooling, WindowPooling};

/// Whether a forward pass trains, and with which noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Evaluation: no dropout.
    Inference,
    /// Training: dropout drawn from this seed.
    Training {
        /// Seed of this forward pass.
        seed: u64,
    },
}

impl Mode {
    /// The mode of part number `part` of a network: the same, with a seed of its own.
    pub fn part(self, part: u64) -> Self {
        match self {
            Self::Inference => Self::Inference,
            Self::Training { seed } => Self::Training {
                seed: recurrent_kernels::noise::mix(seed, part),
            },
        }
    }
}
