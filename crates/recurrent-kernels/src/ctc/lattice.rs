//! The states of one row: the sums over paths to them, and the probabilities of having passed them.
//!
//! Blank `B_u` and label `L_u` stand side by side, so that both sums need the same neighbour, `L_u-1`, and a register
//! holds the same part of many `u`. Past the last label are states that nothing reaches.

use crate::log_sum::{log_sum, not_vanished};
use crate::simd::{Real, Vector};

/// The parts of a sum at a state, in the order they are kept.
const SHARES: usize = 5;
/// From `B_u` to `B_u`.
const BLANK_STAYS: usize = 0;
/// From `L_u-1` to `B_u`.
const LABEL_ENDS: usize = 1;
/// From `L_u` to `L_u`.
const LABEL_STAYS: usize = 2;
/// From `B_u` to `L_u`.
const LABEL_BEGINS: usize = 3;
/// From `L_u-1` to `L_u`.
const LABEL_FOLLOWS: usize = 4;

/// A row's states and what the forward pass keeps; used again for row after row.
#[derive(Default)]
pub(super) struct Lattice<R> {
    /// `L`, the steps of the row.
    steps: usize,
    /// `P`, the places for `U + 1` pairs of states, whole registers.
    places: usize,
    /// `U`, the labels of the row.
    labels: usize,
    /// Log probabilities of the labels, minus infinity past the last. `[L, P]`
    emissions: Vec<R>,
    /// Log probability of blank. `[L]`
    blanks: Vec<R>,
    /// Zero where a label may follow the one before without a blank, else minus infinity. `[P]`
    follows: Vec<R>,
    /// `B_u`, then probabilities of them. `[P]`
    blank: Vec<R>,
    /// `L_u-1` from the second place on, then probabilities of them. `[P + 1]`
    label: Vec<R>,
    /// What the pairs hand to the label before them. `[P + 1]`
    handed: Vec<R>,
    /// Shares of the terms in the sum of each state. `[L, SHARES, P]`
    shares: Vec<R>,
}

impl<R: Real> Lattice<R> {
    const IMPOSSIBLE: f64 = f64::NEG_INFINITY;

    /// Makes room for a row of `steps` steps.
    #[inline(always)]
    pub fn prepare<V: Vector<Elem = R>>(&mut self, steps: usize, labels: &[usize]) {
        let impossible = R::from_f64(Self::IMPOSSIBLE);
        let places = (labels.len() + 1).next_multiple_of(V::LANES);
        self.steps = steps;
        self.places = places;
        self.labels = labels.len();
        self.emissions.clear();
        self.emissions.resize(steps * places, impossible);
        self.blanks.clear();
        self.follows.clear();
        self.follows.resize(places, impossible);
        for (follows, pair) in self.follows.iter_mut().skip(1).zip(labels.windows(2)) {
            if pair[0] != pair[1] {
                *follows = R::ZERO;
            }
        }
        for states in [&mut self.blank, &mut self.label, &mut self.handed] {
            states.clear();
            states.resize(places + 1, impossible);
        }
        self.shares.resize(steps * SHARES * places, R::ZERO);
    }

    /// Where the logits of the labels at a step are put. `[U]`
    #[inline(always)]
    pub fn emissions(&mut self, step: usize) -> &mut [R] {
        &mut self.emissions[step * self.places..][..self.labels]
    }

