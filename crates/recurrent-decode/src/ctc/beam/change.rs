//! Which prefixes leave the beam after a frame, and which come.

use super::paths::Path;

/// A prefix that comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entering {
    pub node: u32,
    pub label: u32,
    /// `ln n` of it.
    pub acoustic: f32,
    /// What the guide added for all of its labels.
    pub guide: f32,
    pub path: Path,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    /// Whether the prefix of each slot stays.
    pub stays: Vec<bool>,
    /// The slots of those that do not, rising, and their nodes.
    pub left: Vec<usize>,
    pub gone: Vec<u32>,
    /// The extensions that come, by their index among the candidates.
    pub chosen: Vec<usize>,
    pub entering: Vec<Entering>,
}

impl Change {
    /// Before a frame, with a beam of `count` prefixes.
    pub fn clear(&mut self, count: usize) {
        self.stays.clear();
        self.stays.resize(count, false);
        self.left.clear();
        self.gone.clear();
        self.chosen.clear();
        self.entering.clear();
    }
}
