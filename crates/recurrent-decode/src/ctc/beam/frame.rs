//! What a frame does to the beam.

use super::BeamSearch;
use super::candidates::{Candidate, Extension};
use super::change::{Change, Entering};
use super::paths::{Path, Paths};
use super::prefix_tree::NONE;
use crate::Guide;

/// The guide's part of the scores is made relative to another sum where it has become larger than this.
const FAR: f32 = 64.0;

impl<G: Guide> BeamSearch<G> {
    /// Goes on by a frame `[V]`.
    pub(super) fn frame(&mut self, frame: &[f32]) {
        let count = self.slots.count;
        if count == 0 {
            self.frames += 1;
            return;
        }
        if !self.slots.linked {
            self.slots.link(&self.tree);
        }
        let highest = maximum(&self.slots.total[..count]);
        self.offset += f64::from(highest);
        for (relative, value) in self.emissions.iter_mut().zip(frame) {
            *relative = value - highest;
        }
        self.slots.sum(&self.emissions, self.blank);
        self.collect(frame, highest);
        self.choose(frame);
        self.frames += 1;
        if let Some(most) = self.options.most_undecided {
            self.decide(most);
        }
        if !G::IDLE {
            self.recentre();
        }
        if self.records.is_full() {
            self.forget();
        }
    }

    /// Fills the candidates: the prefixes of the beam, and the extensions that may be better than the worst of the best.
    fn collect(&mut self, frame: &[f32], highest: f32) {
        let (slots, candidates) = (&self.slots, &mut self.candidates);
        let (count, width) = (slots.count, slots.width);
        let ranks = &slots.next.ranks[..count];
        candidates.clear();
        for (slot, &rank) in ranks.iter().enumerate() {
            if rank > f32::NEG_INFINITY {
                candidates.push_slot(slot, rank);
            }
        }
        // What an extension must be better than.
        let mut worst = maximum(ranks) + self.options.beam_prune_logp;
        if candidates.len() == width {
            worst = worst.max(minimum(ranks));
        }
        let most = self.guide.most();
        let best = (0..count).fold(f32::NEG_INFINITY, |best, slot| best.max(slots.score(slot)));
        let least = self.options.token_min_logp.min(maximum(frame));
        let least = (least - highest).max(worst - most - best);
        find_labels(&self.emissions, self.blank, least, &mut self.labels);

        for slot in 0..count {
            let node = slots.node[slot];
            for &(emission, label) in &self.labels {
                let repeats = label == slots.last[slot];
                let from = if repeats {
                    slots.blank[slot]
                } else {
                    slots.total[slot]
                };
                let acoustic = from + emission;
                let score = acoustic + slots.guide[slot];
                // The labels after this one are no better, but for a repeat, which is worse than they may be.
                let is_better = score + most > worst;
                if !is_better && repeats {
                    continue;
                }
                if !is_better {
                    break;
                }
                let mut child = self.tree.child(node, label);
                // A prefix of the beam has its own sum.
                if child.is_some_and(|child| self.tree.node(child).slot != NONE) {
                    continue;
                }
                let mut gain = 0.0;
                if !G::IDLE {
                    let known = child.unwrap_or_else(|| {
                        let state = self.tree.state(node);
                        let found = state.and_then(|state| self.guide.extend(state, label));
                        match found {
                            Some((state, gain)) => self.tree.add(node, label, gain, Some(state)),
                            None => self.tree.add(node, label, f32::NEG_INFINITY, None),
                        }
                    });
                    child = Some(known);
                    gain = self.tree.node(known).gain;
                }
                let score = score + gain;
                let is_better = score > worst && score < f32::INFINITY;
                if !is_better {
                    continue;
                }
                let extension = Extension {
                    slot: slot as u32,
                    label,
                    node: child,
                    acoustic,
                    gain,
                };
                candidates.push_extension(extension, score, width);
                if candidates.len() >= 4 * width + 64
                    && let Some(lowest) = candidates.keep_best(width)
                {
                    worst = worst.max(lowest);
                }
            }
        }
        candidates.keep_best(width);
    }

    /// Makes the chosen candidates the beam.
    fn choose(&mut self, frame: &[f32]) {
        let (count, width) = (self.slots.count, self.slots.width);
        let mut change = std::mem::take(&mut self.change);
        change.clear(count);
        for candidate in self.candidates.chosen(self.options.beam_prune_logp, width) {
            match candidate {
                Candidate::Slot(slot) => change.stays[slot] = true,
                Candidate::Extension(index) => change.chosen.push(index),
            }
        }
        for slot in 0..count {
            if change.stays[slot] {
                self.slots.next.paths[slot] = self.follow(slot, frame);
            } else {
                change.left.push(slot);
                change.gone.push(self.slots.node[slot]);
            }
        }
        for &index in &change.chosen {
            let entering = self.enter(self.candidates.extensions[index], frame);
            change.entering.push(entering);
        }
        self.slots.turn();
        if !change.left.is_empty() || !change.entering.is_empty() {
            self.replace(&change);
        }
        self.change = change;
    }

