//! The state of models that tell an unknown context from a short one: counts without smoothed weights.

use super::trie::Trie;

/// The longest known context and how many symbols there were to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HistoryState {
    pub(super) context: u32,
    /// Symbols since the start of the sentence with it, or of the text; at most the order less one.
    pub(super) length: u8,
}

impl HistoryState {
    pub(super) fn start(trie: &Trie) -> Self {
        let context = trie.start();
        let has_start = trie.boundary.is_some() && trie.order > 1;
        let length = u8::from(has_start);
        Self { context, length }
    }

    pub(super) fn advance(&mut self, trie: &Trie, symbol: u32) {
        self.context = trie.next[trie.longest(self.context, symbol)];
        let most = trie.order as u8 - 1;
        self.length = match trie.boundary {
            // The end of a sentence is the start of the next one, and nothing before it counts.
            Some(boundary) if boundary == symbol => most.min(1),
            _ => most.min(self.length + 1),
        };
    }

    /// How many of the symbols are not in the known context.
    pub(super) fn unknown(&self, trie: &Trie) -> usize {
        usize::from(self.length).saturating_sub(trie.length(self.context))
    }
}

/// How often each context is followed by a symbol, `[C]`.
pub(super) fn context_totals(trie: &Trie, counts: &[u64]) -> Vec<u64> {
    (0..trie.context_count() as u32)
        .map(|context| counts[trie.children(context)].iter().sum())
        .collect()
}
