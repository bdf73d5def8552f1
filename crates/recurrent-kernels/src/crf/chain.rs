//! The weights in the form that the passes over a row read.

use super::Weights;
use crate::Cpu;
use crate::math::Function;
use crate::simd::{Real, Vector};

/// Weights and the matrices made of them, once a call.
pub(super) struct Chain {
    /// `[V]`
    pub start: Vec<f64>,
    /// `[V]`
    pub end: Vec<f64>,
    /// `[V, V]` (from, to)
    pub transitions: Vec<f64>,
    /// The largest transition to each label; zero where there is none. `[V]`
    pub shifts: Vec<f64>,
    /// `exp(transitions - shifts[to])`. `[V, V]` (from, to)
    pub factors: Vec<f64>,
    /// The factors in strips, a column for each label that is gone to. `[V / lanes, V, lanes]`
    pub to: Vec<f64>,
    /// The factors in strips, a column for each label that is left. `[V / lanes, V, lanes]`
    pub from: Vec<f64>,
}

impl Chain {
    pub fn new<R: Real>(cpu: Cpu, weights: Weights<R>) -> Self {
        let double = |values: &[R]| values.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
        let classes = weights.start.len();
        let transitions = double(weights.transitions);
        let mut shifts = vec![f64::NEG_INFINITY; classes];
        for line in transitions.chunks_exact(classes) {
            for (shift, &score) in shifts.iter_mut().zip(line) {
                *shift = shift.max(score);
            }
        }
        for shift in &mut shifts {
            *shift = finite(*shift);
        }
        let mut factors = transitions.clone();
        for line in factors.chunks_exact_mut(classes) {
            for (factor, shift) in line.iter_mut().zip(&shifts) {
                *factor -= shift;
            }
        }
        Function::Exp.apply(cpu, &mut factors);
        let lanes = cpu.isa.lanes::<f64>();
        Self {
            start: double(weights.start),
            end: double(weights.end),
            to: strips(lanes, classes, |from, to| factors[from * classes + to]),
            from: strips(lanes, classes, |to, from| factors[from * classes + to]),
            transitions,
            shifts,
            factors,
        }
    }

    /// `V`.
    pub fn classes(&self) -> usize {
        self.start.len()
    }

    /// `ln s_t[to]` from `ln a_t-1`, whatever their size.
    #[cold]
    pub fn log_sum_to(&self, before: &[f64], to: usize) -> f64 {
        let scores = self.scores_to(before, to);
        let shift = finite(scores.clone().fold(f64::NEG_INFINITY, f64::max));
        let sum: f64 = scores.map(|score| (score - shift).exp()).sum();
        shift + sum.ln()
    }

    /// `ln a_t-1[from] + transitions[from, to]` of all labels `from`.
    pub fn scores_to(&self, before: &[f64], to: usize) -> impl Iterator<Item = f64> + Clone {
        let column = self.transitions[to..].iter().step_by(self.classes());
        before.iter().zip(column).map(|(log, score)| log + score)
    }
}

/// What is taken off before exponentials are taken: the largest number, or nothing
/// where all numbers are minus infinity.
#[inline(always)]
pub(super) fn finite(largest: f64) -> f64 {
    if largest == f64::NEG_INFINITY {
        0.0
    } else {
        largest
    }
}

/// A matrix `[V, V]` in strips, each one register of columns wide and the last one
/// filled up with zeros: `[V / lanes, V, lanes]`.
pub(super) fn strips(
    lanes: usize,
    classes: usize,
    value: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let mut strips = Vec::with_capacity(classes.next_multiple_of(lanes) * classes);
    for first in (0..classes).step_by(lanes) {
        for row in 0..classes {
            let columns = first..first + lanes;
            strips.extend(columns.map(|column| {
                if column < classes {
                    value(row, column)
                } else {
                    0.0
                }
            }));
        }
    }
    strips
}

/// `result[column] = sum over rows of vector[row] * matrix[row, column]`, the matrix in
/// strips.
///
/// # Safety
/// The machine must have the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn product<V: Vector<Elem = f64>>(
    vector: &[f64],     // [V]
    matrix: &[f64],     // [V / lanes, V, lanes]
    result: &mut [f64], // [V]
) {
    let strips = matrix.chunks_exact(vector.len() * V::LANES);
    for (strip, result) in strips.zip(result.chunks_mut(V::LANES)) {
        // SAFETY: a line of a strip is one register; the result is stored within its chunk.
        unsafe {
            let mut sum = V::splat(0.0);
            for (line, &factor) in strip.chunks_exact(V::LANES).zip(vector) {
                sum = V::splat(factor).mul_add(V::load(line.as_ptr()), sum);
            }
            sum.store_first(result.as_mut_ptr(), result.len());
        }
    }
}
