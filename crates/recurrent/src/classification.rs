//! Classification: a text or another sequence in, the probability of each class out.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `config` | the recipe |
//! | `data`, `reading` | labelled examples, and how they become numbers |
//! | `linear` | naive Bayes, support vector machines, logistic regression and NBSVM on n-grams of texts |
//! | `centroid` | the nearest centroid of channel statistics, for signals |
//! | `network` | networks: recurrent, convolutional, dense |
//! | `train`, `predict` | from recipe to run directory, and from run directory to answers |
//! | `measures`, `results`, `temperature` | how good the answers are, and how certain |
//!
//! The linear classifiers are the baselines: whatever a network is to show, it has to show beside them.

mod centroid;
mod config;
mod data;
mod linear;
mod measures;
mod network;
mod predict;
mod reading;
mod results;
mod temperature;
mod train;

pub use centroid::{CentroidConfig, CentroidKind};
pub use config::{
    ClassificationConfig, Estimator, ExampleConfig, ExampleKind, KeptTokens, SignalDataConfig,
    TextDataConfig,
};
pub use data::{Examples, Inputs, LabelledCorpus};
pub use linear::{LinearConfig, LinearKind, LinearModel, MachineLoss};
pub use measures::{Bin, ClassMeasures, Measures};
pub use network::{
    ClassifierNetwork, NetworkConfig, NetworkKind, NetworkModelConfig, PretrainedConfig,
};
pub(crate) use network::{ClassifierTask, Shape};
pub use predict::{Classifier, Prediction, SignalFiles};
pub use results::{Mistake, Results, SplitResults};
pub use train::{Finished, train};
