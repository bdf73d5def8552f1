//! The nodes of one row: the sums over ways to them, and the probabilities of having left them through blank and label.
//!
//! Node `(t, u)` is in line `t + u` at place `u`; a line is as long as there are labels and one more.

use crate::log_sum::{log_sum, not_vanished};
use crate::simd::{Real, Vector};

/// A row's nodes; used again for row after row.
#[derive(Default)]
pub(super) struct Lattice<R> {
    /// `L`, the steps of the row.
    steps: usize,
    /// `U`, its labels.
    labels: usize,
    /// `P`, the places of a line, whole registers.
    places: usize,
    /// Log probabilities of blank, then probabilities of leaving through it. `[N, P]` with `N = L + U` lines
    blank: Vec<R>,
    /// The same of the next label, from the second place on, with none in the first. `[N, P + 1]`
    label: Vec<R>,
    /// Log probability of blank at the last node.
    last: R,
    /// Sums over ways to the nodes of a line, from the second place on; then probabilities of passing them. `[P + 2]`
    sums: Vec<R>,
    /// The shares that coming through blank and through a label have in them. `[N, 2, P]`
    shares: Vec<R>,
}

impl<R: Real> Lattice<R> {
    /// Makes room for a row of steps and labels.
    #[inline(always)]
    pub fn prepare<V: Vector<Elem = R>>(&mut self, steps: usize, labels: usize) {
        let impossible = R::from_f64(f64::NEG_INFINITY);
        self.steps = steps;
        self.labels = labels;
        self.places = (labels + 1).next_multiple_of(V::LANES);
        self.last = impossible;
        let lines = steps + labels;
        self.blank.clear();
        self.blank.resize(lines * self.places, impossible);
        self.label.clear();
        self.label.resize(lines * (self.places + 1), impossible);
        self.sums.clear();
        self.sums.resize(self.places + 2, impossible);
        self.shares.resize(2 * lines * self.places, R::ZERO);
    }

    /// Log probabilities of leaving node `(step, place)` through blank and through the next label.
    #[inline(always)]
    pub fn set(&mut self, step: usize, place: usize, blank: R, label: R) {
        let (at, at_label) = self.at(step, place);
        // Blank at the last step leads out of the row, which is an end only where all labels are told.
        if step + 1 < self.steps {
            self.blank[at] = blank;
        } else if place == self.labels {
            self.last = blank;
        }
        self.label[at_label] = label;
    }

    /// Where a node stands among those of blank and those of labels.
    #[inline(always)]
    fn at(&self, step: usize, place: usize) -> (usize, usize) {
        let line = step + place;
        (
            line * self.places + place,
            line * (self.places + 1) + place + 1,
        )
    }

    /// Sums over all ways; gives `ln p` of the labels.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    pub unsafe fn forward<V: Vector<Elem = R>>(&mut self) -> f64 {
        let places = self.places;
        if self.steps == 0 {
            return if self.labels == 0 {
                0.0
            } else {
                f64::NEG_INFINITY
            };
        }
        self.sums[1] = R::ZERO;
        let (mut taken_off, mut largest) = (0.0, R::ZERO);
        for line in 1..self.steps + self.labels {
            // SAFETY: loads and stores are within lines, and within `places + 2` of the sums.
            unsafe {
                let blank = self.blank.as_ptr().add((line - 1) * places);
                let label = self.label.as_ptr().add((line - 1) * (places + 1));
                let shares = self.shares.as_mut_ptr().add(2 * line * places);
                let sums = self.sums.as_mut_ptr();
                taken_off += largest.to_f64();
                let off = V::splat(largest);
                let mut most = V::splat(R::from_f64(f64::NEG_INFINITY));
                // From the last register to the first, as a node hands its label on to the next place.
                for at in (0..places).step_by(V::LANES).rev() {
                    let through_blank = V::load(sums.add(at + 1)) + V::load(blank.add(at));
                    // The first place has no label before it.
                    let through_label = V::load(sums.add(at)) + V::load(label.add(at));
                    let (sum, [of_blank, of_label]) = log_sum([through_blank, through_label]);
                    let sum = sum - off;
                    of_blank.store(shares.add(at));
                    of_label.store(shares.add(places + at));
                    sum.store(sums.add(at + 1));
                    most = most.max(sum);
                }
                largest = most.largest();
                if largest == R::from_f64(f64::NEG_INFINITY) {
                    return f64::NEG_INFINITY;
                }
            }
        }
        let end = self.sums[self.labels + 1] + self.last;
        taken_off + end.to_f64()
    }

    /// After [`Lattice::forward`] gave a probability: makes log probabilities of leaving nodes the probabilities of
    /// having done so.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    pub unsafe fn backward<V: Vector<Elem = R>>(&mut self) {
        let places = self.places;
        if self.steps == 0 {
            return;
        }
        self.sums.fill(R::ZERO);
        for part in [&mut self.blank, &mut self.label] {
            part.fill(R::ZERO);
        }
        self.sums[self.labels + 1] = R::ONE;
        self.blank[(self.steps - 1 + self.labels) * places + self.labels] = R::ONE;
        for line in (1..self.steps + self.labels).rev() {
            // SAFETY: as in the forward pass.
            unsafe {
                let blank = self.blank.as_mut_ptr().add((line - 1) * places);
                let label = self.label.as_mut_ptr().add((line - 1) * (places + 1));
                let shares = self.shares.as_ptr().add(2 * line * places);
                let sums = self.sums.as_mut_ptr();
                // What each node was entered through; a label comes from the place before.
                for at in (0..places).step_by(V::LANES) {
                    let passed = V::load(sums.add(at + 1));
                    let of_blank = not_vanished(passed * V::load(shares.add(at)));
                    let of_label = not_vanished(passed * V::load(shares.add(places + at)));
                    of_blank.store(blank.add(at));
                    of_label.store(sums.add(at + 1));
                }
                for at in (0..places).step_by(V::LANES) {
                    V::load(sums.add(at + 2)).store(label.add(at + 1));
                }
                for at in (0..places).step_by(V::LANES) {
                    let passed = V::load(blank.add(at)) + V::load(label.add(at + 1));
                    passed.store(sums.add(at + 1));
                }
            }
        }
    }

    /// The probabilities of having left node `(step, place)` through blank and through the label.
    #[inline(always)]
    pub fn flows(&self, step: usize, place: usize) -> [R; 2] {
        let (at, at_label) = self.at(step, place);
        [self.blank[at], self.label[at_label]]
    }
}
