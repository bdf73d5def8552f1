//! A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001): sequences of tags
//! scored as wholes, by emissions and by transitions between neighbours.
//!
//! ```text
//! score(y) = start[y_0] + sum_t x_t[y_t] + sum_t transitions[y_t-1, y_t] + end[y_L-1]
//! p(y | x) = exp(score(y)) / sum over all y' of exp(score(y'))
//! ```
//!
//! The parameters have the names, shapes and initial values of the Python package `pytorch-crf`.
//! `recurrent_kernels::crf` has the recursions.

use crate::Initializer;
use crate::ops::{self, cpu};
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_kernels::crf::{self as kernel, Emissions, Weights};
use recurrent_kernels::noise;
use serde::{Deserialize, Serialize};

/// Configuration of a [`Crf`].
#[derive(Debug, Clone, PartialEq)]
pub struct CrfConfig {
    /// `V`, the number of tags.
    pub tags: usize,
}

impl CrfConfig {
    /// Scores drawn from `seed`, uniform on `-0.1..0.1`.
    ///
    /// # Panics
    /// Where there is no tag.
    pub fn init(&self, seed: u64, device: &Device) -> Crf {
        let tags = self.tags;
        assert!(tags > 0, "a field has at least one tag");
        let draw = |part, rows| {
            let seed = noise::mix(seed, part);
            Initializer::Uniform(0.1).values(seed, 1, [rows, tags], tags)
        };
        let vector = |part| {
            let data = TensorData::new(draw(part, 1), [tags]);
            Param::from_tensor(Tensor::from_data(data, device))
        };
        let transitions = TensorData::new(draw(2, tags), [tags, tags]);
        Crf {
            start_transitions: vector(0),
            end_transitions: vector(1),
            transitions: Param::from_tensor(Tensor::from_data(transitions, device)),
        }
    }
}

/// What the loss of a batch is the mean over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrfReduction {
    /// The rows that have a step; `mean` of `pytorch-crf`.
    #[default]
    Rows,
    /// The valid steps of all rows; `token_mean` of `pytorch-crf`.
    Steps,
}

/// Which tags may stand next to each other and at the ends of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrfConstraint {
    /// Whether a tag may follow another one, `[V, V]` (from, to).
    pub transitions: Vec<bool>,
    /// Whether a tag may be the first, `[V]`.
    pub start: Vec<bool>,
    /// Whether a tag may be the last, `[V]`.
    pub end: Vec<bool>,
}

impl CrfConstraint {
    /// The constraint of `tags` tags by a rule that is asked whether the second may follow the
    /// first; `None` stands for the outside, before the first tag or after the last.
    pub fn new(tags: usize, legal: impl Fn(Option<usize>, Option<usize>) -> bool) -> Self {
        let all = 0..tags;
        let pairs = all
            .clone()
            .flat_map(|from| (0..tags).map(move |to| (Some(from), Some(to))));
        Self {
            transitions: pairs.map(|(from, to)| legal(from, to)).collect(),
            start: all.clone().map(|to| legal(None, Some(to))).collect(),
            end: all.map(|from| legal(Some(from), None)).collect(),
        }
    }
}

/// A linear-chain conditional random field.
#[derive(Module, Debug)]
pub struct Crf {
    /// Score of the first tag, `[V]`.
    pub start_transitions: Param<Tensor<1>>,
    /// Score of the last tag, `[V]`.
    pub end_transitions: Param<Tensor<1>>,
    /// Score of a tag after another one, `[V, V]` (from, to).
    pub transitions: Param<Tensor<2>>,
}

