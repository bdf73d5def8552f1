//! The prefixes of a beam as a tree: a node is a prefix, its label the last one, its parent the prefix before.
//!
//! A node lives while it is in the beam, a prefix of one that is, or what a guide said of an extension of one that is.
//! The root is the longest prefix that was taken out, at first the empty one.

use crate::label_table::LabelTable;

/// No node, label or slot.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub parent: u32,
    /// [`NONE`] for the empty prefix.
    pub label: u32,
    /// The number of labels.
    pub depth: u32,
    /// Its place in the beam.
    pub slot: u32,
    /// What the guide adds for the label; `-inf` where it is forbidden.
    pub gain: f32,
    first_child: u32,
    next: u32,
    previous: u32,
}

#[derive(Debug, Clone)]
pub(super) struct PrefixTree<S> {
    nodes: Vec<Node>,
    /// The guide's state; `None` of forbidden and unused nodes.
    states: Vec<Option<S>>,
    unused: Vec<u32>,
    children: LabelTable,
    pub root: u32,
    keeps_answers: bool,
}

impl<S> PrefixTree<S> {
    /// The empty prefix in slot 0. Answers of a guide may be kept while the prefix they are about is in the beam.
    pub fn new(start: S, keeps_answers: bool) -> Self {
        let root = Node {
            parent: NONE,
            label: NONE,
            depth: 0,
            slot: 0,
            gain: 0.0,
            first_child: NONE,
            next: NONE,
            previous: NONE,
        };
        Self {
            nodes: vec![root],
            states: vec![Some(start)],
            unused: Vec::new(),
            children: LabelTable::new(),
            root: 0,
            keeps_answers,
        }
    }

    #[inline]
    pub fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    #[inline]
    fn node_mut(&mut self, node: u32) -> &mut Node {
        &mut self.nodes[node as usize]
    }

    #[inline]
    pub fn state(&self, node: u32) -> Option<&S> {
        self.states[node as usize].as_ref()
    }

    #[inline]
    pub fn set_slot(&mut self, node: u32, slot: u32) {
        self.node_mut(node).slot = slot;
    }

    #[inline]
    pub fn child(&self, node: u32, label: u32) -> Option<u32> {
        match self.node(node).first_child {
            NONE => None,
            _ => self.children.get(node, label),
        }
    }

    /// Adds a child, which is not in the beam yet.
    pub fn add(&mut self, parent: u32, label: u32, gain: f32, state: Option<S>) -> u32 {
        let Node {
            depth, first_child, ..
        } = *self.node(parent);
        let node = Node {
            parent,
            label,
            // A sequence has fewer than 2^32 frames.
            depth: depth + 1,
            slot: NONE,
            gain,
            first_child: NONE,
            next: first_child,
            previous: NONE,
        };
        let id = match self.unused.pop() {
            Some(id) => {
                self.nodes[id as usize] = node;
                self.states[id as usize] = state;
                id
            }
            None => {
                self.nodes.push(node);
                self.states.push(state);
                self.nodes.len() as u32 - 1
            }
        };
        if first_child != NONE {
            self.node_mut(first_child).previous = id;
        }
        self.node_mut(parent).first_child = id;
        self.children.insert(parent, label, id);
        id
    }

    /// Frees what lives no longer after `node` has left the beam. All that leave with it have lost their slots.
    pub fn release(&mut self, node: u32) {
        let mut child = self.node(node).first_child;
        while child != NONE {
            let next = self.node(child).next;
            if self.is_leaf_outside(child) {
                self.remove(child);
            }
            child = next;
        }
        let mut node = node;
        while self.is_leaf_outside(node) && node != self.root {
            let parent = self.node(node).parent;
            // A removed node has no parent.
            if parent == NONE || (self.keeps_answers && self.node(parent).slot != NONE) {
                break;
            }
            self.remove(node);
            node = parent;
        }
    }

    fn is_leaf_outside(&self, node: u32) -> bool {
        let node = self.node(node);
        node.slot == NONE && node.first_child == NONE
    }

    fn remove(&mut self, id: u32) {
        let node = *self.node(id);
        self.children.remove(node.parent, node.label);
        match node.previous {
            NONE => self.node_mut(node.parent).first_child = node.next,
            previous => self.node_mut(previous).next = node.next,
        }
        if node.next != NONE {
            self.node_mut(node.next).previous = node.previous;
        }
        self.node_mut(id).parent = NONE;
        self.states[id as usize] = None;
        self.unused.push(id);
    }

    /// The prefix of `node` with `depth` labels, or itself where it has no more.
    pub fn above(&self, mut node: u32, depth: u32) -> u32 {
        while self.node(node).depth > depth {
            node = self.node(node).parent;
        }
        node
    }

    /// The longest prefix that both have.
    pub fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if self.node(a).depth >= self.node(b).depth {
                a = self.node(a).parent;
            } else {
                b = self.node(b).parent;
            }
        }
        a
    }

    /// Makes `node` the root. Whatever is in the beam extends it or is it.
    pub fn set_root(&mut self, node: u32) {
        let mut above = self.node(node).parent;
        if above == NONE {
            return;
        }
        // Only the way from the old root to the new one is left above, and what a guide said beside it.
        self.children.remove(above, self.node(node).label);
        self.node_mut(node).parent = NONE;
        let (previous, next) = (self.node(node).previous, self.node(node).next);
        match previous {
            NONE => self.node_mut(above).first_child = next,
            previous => self.node_mut(previous).next = next,
        }
        if next != NONE {
            self.node_mut(next).previous = previous;
        }
        let root = self.node_mut(node);
        (root.previous, root.next) = (NONE, NONE);
        while above != NONE {
            let mut child = self.node(above).first_child;
            while child != NONE {
                let next = self.node(child).next;
                self.remove(child);
                child = next;
            }
            let parent = self.node(above).parent;
            if parent == NONE {
                self.states[above as usize] = None;
                self.unused.push(above);
            } else {
                self.remove(above);
            }
            above = parent;
        }
        self.root = node;
    }

    /// The labels of `node` after those of the node at `depth` above it, first to last.
    pub fn labels(&self, mut node: u32, depth: u32) -> Vec<u32> {
        let mut labels = Vec::new();
        while self.node(node).depth > depth {
            labels.push(self.node(node).label);
            node = self.node(node).parent;
        }
        labels.reverse();
        labels
    }

    /// How many nodes live.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.nodes.len() - self.unused.len()
    }
}
