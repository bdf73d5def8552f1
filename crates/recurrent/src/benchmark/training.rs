//! Training steps of any task, as the training loop makes them.

use super::measurement::median;
use super::{StackShape, Times};
use crate::Error;
use crate::recipe::name_of;
use crate::training::{Learner, Stepped, TrainingConfig, make_step};
use burn::module::Module;
use burn::tensor::Device;
use recurrent_nn::Mode;
use recurrent_nn::ops::autocast;
use serde::de::DeserializeOwned;

/// What the trainings have in common.
const TRAINING: &str = r#"
batch_size = 1
epochs = 1
optimizer = { name = "sgd" }
learning_rate = 0.1
clip_norm = 5.0
"#;

/// A training step, and its forward pass with the loss. `learner` makes one that begins anew on
/// a device; steps go through its first epoch again and again.
pub(super) fn time<L: Learner>(
    config: &TrainingConfig,
    learner: impl Fn(Device) -> Result<L, Error>,
    model: impl FnOnce(&Device) -> L::Model,
) -> Result<Times, Error> {
    let device = Device::flex();
    let tracking = device.clone().autodiff();
    let model = model(&tracking);
    let mut trained = learner(tracking)?;
    trained.begin_epoch(0);
    let steps = trained.steps(0);
    let next = |index: usize| (index + 1) % steps;
    let mut optimizer = config.optimizer_config().init();
    let learning_rate = config.learning_rate;
    let (whole, (model, _)) = median((model, 0), |(model, index)| {
        let mode = Mode::Training { seed: 0 };
        let made = autocast(config.precision, || {
            let (learner, optimizer) = (&mut trained, &mut optimizer);
            make_step(learner, model, optimizer, index, mode, learning_rate)
        });
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
        let forward = || read.loss(&model, index, Mode::Inference);
        let loss = autocast(config.precision, forward);
        loss.mean.into_scalar::<f64>();
        Ok(next(index))
    })?;
    Ok(Times {
        whole,
        forward: Some(forward),
    })
}

/// How a network is trained on batches of so many rows.
pub(super) fn config(batch_size: usize) -> Result<TrainingConfig, Error> {
    let config: TrainingConfig = parse(TRAINING)?;
    Ok(TrainingConfig {
        batch_size,
        ..config
    })
}

/// The settings of a network that reads symbols with a stack, and `others`.
pub(super) fn network<C: DeserializeOwned>(shape: &StackShape, others: &str) -> Result<C, Error> {
    parse(&format!(
        "embedding = {{ size = {} }}\n\
         encoder = {{ kind = 'recurrent', cell = '{}', hidden_sizes = {:?}, bidirectional = {} }}\n\
         {others}",
        shape.input_size,
        name_of(&shape.cell),
        vec![shape.hidden_size; shape.layers],
        shape.bidirectional,
    ))
}

/// Settings from a recipe's text.
pub(super) fn parse<C: DeserializeOwned>(text: &str) -> Result<C, Error> {
    toml::from_str(text).map_err(|error| Error::Recipe {
        place: "benchmark".to_string(),
        message: error.message().to_string(),
    })
}
