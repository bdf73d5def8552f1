//! The averaged structured perceptron (Collins, *Discriminative Training Methods for Hidden Markov Models: Theory and
//! Experiments with Perceptron Algorithms*, 2002).
//!
//! ```text
//! ŷ = argmax_y w·φ(x, y)        w += φ(x, y*) - φ(x, ŷ)        φ(x, y) = Σ_t φ(x, t, y_t) + φ(y_t-1, y_t)
//! ```
//!
//! `φ` counts what is there of a sentence `x` at each word together with its tag, and each tag after another. Sentences
//! come in a new order each pass. The tagger has the average of the weights after each of them.

use super::averages::{Averages, FeatureWeights};
use super::features::TaggerFeatures;
use super::trained::PerceptronTagger;
use super::transitions::Transitions;
use super::{check_sentences, viterbi};
use crate::LinearError;
use crate::rows::Rows;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How a tagger is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerceptronConfig {
    /// Which features it looks at.
    pub features: TaggerFeatures,
    /// How often a feature is in training, at least.
    pub minimum_count: usize,
    /// Passes over the sentences, at most; one without mistakes is the last.
    pub passes: usize,
    /// Seed of the order of the sentences.
    pub seed: u64,
}

impl Default for PerceptronConfig {
    /// Ten passes with all features.
    fn default() -> Self {
        Self {
            features: TaggerFeatures::default(),
            minimum_count: 1,
            passes: 10,
            seed: 1,
        }
    }
}

/// What a pass over the sentences was like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Which one, from 1.
    pub pass: usize,
    /// The words of all sentences.
    pub words: usize,
    /// How many words got a wrong tag before their sentence was learned.
    pub mistakes: usize,
}

/// Trains a tagger of `tags` tags on sentences of words and their tags.
///
/// `legal` says whether a tag may follow another; none is the start or the end of a sentence. It is called before
/// training. `progress` is called after each pass.
///
/// ```
/// use recurrent_linear::tagger::{PerceptronConfig, train};
///
/// let sentences = [
///     (vec!["dogs", "sleep"], vec![0, 1]),
///     (vec!["cats", "eat"], vec![0, 1]),
/// ];
/// let tagger = train(&sentences, 2, PerceptronConfig::default(), &|_, _| true, &mut |_| ())?;
/// assert_eq!(tagger.tag(&["cats", "sleep"]), [0, 1]);
/// # Ok::<(), recurrent_linear::LinearError>(())
/// ```
///
/// # Errors
/// Where words and tags do not fit, the tags of a sentence are not legal, a setting is out of range, or no feature is left.
pub fn train<W: AsRef<str>>(
    sentences: &[(Vec<W>, Vec<usize>)],
    tags: usize,
    config: PerceptronConfig,
    legal: &dyn Fn(Option<usize>, Option<usize>) -> bool,
    progress: &mut dyn FnMut(Pass),
) -> Result<PerceptronTagger, LinearError> {
    check_sentences(sentences, tags)?;
    config.features.check()?;
    for (field, value) in [
        ("minimum_count", config.minimum_count),
        ("passes", config.passes),
    ] {
        if value == 0 {
            return Err(LinearError::setting(field, "at least 1", value));
        }
    }
    let transitions = Transitions::legal(tags, legal);
    let illegal = |(_, tags): &(_, Vec<usize>)| !transitions.are_legal(tags);
    if let Some(at) = sentences.iter().position(illegal) {
        let found = format!("others in sentence {at}");
        return Err(LinearError::examples("legal sequences of tags", found));
    }
    let examples = Examples::of(sentences, config)?;
    let mut learner = Learner {
        weights: FeatureWeights::new(examples.keys.len(), tags),
        average_transitions: Averages::new(transitions.weights().to_vec()),
        transitions,
        scores: Vec::new(),
        step: 0,
    };
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(config.seed);
    let words = sentences.iter().map(|(words, _)| words.len()).sum();
    for pass in 1..=config.passes {
        order.shuffle(&mut random);
        let learned = order
            .iter()
            .map(|&n| learner.learn(&examples.features[n], &sentences[n].1));
        let mistakes = learned.sum();
        progress(Pass {
            pass,
            words,
            mistakes,
        });
        if mistakes == 0 {
            break;
        }
    }
    Ok(learner.finish(config.features, &examples.keys))
}