impl Crf {
    /// The negative log-likelihood, in nats, of `tags [T, B]` under `emissions [T, B, V]`: `[1]`.
    /// It is zero where no row has a step. What lies past a row's end is ignored.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`, or a tag of a valid
    /// step is not below `V`.
    pub fn loss(
        &self,
        emissions: Tensor<3>,
        tags: Tensor<2, Int>,
        lengths: &[usize],
        reduction: CrfReduction,
    ) -> Tensor<1> {
        let loss = ops::crf_loss(
            emissions,
            self.transitions.val(),
            self.start_transitions.val(),
            self.end_transitions.val(),
            tags,
            lengths,
        );
        match reduction {
            CrfReduction::Rows => loss,
            CrfReduction::Steps => {
                let rows = lengths.iter().filter(|&&length| length > 0).count();
                let steps: usize = lengths.iter().sum();
                loss.mul_scalar(rows as f64 / steps.max(1) as f64)
            }
        }
    }

    /// The most probable tags of each row under `emissions [T, B, V]`, among the sequences that
    /// `constraint` allows; of equal ones, the one with the lower last tag, then the lower tag
    /// before that, and so on. A row has as many tags as steps, or none where no sequence is
    /// allowed or the emissions are not numbers. Computed on the CPU.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn decode(
        &self,
        emissions: Tensor<3>,
        lengths: &[usize],
        constraint: Option<&CrfConstraint>,
    ) -> Vec<Vec<usize>> {
        let scores = Scores::new(self, emissions, constraint);
        let paths = kernel::viterbi(cpu(), scores.weights(), scores.emissions(lengths));
        let rows = lengths.iter().zip(paths.scores).enumerate();
        rows.map(|(row, (&length, score))| {
            let labels = paths.labels.iter().skip(row).step_by(lengths.len());
            let possible = score > f64::NEG_INFINITY;
            let steps = if possible { length } else { 0 };
            labels.take(steps).copied().collect()
        })
        .collect()
    }

    /// The probability `[T, B, V]` of every tag at every step under `emissions [T, B, V]`, among
    /// the sequences that `constraint` allows; zero past a row's end, and in all of a row where no
    /// sequence is allowed. Computed on the CPU, without a gradient.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn marginals(
        &self,
        emissions: Tensor<3>,
        lengths: &[usize],
        constraint: Option<&CrfConstraint>,
    ) -> Tensor<3> {
        let (shape, dtype) = (emissions.shape(), emissions.dtype());
        let device = emissions.device().inner();
        let scores = Scores::new(self, emissions, constraint);
        let marginals = kernel::marginals(cpu(), scores.weights(), scores.emissions(lengths));
        Tensor::from_data(TensorData::new(marginals, shape), (&device, dtype))
    }
}

/// All scores in the memory of the CPU; those of what is not allowed are minus infinity.
struct Scores {
    time: usize,
    emissions: Vec<f64>,   // [T, B, V]
    transitions: Vec<f64>, // [V, V]
    start: Vec<f64>,       // [V]
    end: Vec<f64>,         // [V]
}

impl Scores {
    fn new(crf: &Crf, emissions: Tensor<3>, constraint: Option<&CrfConstraint>) -> Self {
        let mut scores = Self {
            time: emissions.dims()[0],
            emissions: values(emissions),
            transitions: values(crf.transitions.val()),
            start: values(crf.start_transitions.val()),
            end: values(crf.end_transitions.val()),
        };
        if let Some(constraint) = constraint {
            let CrfConstraint {
                transitions,
                start,
                end,
            } = constraint;
            forbid(&mut scores.transitions, transitions);
            forbid(&mut scores.start, start);
            forbid(&mut scores.end, end);
        }
        scores
    }

    fn weights(&self) -> Weights<'_, f64> {
        Weights {
            transitions: &self.transitions,
            start: &self.start,
            end: &self.end,
        }
    }

    fn emissions<'a>(&'a self, lengths: &'a [usize]) -> Emissions<'a, f64> {
        Emissions {
            time: self.time,
            lengths,
            scores: &self.emissions,
        }
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter().collect()
}

fn forbid(scores: &mut [f64], legal: &[bool]) {
    assert_eq!(
        scores.len(),
        legal.len(),
        "the constraint has as many tags as the field"
    );
    for (score, &legal) in scores.iter_mut().zip(legal) {
        if !legal {
            *score = f64::NEG_INFINITY;
        }
    }
}
