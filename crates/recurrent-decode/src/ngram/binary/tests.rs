//! Models that are written, mapped and asked again, and files that are damaged.

use super::*;
use crate::LanguageModel;
use crate::ngram::KneserNey;
use crate::ngram::testing::{BOUNDARY, counts, text};

fn model(order: usize, boundary: Option<u32>) -> WordNgram {
    let counts = counts(order, 9, boundary, &text(5, 300, 9));
    let (model, _) = KneserNey::default().estimate(&counts).unwrap();
    let words = (0..9).map(|id| format!("w\u{f6}rd{id}")).collect();
    WordNgram {
        model,
        words: Words::new(words).unwrap(),
    }
}

#[test]
fn a_mapped_model_is_the_one_that_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model");
    for order in 1..=4 {
        for boundary in [None, Some(BOUNDARY)] {
            let written = model(order, boundary);
            written.write_binary(&path).unwrap();
            let found = WordNgram::read(&path).unwrap();
            assert_eq!(found.words, written.words);
            assert_eq!(found.model.boundary(), boundary);
            assert_eq!(found.model.order(), order);
            let (mut a, mut b) = (written.model.start(), found.model.start());
            for &symbol in &text(6, 100, 9) {
                let expected = written.model.step(&mut a, symbol);
                assert_eq!(found.model.step(&mut b, symbol), expected);
                assert_eq!(a, b);
            }
            // Files without a name of their own are gone.
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        }
    }
}

#[test]
fn a_file_that_is_damaged_anywhere_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model");
    model(3, Some(BOUNDARY)).write_binary(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let error = WordNgram::open_binary(&path).unwrap_err().to_string();
        assert!(error.contains("model: expected"), "byte {at}: {error}");
    }
    for length in [
        0,
        1,
        size_of::<Header>() - 1,
        size_of::<Header>(),
        whole.len() - 1,
    ] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(WordNgram::open_binary(&path).is_err(), "{length} bytes");
    }
    std::fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert!(WordNgram::open_binary(&path).is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(WordNgram::open_binary(&path).is_err());
}

/// Writes what `change` makes of a model, with the right checksum.
fn refusal(change: impl Fn(&mut Trie)) -> String {
    let mut changed = model(3, Some(BOUNDARY));
    change(&mut changed.model.trie);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model");
    changed.write_binary(&path).unwrap();
    let opened = WordNgram::open_binary(&path);
    opened
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

fn changed(section: &Section<u32>, at: usize, value: u32) -> Section<u32> {
    let mut values = section.to_vec();
    values[at] = value;
    values.into()
}

#[test]
fn numbers_that_point_nowhere_are_refused() {
    assert_eq!(refusal(|_| {}), "");
    for (words, found) in [
        (
            "next contexts",
            refusal(|trie| trie.next = changed(&trie.next, 20, 1 << 30)),
        ),
        (
            "links to shorter",
            refusal(|trie| trie.link = changed(&trie.link, 5, 1 << 30)),
        ),
        (
            "links to shorter",
            refusal(|trie| trie.link = changed(&trie.link, 5, 5)),
        ),
        (
            "rising context",
            refusal(|trie| trie.begin = changed(&trie.begin, 3, 1 << 30)),
        ),
        (
            "symbols below V",
            refusal(|trie| trie.words = changed(&trie.words, 20, 99)),
        ),
        ("rising order", refusal(|trie| trie.contexts[1] = 2)),
        (
            "a boundary below V",
            refusal(|trie| trie.boundary = Some(9)),
        ),
    ] {
        assert!(found.contains(words), "{words}: {found}");
    }
}

#[test]
fn words_and_symbols_must_be_as_many() {
    let mut few = model(2, None);
    few.words = Words::new(vec!["a".to_string()]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let error = few
        .write_binary(&directory.path().join("model"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("words: expected one for each symbol")
    );
}
