//! From scores to symbols: what turns the output of a sequence model into labels, and the count models it is
//! measured against.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`sample`] | drawing a symbol from logits: temperature, top-k, nucleus, greedy |
//! | [`ngram`] | unigram and bigram models with additive smoothing, the baselines of a language model |
//! | [`error`] | the one error type |
//!
//! Everything works on plain slices, in the letters of the whole workspace: `T` time, `V` vocabulary.

#![deny(missing_docs)]

pub mod error;
pub mod ngram;
pub mod sample;

pub use error::DecodeError;
pub use ngram::{AdditiveNgram, NgramCounts};
pub use sample::{Candidate, Sampler, SamplerConfig};
