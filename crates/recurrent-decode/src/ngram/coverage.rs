//! The two classic costs of n-grams: how many of a new text's were never seen, and how many bytes they take.

use super::trie::Trie;
use super::{Ngram, NgramCounts};

/// The n-grams of one order in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// How many predictions have so many symbols to look at, the predicted one counted.
    pub ngrams: u64,
    /// How many of them the model does not know.
    pub unseen: u64,
}

impl Coverage {
    /// The share of unseen n-grams; 0 where there are none.
    pub fn unseen_share(self) -> f64 {
        self.unseen as f64 / self.ngrams.max(1) as f64
    }
}

/// Of each order, `[n]`, the n-grams that end with a symbol of `tokens` and begin no earlier than its sentence.
/// `known` says whether an n-gram of the trie is one that was seen.
fn coverage(trie: &Trie, tokens: &[u32], known: impl Fn(usize) -> bool) -> Vec<Coverage> {
    let mut found = vec![
        Coverage {
            ngrams: 0,
            unseen: 0
        };
        trie.order
    ];
    let start = trie.boundary.filter(|_| trie.order > 1);
    let mut window: Vec<u32> = start.into_iter().collect();
    for &token in tokens {
        window.push(token);
        let longest = window.len().min(trie.order);
        for (order, found) in (1..=longest).zip(&mut found) {
            found.ngrams += 1;
            found.unseen += u64::from(
                !trie
                    .ngram(&window[window.len() - order..])
                    .is_some_and(&known),
            );
        }
        if Some(token) == trie.boundary {
            window.clear();
            window.extend(start);
        } else if window.len() == trie.order {
            window.remove(0);
        }
    }
    found
}

impl Ngram {
    /// Of each order, the n-grams of `tokens` `[T]` and those that the model does not know. It knows all symbols, also
    /// those that its text did not have.
    pub fn coverage(&self, tokens: &[u32]) -> Vec<Coverage> {
        coverage(&self.trie, tokens, |_| true)
    }

    /// Bytes of the n-grams of the orders `1..=order` in the binary form: 12 for each, 12 for each context.
    pub fn bytes(&self, order: usize) -> u64 {
        let trie = &self.trie;
        let order = order.clamp(1, trie.order);
        let ngrams = trie.ngrams(order).end as u64;
        let contexts = u64::from(trie.contexts[order]).max(1);
        12 * (ngrams + contexts) + 4
    }
}

impl NgramCounts {
    /// Of each order, the n-grams of `tokens` `[T]` and those that the counts do not have.
    pub fn coverage(&self, tokens: &[u32]) -> Vec<Coverage> {
        coverage(&self.trie, tokens, |ngram| self.counts[ngram] > 0)
    }

    /// Bytes of the n-grams of the orders `1..=order` in a file of counts: 16 for each.
    pub fn bytes(&self, order: usize) -> u64 {
        16 * self.trie.ngrams(order.clamp(1, self.order())).end as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ngram::testing::{BOUNDARY, Slow, counts, text};
    use crate::ngram::{KneserNey, WordNgram, Words};

    #[test]
    fn unseen_ngrams_are_those_that_the_training_text_lacks() {
        let mut test = text(2, 100, 9);
        let mut train = text(1, 200, 9);
        // A symbol that only the new text has.
        train.retain(|&symbol| symbol != 5);
        test[50] = 5;
        for boundary in [None, Some(BOUNDARY)] {
            let counts = counts(4, 9, boundary, &train);
            let (model, _) = KneserNey::default().estimate(&counts).unwrap();
            let [of_model, of_counts] = [model.coverage(&test), counts.coverage(&test)];
            assert_eq!(of_model[0].unseen, 0);
            assert!(of_counts[0].unseen > 0);
            assert_eq!(of_model[1..], of_counts[1..]);
            let (train, test) = (
                Slow::new(4, 9, boundary, &train),
                Slow::new(4, 9, boundary, &test),
            );
            for (order, found) in (1..).zip(of_counts) {
                let ngrams = test.counts.iter().filter(|(ngram, _)| ngram.len() == order);
                let all: u64 = ngrams.clone().map(|(_, count)| count).sum();
                let unseen = ngrams.filter(|(ngram, _)| train.count(ngram) == 0);
                let unseen: u64 = unseen.map(|(_, count)| count).sum();
                assert_eq!(
                    found,
                    Coverage {
                        ngrams: all,
                        unseen
                    },
                    "order {order}"
                );
                assert_eq!(found.unseen_share(), unseen as f64 / all as f64);
            }
        }
    }

    #[test]
    fn bytes_are_those_of_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model");
        let train = text(1, 300, 9);
        // The header and nine names of one letter with their lengths.
        let others = 72 + 9 * 5;
        for order in 1..=4 {
            let (model, _) = KneserNey::default()
                .estimate(&counts(order, 9, None, &train))
                .unwrap();
            let words = Words::new((0..9).map(|id| id.to_string()).collect()).unwrap();
            let whole = WordNgram {
                model: model.clone(),
                words,
            };
            whole.write_binary(&path).unwrap();
            let size = std::fs::metadata(&path).unwrap().len();
            assert_eq!(model.bytes(order), size - others);
            assert!((1..order).all(|n| model.bytes(n) < model.bytes(n + 1)));
        }
    }
}
