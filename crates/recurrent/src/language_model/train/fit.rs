//! Training of a network.

use super::{Ended, Start};
use crate::language_model::learner::StreamLearner;
use crate::language_model::{LanguageModel, NetworkConfig, Split};
use crate::run::{RunDirectory, digest};
use crate::task::to_table;
use crate::training::{self, Learner, Observer, Record, TrainOptions, note_early_end};
use crate::{Error, memory, word_vectors};
use recurrent_nn::noise;
use std::path::Path;

/// Trains a network.
pub(super) fn fit(
    run: &RunDirectory,
    start: &mut Start,
    network: &NetworkConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    let device = options.device.device()?.autodiff();
    let (corpus, symbols) = (&start.corpus, start.vocabulary.len());
    network.check_size(symbols)?;
    if let Some(memory) = memory::of_machine() {
        network.check_memory(symbols, memory)?;
    }
    let training = &network.training;
    let mut learner = StreamLearner::new(network, corpus, symbols, device.clone())?;
    let (valid, chunk) = (corpus.valid.len(), training.chunk());
    if valid <= chunk {
        let place = corpus.place(Split::Valid);
        observer.note(&format!(
            "{place}: {valid} symbols are less than training.chunk_length = {chunk}; \
             the weights are chosen by little"
        ));
    }
    let seed = noise::mix(training.seed, 0);
    let mut model = LanguageModel::new(&network.model, symbols, seed, &device);
    if let (Some(path), None) = (network.model.embedding_file(), &start.checkpoint) {
        let (path, size) = (Path::new(path), network.model.embedding_size());
        let keys = ["model.embedding_size", "model.embedding_file"];
        let found = word_vectors::rows(path, &start.vocabulary, size, keys)?;
        observer.note(&format!(
            "{} of {symbols} symbols begin with a vector of {}",
            found.len(),
            path.display()
        ));
        model = model.with_embedding(found.iter());
    }
    let fresh = Record::new(
        start.config.task.name.as_str(),
        to_table(&start.config),
        digest(&start.vocabulary),
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
    let record = fitted.record;
    note_early_end(&record, training, observer);
    Ok(Ended {
        steps: record.step,
        seconds: record.elapsed_seconds,
        finished: record.finished,
    })
}
