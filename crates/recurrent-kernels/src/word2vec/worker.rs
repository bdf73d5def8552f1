//! One thread's part of the training: its columns of both matrices.

use super::LOSS_EVERY;
use super::examples::{Batch, Sampler, Text};
use super::matrix::{SharedMatrix, Strip};
use super::strip::StripPair;
use crate::math;
use crate::matmul::Shared;
use crate::simd::{Kernel, Real, Vector};
use crate::threads::Member;
use std::ops::Range;
use std::sync::{Mutex, PoisonError, RwLock};

/// What the steps gave so far.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub words: u64,
    pub examples: u64,
    /// Sum of the losses of the measured examples.
    pub loss: f64,
    /// Measured examples.
    pub measured: u64,
}

/// What a thread works with.
pub(super) struct Worker<'a, R> {
    pub member: &'a Member<'a>,
    pub sampler: &'a Sampler,
    pub text: &'a Text<'a>,
    /// Words of the text in a batch.
    pub words: usize,
    pub steps: Range<u64>,
    pub input: SharedMatrix<R>,
    pub output: SharedMatrix<R>,
    /// All strips; a thread owns a share of them.
    pub strips: &'a [Strip],
    /// Three batches a thread.
    pub batches: &'a [RwLock<Batch<R>>],
    /// Parts of the scores of two batches. `[2, strips, most_scores]`
    pub scores: Shared<R>,
    /// Scores of the largest batch, in whole registers.
    pub most_scores: usize,
    pub outcome: &'a Mutex<Outcome>,
}

impl<R: Real> Kernel<R> for Worker<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let count = self.member.count;
        let own = self.member.share(self.strips.len());
        let mut outcome = Outcome::default();
        let mut factors = vec![R::ZERO; self.most_scores];
        // In a round every thread prepares one batch of the next round; a batch of this
        // one is complete once the threads have met at a batch of the round before.
        let rounds = (self.steps.end - self.steps.start.min(self.steps.end)).div_ceil(count as u64);
        self.prepare(0);
        self.member.wait();
        for round in 0..rounds {
            self.prepare(round + 1);
            for turn in 0..count {
                let step = self.steps.start + round * count as u64 + turn as u64;
                if step >= self.steps.end {
                    break;
                }
                let slot = (round % 3) as usize * count + turn;
                let batch = &*self.batches[slot]
                    .read()
                    .unwrap_or_else(PoisonError::into_inner);
                let offset = (step % 2) as usize * self.strips.len() * self.most_scores;
                // SAFETY: strips and scores are as `Trainer::train` has allocated them;
                // this thread writes its own strips' and reads others' after meeting them.
                unsafe {
                    let scores = self.scores.pointer().add(offset);
                    for strip in own.clone() {
                        let to = scores.add(strip * self.most_scores);
                        self.pair(strip).score::<V>(batch, to);
                    }
                    self.member.wait();
                    self.sum_strips::<V>(batch, scores, &mut factors);
                    if self.member.index == 0 {
                        outcome.words += batch.words as u64;
                        outcome.examples += batch.examples() as u64;
                        if step.is_multiple_of(LOSS_EVERY) {
                            outcome.loss += loss(batch, &factors);
                            outcome.measured += batch.examples() as u64;
                        }
                    }
                    descend::<V>(batch, &mut factors);
                    for strip in own.clone() {
                        self.pair(strip).update::<V>(batch, &factors);
                    }
                }
            }
        }
        if self.member.index == 0 {
            *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
        }
    }
}

impl<R: Real> Worker<'_, R> {
    #[inline(always)]
    fn pair(&self, strip: usize) -> StripPair<R> {
        StripPair {
            input: self.input,
            output: self.output,
            strip: self.strips[strip],
            targets: self.sampler.targets(),
        }
    }

    /// Fills this thread's batch of a round.
    fn prepare(&self, round: u64) {
        let Member { index, count, .. } = *self.member;
        let step = self.steps.start + round * count as u64 + index as u64;
        if step >= self.steps.end {
            return;
        }
        let per_epoch = self.text.len().div_ceil(self.words) as u64;
        let from = (step % per_epoch) as usize * self.words;
        let range = from..self.text.len().min(from + self.words);
        let slot = (round % 3) as usize * count + index;
        let mut batch = self.batches[slot]
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        self.sampler
            .fill(self.text, step / per_epoch, range, &mut batch);
    }

    /// Adds the strips' parts to whole scores, strip after strip.
    ///
    /// # Safety
    /// `parts` must hold them. `[strips, most_scores]`
    #[inline(always)]
    unsafe fn sum_strips<V: Vector<Elem = R>>(
        &self,
        batch: &Batch<R>,
        parts: *const R,
        scores: &mut [R],
    ) {
        for at in (0..batch.labels.len()).step_by(V::LANES) {
            // SAFETY: the caller's promise; labels and scores come in whole registers.
            unsafe {
                let mut sum = V::load(parts.add(at));
                for strip in 1..self.strips.len() {
                    sum = sum + V::load(parts.add(strip * self.most_scores + at));
                }
                sum.store(scores[at..].as_mut_ptr());
            }
        }
    }
}

/// Replaces scores by the factors of the vectors in a step:
/// `rate (label - sigmoid(score))`.
#[inline(always)]
unsafe fn descend<V: Vector>(batch: &Batch<V::Elem>, scores: &mut [V::Elem]) {
    for at in (0..batch.labels.len()).step_by(V::LANES) {
        // SAFETY: all come in whole registers; the caller's promise.
        unsafe {
            let load = |from: &[V::Elem]| V::load(from[at..].as_ptr());
            let error = load(&batch.labels) - math::sigmoid(load(scores));
            (load(&batch.rates) * error).store(scores[at..].as_mut_ptr());
        }
    }
}

/// Sum of the losses of all examples.
fn loss<R: Real>(batch: &Batch<R>, scores: &[R]) -> f64 {
    let counted = batch.targets.len();
    let terms = batch.labels[..counted].iter().zip(&batch.rates).zip(scores);
    terms
        .filter(|((_, rate), _)| **rate != R::ZERO)
        .map(|((label, _), score)| {
            let margin = match *label == R::ONE {
                true => score.to_f64(),
                false => -score.to_f64(),
            };
            // log(1 + e^-margin) without overflow.
            (-margin).max(0.0) + (-margin.abs()).exp().ln_1p()
        })
        .sum()
}
