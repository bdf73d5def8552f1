//! Count language models of order 1 to 7: counting, estimation, files and queries.
//!
//! ```text
//! ids -> NgramCounter -> NgramCounts -> AdditiveNgram                       relative frequencies, add-δ
//!                                    -> StupidBackoff                       scores
//!                                    -> KneserNey -> Ngram -> prune
//!                        ARPA, binary files <-> Ngram
//! ```
//!
//! | file | what it does |
//! | --- | --- |
//! | [`runs`], [`count`] | counts of all orders in bounded memory |
//! | [`trie`], [`memory`] | the n-grams and contexts of all models, in memory or in a mapped file |
//! | [`additive`], [`backoff`], [`discounts`], [`kneser_ney`] | the estimates |
//! | [`model`], [`history`] | queries |
//! | [`hashed`] | many queries |
//! | [`prune`] | models without the n-grams that hardly matter |
//! | [`coverage`] | unseen n-grams, bytes |
//! | [`arpa`], [`binary`], [`count_file`], [`sealed`], [`words`] | files |
//! | [`table`] | models taken apart and built again, without some n-grams |
//!
//! A text is a stream of ids below `V`. With a boundary, such as `<eos>` in a text of words, it is sentences: the boundary
//! is predicted as their end and is the first context of the next. Without one, as in a text of characters, it is
//! one sentence whose first symbol is given.

#![allow(rustdoc::private_intra_doc_links)]

mod additive;
mod arpa;
mod backoff;
mod binary;
mod count;
mod count_file;
mod coverage;
mod discounts;
mod hashed;
mod history;
mod kneser_ney;
mod memory;
mod model;
mod prune;
mod runs;
mod sealed;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod trie;
mod words;

pub use additive::{AdditiveNgram, DELTA_GRID};
pub use arpa::WordNgram;
pub use backoff::StupidBackoff;
pub use count::{CountConfig, NgramCounter, NgramCounts};
pub use count_file::WordCounts;
pub use coverage::Coverage;
pub use discounts::Discounts;
pub use hashed::HashedNgram;
pub use history::HistoryState;
pub use kneser_ney::KneserNey;
pub use model::{Ngram, NgramState};
pub use trie::MAX_ORDER;
pub use words::{END_OF_SENTENCE, UNKNOWN, Words};
