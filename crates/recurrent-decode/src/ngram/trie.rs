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

mod build;

use super::memory::Section;

/// The highest order.
pub const MAX_ORDER: usize = 7;
/// No context.
const NONE: u32 = u32::MAX;
/// N-grams are numbered in 32 bits.
pub(super) const MOST_NGRAMS: usize = u32::MAX as usize - 1;

/// What is wrong where an id is none of a model's.
const NO_SYMBOL: &str = "expected a symbol below V";

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

    /// The number of `ngram`, its symbols in a row; all symbols are n-grams of order 1.
    pub(super) fn ngram(&self, ngram: &[u32]) -> Option<usize> {
        let (&last, context) = ngram.split_last()?;
        let mut at = ROOT;
        for (length, &symbol) in context.iter().enumerate() {
            at = self.next[self.find(at, symbol)?];
            if self.length(at) != length + 1 {
                return None;
            }
        }
        self.find(at, last)
    }

    /// The n-gram of the longest suffix of `context` that `word` extends.
    #[inline]
    pub(super) fn longest(&self, mut context: u32, word: u32) -> usize {
        while context != ROOT {
            if let Some(found) = self.find(context, word) {
                return found;
            }
            context = self.shorter(context);
        }
        assert!((word as usize) < self.vocabulary, "{NO_SYMBOL}");
        word as usize
    }

    /// The context to look for a symbol in that does not extend `context`.
    ///
    /// # Panics
    /// Where `context` is the root, which all symbols extend.
    #[inline(always)]
    pub(super) fn shorter(&self, context: u32) -> u32 {
        assert_ne!(context, ROOT, "{NO_SYMBOL}");
        self.link[context as usize]
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
