//! The automaton against its definition.

use std::collections::BTreeSet;

use super::*;
use crate::ngram::testing::{BOUNDARY, Slow, counts, text};

/// All n-grams of a trie by order.
fn ngrams(trie: &Trie, order: usize) -> Vec<(usize, Vec<u32>)> {
    let mut found = Vec::new();
    let visited = trie.visit(order, |number, symbols| {
        found.push((number, symbols.to_vec()));
        Ok::<(), ()>(())
    });
    assert_eq!(visited, Ok(()));
    found
}

#[test]
fn ngrams_are_visited_in_order_with_their_numbers() {
    let tokens = text(3, 300, 7);
    for boundary in [None, Some(BOUNDARY)] {
        let trie = counts(4, 7, boundary, &tokens).trie;
        let slow = Slow::new(4, 7, boundary, &tokens);
        for order in 1..=4 {
            let (numbers, symbols): (Vec<_>, Vec<_>) = ngrams(&trie, order).into_iter().unzip();
            assert_eq!(numbers, trie.ngrams(order).collect::<Vec<_>>());
            let expected: Vec<Vec<u32>> = match order {
                // All symbols are n-grams of order 1.
                1 => (0..7).map(|symbol| vec![symbol]).collect(),
                _ => slow
                    .counts
                    .keys()
                    .filter(|ngram| ngram.len() == order)
                    .cloned()
                    .collect(),
            };
            assert_eq!(symbols, expected);
        }
    }
}

#[test]
fn links_lead_to_the_longest_suffix_that_is_a_context() {
    let tokens = text(9, 200, 6);
    for boundary in [None, Some(BOUNDARY)] {
        let trie = counts(4, 6, boundary, &tokens).trie;
        // The symbols of each context, by its number.
        let mut contexts = vec![Vec::new(); trie.context_count()];
        for order in 1..4 {
            for (number, symbols) in ngrams(&trie, order) {
                let next = trie.next[number];
                if trie.length(next) == order {
                    contexts[next as usize] = symbols;
                }
            }
        }
        let known: BTreeSet<Vec<u32>> = contexts.iter().cloned().collect();
        assert_eq!(known.len(), contexts.len());
        let longest = |symbols: &[u32]| {
            let mut suffixes = (0..=symbols.len()).map(|from| &symbols[from..]);
            suffixes
                .find(|suffix| known.contains(*suffix))
                .map(<[u32]>::to_vec)
        };
        for (number, symbols) in contexts.iter().enumerate() {
            assert_eq!(trie.length(number as u32), symbols.len());
            let link = &contexts[trie.link[number] as usize];
            if !symbols.is_empty() {
                assert_eq!(Some(link.clone()), longest(&symbols[1..]), "{symbols:?}");
            }
        }
        for order in 1..=4 {
            for (number, symbols) in ngrams(&trie, order) {
                // The highest order has no contexts, whatever its n-grams end with.
                let next = &contexts[trie.next[number] as usize];
                let longest = longest(&symbols[usize::from(order == 4)..]);
                assert_eq!(Some(next.clone()), longest, "{symbols:?}");
            }
        }
    }
}

#[test]
fn a_trie_is_built_again_from_its_levels() {
    let tokens = text(4, 300, 8);
    for order in 1..=5 {
        let trie = counts(order, 8, Some(BOUNDARY), &tokens).trie;
        let again = Trie::new(8, Some(BOUNDARY), &trie.levels(), |_, _| false);
        assert_eq!(again.words[..], trie.words[..]);
        assert_eq!(again.next[..], trie.next[..]);
        assert_eq!(again.begin[..], trie.begin[..]);
        assert_eq!(again.link[..], trie.link[..]);
        assert_eq!(again.contexts, trie.contexts);
    }
}

#[test]
fn every_symbol_of_a_context_is_found_and_no_other() {
    for size in 0..40u32 {
        let words: Vec<u32> = (0..size).map(|i| 3 * i + 1).collect();
        for word in 0..3 * size + 3 {
            let expected = words.iter().position(|&w| w == word);
            assert_eq!(
                find(&words, 0..words.len(), word),
                expected,
                "{word} of {size}"
            );
        }
    }
}
