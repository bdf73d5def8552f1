//! Building the automaton from the n-grams of all orders.

use super::{Level, MAX_ORDER, NONE, ROOT, Trie, children, find};

impl Trie {
    /// The trie of n-grams by order, the first level [`Level::unigrams`]. `weighted(n, i)` says that n-gram `i` of order
    /// `n` is a context even where nothing extends it.
    pub(in crate::ngram) fn new(
        vocabulary: usize,
        boundary: Option<u32>,
        levels: &[Level],
        weighted: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let order = levels.len();
        let mut words = Vec::with_capacity(levels.iter().map(Level::len).sum());
        for level in levels {
            words.extend_from_slice(&level.words);
        }
        // Which n-grams are contexts, and where their children begin.
        let mut own = vec![NONE; words.len()];
        let mut begin = vec![0u32];
        let mut contexts = [0u32; MAX_ORDER + 1];
        let mut first = 0; // the number of this level's first n-gram
        for (n, pair) in levels.windows(2).enumerate() {
            contexts[n + 1] = begin.len() as u32;
            let (level, children) = (&pair[0], &pair[1].parents);
            let mut child = 0;
            for i in 0..level.len() {
                let from = child;
                while children.get(child) == Some(&(i as u32)) {
                    child += 1;
                }
                if child > from || weighted(n + 1, i) {
                    own[first + i] = begin.len() as u32;
                    begin.push((first + level.len() + from) as u32);
                }
            }
            first += level.len();
        }
        contexts[order..].fill(begin.len() as u32);
        let count = begin.len();
        begin.push(words.len() as u32);
        let mut trie = Building {
            words: &words,
            begin: &begin,
            next: vec![ROOT; words.len()],
            link: vec![ROOT; count],
        };
        for context in 0..count as u32 {
            trie.follow(context, &own);
        }
        let Building { next, link, .. } = trie;
        Self {
            order,
            vocabulary,
            boundary,
            words: words.into(),
            next: next.into(),
            begin: begin.into(),
            link: link.into(),
            contexts,
        }
    }
}

struct Building<'a> {
    words: &'a [u32],
    begin: &'a [u32],
    next: Vec<u32>,
    link: Vec<u32>,
}

impl Building<'_> {
    /// Sets `next` of the children of `context` and `link` of those that are contexts. All shorter contexts are done.
    fn follow(&mut self, context: u32, own: &[u32]) {
        for ngram in children(self.begin, context) {
            let suffix = if context == ROOT {
                ROOT
            } else {
                self.suffix(context, self.words[ngram])
            };
            self.next[ngram] = suffix;
            if own[ngram] != NONE {
                self.next[ngram] = own[ngram];
                self.link[own[ngram] as usize] = suffix;
            }
        }
    }

    /// The longest context that is a proper suffix of `context` and `word`.
    fn suffix(&self, context: u32, word: u32) -> u32 {
        let mut shorter = self.link[context as usize];
        while shorter != ROOT {
            let range = children(self.begin, shorter);
            if let Some(found) = find(self.words, range, word) {
                return self.next[found];
            }
            shorter = self.link[shorter as usize];
        }
        self.next[word as usize]
    }
}
