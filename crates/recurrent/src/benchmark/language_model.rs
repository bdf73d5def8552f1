//! Training steps of a language model.

use super::{StackShape, Times, draws, training};
use crate::Error;
use crate::language_model::{Corpus, LanguageModel, NetworkConfig, RecurrentConfig, StreamLearner};
use crate::training::TrainingConfig;
use recurrent_nn::Precision;
use std::sync::Arc;

/// Seeds of weights and symbols.
const WEIGHTS: u64 = 1;
const SYMBOLS: u64 = 2;

/// Chunks of the random text.
const CHUNKS: usize = 8;

/// What the language models have in common; the workload sets cell and sizes.
const MODEL: &str = r#"
cell = "lstm"
embedding_size = 1
hidden_sizes = [1]
"#;

/// A step on chunks `[T, B]` of random symbols, and its forward pass with the loss.
pub(super) fn time(
    shape: &StackShape,
    vocabulary: usize,
    [batch, time]: [usize; 2],
    precision: Precision,
) -> Result<Times, Error> {
    let model: RecurrentConfig = training::parse(MODEL)?;
    let model = RecurrentConfig {
        cell: shape.cell,
        embedding_size: shape.input_size,
        hidden_sizes: vec![shape.hidden_size; shape.layers],
        ..model
    };
    let config = NetworkConfig {
        model: model.into(),
        training: TrainingConfig {
            chunk_length: Some(time),
            precision,
            ..training::config(batch)?
        },
    };
    let text = random_text(batch * time * CHUNKS + 1, vocabulary);
    training::time(
        &config.training,
        |device| StreamLearner::new(&config, &text, vocabulary, device),
        |device| LanguageModel::new(&config.model, vocabulary, WEIGHTS, device),
    )
}

/// Symbols drawn evenly from the vocabulary.
fn random_text(length: usize, vocabulary: usize) -> Corpus {
    let symbols: Arc<[u32]> = draws(SYMBOLS, length, vocabulary).into();
    Corpus {
        source: "random symbols".to_string(),
        train: symbols.clone(),
        valid: symbols.clone(),
        test: symbols,
        floor: None,
    }
}
