//! Training of a network.

use super::Start;
use crate::language_model::learner::StreamLearner;
use crate::language_model::{LanguageModel, NetworkConfig, Split};
use crate::training::{Ended, Training};
use crate::{Error, memory, word_vectors};
use recurrent_nn::noise;

/// Trains a network.
pub(super) fn fit(
    training: &mut Training,
    start: &Start,
    network: &NetworkConfig,
) -> Result<Ended, Error> {
    let device = training.options.device.device()?.autodiff();
    let (corpus, symbols) = (&start.corpus, start.vocabulary.len());
    network.check_size(symbols)?;
    if let Some(memory) = memory::of_machine() {
        network.check_memory(symbols, memory)?;
    }
    let mut learner = StreamLearner::new(network, corpus, symbols, device.clone())?;
    let (valid, chunk) = (corpus.valid.len(), network.training.chunk());
    if valid <= chunk {
        let place = corpus.place(Split::Valid);
        training.observer.note(&format!(
            "{place}: {valid} symbols are less than training.chunk_length = {chunk}; \
             the weights are chosen by little"
        ));
    }
    let seed = noise::mix(network.training.seed, 0);
    let mut model = LanguageModel::new(&network.model, symbols, seed, &device);
    if let (Some(path), true) = (network.model.embedding_file(), training.is_new()) {
        let keys = ["model.embedding_size", "model.embedding_file"];
        let (vocabulary, size) = (&start.vocabulary, network.model.embedding_size());
        let found = word_vectors::rows(path, vocabulary, size, keys, training.observer)?;
        model = model.with_embedding(found.iter());
    }
    training.fit(&start.setup(), &network.training, &mut learner, model)
}
