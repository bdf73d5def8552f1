//! Language models: the probability of each symbol given those before it.
//!
//! Characters, bytes or words are embedded, read by a recurrent stack and
//! scored by a softmax over the vocabulary (Mikolov et al. 2010, Zaremba et
//! al. 2014). Training is truncated backpropagation through time (Williams and
//! Peng 1990) over parallel streams whose state is carried from chunk to chunk.

mod config;
mod data;
mod model;
mod predict;
mod train;

pub use config::{
    DataConfig, DecodeConfig, LanguageModelConfig, ModelConfig, TaskConfig, TaskName,
};
pub use data::Corpus;
pub use model::LanguageModel;
pub use predict::{Evaluation, Generator, Predictor, Split};
pub(crate) use train::StreamLearner;
pub use train::{Outcome, Results, train};
