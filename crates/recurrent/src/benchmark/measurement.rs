//! From calls to medians, and from medians to a line of the benchmark.

use super::{Work, Workload, classifier, crf, ctc, language_model, peak, stack, tagger};
use crate::{Error, memory};
use recurrent_nn::{Precision, ops};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Calls before the first that counts.
const WARM_UP: usize = 2;
/// Fewest calls that count.
const CALLS: usize = 9;
/// Shortest time of all of them.
const DURATION: Duration = Duration::from_secs(1);

/// What a workload came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// The workload's name.
    pub workload: String,
    /// Median milliseconds of a training step, of forward and backward, of decoding, or of one step.
    pub ms: f64,
    /// Median milliseconds of the forward pass alone, with the loss where there is one; `None`
    /// for what has no backward pass.
    pub forward_ms: Option<f64>,
    /// Tokens or steps a second.
    pub per_second: f64,
    /// Billions of operations a second.
    pub gflops: f64,
    /// Part of the machine's peak, a large product's speed.
    pub peak_fraction: f64,
    /// Threads that were used.
    pub threads: usize,
    /// Instruction set: `avx512`, `avx2` or `portable`.
    pub path: &'static str,
    /// Most memory that the process has held, in millions of bytes; `None`
    /// where the system does not say.
    pub peak_rss_mb: Option<f64>,
    /// Steps with rounded weights: the largest difference of a hidden unit, over 200 steps of
    /// random input, from steps with exact ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding_error: Option<f64>,
}

/// Times a workload on random data, on this machine's processor.
///
/// # Errors
/// Where a loss or gradient of the training is not finite.
pub fn measure(workload: &Workload) -> Result<Measurement, Error> {
    let lengths = workload.work.lengths();
    let times = match &workload.work {
        Work::TrainLanguageModel {
            stack,
            vocabulary,
            batch,
            time,
            precision,
        } => language_model::time(stack, *vocabulary, [*batch, *time], *precision)?,
        Work::TrainTagger {
            stack,
            vocabulary,
            tags,
            ..
        } => tagger::time(stack, *vocabulary, *tags, &lengths)?,
        Work::TrainClassifier {
            stack,
            vocabulary,
            classes,
            ..
        } => classifier::time(stack, *vocabulary, *classes, &lengths)?,
        Work::ForwardBackward { stack, .. } => stack::time_sequence(stack, &lengths)?,
        Work::Step { stack, precision } => stack::time_steps(stack, *precision)?,
        Work::CrfLoss { tags, .. } => crf::time_loss(*tags, &lengths)?,
        Work::CrfDecode { tags, .. } => crf::time_decode(*tags, &lengths)?,
        Work::TransducerLoss {
            classes, labels, ..
        } => ctc::time_transducer(*classes, *labels, &lengths)?,
        Work::CtcBeam {
            classes,
            labels,
            beam,
            ..
        } => ctc::time_beam([*classes, *labels, *beam], &lengths)?,
        Work::CtcLoss {
            classes, labels, ..
        } => ctc::time_loss(*classes, *labels, &lengths)?,
    };
    // Before the peak is measured, which takes memory of its own.
    let peak_rss_mb = memory::peak_rss_mb();
    let peak = ops::autocast(workload.work.precision(), peak::gflops)?;
    let rounding_error = match &workload.work {
        Work::Step {
            stack,
            precision: precision @ Precision::Bf16,
        } => Some(stack::rounding_error(stack, *precision)),
        _ => None,
    };
    let gflops = workload.flops() as f64 / times.whole / 1e9;
    let cpu = ops::cpu();
    Ok(Measurement {
        workload: workload.name.clone(),
        ms: times.whole * 1e3,
        forward_ms: times.forward.map(|seconds| seconds * 1e3),
        per_second: workload.positions() as f64 / times.whole,
        gflops,
        peak_fraction: gflops / peak,
        threads: cpu.threads,
        path: cpu.isa.name(),
        peak_rss_mb,
        rounding_error,
    })
}

/// Seconds of each call, in ascending order, and what the last one returned;
/// every call is given what the one before it returned.
pub(super) fn sample<S>(
    mut state: S,
    mut call: impl FnMut(S) -> Result<S, Error>,
) -> Result<(Vec<f64>, S), Error> {
    for _ in 0..WARM_UP {
        state = call(state)?;
    }
    let mut seconds = Vec::new();
    let start = Instant::now();
    while seconds.len() < CALLS || start.elapsed() < DURATION {
        let before = Instant::now();
        state = call(state)?;
        seconds.push(before.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok((seconds, state))
}

/// Median seconds of a call, and what the last one returned.
pub(super) fn median<S>(
    state: S,
    call: impl FnMut(S) -> Result<S, Error>,
) -> Result<(f64, S), Error> {
    let (seconds, state) = sample(state, call)?;
    Ok((seconds[seconds.len() / 2], state))
}
