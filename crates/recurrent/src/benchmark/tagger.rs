//! Training steps of a tagger with a conditional random field.

use super::{StackShape, Times, draw_rows, training};
use crate::Error;
use crate::tagging::{Encoded, NetworkModelConfig, Sentences, Shape, TaggerTask};
use crate::training::ExampleLearner;
use recurrent_data::Vocabulary;

/// Seeds of weights, words and tags.
const WEIGHTS: u64 = 1;
const WORDS: u64 = 2;
const TAGS: u64 = 3;

/// A step on one batch of random sentences of these lengths, `[B]`, and its forward pass with
/// the loss.
pub(super) fn time(
    shape: &StackShape,
    vocabulary: usize,
    tags: usize,
    lengths: &[usize],
) -> Result<Times, Error> {
    let model: NetworkModelConfig = training::network(shape, "output = 'crf'")?;
    let config = training::config(lengths.len())?;
    // The vocabulary has `<unk>` beside them.
    let names: Vec<String> = (1..vocabulary).map(|word| format!("w{word}")).collect();
    let words = Vocabulary::of_tokens([names.iter().map(String::as_str)], None, 1);
    let sentences = random_sentences(&names, tags, lengths);
    let nothing = Sentences::default();
    let sizes = Shape {
        words: words.len(),
        characters: 0,
        tags,
    };
    let learner = |device| {
        let encoded = Encoded::of(&model, &sentences.words, &words, None)?;
        let encoded = [encoded, Encoded::default()];
        let task = TaggerTask::new([&sentences, &nothing], encoded, 0.0);
        Ok::<_, Error>(ExampleLearner::new(task, &config, device))
    };
    training::time(&config, learner, |device| {
        model.init(sizes, WEIGHTS, false, device)
    })
}

/// Words and tags drawn evenly.
fn random_sentences(names: &[String], tags: usize, lengths: &[usize]) -> Sentences {
    let words = draw_rows(WORDS, lengths, names.len());
    let tags = draw_rows(TAGS, lengths, tags);
    let name = |word: u32| names[word as usize].clone();
    let number = |tag: u32| tag as usize;
    Sentences {
        words: (words.into_iter())
            .map(|row| row.into_iter().map(name).collect())
            .collect(),
        tags: (tags.into_iter())
            .map(|row| row.into_iter().map(number).collect())
            .collect(),
        others: Vec::new(),
    }
}
