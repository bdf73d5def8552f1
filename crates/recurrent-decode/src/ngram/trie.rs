//! The n-grams of a model as an automaton: a trie of contexts in reading order, with links to shorter contexts.
//!
//! ```text
//! context u v --- w ---> n-gram u v w, child of u v:  its values, and `next`, the context that follows it
//!     |
//!    link
//!     v
//! context v   --- w ---> n-gram v w
//! ```
//!
//! A *context* is an n-gram that others extend (or that has a backoff weight); the empty one, the root, is number 0 and
//! has all symbols as children. `link` is the longest proper suffix that is a context too, and `next` the longest
//! suffix of the n-gram itself that is one, so that a model's state is one number and each symbol follows one pointer,
//! as in the automaton of Aho and Corasick (1975). Children of a context lie side by side, sorted by symbol, which is
//! what enumerating all symbols of a context needs.
//!
//! N-grams are numbered by order, then by their symbols; contexts in the order of their n-grams, so `begin` rises.
//! An n-gram's first symbol may be the boundary, which then is the start of a sentence; anywhere later it is its end and
//! nothing extends it.

use super::memory::Section;

/// The highest order.
pub const MAX_ORDER: usize = 7;
/// No context.
const NONE: u32 = u32::MAX;
/// N-grams are numbered in 32 bits.
pub(super) const MOST_NGRAMS: usize = u32::MAX as usize - 1;

/// The root of every trie: the context without symbols.
pub(super) const ROOT: u32 = 0;

/// The n-grams of one order, sorted by their symbols.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    /// The last symbol of each.
    pub words: Vec<u32>,
    /// Which n-gram of the order below the symbols before it are.
    pub parents: Vec<u32>,
}

impl Level {
    /// All symbols as n-grams of order 1.
    pub(super) fn unigrams(vocabulary: usize) -> Self {
        Self {
            words: (0..vocabulary as u32).collect(),
            parents: vec![0; vocabulary],
        }
    }

    pub(super) fn push(&mut self, parent: u32, word: u32) {
        self.words.push(word);
        self.parents.push(parent);
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

/// `G` n-grams, `C` contexts.
#[derive(Debug, Clone)]
pub(super) struct Trie {
    pub order: usize,
    pub vocabulary: usize,
    /// The symbol that ends a sentence.
    pub boundary: Option<u32>,
    pub words: Section<u32>, // [G]
    pub next: Section<u32>,  // [G]
    pub begin: Section<u32>, // [C + 1]
    pub link: Section<u32>,  // [C]
    /// Contexts of `k` symbols are `contexts[k]..contexts[k + 1]`.
    pub contexts: [u32; MAX_ORDER + 1],
}

impl Trie {
    /// The trie of n-grams by order, the first level [`Level::unigrams`]. `weighted(n, i)` says that n-gram `i` of order
    /// `n` is a context even where nothing extends it.
    pub(super) fn new(
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

    /// How many symbols `context` has.
    #[inline]
    pub(super) fn length(&self, context: u32) -> usize {
        (1..self.order)
            .take_while(|&k| self.contexts[k] <= context)
            .count()
    }

    /// How many contexts there are, `C`.
    pub(super) fn context_count(&self) -> usize {
        self.link.len()
    }

    /// The numbers of the n-grams that extend `context` by a symbol.
    #[inline(always)]
    pub(super) fn children(&self, context: u32) -> std::ops::Range<usize> {
        children(&self.begin, context)
    }

    /// The n-gram that extends `context` by `word`.
    #[inline(always)]
    pub(super) fn find(&self, context: u32, word: u32) -> Option<usize> {
        if context == ROOT {
            // All symbols are its children.
            return ((word as usize) < self.vocabulary).then_some(word as usize);
        }
        find(&self.words, self.children(context), word)
    }

    /// The n-gram of the longest suffix of `context` that `word` extends.
    #[inline]
    pub(super) fn longest(&self, mut context: u32, word: u32) -> usize {
        while context != ROOT {
            if let Some(found) = self.find(context, word) {
                return found;
            }
            context = self.link[context as usize];
        }
        word as usize
    }

    /// The context that a sentence begins with, or the root where there are no sentences.
    pub(super) fn start(&self) -> u32 {
        self.boundary.map_or(ROOT, |word| self.next[word as usize])
    }

    /// The numbers of the n-grams of `order`, from 1.
    pub(super) fn ngrams(&self, order: usize) -> std::ops::Range<usize> {
        // N-grams of an order are the children of the contexts one shorter.
        let at = |k: usize| self.begin[self.contexts[k] as usize] as usize;
        let end = if order == self.order {
            self.words.len()
        } else {
            at(order)
        };
        at(order - 1)..end
    }

    /// The levels it was built of.
    pub(super) fn levels(&self) -> Vec<Level> {
        let mut levels = vec![Level::unigrams(self.vocabulary)];
        for order in 2..=self.order {
            levels.push(Level {
                words: self.words[self.ngrams(order)].to_vec(),
                parents: Vec::new(),
            });
        }
        for (order, first) in (1..self.order).map(|order| (order, self.ngrams(order).start)) {
            for ngram in self.ngrams(order) {
                let context = self.next[ngram];
                if self.length(context) == order {
                    let count = self.children(context).len();
                    let parents = &mut levels[order].parents;
                    parents.extend(std::iter::repeat_n((ngram - first) as u32, count));
                }
            }
        }
        levels
    }
}

/// The n-grams one after another.
impl Trie {
    /// Calls `each` with the number and the symbols of each n-gram of `order`, by rising number.
    pub(super) fn visit<E>(
        &self,
        order: usize,
        mut each: impl FnMut(usize, &[u32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut symbols = [0; MAX_ORDER];
        self.descend(ROOT, 0, order, &mut symbols, &mut each)
    }

    fn descend<E>(
        &self,
        context: u32,
        depth: usize,
        order: usize,
        symbols: &mut [u32; MAX_ORDER],
        each: &mut impl FnMut(usize, &[u32]) -> Result<(), E>,
    ) -> Result<(), E> {
        for ngram in self.children(context) {
            symbols[depth] = self.words[ngram];
            if depth + 1 == order {
                each(ngram, &symbols[..order])?;
                continue;
            }
            let next = self.next[ngram];
            // A suffix as long as the n-gram is the n-gram itself.
            if self.length(next) == depth + 1 {
                self.descend(next, depth + 1, order, symbols, each)?;
            }
        }
        Ok(())
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

#[inline(always)]
fn children(begin: &[u32], context: u32) -> std::ops::Range<usize> {
    let context = context as usize;
    begin[context] as usize..begin[context + 1] as usize
}

/// Where `word` is in `words[range]`, which rises.
#[inline(always)]
fn find(words: &[u32], range: std::ops::Range<usize>, word: u32) -> Option<usize> {
    let sorted = &words[range.clone()];
    let (mut base, mut size) = (0, sorted.len());
    if size == 0 {
        return None;
    }
    while size > 1 {
        let half = size / 2;
        base = std::hint::select_unpredictable(sorted[base + half] <= word, base + half, base);
        size -= half;
    }
    (sorted[base] == word).then_some(range.start + base)
}

#[cfg(test)]
mod tests;
