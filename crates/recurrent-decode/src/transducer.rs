//! Decoding of transducers (Graves 2012, *Sequence transduction with recurrent neural networks*): step by step, any number of
//! labels and then blank, each with a probability that depends on the labels before it.
//!
//! [`greedy`] takes the most probable symbol at every node. [`TransducerSearch`] keeps the best beginnings; within a step it
//! goes from shorter to longer ones, so that all ways to a beginning are summed before it is extended. With a beam as wide as the
//! space it finds the most probable labelling with its exact probability. It is given frames as they come.

use std::collections::BTreeMap;

use crate::DecodeError;
use crate::hypothesis::{Hypothesis, Labels};
use crate::log_add::log_add;

/// A transducer: what was told is in a state, what was heard in a frame.
pub trait TransducerModel {
    /// What it knows of the labels before.
    type State: Clone;
    /// What was heard at a step.
    type Frame: ?Sized;

    /// `V`, the number of symbols with blank.
    fn symbols(&self) -> usize;

    /// The symbol that goes on to the next step.
    fn blank(&self) -> usize;

    /// The state before the first label.
    fn start(&self) -> Self::State;

    /// Moves `state` on to what it is after `label`.
    fn advance(&self, state: &mut Self::State, label: u32);

    /// `ln p` of every symbol at a node, in `out` `[V]`.
    fn log_probabilities(&self, frame: &Self::Frame, state: &Self::State, out: &mut [f32]);
}

/// How far a search looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransducerOptions {
    /// How many beginnings are kept after each step, and of each length within one.
    pub beam_width: usize,
    /// The most labels that are told at one step; of a beginning that several ways lead to, by the way that tells the fewest.
    pub most_labels: usize,
    /// A beginning is kept where its score is above the best one's with this added, which is below 0.
    pub prune_logp: f32,
    /// The most hypotheses that are given.
    pub n_best: usize,
}

impl Default for TransducerOptions {
    fn default() -> Self {
        Self {
            beam_width: 8,
            most_labels: 5,
            prune_logp: -10.0,
            n_best: 1,
        }
    }
}

impl TransducerOptions {
    /// Checks every setting against its range.
    ///
    /// # Errors
    /// Where one is outside it.
    pub fn validate(&self) -> Result<(), DecodeError> {
        for (name, value) in [
            ("beam_width", self.beam_width),
            ("most_labels", self.most_labels),
            ("n_best", self.n_best),
        ] {
            if value == 0 || value > 1 << 20 {
                return Err(DecodeError::setting(name, "a number from 1 to 2^20", value));
            }
        }
        if self.prune_logp.is_nan() || self.prune_logp >= 0.0 {
            let expected = "a number below 0, or -inf";
            return Err(DecodeError::setting(
                "prune_logp",
                expected,
                self.prune_logp,
            ));
        }
        Ok(())
    }
}

/// The labels that taking the most probable symbol at every node tells, at most `most_labels` a step: [`GreedySearch`] on all
/// frames.
///
/// # Errors
/// Where a value is no log probability.
pub fn greedy<'a, M: TransducerModel>(
    model: &M,
    frames: impl Iterator<Item = &'a M::Frame>,
    most_labels: usize,
) -> Result<Hypothesis, DecodeError>
where
    M::Frame: 'a,
{
    let mut search = GreedySearch::new(model, most_labels);
    for frame in frames {
        search.advance(frame)?;
    }
    Ok(search.finish())
}

/// The greedy way through frames as they come. A label's confidence is its probability at its node; the score is that of the one
/// way taken.
pub struct GreedySearch<'a, M: TransducerModel> {
    model: &'a M,
    most_labels: usize,
    labels: Labels,
    state: M::State,
    score: f64,
    frames: usize,
    /// Scratch, `[V]`.
    out: Vec<f32>,
}

impl<'a, M: TransducerModel> GreedySearch<'a, M> {
    /// A way before its first frame.
    pub fn new(model: &'a M, most_labels: usize) -> Self {
        Self {
            model,
            most_labels,
            labels: Labels::default(),
            state: model.start(),
            score: 0.0,
            frames: 0,
            out: vec![0.0; model.symbols()],
        }
    }

