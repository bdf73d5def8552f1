//! Word vectors by skip-gram and continuous bag of words with negative sampling.
//!
//! Each word has two vectors of width `E`, a row of the input matrix and a row of
//! the output matrix, both `[V, E]`. An *example* is a hidden vector `h` and a
//! word `w` that goes with it; with `K` noise words `n` its loss is
//!
//! ```text
//! loss = -log sigmoid(output[w] . h) - sum over n of  log sigmoid(-output[n] . h)
//! ```
//!
//! and is descended by plain stochastic gradient steps. Skip-gram has an example
//! for each word of the window around `w`: `h = input[context]`. CBOW has one for
//! `w`: `h` is the mean of `input` over the window.
//!
//! As in the authors' tool,
//! - a window reaches `1..=window` words to either side, drawn anew for each word;
//! - a word of relative frequency `f` is kept with probability
//!   `min(1, sqrt(t / f) + t / f)`, before windows are cut;
//! - noise words are drawn with probabilities `~ count^0.75`, and one that is `w`
//!   itself is left out;
//! - the learning rate falls linearly with the position in the text;
//! - input vectors start uniform in `-1/2E..1/2E`, output vectors at zero;
//! - CBOW moves each of the averaged input vectors by the whole gradient of `h`,
//!   where the mean's own gradient is that divided by their number (Irsoy, Benton
//!   and Stratos 2021 compare both).
//!
//! One thing differs: the steps are taken in small batches of text. Scores are those
//! before the batch, updates follow in order.
//!
//! Threads split the columns of both matrices and meet once a batch to add up
//! their parts of the scores, in the order of the columns, so no two of them write
//! the same line of memory and the result is the same for any number of threads
//! (not for another instruction set, which rounds differently).
//! Noise is a function of seed and position: training may stop after any batch and
//! go on from the matrices as if it had not stopped.
//!
//! Sources: Mikolov, Chen, Corrado and Dean 2013, *Efficient estimation of word
//! representations in vector space*; Mikolov, Sutskever, Chen, Corrado and Dean
//! 2013, *Distributed representations of words and phrases and their
//! compositionality*.

use crate::matmul::Shared;
use crate::simd::{MAX_LANES, Real};
use crate::{Cpu, elements, noise, threads};
use examples::{Batch, Sampler};
use matrix::Matrix;
use std::ops::Range;
use std::sync::{Mutex, RwLock};
use worker::Worker;

mod alias;
mod examples;
mod matrix;
mod strip;
#[cfg(test)]
mod tests;
mod worker;

pub use examples::Text;

/// Words of the text that make a batch, where nothing asks for fewer.
const MOST_WORDS: usize = 16;
/// Scores of a batch, where one word has not more.
const MOST_SCORES: usize = 1 << 14;
/// How often a batch may be expected to update one output vector. Above, the
/// steps of a tiny vocabulary's words would add up to long ones.
const MOST_HITS: f64 = 16.0;
/// Every how many batches the loss is computed.
const LOSS_EVERY: u64 = 64;

/// What makes an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Architecture {
    /// The word is predicted from each word of its window.
    #[default]
    SkipGram,
    /// Continuous bag of words: the word is predicted from the mean over its window.
    Cbow,
}

/// How word vectors are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Skip-gram or CBOW.
    pub architecture: Architecture,
    /// Elements of a vector, `E`, at least 1.
    pub width: usize,
    /// Words that a window reaches at most to either side, `1..=1000`.
    pub window: usize,
    /// Noise words of an example, `K`, at least 1.
    pub negatives: usize,
    /// Threshold `t` of the subsampling of frequent words, positive; `None` keeps all.
    pub subsampling: Option<f64>,
    /// Learning rate at the start and at the end of all epochs.
    pub learning_rate: [f64; 2],
    /// Passes over the text, at least 1.
    pub epochs: u64,
    /// Seed of initial vectors, windows, subsampling and noise.
    pub seed: u64,
}

/// What a range of steps gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Words read, before subsampling.
    pub words: u64,
    /// Examples learned from.
    pub examples: u64,
    /// Mean loss of an example in nats, over every 64th step; `None` where the
    /// range has no such step with an example.
    pub loss: Option<f64>,
}

/// Word vectors in training.
#[derive(Debug, Clone)]
pub struct Trainer<R> {
    settings: Settings,
    sampler: Sampler,
    /// Words of the text in a batch.
    words: usize,
    input: Matrix<R>,
    output: Matrix<R>,
}

