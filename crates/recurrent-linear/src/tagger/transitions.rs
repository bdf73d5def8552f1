//! The weights of one tag after another.

use crate::LinearError;
use crate::tagger::MAX_TAGS;

/// The weight of each tag after each other one, at the start and at the end of a sentence. That of a transition which is
/// not legal is minus infinity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Transitions {
    tags: usize,
    weights: Vec<f32>, // [K + 1, K + 1], from the row's tag to the column's; the last are the start and the end
}

impl Transitions {
    /// 0 for those that are legal; none is the start or the end of a sentence.
    pub fn legal(tags: usize, legal: &dyn Fn(Option<usize>, Option<usize>) -> bool) -> Self {
        let tag = |at: usize| (at < tags).then_some(at);
        let cells = (0..=tags).flat_map(|from| (0..=tags).map(move |to| (tag(from), tag(to))));
        // A sentence without words asks for no transition.
        let weights = cells
            .map(|(from, to)| match (from, to) {
                (None, None) => 0.0,
                (from, to) if legal(from, to) => 0.0,
                _ => f32::NEG_INFINITY,
            })
            .collect();
        Self { tags, weights }
    }

    /// Those of an array `[K + 1, K + 1]`.
    pub fn new(weights: Vec<f32>) -> Result<Self, LinearError> {
        let sides = weights.len().isqrt();
        if !(2..=MAX_TAGS + 1).contains(&sides) || sides * sides != weights.len() {
            let expected = "a square of 2 to 4097 rows";
            return Err(LinearError::array("transitions", expected, weights.len()));
        }
        if let Some(found) = (weights.iter()).find(|w| w.is_nan() || **w == f32::INFINITY) {
            let expected = "finite numbers or minus infinity";
            return Err(LinearError::array("transitions", expected, found));
        }
        Ok(Self {
            tags: sides - 1,
            weights,
        })
    }

    /// How many tags there are, `K`.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// `[K + 1, K + 1]`
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Where the weight of `to` after `from` is.
    pub fn cell(&self, from: Option<usize>, to: Option<usize>) -> usize {
        from.unwrap_or(self.tags) * (self.tags + 1) + to.unwrap_or(self.tags)
    }

    /// The weights after `from`, `[K + 1]`.
    pub fn after(&self, from: Option<usize>) -> &[f32] {
        let begin = self.cell(from, Some(0));
        &self.weights[begin..=begin + self.tags]
    }

    /// The same with 0 for what is not legal.
    pub fn without_bounds(&self) -> Self {
        let free = |&weight: &f32| if weight.is_finite() { weight } else { 0.0 };
        Self {
            tags: self.tags,
            weights: self.weights.iter().map(free).collect(),
        }
    }

    /// The weight at `cell` becomes another one.
    pub fn set(&mut self, cell: usize, weight: f32) {
        self.weights[cell] = weight;
    }

    /// The cells of a sequence of tags, from the start to the end of the sentence.
    pub fn cells<'a>(&'a self, tags: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        let at = |position: usize| tags.get(position).copied();
        (0..=tags.len())
            .filter(|_| !tags.is_empty())
            .map(move |position| self.cell(position.checked_sub(1).and_then(at), at(position)))
    }

    /// Whether all transitions of a sequence are legal.
    pub fn are_legal(&self, tags: &[usize]) -> bool {
        self.cells(tags)
            .all(|cell| self.weights[cell] != f32::NEG_INFINITY)
    }
}
