//! Training of a network.

use super::{Ended, Start};
use crate::classification::network::{ClassifierTask, MOST_PARAMETERS, NetworkConfig};
use crate::run::RunDirectory;
use crate::task::to_table;
use crate::training::{
    self, ExampleLearner, Learner, Observer, Record, TrainOptions, check, note_early_end,
};
use crate::{Error, word_vectors};
use recurrent_nn::{Pooling, noise};
use std::path::Path;

/// Trains a network.
pub(super) fn fit(
    run: &RunDirectory,
    start: &mut Start,
    network: &NetworkConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    start.check_valid("the weights are chosen")?;
    let device = options.device.device()?.autodiff();
    let (config, training) = (&network.model, &network.training);
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
    let seed = noise::mix(training.seed, 0);
    let mut model = config.init(shape, seed, false, &device);
    let is_new = start.checkpoint.is_none();
    if let (Some(pretrained), true) = (&config.pretrained, is_new) {
        model = pretrained.load(model, config.encoder.as_ref(), start.reading.vocabulary())?;
    }
    let embedding = config.embedding.as_ref();
    if let (Some(path), Some(vocabulary), true) = (
        embedding.and_then(|embedding| embedding.file.as_deref()),
        start.reading.vocabulary(),
        is_new,
    ) {
        let size = embedding.map_or(0, |embedding| embedding.size);
        let rows = word_vectors::rows(
            Path::new(path),
            vocabulary,
            size,
            ["model.embedding.size", "model.embedding.file"],
        )?;
        observer.note(&format!(
            "{} of {} tokens begin with a vector of {path}",
            rows.len(),
            vocabulary.len()
        ));
        model = model.with_embedding(rows.iter());
    }
    let corpus = start.corpus.clone();
    let task = ClassifierTask::new(network, [&corpus.train, &corpus.valid], shape);
    let mut learner = ExampleLearner::new(task, training, device);
    let fresh = Record::new(
        start.config.task.name.as_str(),
        to_table(&start.config),
        start.reading.codec().digest(),
        learner.stream(),
    );
    let checkpoint = start.checkpoint.take();
    let position = training::prepare(checkpoint, fresh, training, &mut learner, model)?;
    let _lock = start.begin(run, options, observer, position.record.step)?;
    let fitted = training::fit(
        run,
        training,
        &mut learner,
        position,
        &options.stop,
        observer,
    )?;
    note_early_end(&fitted.record, training, observer);
    Ok(Ended {
        steps: fitted.record.step,
        seconds: fitted.record.elapsed_seconds,
        rounds: None,
        stages: None,
        finished: fitted.record.finished,
    })
}
