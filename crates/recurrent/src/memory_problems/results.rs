//! How good answers are, and the report.

use super::config::{MemoryDataConfig, Problem};
use super::data::{COPIED, Targets};
use super::model::{MemoryNetwork, outputs};
use super::predict::{MemoryModel, numbers};
use crate::Error;
use crate::language_model::Split;
use crate::report::{Counted, Floor, Report, Sample, grouped};
use crate::run::RunDirectory;
use burn::tensor::Device;

/// Sequences that are read at once at most.
const BATCH: u64 = 256;

/// Examples that are shown.
const SAMPLES: usize = 5;

/// Mean squared error below which the adding problem counts as solved.
const SOLVED_ERROR: f64 = 0.001;

/// Share of copied symbols from which on the copy problem counts as solved.
const SOLVED_ACCURACY: f64 = 0.99;

/// How good the answers to a split are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Mean squared error of the sums, or mean cross entropy of all steps, nats.
    pub loss: f64,
    /// The loss of an answer that remembers nothing.
    pub baseline: f64,
    /// Of the copy problem: the share of the ten symbols that are right.
    pub accuracy: Option<f64>,
    /// Sequences.
    pub examples: u64,
}

impl Measures {
    /// Those of a network.
    pub(super) fn of(
        network: &MemoryNetwork,
        data: &MemoryDataConfig,
        split: Split,
        embedded: bool,
        device: &Device,
    ) -> Self {
        let most = (crate::training::EVALUATION_STEPS / data.length()) as u64;
        let (mut loss, mut right, mut examples) = (0.0, 0, 0);
        for (part, all) in data.parts(split) {
            let mut first = 0;
            while first < all {
                let count = BATCH.min(most.max(1)).min(all - first) as usize;
                let batch = data.batch(part, first, count, embedded, device);
                let answers = numbers(network, &batch);
                match batch.targets {
                    Targets::Sums(sums) => {
                        let errors = sums.iter().zip(&answers);
                        let errors = errors.map(|(&sum, &answer)| f64::from(answer - sum).powi(2));
                        loss += errors.sum::<f64>();
                    }
                    Targets::Symbols(symbols) => {
                        loss += cross_entropies(&answers, &symbols) / data.length() as f64;
                        let found = largest(&answers, symbols.len());
                        for row in 0..count {
                            let pairs =
                                copied(&symbols, count, row).zip(copied(&found, count, row));
                            right += pairs.filter(|(symbol, found)| symbol == found).count();
                        }
                    }
                }
                first += count as u64;
                examples += count as u64;
            }
        }
        let count = examples as f64;
        let accuracy = right as f64 / (count * COPIED as f64);
        Self {
            loss: loss / count,
            baseline: data.baseline(),
            accuracy: (data.problem == Problem::Copy).then_some(accuracy),
            examples,
        }
    }

    /// Whether the problem counts as solved: a squared error below 0.001, or 99 of 100 symbols copied.
    pub fn is_solved(&self) -> bool {
        match self.accuracy {
            Some(accuracy) => accuracy >= SOLVED_ACCURACY,
            None => self.loss < SOLVED_ERROR,
        }
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let row = |name: &str, value: String| (name.to_string(), value);
        let mut rows = match self.accuracy {
            None => vec![row("mean squared error", format!("{:.6}", self.loss))],
            Some(accuracy) => vec![
                row("copied symbols right", format!("{:.2} %", 100.0 * accuracy)),
                row("cross entropy, nats", format!("{:.6}", self.loss)),
            ],
        };
        rows.push(row("without memory", format!("{:.6}", self.baseline)));
        let solved = if self.is_solved() { "yes" } else { "no" };
        rows.push(row("solved", solved.to_string()));
        rows.push(row("sequences", grouped(self.examples)));
        rows
    }
}

/// The sum of `-ln p` of targets `[N]`, by scores `[N, 9]`.
fn cross_entropies(scores: &[f32], targets: &[u8]) -> f64 {
    let steps = scores.chunks_exact(outputs(Problem::Copy)).zip(targets);
    let of_step = |(scores, &target): (&[f32], &u8)| {
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let above = |score: f32| f64::from(score) - f64::from(top);
        let sum: f64 = scores.iter().map(|&score| above(score).exp()).sum();
        sum.ln() - above(scores[usize::from(target)])
    };
    steps.map(of_step).sum()
}

/// The symbols with the largest of the scores, `[N]`.
pub(super) fn largest(scores: &[f32], count: usize) -> Vec<u8> {
    let steps = scores.chunks_exact(outputs(Problem::Copy)).take(count);
    let best = |scores: &[f32]| {
        let all = scores.iter().enumerate();
        let best = all.max_by(|one, other| one.1.total_cmp(other.1));
        best.map_or(0, |(symbol, _)| symbol as u8)
    };
    steps.map(best).collect()
}

/// The symbols `[T B]` of a row at the steps at which they are asked for.
pub(super) fn copied(symbols: &[u8], rows: usize, row: usize) -> impl Iterator<Item = u8> {
    let steps = symbols.len() / rows;
    (steps - COPIED..steps).map(move |step| symbols[step * rows + row])
}

/// The report of a finished run.
pub(super) fn report(
    title: String,
    run: &RunDirectory,
    model: &MemoryModel,
    mut results: Vec<(String, String)>,
) -> Result<Report, Error> {
    let (config, layers) = (model.config(), model.layers());
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    results.push(("parameters".to_string(), grouped(parameters)));
    let sample = |(number, text): (usize, String)| Sample {
        title: format!("Example {number}"),
        text,
        drawing: None,
    };
    let samples = (1..).zip(model.samples(SAMPLES)).map(sample).collect();
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results,
        metrics: run.metrics()?,
        loss: config.loss(),
        counted: Counted::TimeSteps,
        floor: Some(Floor {
            label: "answer without memory".to_string(),
            cross_entropy: config.data.baseline(),
        }),
        layers,
        samples: vec![("Test examples".to_string(), samples)],
        ..Report::default()
    })
}

#[cfg(test)]
mod tests;