    /// Drops the prefixes that do not have all labels of the best one but its last `most`.
    fn decide(&mut self, most: usize) {
        let Some(best) = self.slots.best() else {
            return;
        };
        let node = self.slots.node[best];
        let depth = self.tree.node(node).depth;
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let needed = depth.saturating_sub(most);
        if needed <= self.decided {
            return;
        }
        self.decided = needed;
        let prefix = self.tree.above(node, needed);
        let mut change = std::mem::take(&mut self.change);
        change.clear(0);
        for slot in 0..self.slots.count {
            let node = self.slots.node[slot];
            if self.tree.above(node, needed) != prefix {
                change.left.push(slot);
                change.gone.push(node);
            }
        }
        if !change.left.is_empty() {
            self.replace(&change);
        }
        self.change = change;
    }

    /// Puts the prefixes that come in the places of those that go.
    fn replace(&mut self, change: &Change) {
        let slots = &mut self.slots;
        let mut left = change.left.iter().copied();
        for entering in &change.entering {
            let slot = left.next().unwrap_or(slots.count);
            slots.count = slots.count.max(slot + 1);
            slots.put(slot, entering);
        }
        // From the last one on, so that what is moved to it is none of them.
        for slot in left.rev() {
            slots.count -= 1;
            slots.move_slot(slots.count, slot);
        }
        for &node in &change.gone {
            self.tree.set_slot(node, NONE);
        }
        for (slot, &node) in slots.node[..slots.count].iter().enumerate() {
            self.tree.set_slot(node, slot as u32);
        }
        slots.linked = false;
        for &node in &change.gone {
            self.tree.release(node);
        }
    }

    /// The paths of a prefix that stays in its slot.
    #[inline]
    fn follow(&mut self, slot: usize, frame: &[f32]) -> Paths {
        let slots = &self.slots;
        let paths = &slots.paths[slot];
        let last = slots.last[slot] as usize;
        let emission = self.emissions[last];
        let best = paths.best();
        let blank = Path {
            score: best.score + self.emissions[self.blank],
            ..*best
        };
        let mut label = paths.label;
        label.score += emission;
        // The empty prefix has no last label.
        let value = frame.get(last).copied().unwrap_or(f32::NEG_INFINITY);
        label.peak = label.peak.max(value);
        let above = slots.parent[slot] as usize;
        let from = match slots.last[above] == slots.last[slot] {
            true => &slots.paths[above].blank,
            false => slots.paths[above].best(),
        };
        let entering = from.score + emission;
        if entering > label.score {
            label = self.records.extended(from, entering, self.frames, value);
        }
        Paths { label, blank }
    }

    /// The prefix that an extension gives.
    fn enter(&mut self, extension: Extension, frame: &[f32]) -> Entering {
        let Extension { slot, label, .. } = extension;
        let slot = slot as usize;
        let parent = self.slots.node[slot];
        let node = extension.node.unwrap_or_else(|| {
            // Of an idle guide, whose state is the same everywhere.
            let state = self.tree.state(parent).cloned();
            self.tree.add(parent, label, 0.0, state)
        });
        let paths = &self.slots.paths[slot];
        let from = match label == self.slots.last[slot] {
            true => &paths.blank,
            false => paths.best(),
        };
        let score = from.score + self.emissions[label as usize];
        let value = frame[label as usize];
        Entering {
            node,
            label,
            acoustic: extension.acoustic,
            guide: self.slots.guide[slot] + extension.gain,
            path: self.records.extended(from, score, self.frames, value),
        }
    }

    /// Keeps the guide's part of the scores small, so that it does not lose digits in long sequences.
    fn recentre(&mut self) {
        let slots = &mut self.slots;
        let sum = slots.guide[0];
        if slots.count > 0 && sum.abs() > FAR {
            self.guide_offset += f64::from(sum);
            for guide in &mut slots.guide[..slots.count] {
                *guide -= sum;
            }
        }
    }

    /// Forgets where labels were that no prefix of the beam has or that were taken out.
    fn forget(&mut self) {
        let slots = &mut self.slots;
        let first = self.tree.node(self.tree.root).depth;
        let nodes = &slots.node[..slots.count];
        let paths = slots.paths[..slots.count].iter_mut();
        let needed = nodes.iter().map(|&node| self.tree.node(node).depth - first);
        self.records.keep(paths.zip(needed));
    }
}

/// Fills `labels` with the labels whose values, of `emissions` `[V + 1]`, are not below `least`, best first.
fn find_labels(emissions: &[f32], blank: usize, least: f32, labels: &mut Vec<(f32, u32)>) {
    labels.clear();
    for (symbol, &value) in emissions.iter().enumerate() {
        if value >= least && value > f32::NEG_INFINITY && symbol != blank {
            labels.push((value, symbol as u32));
        }
    }
    labels.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
}

fn maximum(values: &[f32]) -> f32 {
    values.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b))
}

fn minimum(values: &[f32]) -> f32 {
    values.iter().fold(f32::INFINITY, |a, &b| a.min(b))
}
