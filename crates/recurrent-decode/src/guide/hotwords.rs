//! A bonus for phrases that are likely in what is decoded, such as names: found by the automaton of Aho and Corasick
//! (*Efficient string matching*, 1975) over label sequences.
//!
//! Every occurrence of a phrase adds its bonus to the score. So that a beam does not lose a phrase before it is complete,
//! the bonus is lent as the phrase is matched, a part for each label, and taken back where the match fails:
//!
//! ```text
//! loan(s) = max over the phrases that go on from s, or from a suffix of s, of  bonus · labels matched / labels
//! gain(s -> s') = loan(s') - loan(s) + Σ bonus of the phrases that end at s'
//! ```
//!
//! An extension costs a look for each step to a shorter match, at most the length of the longest phrase, and one a label on
//! average along a labelling; how many phrases there are does not matter.

use super::Guide;
use super::label_model::check_finite;
use super::word_trie::{check_separator, check_words};
use crate::DecodeError;
use crate::label_table::LabelTable;

const ROOT: u32 = 0;

/// Phrases with a bonus each.
#[derive(Debug, Clone)]
pub struct Hotwords {
    phrases: Vec<Vec<u32>>,
    separator: Option<u32>,
    children: LabelTable,
    nodes: Vec<Node>,
    most: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// The longest suffix that is a node.
    suffix: u32,
    loan: f32,
    /// The bonus of all phrases that end here.
    ending: f32,
}

/// Where a node of the tree comes from.
#[derive(Debug, Clone, Copy, Default)]
struct Origin {
    parent: u32,
    label: u32,
    depth: usize,
}

/// The longest match of a beginning of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HotwordState(u32);

impl Hotwords {
    /// Phrases as their labels, each with its bonus. With a separator, which phrases may hold, only whole words are found:
    /// a phrase counts where a separator, or an end of the labelling, is on either side.
    ///
    /// # Errors
    /// Where there is no phrase, one has no label, or a bonus is negative or not finite.
    pub fn new(phrases: Vec<(Vec<u32>, f32)>, separator: Option<u32>) -> Result<Self, DecodeError> {
        if phrases.is_empty() {
            let expected = "at least one phrase";
            return Err(DecodeError::setting("hotwords", expected, "none"));
        }
        let mut hotwords = Self {
            phrases: Vec::with_capacity(phrases.len()),
            separator,
            children: LabelTable::new(),
            nodes: vec![Node::default()],
            most: 0.0,
        };
        let mut origins = vec![Origin::default()];
        for (number, (labels, bonus)) in phrases.into_iter().enumerate() {
            check_finite("bonus", bonus)?;
            if labels.is_empty() || bonus < 0.0 {
                let expected = "phrases of at least one label, with a bonus of at least 0";
                let found = format!("{} and {bonus} of phrase {number}", labels.len());
                return Err(DecodeError::setting("hotwords", expected, found));
            }
            hotwords.add(&labels, bonus, &mut origins);
            hotwords.phrases.push(labels);
        }
        hotwords.link(&origins);
        Ok(hotwords)
    }

    /// Adds a phrase to the tree.
    fn add(&mut self, labels: &[u32], bonus: f32, origins: &mut Vec<Origin>) {
        let around = self.separator.into_iter();
        let labels = labels.iter().copied();
        let all: Vec<u32> = around.clone().chain(labels).chain(around).collect();
        // Nothing is lent for the separator before it.
        let free = usize::from(self.separator.is_some());
        let parts = (all.len() - free) as f32;
        let mut node = ROOT;
        for (position, &label) in all.iter().enumerate() {
            let parent = node;
            node = self.children.get(parent, label).unwrap_or_else(|| {
                let child = self.nodes.len() as u32;
                self.children.insert(parent, label, child);
                self.nodes.push(Node::default());
                origins.push(Origin {
                    parent,
                    label,
                    depth: position + 1,
                });
                child
            });
            let matched = (position + 1).saturating_sub(free) as f32;
            let found = &mut self.nodes[node as usize];
            match position + 1 == all.len() {
                true => found.ending += bonus,
                false => found.loan = found.loan.max(bonus * matched / parts),
            }
        }
    }

    /// Finds the suffixes, shorter matches first, and adds what they have.
    fn link(&mut self, origins: &[Origin]) {
        let mut order: Vec<usize> = (1..self.nodes.len()).collect();
        order.sort_by_key(|&node| origins[node].depth);
        for node in order {
            let Origin { parent, label, .. } = origins[node];
            let suffix = match parent {
                ROOT => ROOT,
                _ => self.next(self.nodes[parent as usize].suffix, label),
            };
            let Node { loan, ending, .. } = self.nodes[suffix as usize];
            let found = &mut self.nodes[node];
            found.suffix = suffix;
            found.loan = found.loan.max(loan);
            found.ending += ending;
            // Whatever match comes here has the parent's among its suffixes, so that no less was lent for it.
            let gain = found.loan + found.ending - self.nodes[parent as usize].loan;
            self.most = self.most.max(gain);
        }
    }

    /// The longest match after one more label.
    fn next(&self, mut node: u32, label: u32) -> u32 {
        loop {
            match self.children.get(node, label) {
                Some(child) => return child,
                None if node == ROOT => return ROOT,
                None => node = self.nodes[node as usize].suffix,
            }
        }
    }

    fn step(&self, node: u32, label: u32) -> (u32, f32) {
        let next = self.next(node, label);
        let (from, to) = (&self.nodes[node as usize], &self.nodes[next as usize]);
        (next, to.loan - from.loan + to.ending)
    }
}

impl Guide for Hotwords {
    type State = HotwordState;

    fn start(&self) -> HotwordState {
        HotwordState(self.separator.map_or(ROOT, |label| self.next(ROOT, label)))
    }

    fn extend(&self, state: &HotwordState, label: u32) -> Option<(HotwordState, f32)> {
        let (next, gain) = self.step(state.0, label);
        Some((HotwordState(next), gain))
    }

    fn finish(&self, state: &HotwordState) -> Option<f32> {
        let (node, gain) = match self.separator {
            Some(label) => self.step(state.0, label),
            None => (state.0, 0.0),
        };
        Some(gain - self.nodes[node as usize].loan)
    }

    fn most(&self) -> f32 {
        self.most
    }

    fn check(&self, symbols: usize, blank: usize) -> Result<(), DecodeError> {
        check_separator(self.separator, symbols, blank)?;
        check_words(&self.phrases, symbols, blank, None)
    }
}
