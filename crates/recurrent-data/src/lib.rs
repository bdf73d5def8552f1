//! Readers, vocabularies and batches of sequences: the way from a file to the integers a model is trained on.
//!
//! | stage | item |
//! | --- | --- |
//! | file or folder -> training, validation and test text | [`read_text`], [`read_bytes`] |
//! | text -> symbols -> ids, and back | [`Vocabulary`], [`Unit`], [`Decoder`] |
//! | file or folder -> training, validation and test texts with a label each | [`read_labelled`], [`LabelledTexts`] |
//! | file or folder -> training, validation and test sentences with a tag for each word | [`read_tagged`], [`TaggedSentences`] |
//! | file or folder -> training, validation and test signals with a label each | [`read_signals`], [`LabelledSignals`] |
//! | signals -> signals of mean 0 and deviation 1 | [`Standardiser`] |
//! | files of sound -> samples -> log-mel spectrograms or MFCC | [`sound`] |
//! | sequences -> batches of like lengths | [`draw_batches`], [`sorted_batches`], [`SequenceBatch`] |
//! | tags -> spans, and how well predicted ones agree with them | [`TagScheme`], [`Span`], [`SpanScores`] |
//! | texts or labels -> how far recognised ones are from the true ones | [`EditCounts`], [`ErrorRates`] |
//! | text -> cleaned text -> tokens | [`CleanConfig`], [`Tokens`], [`StopWords`] |
//! | text -> subwords -> ids, and back | [`Subwords`] |
//! | ids -> chunks for truncated backpropagation through time | [`TokenStreams`], [`SequenceBatch`] |
//! | word vectors: files, neighbours, analogies | [`WordVectors`] |
//! | a language whose entropy is known exactly, to measure a model against | [`Grammar`] |
//!
//! ```
//! use recurrent_data::{Grammar, TokenStreams, Unit, Vocabulary};
//!
//! let text = Grammar::built_in().generate(7, 2_000);
//! let vocabulary = Vocabulary::build(Unit::Character, [text.as_str()], None);
//! let tokens = vocabulary.encode(&text)?;
//!
//! let streams = TokenStreams::new(tokens.into(), 4, 32)?;
//! let chunk = streams.chunk(0);
//! assert_eq!((chunk.input.steps, chunk.input.rows()), (32, 4));
//! assert!(text.starts_with(&vocabulary.decode(&chunk.input.row(0))));
//! # Ok::<(), recurrent_data::DataError>(())
//! ```
//!
//! Axis letters: `N` examples, `T` time, `B` batch, `C` channels. Nothing here depends on a tensor library, and no input makes a reader panic:
//! what cannot be read is a [`DataError`] that names the file and the place in it.

#![deny(missing_docs)]

mod batch;
mod batches;
mod clean;
mod encoding;
mod error;
mod error_rates;
pub mod files;
mod grammar;
mod labelled;
mod readers;
mod shuffle;
mod signals;
pub mod sound;
mod source;
mod span_scores;
mod standardiser;
mod stop_words;
mod streams;
mod subwords;
mod tagged;
mod tags;
mod tokenize;
mod tokens;
mod told;
pub mod transcribed;
mod vocabulary;
mod word_vectors;

pub use batch::SequenceBatch;
pub use batches::{draw_batches, sorted_batches};
pub use clean::CleanConfig;
pub use encoding::Encoding;
pub use error::{DataError, Place};
pub use error_rates::{EditCounts, ErrorRates};
pub use grammar::Grammar;
pub use labelled::{LabelledOptions, LabelledTexts, read_labelled};
pub use readers::open_stream;
pub use signals::{
    ImageOrder, LabelledSignals, Signal, SignalOptions, UnlabelledSignals, read_signals,
    read_unlabelled,
};
pub use source::{ByteSplits, Splits, TextOptions, TextSplits, read_bytes, read_text};
pub use span_scores::{SpanCounts, SpanScores};
pub use standardiser::Standardiser;
pub use stop_words::StopWords;
pub use streams::{Chunk, TokenStreams};
pub use subwords::Subwords;
pub use tagged::{TaggedFormat, TaggedOptions, TaggedSentence, TaggedSentences, read_tagged};
pub use tags::{Span, TagError, TagScheme};
pub use tokenize::Unit;
pub use tokens::Tokens;
pub use told::{io_problem, json_problem};
pub use vocabulary::{Decoder, Vocabulary};
pub use word_vectors::{Neighbour, WordVectorFormat, WordVectors};
