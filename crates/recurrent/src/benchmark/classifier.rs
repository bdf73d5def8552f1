//! Training steps of a classifier of texts.

use super::{StackShape, Times, draw_rows, draws, training};
use crate::Error;
use crate::classification::{ClassifierTask, Examples, Inputs, NetworkConfig, Shape};
use crate::training::ExampleLearner;

/// Seeds of weights, tokens and classes.
const WEIGHTS: u64 = 1;
const TOKENS: u64 = 2;
const CLASSES: u64 = 3;

/// A step on one batch of random texts of these lengths, `[B]`, and its forward pass with the
/// loss.
pub(super) fn time(
    shape: &StackShape,
    vocabulary: usize,
    classes: usize,
    lengths: &[usize],
) -> Result<Times, Error> {
    let config = NetworkConfig {
        model: training::network(shape, "pooling = 'last'")?,
        training: training::config(lengths.len())?,
    };
    let sizes = Shape {
        inputs: vocabulary,
        steps: None,
        classes,
    };
    let texts = random_texts(vocabulary, classes, lengths);
    let nothing = random_texts(vocabulary, classes, &[]);
    let learner = |device| {
        let task = ClassifierTask::new(&config, [&texts, &nothing], sizes);
        Ok(ExampleLearner::new(task, &config.training, device))
    };
    training::time(&config.training, learner, |device| {
        config.model.init(sizes, WEIGHTS, false, device)
    })
}

/// Tokens and classes drawn evenly.
fn random_texts(vocabulary: usize, classes: usize, lengths: &[usize]) -> Examples {
    let labels = draws(CLASSES, lengths.len(), classes);
    Examples {
        inputs: Inputs::Texts {
            texts: vec![String::new(); lengths.len()],
            ids: draw_rows(TOKENS, lengths, vocabulary),
        },
        labels: labels.into_iter().map(|label| label as usize).collect(),
    }
}
