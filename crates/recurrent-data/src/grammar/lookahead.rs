//! Which alternative a nonterminal takes before which word: the LL(1) table, and the proof that there is one.
//!
//! An alternative is taken before the words it can begin with (`first`) and, where it can be empty, before the words
//! that can follow the nonterminal (`follow`). Where these sets are disjoint for all alternatives of a nonterminal, a
//! sentence has at most one derivation.

use std::collections::{HashMap, HashSet};

use super::{Nonterminal, START, Symbol};
use crate::DataError;

/// The word ahead; none at the end of the sentence.
pub(super) type Ahead = Option<usize>;

/// The alternative that each nonterminal takes before each word.
#[derive(Clone, Debug)]
pub(super) struct Lookahead {
    table: Vec<HashMap<Ahead, usize>>,
}

impl Lookahead {
    pub(super) fn new(nonterminals: &[Nonterminal], words: &[String]) -> Result<Self, DataError> {
        let sets = Sets::new(nonterminals);
        if sets.can_be_empty[START] {
            return Err(DataError::Grammar {
                line: nonterminals[START].line,
                problem: "expected sentences of at least one word, found an empty one".to_owned(),
            });
        }
        let table = nonterminals
            .iter()
            .enumerate()
            .map(|(number, nonterminal)| {
                let mut row = HashMap::new();
                for (index, alternative) in nonterminal.alternatives.iter().enumerate() {
                    let (mut before, empty) = sets.begin(&alternative.symbols);
                    if empty {
                        before.extend(&sets.follow[number]);
                    }
                    for ahead in before {
                        if row.insert(ahead, index).is_some() {
                            return Err(conflict(nonterminal, ahead, words));
                        }
                    }
                }
                Ok(row)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { table })
    }

    /// The alternative of `nonterminal` before `ahead`; none where no sentence continues so.
    pub(super) fn alternative(&self, nonterminal: usize, ahead: Ahead) -> Option<usize> {
        self.table[nonterminal].get(&ahead).copied()
    }
}

fn conflict(nonterminal: &Nonterminal, ahead: Ahead, words: &[String]) -> DataError {
    let ahead = ahead.map_or("the sentence end".to_owned(), |word| {
        format!("`{}`", words[word])
    });
    DataError::Grammar {
        line: nonterminal.line,
        problem: format!(
            "expected alternatives of `{}` that the next word tells apart, found two before {ahead}",
            nonterminal.name
        ),
    }
}

/// The least sets that satisfy the equations of `first`, `follow` and emptiness.
struct Sets {
    first: Vec<HashSet<Ahead>>,
    follow: Vec<HashSet<Ahead>>,
    can_be_empty: Vec<bool>,
}

impl Sets {
    fn new(nonterminals: &[Nonterminal]) -> Self {
        let mut sets = Self {
            first: vec![HashSet::new(); nonterminals.len()],
            follow: vec![HashSet::new(); nonterminals.len()],
            can_be_empty: vec![false; nonterminals.len()],
        };
        sets.follow[START].insert(None);
        let mut size = 0;
        // The sets only grow, so they are complete when a pass adds nothing.
        while size < sets.size() {
            size = sets.size();
            for (number, nonterminal) in nonterminals.iter().enumerate() {
                for alternative in &nonterminal.alternatives {
                    sets.grow(number, &alternative.symbols);
                }
            }
        }
        sets
    }

    fn size(&self) -> usize {
        let members = self.first.iter().chain(&self.follow).map(HashSet::len);
        members.sum::<usize>() + self.can_be_empty.iter().filter(|&&empty| empty).count()
    }

    fn grow(&mut self, number: usize, symbols: &[Symbol]) {
        let (first, empty) = self.begin(symbols);
        self.first[number].extend(first);
        self.can_be_empty[number] |= empty;
        for (index, symbol) in symbols.iter().enumerate() {
            if let Symbol::Nonterminal(child) = *symbol {
                let (mut next, to_the_end) = self.begin(&symbols[index + 1..]);
                if to_the_end {
                    next.extend(&self.follow[number]);
                }
                self.follow[child].extend(next);
            }
        }
    }

    /// The words that `symbols` can begin with, and whether they can all be empty.
    fn begin(&self, symbols: &[Symbol]) -> (HashSet<Ahead>, bool) {
        let mut words = HashSet::new();
        for symbol in symbols {
            match *symbol {
                Symbol::Word(word) => {
                    words.insert(Some(word));
                    return (words, false);
                }
                Symbol::Nonterminal(child) => {
                    words.extend(&self.first[child]);
                    if !self.can_be_empty[child] {
                        return (words, false);
                    }
                }
            }
        }
        (words, true)
    }
}