    /// Makes log probabilities of the logits of a step by taking off the logarithm of the sum of exponentials of
    /// all; steps come in their order.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    pub unsafe fn set_log_sum<V: Vector<Elem = R>>(&mut self, step: usize, blank: R, log_sum: R) {
        self.blanks.push(blank - log_sum);
        let emissions = &mut self.emissions[step * self.places..][..self.places];
        for chunk in emissions.chunks_exact_mut(V::LANES) {
            // SAFETY: a chunk is a register.
            unsafe { (V::load(chunk.as_ptr()) - V::splat(log_sum)).store(chunk.as_mut_ptr()) };
        }
    }

    /// Sums over all paths; gives `ln p` of the labels.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    pub unsafe fn forward<V: Vector<Elem = R>>(&mut self) -> f64 {
        let places = self.places;
        // All paths start before the first label.
        self.blank[0] = R::ZERO;
        let (mut taken_off, mut largest) = (0.0, R::ZERO);
        for step in 0..self.steps {
            // SAFETY: all loads and stores are within `places`, or one more from the second place on.
            unsafe {
                let shares = self.shares.as_mut_ptr().add(step * SHARES * places);
                let keep =
                    |part: usize, at: usize, share: V| share.store(shares.add(part * places + at));
                let emissions = self.emissions.as_ptr().add(step * places);
                let (blank, label) = (self.blank.as_mut_ptr(), self.label.as_mut_ptr());
                taken_off += largest.to_f64();
                let off = V::splat(largest);
                let blank_emission = V::splat(self.blanks[step]) - off;
                let mut most = V::splat(R::from_f64(Self::IMPOSSIBLE));
                // From the last register to the first, since a label is read again as the one before the next.
                for at in (0..places).step_by(V::LANES).rev() {
                    let before = V::load(label.add(at));
                    let stays = V::load(label.add(at + 1));
                    let here = V::load(blank.add(at));

                    let (sum, [from_here, from_before]) = log_sum([here, before]);
                    let next_blank = sum + blank_emission;
                    keep(BLANK_STAYS, at, from_here);
                    keep(LABEL_ENDS, at, from_before);

                    let follows = before + V::load(self.follows.as_ptr().add(at));
                    let (sum, [stayed, began, followed]) = log_sum([stays, here, follows]);
                    let next_label = sum + (V::load(emissions.add(at)) - off);
                    keep(LABEL_STAYS, at, stayed);
                    keep(LABEL_BEGINS, at, began);
                    keep(LABEL_FOLLOWS, at, followed);

                    next_blank.store(blank.add(at));
                    next_label.store(label.add(at + 1));
                    most = most.max(next_blank).max(next_label);
                }
                largest = most.largest();
                if largest == R::from_f64(Self::IMPOSSIBLE) {
                    return Self::IMPOSSIBLE;
                }
            }
        }
        let [blank, label] = self.ends().map(R::to_f64);
        let most = blank.max(label);
        if most == Self::IMPOSSIBLE {
            return Self::IMPOSSIBLE;
        }
        taken_off + most + ((blank - most).exp() + (label - most).exp()).ln()
    }

    /// The states that a path may end in: blank after the last label, and that.
    #[inline(always)]
    fn ends(&self) -> [R; 2] {
        [self.blank[self.labels], self.label[self.labels]]
    }

    /// After [`Lattice::forward`] gave a probability: calls `visit` for every step from the last to the first with the
    /// probability of blank at it and those of the labels, `[U]`.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    pub unsafe fn backward<V: Vector<Elem = R>>(&mut self, mut visit: impl FnMut(usize, R, &[R])) {
        let places = self.places;
        let [blank, label] = self.ends().map(R::to_f64);
        for states in [&mut self.blank, &mut self.label, &mut self.handed] {
            states.fill(R::ZERO);
        }
        let odds = |here: f64, other: f64| R::from_f64(1.0 / (1.0 + (other - here).exp()));
        self.blank[self.labels] = odds(blank, label);
        if self.labels > 0 {
            self.label[self.labels] = odds(label, blank);
        }
        for step in (0..self.steps).rev() {
            // SAFETY: as in the forward pass.
            unsafe {
                let shares = self.shares.as_ptr().add(step * SHARES * places);
                let share = |part: usize, at: usize| V::load(shares.add(part * places + at));
                let mut blanks = V::splat(R::ZERO);
                for register in self.blank[..places].chunks_exact(V::LANES) {
                    blanks = blanks + V::load(register.as_ptr());
                }
                visit(step, blanks.sum(), &self.label[1..][..self.labels]);
                let (blank, label) = (self.blank.as_mut_ptr(), self.label.as_mut_ptr());
                let handed = self.handed.as_mut_ptr();
                for at in (0..places).step_by(V::LANES) {
                    let (blanks, labels) = (V::load(blank.add(at)), V::load(label.add(at + 1)));
                    let before = labels * share(LABEL_FOLLOWS, at);
                    blanks
                        .mul_add(share(LABEL_ENDS, at), before)
                        .store(handed.add(at));
                    let begun = labels * share(LABEL_BEGINS, at);
                    let stayed = blanks.mul_add(share(BLANK_STAYS, at), begun);
                    not_vanished(stayed).store(blank.add(at));
                    (labels * share(LABEL_STAYS, at)).store(label.add(at + 1));
                }
                // What a pair hands to the label before it.
                for at in (0..places).step_by(V::LANES) {
                    let sum = V::load(label.add(at + 1)) + V::load(handed.add(at + 1));
                    not_vanished(sum).store(label.add(at + 1));
                }
            }
        }
    }
}