    /// Goes on by a frame.
    ///
    /// # Errors
    /// Where a value is no log probability.
    pub fn advance(&mut self, frame: &M::Frame) -> Result<(), DecodeError> {
        let blank = self.model.blank();
        for told in 0..=self.most_labels {
            self.model
                .log_probabilities(frame, &self.state, &mut self.out);
            check(&self.out, self.frames)?;
            let best = (0..self.out.len()).max_by(|&a, &b| self.out[a].total_cmp(&self.out[b]));
            let best = best.filter(|_| told < self.most_labels).unwrap_or(blank);
            let value = self.out[best];
            self.score += f64::from(value);
            if best == blank {
                break;
            }
            self.labels.push(best as u32, self.frames, value.exp());
            self.model.advance(&mut self.state, best as u32);
        }
        self.frames += 1;
        Ok(())
    }

    /// The labels so far; no further frame changes one.
    pub fn labels(&self) -> &[u32] {
        &self.labels.labels
    }

    /// The labelling of all frames.
    pub fn finish(self) -> Hypothesis {
        let score = self.score as f32;
        self.labels.into_hypothesis(score, score)
    }
}

fn check(values: &[f32], frame: usize) -> Result<(), DecodeError> {
    let wrong = |value: &f32| value.is_nan() || *value == f32::INFINITY;
    match values.iter().position(wrong) {
        None => Ok(()),
        Some(symbol) => Err(DecodeError::Emission {
            frame,
            symbol,
            found: values[symbol],
        }),
    }
}

/// A beginning of a labelling.
#[derive(Debug, Clone)]
struct Beginning<S> {
    /// Its labels are the keys.
    positions: Vec<usize>,
    confidences: Vec<f32>,
    /// `ln` of the sum over all ways to it, relative to the best beginning.
    score: f32,
    state: S,
    /// Labels that were told at the present step, on the way that told the fewest.
    told: usize,
}

/// A search that is given its frames one by one.
pub struct TransducerSearch<'a, M: TransducerModel> {
    model: &'a M,
    options: TransducerOptions,
    frames: usize,
    /// What the scores of the beam are relative to.
    offset: f64,
    beam: BTreeMap<Vec<u32>, Beginning<M::State>>,
    /// Scratch, `[V]`.
    out: Vec<f32>,
}

impl<'a, M: TransducerModel> TransducerSearch<'a, M> {
    /// A search before its first frame.
    ///
    /// # Errors
    /// Where an option is outside its range.
    pub fn new(model: &'a M, options: TransducerOptions) -> Result<Self, DecodeError> {
        options.validate()?;
        let nothing = Beginning {
            positions: Vec::new(),
            confidences: Vec::new(),
            score: 0.0,
            state: model.start(),
            told: 0,
        };
        Ok(Self {
            model,
            options,
            frames: 0,
            offset: 0.0,
            beam: BTreeMap::from([(Vec::new(), nothing)]),
            out: vec![0.0; model.symbols()],
        })
    }

