//! From scores to symbols: what turns the output of a sequence model into labels, and the count models it is
//! measured against.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`sample`] | drawing a symbol from logits: temperature, top-k, nucleus, greedy |
//! | [`language_model`] | what all decoders take as a language model |
//! | [`ctc`] | decoders of connectionist temporal classification: best path, prefix search, beam search, alignment |
//! | [`transducer`] | decoders of transducers: greedy and beam search |
//! | [`guide`] | what a beam search is led by besides the network: language models, lexicons, hotwords |
//! | [`hypothesis`] | what every decoder gives |
//! | [`ngram`] | count language models: additive, stupid backoff, modified Kneser-Ney; ARPA and binary files, pruning |
//! | [`cache`] | the continuous cache of a model's last states |
//! | [`interpolation`] | mixtures of language models, their weights fitted by EM |
//! | [`normalised`] | scores over their sum |
//! | [`error`] | the one error type |
//!
//! Everything works on plain slices, in the letters of the whole workspace: `T` time, `V` vocabulary.

#![deny(missing_docs)]

pub mod cache;
pub mod ctc;
pub mod error;
pub mod guide;
pub mod hypothesis;
pub mod interpolation;
mod label_table;
pub mod language_model;
mod log_add;
pub mod ngram;
pub mod normalised;
pub mod sample;
pub mod transducer;

pub use cache::ContinuousCache;
pub use error::DecodeError;
pub use guide::Guide;
pub use hypothesis::{Hypothesis, Labels};
pub use interpolation::Mixture;
pub use language_model::LanguageModel;
pub use ngram::{AdditiveNgram, KneserNey, Ngram, NgramCounts, StupidBackoff};
pub use normalised::Normalised;
pub use sample::{Candidate, Sampler, SamplerConfig};
