//! Training steps of a language model, as the training loop makes them.

use super::measurement::median;
use super::{StackShape, Times};
use crate::Error;
use crate::language_model::{Corpus, LanguageModel, NetworkConfig, RecurrentConfig, StreamLearner};
use crate::training::{Learner, Stepped, TrainingConfig, make_step};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_nn::{Mode, noise};
use std::sync::Arc;

/// Seeds of weights and symbols.
const WEIGHTS: u64 = 1;
const SYMBOLS: u64 = 2;

/// Chunks of the random text; steps go through them again and again.
const CHUNKS: usize = 8;

/// A step on chunks `[T, B]` of random symbols, and its forward pass with the loss.
pub(super) fn time(
    shape: &StackShape,
    vocabulary: usize,
    batch: usize,
    time: usize,
) -> Result<Times, Error> {
    let config = config(shape, batch, time)?;
    let text = random_text(batch * time * CHUNKS + 1, vocabulary);
    let device = Device::flex();
    let learner = |device| StreamLearner::new(&config, &text, vocabulary, device);
    let next = |index: usize| (index + 1) % CHUNKS;

    let tracking = device.clone().autodiff();
    let mut trained = learner(tracking.clone())?;
    trained.begin_epoch(0);
    let mut optimizer = config.training.optimizer_config().init();
    let learning_rate = config.training.learning_rate;
    let model = LanguageModel::new(&config.model, vocabulary, WEIGHTS, &tracking);
    let (whole, (model, _)) = median((model, 0), |(model, index)| {
        let mode = Mode::Training { seed: 0 };
        let made = make_step(
            &mut trained,
            model,
            &mut optimizer,
            index,
            mode,
            learning_rate,
        );
        let Stepped { model, .. } = made.map_err(|what| Error::NotFinite {
            step: index as u64 + 1,
            what,
            learning_rate,
            history: Vec::new(),
        })?;
        Ok((model, next(index)))
    })?;

    let model = model.valid();
    let mut read = learner(device)?;
    read.begin_epoch(0);
    let (forward, _) = median(0, |index| {
        let loss = read.loss(&model, index, Mode::Inference);
        loss.mean.into_scalar::<f64>();
        Ok(next(index))
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// The recipe of a step.
fn config(shape: &StackShape, batch: usize, time: usize) -> Result<NetworkConfig, Error> {
    let bad = |error: toml::de::Error| Error::Recipe {
        place: "benchmark".to_string(),
        message: error.message().to_string(),
    };
    let model: RecurrentConfig = toml::from_str(MODEL).map_err(bad)?;
    let training: TrainingConfig = toml::from_str(TRAINING).map_err(bad)?;
    let model = RecurrentConfig {
        cell: shape.cell,
        embedding_size: shape.input_size,
        hidden_sizes: vec![shape.hidden_size; shape.layers],
        ..model
    };
    Ok(NetworkConfig {
        model: model.into(),
        training: TrainingConfig {
            batch_size: batch,
            chunk_length: Some(time),
            ..training
        },
    })
}

/// What the language models have in common; the workload sets cell and sizes.
const MODEL: &str = r#"
cell = "lstm"
embedding_size = 1
hidden_sizes = [1]
"#;

/// What their trainings have in common.
const TRAINING: &str = r#"
batch_size = 1
chunk_length = 1
epochs = 1
optimizer = { name = "sgd" }
learning_rate = 0.1
clip_norm = 5.0
"#;

/// Symbols drawn evenly from the vocabulary.
fn random_text(length: usize, vocabulary: usize) -> Corpus {
    let draw = |i| (noise::uniform(SYMBOLS, i) * vocabulary as f64) as u32;
    let symbols: Arc<[u32]> = (0..length as u64).map(draw).collect();
    Corpus {
        source: "random symbols".to_string(),
        train: symbols.clone(),
        valid: symbols.clone(),
        test: symbols,
        floor: None,
    }
}
