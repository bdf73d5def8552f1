//! Training of a network.

use super::Start;
use crate::classification::network::{ClassifierTask, MOST_PARAMETERS, NetworkConfig};
use crate::network::check::check_steps;
use crate::training::{Ended, ExampleLearner, Training, check};
use crate::{Error, word_vectors};
use recurrent_nn::{Pooling, noise};

/// Trains a network.
pub(super) fn fit(
    training: &mut Training,
    start: &Start,
    network: &NetworkConfig,
) -> Result<Ended, Error> {
    start.check_valid("the weights are chosen")?;
    let device = training.options.device.device()?.autodiff();
    let config = &network.model;
    let shape = start.reading.shape(&start.config.data);
    check(
        config.pooling != Pooling::All || shape.steps.is_some(),
        "data.length_limit".to_string(),
        "the number of steps that model.pooling = all has weights for",
        "nothing",
    )?;
    let parameters = config.parameters(shape);
    check(
        parameters <= MOST_PARAMETERS,
        "model".to_string(),
        &format!("at most {MOST_PARAMETERS} parameters"),
        parameters,
    )?;
    let seed = noise::mix(network.training.seed, 0);
    let mut model = config.init(shape, seed, false, &device);
    if let (Some(vocabulary), true) = (start.reading.vocabulary(), training.is_new()) {
        if let Some(pretrained) = &config.pretrained {
            model = pretrained.load(model, config.encoder.as_ref(), vocabulary)?;
        }
        if let Some(embedding) = &config.embedding
            && let Some(path) = &embedding.file
        {
            let keys = ["model.embedding.size", "model.embedding.file"];
            let (size, observer) = (embedding.size, &mut *training.observer);
            let rows = word_vectors::rows(path, vocabulary, size, keys, observer)?;
            model = model.with_embedding(rows.iter());
        }
    }
    let corpus = &start.corpus;
    check_steps(&corpus.train.inputs.lengths(), &|n| {
        format!("training example {n}")
    })?;
    check_steps(&corpus.valid.inputs.lengths(), &|n| {
        format!("validation example {n}")
    })?;
    let task = ClassifierTask::new(network, [&corpus.train, &corpus.valid], shape);
    let mut learner = ExampleLearner::new(task, &network.training, device);
    training.fit(&start.setup(), &network.training, &mut learner, model)
}
