//! What every decoder of sequences gives: labels, where they are, and how sure they are.
//!
//! `U` labels, from `T` frames.

/// A labelling that a decoder found.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Hypothesis {
    /// The labels, as the network numbers them. `[U]`
    pub labels: Vec<u32>,
    /// The frame of each label, from 0, never falling. Each decoder says which of a label's frames it is. `[U]`
    pub positions: Vec<usize>,
    /// How sure each label is, a probability. Each decoder says of what. `[U]`
    pub confidences: Vec<f32>,
    /// The natural logarithm of what hypotheses are ranked by: the network's probability with all that was added to it.
    pub score: f32,
    /// The part of the score that is the network's, a natural logarithm.
    pub acoustic: f32,
}

/// A part of a labelling.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Labels {
    /// The labels. `[U]`
    pub labels: Vec<u32>,
    /// The frame of each label. `[U]`
    pub positions: Vec<usize>,
    /// How sure each label is. `[U]`
    pub confidences: Vec<f32>,
}

impl Labels {
    pub(crate) fn with_capacity(labels: usize) -> Self {
        Self {
            labels: Vec::with_capacity(labels),
            positions: Vec::with_capacity(labels),
            confidences: Vec::with_capacity(labels),
        }
    }

    pub(crate) fn push(&mut self, label: u32, position: usize, confidence: f32) {
        self.labels.push(label);
        self.positions.push(position);
        self.confidences.push(confidence);
    }

    pub(crate) fn into_hypothesis(self, score: f32, acoustic: f32) -> Hypothesis {
        Hypothesis {
            labels: self.labels,
            positions: self.positions,
            confidences: self.confidences,
            score,
            acoustic,
        }
    }
}
