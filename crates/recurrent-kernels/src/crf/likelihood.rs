//! The negative log-likelihood of labels, `ln Z - score(y)`, and its gradients.

use super::chain::Chain;
use super::forward::Messages;
use super::{Emissions, Weights, accumulate, backward, check, each_row, forward};
use crate::matmul::{self, Left, Right, Start};
use crate::simd::Real;
use crate::{Cpu, elements};

/// A loss with its gradients.
#[derive(Debug, Clone)]
pub struct Gradients<R> {
    /// The loss, as [`negative_log_likelihood`] has it.
    pub loss: f64,
    /// `[T, B, V]`, zero past a row's end.
    pub emissions: Vec<R>,
    /// `[V, V]` (from, to).
    pub transitions: Vec<R>,
    /// `[V]`.
    pub start: Vec<R>,
    /// `[V]`.
    pub end: Vec<R>,
}

/// The loss of each row, `[B]`: `-ln p(targets | x)`, zero for a row of no steps. It is
/// plus infinity where the score of the targets is minus infinity, as it is with an
/// illegal transition. What `targets [T, B]` has past a row's end is ignored.
///
/// # Panics
/// Where sizes disagree, `V` is zero, a length is above `T` or a target is not below `V`.
pub fn row_negative_log_likelihoods<R: Real>(
    cpu: Cpu,
    weights: Weights<R>,
    emissions: Emissions<R>,
    targets: &[usize],
) -> Vec<f64> {
    let classes = check(weights, emissions);
    check_targets(classes, emissions, targets);
    let chain = Chain::new(cpu, weights);
    each_row(cpu, classes, emissions, |row| {
        let log_partition = forward::run(cpu, &chain, emissions, row).log_partition;
        loss(log_partition, score(&chain, emissions, targets, row))
    })
}

/// The mean of [`row_negative_log_likelihoods`] over the rows that have a step; zero
/// where none has.
///
/// # Panics
/// As [`row_negative_log_likelihoods`].
pub fn negative_log_likelihood<R: Real>(
    cpu: Cpu,
    weights: Weights<R>,
    emissions: Emissions<R>,
    targets: &[usize],
) -> f64 {
    let losses = row_negative_log_likelihoods(cpu, weights, emissions, targets);
    losses.iter().sum::<f64>() * mean(emissions)
}

/// [`negative_log_likelihood`] and the gradients of `factor` times it. A row whose loss
/// is infinite adds nothing to any gradient, but counts as a row of the mean.
///
/// # Panics
/// As [`row_negative_log_likelihoods`].
pub fn negative_log_likelihood_gradients<R: Real>(
    cpu: Cpu,
    weights: Weights<R>,
    emissions: Emissions<R>,
    targets: &[usize],
    factor: f64,
) -> Gradients<R> {
    let classes = check(weights, emissions);
    check_targets(classes, emissions, targets);
    let chain = Chain::new(cpu, weights);
    let scale = factor * mean(emissions);
    let rows = each_row(cpu, classes, emissions, |row| {
        row_gradients(cpu, &chain, emissions, targets, row)
    });
    let real = |values: &[f64]| {
        let scaled = values.iter().map(|x| R::from_f64(x * scale));
        scaled.collect::<Vec<R>>()
    };
    let mut padded = vec![R::ZERO; emissions.scores.len()];
    let [mut start, mut end] = [vec![0.0; classes], vec![0.0; classes]];
    for (number, row) in rows.iter().enumerate() {
        emissions.scatter(number, classes, &real(&row.emissions), &mut padded);
        let mut steps = row.emissions.chunks_exact(classes);
        accumulate(&mut start, steps.clone().next().unwrap_or_default());
        accumulate(&mut end, steps.next_back().unwrap_or_default());
    }
    Gradients {
        loss: rows.iter().map(|row| row.loss).sum::<f64>() * mean(emissions),
        emissions: padded,
        transitions: real(&transitions(cpu, &chain, emissions, targets, &rows)),
        start: real(&start),
        end: real(&end),
    }
}

/// One row's part of the gradients.
struct Row {
    loss: f64,
    /// Gradient of the emissions. `[L, V]`
    emissions: Vec<f64>,
    /// What the backward pass makes of the messages of the forward pass.
    messages: Messages,
    /// [`Marginals::small`](backward::Marginals::small).
    small: Vec<f64>,
}

