//! The classifiers and taggers that a recurrent network must beat: naive Bayes and linear models on sparse counts and on
//! features of words.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`rows`] | sparse rows of numbers |
//! | [`features`] | the n-grams of a text as a sparse row: counts, presence, TF-IDF |
//! | [`bayes`] | multinomial and Bernoulli naive Bayes |
//! | [`dual`] | support vector machines and logistic regression by dual coordinate descent |
//! | [`nbsvm`] | support vector machines on log-count ratios |
//! | [`tagger`] | taggers of words: the most frequent tag, the averaged structured perceptron |
//! | [`error`] | the one error type |
//!
//! A classifier of `K` classes is a matrix `[K, F]` of weights and a bias `[K]`, whatever learned it: a row of features
//! goes to the class with the highest score ([`Linear`]).
//!
//! # Axis letters
//!
//! `N` rows, `F` features, `K` classes.

#![deny(missing_docs)]

pub mod bayes;
pub mod dual;
pub mod error;
pub mod features;
mod linear;
pub mod nbsvm;
pub mod rows;
pub mod tagger;
#[cfg(test)]
mod testing;

pub use error::LinearError;
pub use features::{Features, FeaturesConfig, Weighting};
pub use linear::{Linear, argmax, check_labels, softmax};
pub use rows::Rows;
