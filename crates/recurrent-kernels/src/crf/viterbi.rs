//! The most probable sequence of labels (Viterbi 1967).

use super::chain::strips;
use super::{Emissions, Weights, accumulate, check, each_row};
use crate::Cpu;
use crate::simd::{Kernel, Real, Vector};

/// The most probable sequence of labels of each row of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// `[T, B]`, zero past a row's end.
    pub labels: Vec<usize>,
    /// Score of each row's sequence, `[B]`; its log-probability is the score less `ln Z`.
    pub scores: Vec<f64>,
}

/// The most probable sequence of labels of each row. Of equal ones, it is the one with
/// the lower last label, then with the lower label before that, and so on. A row of no
/// steps has the score zero; where no sequence is possible, the score is minus infinity
/// and all labels are zero.
///
/// # Panics
/// Where sizes disagree, `V` is zero or a length is above `T`.
pub fn viterbi<R: Real>(cpu: Cpu, weights: Weights<R>, emissions: Emissions<R>) -> Paths {
    let classes = check(weights, emissions);
    let transitions = strips(cpu.isa.lanes::<f64>(), classes, |from, to| {
        weights.transitions[from * classes + to].to_f64()
    });
    let rows = each_row(cpu, classes, emissions, |row| {
        let length = emissions.lengths[row];
        let mut path = Path {
            labels: vec![0; length],
            score: 0.0,
        };
        if length > 0 {
            cpu.isa.run(Search {
                weights,
                transitions: &transitions,
                emissions,
                row,
                path: &mut path,
            });
        }
        path
    });
    let mut labels = vec![0; emissions.time * rows.len()];
    for (row, path) in rows.iter().enumerate() {
        emissions.scatter(row, 1, &path.labels, &mut labels);
    }
    Paths {
        labels,
        scores: rows.iter().map(|path| path.score).collect(),
    }
}

/// The path of one row.
struct Path {
    labels: Vec<usize>, // [L]
    score: f64,
}

struct Search<'a, R> {
    weights: Weights<'a, R>,
    transitions: &'a [f64], // [V / lanes, V, lanes]
    emissions: Emissions<'a, R>,
    row: usize,
    path: &'a mut Path,
}

impl<R: Real> Kernel<f64> for Search<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = f64>>(self) {
        let Weights { start, end, .. } = self.weights;
        let classes = start.len();
        let scores = |step| self.emissions.at(classes, step, self.row);
        // Score of the best sequence that ends with each label.
        let mut best = start.iter().map(|x| x.to_f64()).collect::<Vec<f64>>(); // [V]
        accumulate(&mut best, scores(0));
        let mut next = vec![0.0; classes]; // [V]
        // The label before each label on its best sequence; whole numbers.
        let mut origins = vec![0.0; self.path.labels.len() * classes]; // [L, V]
        for (step, origins) in origins.chunks_exact_mut(classes).enumerate().skip(1) {
            // SAFETY: the caller's promise.
            unsafe { advance::<V>(&best, self.transitions, &mut next, origins) };
            accumulate(&mut next, scores(step));
            std::mem::swap(&mut best, &mut next);
        }
        accumulate(&mut best, end);
        let (mut label, mut score) = (0, f64::NEG_INFINITY);
        for (last, &total) in best.iter().enumerate() {
            if total > score {
                (label, score) = (last, total);
            }
        }
        self.path.score = score;
        if score == f64::NEG_INFINITY {
            return;
        }
        let labels = self.path.labels.iter_mut();
        for (place, origins) in labels.zip(origins.chunks_exact(classes)).rev() {
            *place = label;
            label = origins[label] as usize;
        }
    }
}

/// `next[to] = max over from of best[from] + transitions[from, to]`, and the lowest label
/// `from` that has the largest sum.
///
/// # Safety
/// The machine must have the instructions of `V`.
#[inline(always)]
unsafe fn advance<V: Vector<Elem = f64>>(
    best: &[f64],        // [V]
    transitions: &[f64], // [V / lanes, V, lanes]
    next: &mut [f64],    // [V]
    origins: &mut [f64], // [V]
) {
    let strips = transitions.chunks_exact(best.len() * V::LANES);
    let results = next.chunks_mut(V::LANES).zip(origins.chunks_mut(V::LANES));
    for (strip, (next, origins)) in strips.zip(results) {
        // SAFETY: a line of a strip is one register; results are stored within their chunks.
        unsafe {
            let mut largest = V::splat(f64::NEG_INFINITY);
            let [mut origin, mut from] = [V::splat(0.0); 2];
            for (line, &score) in strip.chunks_exact(V::LANES).zip(best) {
                let candidate = V::splat(score) + V::load(line.as_ptr());
                origin = largest.where_less(candidate, from, origin);
                largest = candidate.max(largest);
                from = from + V::splat(1.0);
            }
            largest.store_first(next.as_mut_ptr(), next.len());
            origin.store_first(origins.as_mut_ptr(), origins.len());
        }
    }
}
