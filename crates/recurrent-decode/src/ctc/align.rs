//! Forced alignment: the most probable path of a labelling, by the algorithm of Viterbi (1967) over the labelling with
//! blanks around every label.
//!
//! ```text
//! v_t(s) = ln y_t(l'_s) + max(v_{t-1}(s), v_{t-1}(s-1), v_{t-1}(s-2))        the last only between different labels
//! ```

use super::Emissions;
use super::probability::{extended, skips};
use crate::DecodeError;
use crate::hypothesis::{Hypothesis, Labels};

/// What stands for `ln 0`, so that a path through frames that do not allow it is still one.
const LEAST: f64 = -1e30;

/// Where a label is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AlignedLabel {
    /// The label.
    pub label: u32,
    /// Its first frame.
    pub first: usize,
    /// Its last frame.
    pub last: usize,
    /// The sum of its log probabilities in its frames.
    pub log_probability: f32,
}

/// The most probable path of a labelling.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alignment {
    /// Where each label is. `[U]`
    pub labels: Vec<AlignedLabel>,
    /// The path's log probability, with its blanks.
    pub log_probability: f32,
}

/// The most probable path of the labelling `labels` `[U]`. Where all have probability 0 it is one of them, with `-inf`.
///
/// Takes time in `T U` and memory in `√T U`: of the forward pass the values of every `√T`-th frame are kept, from which
/// those between are made again.
///
/// # Errors
/// Where a label is not below `V` or is the blank, or the frames cannot hold the labels: there must be one for each, and
/// one more for each label that is equal to the one before.
pub fn align(emissions: Emissions, labels: &[u32]) -> Result<Alignment, DecodeError> {
    emissions.check_labels(labels)?;
    let repeats = labels.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if emissions.frames() < labels.len() + repeats {
        return Err(DecodeError::TooFewFrames {
            labels: labels.len(),
            expected: labels.len() + repeats,
            found: emissions.frames(),
        });
    }
    let extended = extended(labels, emissions.blank());
    let width = extended.len();
    let block = emissions.frames().isqrt().max(1);
    let mut best = vec![f64::NEG_INFINITY; width];
    best[0] = 0.0;
    let mut starts = Vec::new(); // [T / block][2U + 1]
    let mut steps = vec![0u8; block * width];
    for (frame, row) in emissions.rows().enumerate() {
        if frame % block == 0 {
            starts.push(best.clone());
        }
        step(row, &extended, &mut best, &mut steps[..width]);
    }
    let mut s = match width > 1 && best[width - 2] > best[width - 1] {
        true => width - 2,
        false => width - 1,
    };
    let place = |&label: &u32| AlignedLabel {
        label,
        first: 0,
        last: 0,
        log_probability: 0.0,
    };
    let mut found: Vec<AlignedLabel> = labels.iter().map(place).collect();
    let mut sums = vec![0f64; labels.len()];
    let mut blanks = 0f64;
    let mut after = width;
    for (number, mut best) in starts.into_iter().enumerate().rev() {
        let begin = number * block;
        let frames = emissions.part(begin, emissions.frames().min(begin + block));
        for (row, steps) in frames.rows().zip(steps.chunks_exact_mut(width)) {
            step(row, &extended, &mut best, steps);
        }
        for frame in (0..frames.frames()).rev() {
            let row = &frames.log_probabilities()[frame * emissions.symbols()..];
            let value = f64::from(row[extended[s] as usize]);
            if s % 2 == 1 {
                let label = &mut found[s / 2];
                label.first = begin + frame;
                if after != s {
                    label.last = label.first;
                }
                sums[s / 2] += value;
            } else {
                blanks += value;
            }
            after = s;
            s -= usize::from(steps[frame * width + s]);
        }
    }
    for (label, &sum) in found.iter_mut().zip(&sums) {
        label.log_probability = sum as f32;
    }
    Ok(Alignment {
        labels: found,
        log_probability: (blanks + sums.iter().sum::<f64>()) as f32,
    })
}

/// A frame `row` `[V]`: moves `best` `[2U + 1]` on, and says in `steps` `[2U + 1]` how far back the best path to each place
/// comes from.
fn step(row: &[f32], extended: &[u32], best: &mut [f64], steps: &mut [u8]) {
    for s in (0..extended.len()).rev() {
        let (mut from, mut back) = (best[s], 0);
        if s > 0 && best[s - 1] > from {
            (from, back) = (best[s - 1], 1);
        }
        if skips(extended, s) && best[s - 2] > from {
            (from, back) = (best[s - 2], 2);
        }
        steps[s] = back;
        best[s] = from + f64::from(row[extended[s] as usize]).max(LEAST);
    }
}

impl Alignment {
    /// The labelling with its places and confidences.
    pub(super) fn into_hypothesis(self, emissions: Emissions, score: f32) -> Hypothesis {
        let mut found = Labels::with_capacity(self.labels.len());
        for AlignedLabel {
            label, first, last, ..
        } in self.labels
        {
            let frames = emissions.part(first, last + 1);
            let values = frames.rows().map(|row| row[label as usize]);
            let peak = values.fold(f32::NEG_INFINITY, f32::max);
            found.push(label, first, peak.exp());
        }
        found.into_hypothesis(score, score)
    }
}
