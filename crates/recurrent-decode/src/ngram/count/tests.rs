//! Counts against their definition, in memory and on disk.

use super::*;
use crate::ngram::runs::LEAST_MEMORY;
use crate::ngram::testing::{BOUNDARY, Slow, counts, text};

/// Every n-gram that may be there, and some that may not.
fn assert_same(found: &NgramCounts, slow: &Slow) {
    for order in 1..=slow.order {
        let own = slow.counts.keys().filter(|ngram| ngram.len() == order);
        assert_eq!(found.distinct(order), own.count(), "order {order}");
    }
    for (ngram, &count) in &slow.counts {
        assert_eq!(found.count(ngram), count, "{ngram:?}");
        let other = [&ngram[..], &[slow.vocabulary - 1]].concat();
        assert_eq!(found.count(&other), 0, "{other:?}");
    }
    assert_eq!(found.count(&[]), 0);
}

#[test]
fn counts_are_those_of_the_definition() {
    let tokens = text(1, 400, 9);
    for order in 1..=MAX_ORDER {
        for boundary in [None, Some(BOUNDARY)] {
            let found = counts(order, 9, boundary, &tokens);
            assert_same(&found, &Slow::new(order, 9, boundary, &tokens));
            assert_eq!((found.order(), found.vocabulary()), (order, 9));
        }
    }
}

#[test]
fn sentences_may_be_empty_and_the_last_may_be_open() {
    for tokens in [&[0, 0, 1, 0][..], &[1, 2], &[0], &[1, 0, 0, 2]] {
        for order in 1..=3 {
            let found = counts(order, 4, Some(BOUNDARY), tokens);
            assert_same(&found, &Slow::new(order, 4, Some(BOUNDARY), tokens));
        }
    }
}

#[test]
fn what_does_not_fit_in_memory_goes_to_disk_and_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    // The keys fill the memory more often than runs are merged at once.
    let vocabulary = 3000;
    let tokens = text(5, 40 * LEAST_MEMORY / 2 / 16, vocabulary);
    let config = |memory| CountConfig {
        memory,
        ..CountConfig::new(3, vocabulary as usize, Some(BOUNDARY))
    };
    let mut counter = NgramCounter::new(config(LEAST_MEMORY), directory.path()).unwrap();
    for part in tokens.chunks(777) {
        counter.push(part).unwrap();
    }
    let small = counter.finish().unwrap();
    let large = NgramCounts::of(config(512 << 20), &tokens).unwrap();
    assert_eq!(small.counts, large.counts);
    assert_eq!(small.trie.words[..], large.trie.words[..]);
    assert_eq!(small.trie.begin[..], large.trie.begin[..]);
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 0, "files without a name");
}

#[test]
fn settings_out_of_range_are_errors() {
    let message = |config: CountConfig| {
        let tried = NgramCounter::new(config, &std::env::temp_dir());
        tried
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let fine = CountConfig::new(3, 5, Some(0));
    for (config, words) in [
        (
            CountConfig { order: 0, ..fine },
            "order: expected 1 to 7, found 0",
        ),
        (
            CountConfig { order: 8, ..fine },
            "order: expected 1 to 7, found 8",
        ),
        (
            CountConfig {
                vocabulary: 0,
                ..fine
            },
            "vocabulary",
        ),
        (
            CountConfig {
                boundary: Some(5),
                ..fine
            },
            "boundary: expected an id below V, found 5",
        ),
        (
            CountConfig {
                memory: 1000,
                ..fine
            },
            "memory: expected at least 262144 bytes",
        ),
    ] {
        assert!(
            message(config).contains(words),
            "{words}: {}",
            message(config)
        );
    }
    let missing = std::path::Path::new("/nowhere/at/all");
    let config = CountConfig {
        memory: LEAST_MEMORY,
        ..CountConfig::new(1, 9, None)
    };
    let mut counter = NgramCounter::new(config, missing).unwrap();
    let tokens = vec![1; LEAST_MEMORY];
    let error = counter.push(&tokens).unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all"), "{error}");
}

#[test]
fn texts_that_cannot_be_counted_are_errors() {
    let config = CountConfig::new(2, 3, None);
    let error = NgramCounts::of(config, &[]).unwrap_err();
    assert_eq!(
        error,
        DecodeError::TooShort {
            expected: 1,
            found: 0
        }
    );
    let mut counter = NgramCounter::new(config, &std::env::temp_dir()).unwrap();
    counter.push(&[0, 1]).unwrap();
    let error = counter.push(&[2, 3]).unwrap_err();
    let expected = DecodeError::Symbol {
        position: 3,
        vocabulary: 3,
        found: 3,
    };
    assert_eq!(error, expected);
}
