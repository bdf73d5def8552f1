//! Training steps of a language model, as the training loop makes them.

use super::measurement::median;
use super::{StackShape, Times};
use crate::language_model::{Corpus, LanguageModel, LanguageModelConfig, StreamLearner};
use crate::training::{Learner, Stepped, make_step};
use crate::{Error, recipe};
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
fn config(shape: &StackShape, batch: usize, time: usize) -> Result<LanguageModelConfig, Error> {
    let mut config = recipe::parse("benchmark", RECIPE, "benchmark")?.config;
    config.model.cell = shape.cell;
    config.model.embedding_size = shape.input_size;
    config.model.hidden_sizes = vec![shape.hidden_size; shape.layers];
    config.training.batch_size = batch;
    config.training.chunk_length = time;
    config.check()?;
    Ok(config)
}

/// What the language models have in common; the workload sets cell and sizes.
const RECIPE: &str = r#"
[task]
name = "language-model"
[data]
unit = "word"
[model]
cell = "lstm"
embedding_size = 1
hidden_sizes = [1]
[training]
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
