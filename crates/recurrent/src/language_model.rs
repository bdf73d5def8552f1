//! Language models: the probability of each symbol given those before it.
//!
//! Characters, bytes or words are embedded, read by a recurrent stack and
//! scored by a softmax over the vocabulary (Mikolov et al. 2010, Zaremba et
//! al. 2014). Training is truncated backpropagation through time (Williams and
//! Peng 1990) over parallel streams whose state is carried from chunk to chunk.

mod check;
mod chunks;
mod config;
mod data;
mod evaluate;
mod generate;
mod learner;
mod model;
mod predict;
mod regularisation;
mod results;
mod stepper;
mod train;

pub use config::{
    DataConfig, DecodeConfig, LanguageModelConfig, ModelConfig, TaskConfig, TaskName,
};
pub use data::Corpus;
pub use evaluate::{Evaluation, Split};
pub use generate::Generator;
pub(crate) use learner::StreamLearner;
pub use model::{Forward, LanguageModel};
pub use predict::Predictor;
pub use results::{Outcome, Results};
pub use stepper::LanguageModelStepper;
pub use train::train;
