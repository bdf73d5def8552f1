//! Word vectors: each word of a text as a point among words of the same use.
//!
//! Skip-gram and continuous bag of words with negative sampling (Mikolov, Sutskever, Chen, Corrado and
//! Dean 2013), trained by a kernel whose result does not depend on the number of threads. The run
//! directory holds `vectors.bin`, which all tools read; any file of vectors, of this program or
//! others, can be looked into ([`open`]) and begin the embedding of a network
//! (`model.embedding_file`).

mod config;
mod embedding;
mod file;
mod results;
mod train;
mod words;

pub use config::{Architecture, VectorModelConfig, VectorTrainingConfig, WordVectorsConfig};
pub(crate) use embedding::rows;
pub use file::{VECTORS, open};
pub(crate) use results::layers;
pub use train::{Results, train};
