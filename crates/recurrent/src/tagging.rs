//! Tagging: a sentence in, a tag for each of its words out, and the spans that the tags mark.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `config` | the recipe |
//! | `data`, `reading` | tagged sentences, and how words and tags become numbers |
//! | `network` | words, characters and capitals in, a bidirectional stack, a softmax or a conditional random field out |
//! | `baseline` | the most frequent tag, and a structured perceptron on hand-made features |
//! | `train`, `predict` | from recipe to run directory, and from run directory to tags |
//! | `measures`, `results` | how good the tags are |

mod baseline;
mod config;
mod data;
mod measures;
mod network;
mod predict;
mod reading;
mod results;
mod train;

pub use baseline::{FrequentConfig, FrequentKind, PerceptronKind, PerceptronModelConfig};
pub use config::{Estimator, TaggedDataConfig, TaggingConfig, WordUnit};
pub use data::{Sentences, TaggedCorpus};
pub use measures::TagMeasures;
pub use network::{
    CapitalsConfig, CharactersConfig, NetworkConfig, NetworkKind, NetworkModelConfig, OutputKind,
    TaggerNetwork,
};
pub(crate) use network::{Encoded, Shape, TaggerTask};
pub use predict::{Tagged, Tagger};
pub use results::{Results, SplitResults};
pub use train::train;
