//! The prefixes of the beam, an array for each of their numbers so that a frame goes over many at once.
//!
//! `W` the width of the beam. The slot after the last stands for no prefix.

use super::change::Entering;
use super::paths::{Path, Paths};
use super::prefix_tree::{NONE, PrefixTree};
use crate::log_add::log_add;

const ZERO: f32 = f32::NEG_INFINITY;

#[derive(Debug, Clone)]
pub(super) struct Slots {
    /// How many of the slots are taken, the first ones.
    pub count: usize,
    pub width: usize,
    pub node: Vec<u32>, // [W + 1]
    /// The last label; `V` for the empty prefix.
    pub last: Vec<u32>, // [W + 1]
    /// The slot of the prefix before the last label, or `W`.
    pub parent: Vec<u32>, // [W + 1]
    /// `ln b`, `ln n` and `ln (b + n)`.
    pub blank: Vec<f32>, // [W + 1]
    pub label: Vec<f32>, // [W + 1]
    pub total: Vec<f32>, // [W + 1]
    /// What the guide added.
    pub guide: Vec<f32>, // [W + 1]
    pub paths: Vec<Paths>, // [W + 1]
    /// The same after the frame.
    pub next: Next,
    /// Whether `parent` holds.
    pub linked: bool,
}

/// What a frame makes of the prefixes of the beam. `ranks` is `ln (b + n)` with the guide's part.
#[derive(Debug, Clone)]
pub(super) struct Next {
    pub blank: Vec<f32>,    // [W + 1]
    pub label: Vec<f32>,    // [W + 1]
    pub total: Vec<f32>,    // [W + 1]
    pub ranks: Vec<f32>,    // [W + 1]
    pub entering: Vec<f32>, // [W + 1]
    pub paths: Vec<Paths>,  // [W + 1]
}

impl Slots {
    /// The empty prefix.
    pub fn new(width: usize, symbols: usize) -> Self {
        let none = || vec![ZERO; width + 1];
        let no_paths = Paths {
            label: Path::NONE,
            blank: Path::NONE,
        };
        let mut slots = Self {
            count: 1,
            width,
            node: vec![0; width + 1],
            last: vec![symbols as u32; width + 1],
            parent: vec![width as u32; width + 1],
            blank: none(),
            label: none(),
            total: none(),
            guide: vec![0.0; width + 1],
            paths: vec![no_paths; width + 1],
            next: Next {
                blank: none(),
                label: none(),
                total: none(),
                ranks: none(),
                entering: none(),
                paths: vec![no_paths; width + 1],
            },
            linked: false,
        };
        slots.blank[0] = 0.0;
        slots.total[0] = 0.0;
        slots.paths[0].blank = Path::EMPTY;
        // No label is the last of no prefix.
        slots.last[width] = NONE;
        slots
    }

    /// What a prefix is ranked by.
    #[inline]
    pub fn score(&self, slot: usize) -> f32 {
        self.total[slot] + self.guide[slot]
    }

    /// The slot of the best prefix.
    pub fn best(&self) -> Option<usize> {
        (0..self.count).reduce(|best, slot| match self.score(slot) > self.score(best) {
            true => slot,
            false => best,
        })
    }

    /// Finds the slots of the prefixes before.
    pub fn link<S>(&mut self, tree: &PrefixTree<S>) {
        for slot in 0..self.count {
            let above = match tree.node(self.node[slot]).parent {
                NONE => NONE,
                parent => tree.node(parent).slot,
            };
            self.parent[slot] = above.min(self.width as u32);
        }
        self.linked = true;
    }

    /// The sums of a frame for the prefixes of the beam, from the frame's values `[V + 1]`.
    pub fn sum(&mut self, emissions: &[f32], blank: usize) {
        let count = self.count;
        let all = self.width + 1;
        let (total, last) = (&self.total[..all], &self.last[..all]);
        let (before, parent) = (&self.blank[..all], &self.parent[..all]);
        let next = &mut self.next;
        for slot in 0..count {
            let above = parent[slot] as usize;
            let from = match last[above] == last[slot] {
                true => before[above],
                false => total[above],
            };
            let emission = emissions[last[slot] as usize];
            next.entering[slot] = from + emission;
            next.label[slot] = self.label[slot] + emission;
        }
        let sums = (next.blank[..count].iter_mut())
            .zip(&mut next.label[..count])
            .zip(&mut next.total[..count])
            .zip(&mut next.ranks[..count]);
        let from = (total[..count].iter().zip(&next.entering[..count])).zip(&self.guide[..count]);
        for ((((next_blank, next_label), next_total), rank), ((&total, &entering), &guide)) in
            sums.zip(from)
        {
            *next_blank = total + emissions[blank];
            *next_label = log_add(*next_label, entering);
            *next_total = log_add(*next_blank, *next_label);
            *rank = *next_total + guide;
        }
    }

    /// Makes what the frame gave what holds.
    pub fn turn(&mut self) {
        std::mem::swap(&mut self.blank, &mut self.next.blank);
        std::mem::swap(&mut self.label, &mut self.next.label);
        std::mem::swap(&mut self.total, &mut self.next.total);
        std::mem::swap(&mut self.paths, &mut self.next.paths);
        // The slot of no prefix is never written, so that both have it.
    }

    /// Puts a prefix that ends in a label of this frame in a slot.
    pub fn put(&mut self, slot: usize, entering: &Entering) {
        self.node[slot] = entering.node;
        self.last[slot] = entering.label;
        self.blank[slot] = ZERO;
        self.label[slot] = entering.acoustic;
        self.total[slot] = entering.acoustic;
        self.guide[slot] = entering.guide;
        self.paths[slot] = Paths {
            label: entering.path,
            blank: Path::NONE,
        };
    }

    /// Moves the prefix of one slot to another.
    pub fn move_slot(&mut self, from: usize, to: usize) {
        self.node[to] = self.node[from];
        self.last[to] = self.last[from];
        self.blank[to] = self.blank[from];
        self.label[to] = self.label[from];
        self.total[to] = self.total[from];
        self.guide[to] = self.guide[from];
        self.paths[to] = self.paths[from];
    }
}
