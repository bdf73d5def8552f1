//! Classification of texts: a text in, the probability of each class out.
//!
//! The classifiers are linear in the n-grams of a text: naive Bayes, support vector machines, logistic regression, and
//! NBSVM. Whatever a recurrent network is to show about texts, it has to show beside them.

mod config;
mod data;
mod measures;
mod model;
mod predict;
mod results;
mod temperature;
mod train;

pub use config::{ClassificationConfig, LabelledDataConfig, LinearConfig, LinearKind, MachineLoss};
pub use data::{Examples, LabelledCorpus};
pub use measures::{Bin, ClassMeasures, Measures};
pub use model::LinearModel;
pub use predict::{Classifier, Prediction};
pub use results::{Results, SplitResults};
pub use train::{Outcome, train};