fn row_gradients<R: Real>(
    cpu: Cpu,
    chain: &Chain,
    emissions: Emissions<R>,
    targets: &[usize],
    row: usize,
) -> Row {
    let mut messages = forward::run(cpu, chain, emissions, row);
    let loss = loss(
        messages.log_partition,
        score(chain, emissions, targets, row),
    );
    if loss == f64::INFINITY {
        messages.weights.fill(0.0);
        messages.sums.fill(0.0);
        return Row {
            loss,
            emissions: vec![0.0; messages.logs.len()],
            messages,
            small: Vec::new(),
        };
    }
    let mut marginals = backward::run(cpu, chain, &mut messages);
    let steps = marginals.labels.chunks_exact_mut(chain.classes());
    for (step, labels) in steps.enumerate() {
        labels[targets[emissions.place(step, row)]] -= 1.0;
    }
    Row {
        loss,
        emissions: marginals.labels,
        messages,
        small: marginals.small,
    }
}

/// The gradient of the transitions, `[V, V]`: expected less observed pairs of labels.
fn transitions<R: Real>(
    cpu: Cpu,
    chain: &Chain,
    emissions: Emissions<R>,
    targets: &[usize],
    rows: &[Row],
) -> Vec<f64> {
    let classes = chain.classes();
    let mut pairs = vec![0.0; classes * classes];
    // The sum over all rows and steps is one product of each step's weights with the
    // next step's quotients, which are zero where the next step is another row's first.
    let joined = |part: fn(&Row) -> &[f64]| rows.iter().map(part).collect::<Vec<_>>().concat();
    let weights = joined(|row| &row.messages.weights); // [N, V]
    let quotients = joined(|row| &row.messages.sums); // [N, V]
    if emissions.steps() > 1 {
        matmul::product(
            cpu,
            [classes, classes, emissions.steps() - 1],
            Left::transposed(&weights, classes),
            Right::Rows {
                data: &quotients[classes..],
                stride: classes,
            },
            Start::Zero,
            &mut pairs,
            classes,
        );
    }
    for (pair, factor) in pairs.iter_mut().zip(&chain.factors) {
        *pair *= factor;
    }
    for (number, row) in rows.iter().enumerate() {
        accumulate(&mut pairs, &row.small);
        if row.loss < f64::INFINITY {
            let target = |step| targets[emissions.place(step, number)];
            for step in 1..emissions.lengths[number] {
                pairs[target(step - 1) * classes + target(step)] -= 1.0;
            }
        }
    }
    pairs
}

/// `score(targets)` of a row, zero for one of no steps.
fn score<R: Real>(chain: &Chain, emissions: Emissions<R>, targets: &[usize], row: usize) -> f64 {
    let classes = chain.classes();
    let mut score = 0.0;
    let mut before = None;
    for step in 0..emissions.lengths[row] {
        let label = targets[emissions.place(step, row)];
        score += match before {
            None => chain.start[label],
            Some(before) => chain.transitions[before * classes + label],
        };
        score += emissions.at(classes, step, row)[label].to_f64();
        before = Some(label);
    }
    score + before.map_or(0.0, |last| chain.end[last])
}

/// `ln Z - score`, which rounding does not make negative.
fn loss(log_partition: f64, score: f64) -> f64 {
    let loss = log_partition - score;
    if score == f64::NEG_INFINITY {
        f64::INFINITY
    } else if loss < 0.0 {
        0.0
    } else {
        loss
    }
}

/// One over the number of rows that have a step.
fn mean<R>(emissions: Emissions<R>) -> f64 {
    let rows = emissions.lengths.iter().filter(|&&length| length > 0);
    1.0 / rows.count().max(1) as f64
}

fn check_targets<R>(classes: usize, emissions: Emissions<R>, targets: &[usize]) {
    let Emissions { time, lengths, .. } = emissions;
    assert_eq!(targets.len(), elements([time, lengths.len()]), "targets");
    for (row, &length) in lengths.iter().enumerate() {
        let mut labels = (0..length).map(|step| targets[emissions.place(step, row)]);
        assert!(labels.all(|label| label < classes), "target not below V");
    }
}
