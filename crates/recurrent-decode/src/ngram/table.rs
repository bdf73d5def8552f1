//! The n-grams of a backoff model by order, as an ARPA file has them: what models are built of and taken apart to.

use super::model::Ngram;
use super::trie::{Level, ROOT, Trie};

/// Levels with a probability and a backoff weight for every n-gram, log10; those of the highest order have no weight.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub levels: Vec<Level>,
    pub log10: Vec<Vec<f32>>,
    pub backoff: Vec<Vec<f32>>,
}

impl Table {
    pub(super) fn of(model: &Ngram) -> Self {
        let trie = &model.trie;
        let mut log10 = Vec::new();
        let mut backoff = Vec::new();
        for order in 1..=trie.order {
            let ngrams = trie.ngrams(order);
            log10.push(model.log10[ngrams.clone()].to_vec());
            backoff.push(ngrams.map(|ngram| model.backoff_of(ngram, order)).collect());
        }
        Self {
            levels: trie.levels(),
            log10,
            backoff,
        }
    }

    /// Those n-grams of a model that are `kept` `[G]`, without what extends others; symbols stay.
    pub(super) fn of_kept(model: &Ngram, kept: &[bool]) -> Self {
        let trie = &model.trie;
        let by_order: Vec<Vec<bool>> = (1..=trie.order)
            .map(|order| kept[trie.ngrams(order)].to_vec())
            .collect();
        let mut table = Self::of(model);
        table.keep(&by_order);
        table
    }

    /// The model of the table.
    pub(super) fn build(&self, vocabulary: usize, boundary: Option<u32>) -> Ngram {
        let weighted = |order: usize, ngram: usize| self.backoff[order - 1][ngram] != 0.0;
        let trie = Trie::new(vocabulary, boundary, &self.levels, weighted);
        let mut backoff = vec![0.0; trie.context_count()];
        for order in 1..trie.order {
            for (ngram, &weight) in trie.ngrams(order).zip(&self.backoff[order - 1]) {
                let context = trie.next[ngram];
                if trie.length(context) == order {
                    backoff[context as usize] = weight;
                }
            }
        }
        backoff[ROOT as usize] = 0.0;
        Ngram {
            trie,
            log10: self.log10.concat().into(),
            backoff: backoff.into(),
        }
    }

    /// Leaves out the orders above `order`.
    pub(super) fn truncate(&mut self, order: usize) {
        self.levels.truncate(order);
        self.log10.truncate(order);
        self.backoff.truncate(order);
        if let Some(last) = self.backoff.last_mut() {
            last.fill(0.0);
        }
    }

    /// Leaves out the n-grams that `kept` does not have, by order, and what extends them. Symbols stay.
    fn keep(&mut self, kept: &[Vec<bool>]) {
        // Where each n-gram of the order below has gone.
        let mut moved: Vec<Option<u32>> = (0..self.levels[0].len() as u32).map(Some).collect();
        for (order, kept) in kept.iter().enumerate().take(self.levels.len()).skip(1) {
            let old = std::mem::take(&mut self.levels[order]);
            let (log10, backoff) = (&mut self.log10[order], &mut self.backoff[order]);
            let level = &mut self.levels[order];
            let mut to = Vec::with_capacity(old.len());
            for i in 0..old.len() {
                let parent = moved[old.parents[i] as usize].filter(|_| kept[i]);
                to.push(parent.map(|parent| {
                    let at = level.len();
                    level.push(parent, old.words[i]);
                    (log10[at], backoff[at]) = (log10[i], backoff[i]);
                    at as u32
                }));
            }
            log10.truncate(level.len());
            backoff.truncate(level.len());
            moved = to;
        }
        // The highest orders may have lost all.
        while self.levels.len() > 1 && self.levels.last().is_some_and(|level| level.len() == 0) {
            self.levels.pop();
            self.log10.pop();
            self.backoff.pop();
        }
        if let Some(last) = self.backoff.last_mut() {
            last.fill(0.0);
        }
    }
}