    /// Goes on by a frame.
    ///
    /// # Errors
    /// Where a value is no log probability.
    pub fn advance(&mut self, frame: &M::Frame) -> Result<(), DecodeError> {
        // Beginnings by their length, shorter ones first.
        let mut levels: BTreeMap<usize, BTreeMap<Vec<u32>, Beginning<M::State>>> = BTreeMap::new();
        for (labels, mut beginning) in std::mem::take(&mut self.beam) {
            beginning.told = 0;
            levels
                .entry(labels.len())
                .or_default()
                .insert(labels, beginning);
        }
        let mut after: Vec<(Vec<u32>, Beginning<M::State>)> = Vec::new();
        let mut best = f32::NEG_INFINITY;
        while let Some((length, level)) = levels.pop_first() {
            let mut level: Vec<(Vec<u32>, Beginning<M::State>)> = level.into_iter().collect();
            level.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(&b.0)));
            level.truncate(self.options.beam_width);
            for (labels, mut beginning) in level {
                if beginning.score < best + self.options.prune_logp {
                    continue;
                }
                self.model
                    .log_probabilities(frame, &beginning.state, &mut self.out);
                check(&self.out, self.frames)?;
                if beginning.told < self.options.most_labels {
                    self.extend(&labels, &beginning, levels.entry(length + 1).or_default());
                }
                beginning.score += self.out[self.model.blank()];
                best = best.max(beginning.score);
                after.push((labels, beginning));
            }
        }
        self.frames += 1;
        let least = best + self.options.prune_logp;
        after.retain(|(_, beginning)| {
            beginning.score > f32::NEG_INFINITY && beginning.score >= least
        });
        after.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(&b.0)));
        after.truncate(self.options.beam_width);
        if best > f32::NEG_INFINITY {
            self.offset += f64::from(best);
            for (_, beginning) in &mut after {
                beginning.score -= best;
            }
        }
        self.beam = after.into_iter().collect();
        Ok(())
    }

    /// Adds the extensions of a beginning to those of one label more.
    fn extend(
        &self,
        labels: &[u32],
        beginning: &Beginning<M::State>,
        into: &mut BTreeMap<Vec<u32>, Beginning<M::State>>,
    ) {
        for (symbol, &value) in self.out.iter().enumerate() {
            let score = beginning.score + value;
            // What is pruned at once need not be made.
            let worth = score > f32::NEG_INFINITY && value >= self.options.prune_logp;
            if symbol == self.model.blank() || !worth {
                continue;
            }
            let mut longer = labels.to_vec();
            longer.push(symbol as u32);
            match into.get_mut(&longer) {
                Some(known) => {
                    known.score = log_add(known.score, score);
                    known.told = known.told.min(beginning.told + 1);
                }
                None => {
                    let mut state = beginning.state.clone();
                    self.model.advance(&mut state, symbol as u32);
                    let mut positions = beginning.positions.clone();
                    positions.push(self.frames);
                    let mut confidences = beginning.confidences.clone();
                    confidences.push(value.exp());
                    into.insert(
                        longer,
                        Beginning {
                            positions,
                            confidences,
                            score,
                            state,
                            told: beginning.told + 1,
                        },
                    );
                }
            }
        }
    }

    /// The labels of the best beginning so far.
    pub fn best(&self) -> Vec<u32> {
        let best = self
            .beam
            .iter()
            .max_by(|a, b| a.1.score.total_cmp(&b.1.score));
        best.map_or_else(Vec::new, |(labels, _)| labels.clone())
    }

    /// The labels that all beginnings share, which no further frame changes.
    pub fn stable(&self) -> Vec<u32> {
        let mut all = self.beam.keys();
        let mut common = all.next().cloned().unwrap_or_default();
        for labels in all {
            let same = common
                .iter()
                .zip(labels)
                .take_while(|(a, b)| a == b)
                .count();
            common.truncate(same);
        }
        common
    }

    /// Takes out the labels that are [`stable`](Self::stable): what is given from now on begins after them.
    pub fn take_stable(&mut self) -> Vec<u32> {
        let stable = self.stable();
        if !stable.is_empty() {
            let shorter = |(mut labels, mut beginning): (Vec<u32>, Beginning<M::State>)| {
                labels.drain(..stable.len());
                beginning.positions.drain(..stable.len());
                beginning.confidences.drain(..stable.len());
                (labels, beginning)
            };
            self.beam = std::mem::take(&mut self.beam)
                .into_iter()
                .map(shorter)
                .collect();
        }
        stable
    }

    /// The most probable labellings, best first, without the labels that were taken out. A label's position is the frame of the first way to it that was found, and its
    /// confidence its probability there.
    pub fn finish(self) -> Vec<Hypothesis> {
        let mut all: Vec<(Vec<u32>, Beginning<M::State>)> = self.beam.into_iter().collect();
        all.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(&b.0)));
        all.truncate(self.options.n_best);
        let hypothesis = |(labels, beginning): (Vec<u32>, Beginning<M::State>)| {
            let labels = Labels {
                labels,
                positions: beginning.positions,
                confidences: beginning.confidences,
            };
            let score = (self.offset + f64::from(beginning.score)) as f32;
            labels.into_hypothesis(score, score)
        };
        all.into_iter().map(hypothesis).collect()
    }
}

#[cfg(test)]
mod tests;