/// The features of all sentences.
struct Examples {
    /// The hash of each feature, in the order in which they come first. `[F]`
    keys: Vec<u64>,
    /// Of each word of each sentence. `[N, T]`
    features: Vec<Vec<Vec<u32>>>,
}

impl Examples {
    fn of<W: AsRef<str>>(
        sentences: &[(Vec<W>, Vec<usize>)],
        config: PerceptronConfig,
    ) -> Result<Self, LinearError> {
        let mut ids: HashMap<u64, u32> = HashMap::new();
        let mut all: Vec<(u64, usize)> = Vec::new();
        let mut id = |key: u64| {
            let next = all.len() as u32;
            let id = *ids.entry(key).or_insert(next);
            if id == next {
                all.push((key, 0));
            }
            all[id as usize].1 += 1;
            id
        };
        let mut features: Vec<Vec<Vec<u32>>> = Vec::with_capacity(sentences.len());
        for (words, _) in sentences {
            let words = config.features.of(words).into_iter();
            features.push(
                words
                    .map(|keys| keys.into_iter().map(&mut id).collect())
                    .collect(),
            );
        }
        // The new number of each feature that is frequent enough.
        let mut keys = Vec::new();
        let kept: Vec<Option<u32>> = (all.iter())
            .map(|&(key, count)| {
                let kept = (count >= config.minimum_count).then_some(keys.len() as u32);
                keys.extend(kept.map(|_| key));
                kept
            })
            .collect();
        if keys.is_empty() {
            let expected = "a feature that is there minimum_count times or more";
            return Err(LinearError::examples(expected, "none"));
        }
        for word in features.iter_mut().flatten() {
            *word = word.iter().filter_map(|&id| kept[id as usize]).collect();
        }
        Ok(Self { keys, features })
    }
}

/// What is learned.
struct Learner {
    weights: FeatureWeights,
    /// The weights of now.
    transitions: Transitions,
    /// The same with their averages.
    average_transitions: Averages,
    /// Of the sentence, `[T, K]`.
    scores: Vec<f64>,
    /// Sentences so far.
    step: u64,
}

impl Learner {
    /// Learns a sentence: the features of each word `[T]` and their tags `[T]`. Gives the number of wrong tags before.
    fn learn(&mut self, features: &[Vec<u32>], gold: &[usize]) -> usize {
        let tags = self.transitions.tags();
        self.scores.resize(features.len() * tags, 0.0);
        for (scores, features) in self.scores.chunks_exact_mut(tags).zip(features) {
            self.weights.scores(features, scores);
        }
        let found = viterbi::best(&self.scores, &self.transitions);
        let mut mistakes = 0;
        for ((features, &gold), &found) in features.iter().zip(gold).zip(&found) {
            if gold != found {
                mistakes += 1;
                self.weights.add(features, gold, 1.0, self.step);
                self.weights.add(features, found, -1.0, self.step);
            }
        }
        if mistakes > 0 {
            for (tags, change) in [(gold, 1.0), (&found[..], -1.0)] {
                let cells: Vec<usize> = self.transitions.cells(tags).collect();
                for cell in cells {
                    self.average_transitions.add(cell, change, self.step);
                    let weight = self.average_transitions.weights[cell];
                    self.transitions.set(cell, weight);
                }
            }
        }
        self.step += 1;
        mistakes
    }

    /// The tagger of average weights. Features without any are left out.
    fn finish(mut self, features: TaggerFeatures, keys: &[u64]) -> PerceptronTagger {
        let mut own_keys = Vec::new();
        let mut rows = Rows::new(self.transitions.tags());
        for (feature, weights) in self.weights.averages(self.step) {
            let there = (0..).zip(weights).filter(|(_, weight)| *weight != 0.0);
            let row: Vec<(u32, f32)> = there.collect();
            if !row.is_empty() {
                own_keys.push(keys[feature]);
                rows.push(row);
            }
        }
        let averages = self.average_transitions.averages(self.step).enumerate();
        averages.for_each(|(cell, weight)| self.transitions.set(cell, weight));
        PerceptronTagger::new(features, own_keys, rows, self.transitions)
    }
}

#[cfg(test)]
mod tests;