impl<R: Real> Trainer<R> {
    /// Vectors at their start for words that occur `counts [V]` times in the text.
    ///
    /// # Panics
    /// Where a setting is outside its range, there is no word, there are `2^32` or
    /// more, all counts are zero, or the matrices are larger than memory.
    pub fn new(settings: Settings, counts: &[u64]) -> Self {
        let width = settings.width;
        let seed = noise::mix(settings.seed, 0);
        let start = |at: usize| (noise::uniform(seed, at as u64) - 0.5) / width as f64;
        let input = Matrix::new(counts.len(), width, |at| R::from_f64(start(at)));
        let output = Matrix::new(counts.len(), width, |_| R::ZERO);
        Self::with_matrices(settings, counts, input, output)
    }

    /// Vectors as an earlier training left them, both `[V, E]`.
    ///
    /// # Panics
    /// As [`Trainer::new`], and where a matrix is not `[V, E]`.
    pub fn resume(settings: Settings, counts: &[u64], input: &[R], output: &[R]) -> Self {
        let shape = [counts.len(), settings.width];
        let matrix = |values: &[R]| {
            assert_eq!(values.len(), elements(shape), "a matrix {shape:?}");
            Matrix::new(shape[0], shape[1], |at| values[at])
        };
        Self::with_matrices(settings, counts, matrix(input), matrix(output))
    }

    fn with_matrices(
        settings: Settings,
        counts: &[u64],
        input: Matrix<R>,
        output: Matrix<R>,
    ) -> Self {
        let Settings {
            width,
            window,
            negatives,
            epochs,
            learning_rate,
            ..
        } = settings;
        assert!(
            width > 0 && window > 0 && negatives > 0 && epochs > 0,
            "width, window, negatives and epochs are at least 1"
        );
        assert!(
            window <= examples::FARTHEST,
            "a window reaches at most {} words to a side",
            examples::FARTHEST
        );
        assert!(
            learning_rate.iter().all(|rate| rate.is_finite()),
            "a learning rate is a finite number"
        );
        let sampler = Sampler::new(settings, counts);
        let few = |most: f64| (most as usize).clamp(1, MOST_WORDS);
        let words = few(MOST_HITS / sampler.hits_per_word())
            .min(few((MOST_SCORES / sampler.most_scores_per_word()) as f64));
        Self {
            settings,
            sampler,
            words,
            input,
            output,
        }
    }

    /// Words of the vocabulary, `V`.
    pub fn vocabulary(&self) -> usize {
        self.input.rows()
    }

    /// Steps of an epoch: batches of a fixed number of words of the text.
    pub fn steps_per_epoch(&self, text: &Text) -> u64 {
        text.len().div_ceil(self.words) as u64
    }

    /// Takes the steps `steps` of `0..epochs * steps_per_epoch`. Steps in order, in
    /// ranges of any size, give what one range of all of them gives.
    ///
    /// # Panics
    /// Where a word of the text is not below `V` or the steps end after the last.
    pub fn train(&mut self, cpu: Cpu, text: &Text, steps: Range<u64>) -> Progress {
        let vocabulary = self.vocabulary();
        assert!(
            text.largest()
                .is_none_or(|word| (word as usize) < vocabulary),
            "a word of the text is not one of the {vocabulary} of the vocabulary"
        );
        let all = self
            .settings
            .epochs
            .saturating_mul(self.steps_per_epoch(text));
        assert!(steps.end <= all, "steps {steps:?} of {all}");
        let strips = self.input.strips();
        let threads = cpu.threads.clamp(1, strips.len());
        let most = self.words * self.sampler.most_scores_per_word();
        let most = most.next_multiple_of(MAX_LANES);
        // A batch is filled while the one before it is learned from and another
        // thread may still be busy with the one before that.
        let batches: Vec<_> = (0..3 * threads)
            .map(|_| RwLock::new(Batch::default()))
            .collect();
        let mut scores = vec![R::ZERO; elements([2, strips.len(), most])];
        let outcome = Mutex::new(worker::Outcome::default());
        let scores = Shared(scores.as_mut_ptr());
        let [input, output] = [&mut self.input, &mut self.output].map(Matrix::shared);
        threads::run(threads, |member| {
            cpu.isa.run(Worker {
                member: &member,
                sampler: &self.sampler,
                text,
                words: self.words,
                steps: steps.clone(),
                input,
                output,
                strips: &strips,
                batches: &batches,
                scores,
                most_scores: most,
                outcome: &outcome,
            });
        });
        let outcome = outcome.into_inner().unwrap_or_else(|e| e.into_inner());
        Progress {
            words: outcome.words,
            examples: outcome.examples,
            loss: (outcome.measured > 0).then(|| outcome.loss / outcome.measured as f64),
        }
    }

    /// The input vectors `[V, E]`: the word vectors.
    pub fn input(&self) -> Vec<R> {
        self.input.values()
    }

    /// The output vectors `[V, E]`.
    pub fn output(&self) -> Vec<R> {
        self.output.values()
    }
}
