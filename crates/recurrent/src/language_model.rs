//! Language models: the probability of each symbol given those before it.
//!
//! Characters, bytes or words are embedded, read by a recurrent stack and
//! scored by a softmax over the vocabulary (Mikolov et al. 2010, Zaremba et
//! al. 2014). Training is truncated backpropagation through time (Williams and
//! Peng 1990) over parallel streams whose state is carried from chunk to chunk.
//! A network that reads a window of symbols (Bengio et al. 2003) is trained the
//! same way, and counts of n-grams (Chen and Goodman 1998) need one pass.

mod cache;
mod check;
mod chunks;
mod config;
mod data;
mod dynamic;
mod evaluate;
mod exchange;
mod generate;
mod learner;
mod mixture;
mod network;
mod ngram;
mod predict;
mod regularisation;
mod results;
mod score;
mod scorer;
mod train;
mod view;

pub use cache::CacheConfig;
pub use config::{DataConfig, DecodeConfig, Estimator, LanguageModelConfig, ModelKind};
pub use data::Corpus;
pub use dynamic::DynamicConfig;
pub use evaluate::{Evaluation, Split};
pub use exchange::{Imported, export_arpa, import_arpa};
pub use generate::Generator;
pub(crate) use learner::StreamLearner;
pub use mixture::MixtureConfig;
pub use network::{
    FeedForwardConfig, FeedForwardModel, Forward, LanguageModel, LanguageModelStepper, ModelConfig,
    ModelState, NetworkConfig, RecurrentConfig, RecurrentModel, StepperState,
};
pub use ngram::{CountModel, CountState, NgramConfig, OrderCost, Smoothing};
pub use predict::Predictor;
pub use results::Results;
pub use score::LineScore;
pub use scorer::{CountScorer, NetworkScorer, NetworkState, Scorer, ScorerState};
pub use train::train;
