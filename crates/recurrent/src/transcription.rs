//! Transcription: sound, or an image of a line, in, the text that it spells out, without knowing where each symbol is.
//! The network gives a distribution over the symbols and blank at every step and learns by connectionist temporal
//! classification (Graves et al. 2006), or as a transducer, which knows what it has told (Graves 2012).
//!
//! | module | what it holds |
//! | --- | --- |
//! | `config` | the recipe |
//! | `sources` | what is read or made: sound becomes features, images columns |
//! | `data`, `reading` | sequences with their texts, and how both become numbers |
//! | `network` | convolutions, a recurrent stack, scores of symbols |
//! | `decoder` | from scores to texts: best path, prefix search, beam search with its guides |
//! | `train`, `predict`, `stream` | from recipe to run directory, from run directory to texts, and as sound arrives |
//! | `measures`, `results`, `figures` | how good the texts are, and what the network heard where |

mod config;
mod data;
mod decoder;
mod figures;
mod measures;
mod network;
mod predict;
mod reading;
mod results;
mod sources;
mod stream;
mod train;

pub use config::{
    DecodeConfig, DecodeMethod, DialledData, HandwrittenData, JoinedData, Misfits, NamedImagesData,
    SoundData, SoundSettings, TranscribedData, TranscriptionConfig,
};
pub use data::{TranscribedCorpus, Utterances};
pub use measures::TextMeasures;
pub use network::{PredictorConfig, TranscriberConfig, TranscriberNetwork};
pub use predict::{Transcriber, Transcript};
pub use results::{Results, SplitResults};
pub use stream::TranscriptStream;
pub use train::train;
