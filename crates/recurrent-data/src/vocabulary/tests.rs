//! Which symbols a vocabulary keeps, in which order, and what it makes of a text.

use std::path::Path;

use super::*;
use crate::{TextOptions, read_text};

fn symbols(vocabulary: &Vocabulary) -> Vec<&str> {
    vocabulary.symbols.iter().map(String::as_str).collect()
}

#[test]
fn characters_are_in_the_order_of_code_points() {
    let vocabulary = Vocabulary::build(Unit::Character, ["béa\n🦀a"], None);
    assert_eq!(symbols(&vocabulary), ["\n", "a", "b", "é", "🦀"]);
    assert_eq!(vocabulary.unknown_id(), None);
    assert_eq!(vocabulary.symbol(0), "\\n");
    assert_eq!(vocabulary.symbol(3), "é");
    assert_eq!(vocabulary.symbol(5), "\u{fffd}");
    assert_eq!(vocabulary.encode("a🦀").unwrap(), [1, 4]);
    assert_eq!(vocabulary.decode(&[1, 4, 0]), "a🦀\n");
}

#[test]
fn a_limit_keeps_the_most_frequent_characters() {
    let vocabulary = Vocabulary::build(Unit::Character, ["zzzaabbc"], Some(3));
    assert_eq!(symbols(&vocabulary), ["a", "z", "<unk>"]);
    assert_eq!(vocabulary.encode("abz").unwrap(), [0, 2, 1]);
    assert_eq!(vocabulary.decode(&[0, 2, 1]), "a\u{fffd}z");
    assert_eq!(Vocabulary::build(Unit::Character, ["ab"], Some(9)).len(), 3);
}

#[test]
fn words_are_in_the_order_of_falling_frequency() {
    let text = "b c <unk>\n a b\nb\n";
    let vocabulary = Vocabulary::build(Unit::Word, [text], None);
    assert_eq!(symbols(&vocabulary), ["<eos>", "b", "<unk>", "a", "c"]);
    assert_eq!(vocabulary.unknown_id(), Some(2));
    assert_eq!(vocabulary.encode("a x\n").unwrap(), [3, 2, 0]);
    assert_eq!(vocabulary.unknown_symbols("x a y x"), ["x", "y"]);
    let limited = Vocabulary::build(Unit::Word, ["b c\n a b\nb\n"], Some(4));
    assert_eq!(symbols(&limited), ["<eos>", "b", "a", "<unk>"]);
    assert_eq!(Vocabulary::build(Unit::Word, [text], Some(0)).len(), 2);
}

#[test]
fn tokens_have_a_word_for_those_left_out() {
    let texts = [vec!["b", "a", "c"], vec!["b", "c", "d", " ", ""]];
    let of = |limit, minimum_count| {
        let vocabulary = Vocabulary::of_tokens(texts.clone(), limit, minimum_count);
        symbols(&vocabulary).join(" ")
    };
    assert_eq!(of(None, 0), "b c a d <unk>");
    assert_eq!(of(None, 2), "b c <unk>");
    assert_eq!(of(Some(4), 1), "b c a <unk>");
    assert_eq!(of(Some(0), 1), "<unk>");
    let vocabulary = Vocabulary::of_tokens([["<unk>", "<unk>", "a"]], Some(2), 1);
    assert_eq!(symbols(&vocabulary), ["<unk>", "a"]);
    assert_eq!(vocabulary.encode_tokens(["a", "x", ""]).unwrap(), [1, 0, 0]);
    assert_eq!(vocabulary.decode(&[1, 0]), "a <unk>");
    assert!(
        Vocabulary::of_tokens([["a"]], None, 1)
            .encode_tokens([])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn unknown_symbols_without_a_symbol_for_them_are_named() {
    let vocabulary = Vocabulary::build(Unit::Character, ["ab"], None);
    let error = vocabulary.encode("abcde\nc").unwrap_err().to_string();
    assert_eq!(
        error,
        "4 distinct symbols are not in the vocabulary of 2: \
         [\"c\", \"d\", \"e\", \"\\n\"]"
    );
    let error = vocabulary
        .encode("cdefghijklmnopq")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("15 ") && error.ends_with("\"l\"] and others"),
        "{error}"
    );
}

#[test]
fn bytes_are_all_256_whatever_the_text() {
    let vocabulary = Vocabulary::build(Unit::Byte, ["a"], Some(3));
    assert_eq!((vocabulary.len(), vocabulary.unknown_id()), (256, None));
    assert_eq!(
        (vocabulary.symbol(97), vocabulary.symbol(10)),
        ("a", "\\x0a")
    );
    assert_eq!(vocabulary.encode("é").unwrap(), [0xc3, 0xa9]);
    assert_eq!(vocabulary.decode(&[0xc3, 0xa9]), "é");
    assert!(vocabulary.unknown_symbols("é🦀").is_empty());
}

#[test]
fn an_empty_text_has_a_vocabulary() {
    let vocabulary = Vocabulary::build(Unit::Character, [""], None);
    assert!(vocabulary.is_empty());
    assert!(vocabulary.encode("").unwrap().is_empty());
    assert_eq!(
        symbols(&Vocabulary::build(Unit::Word, [""], None)),
        ["<eos>"]
    );
}

/// The sizes that every publication on the corpus states.
#[test]
fn penn_treebank_has_its_published_sizes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ptb");
    if !path.exists() {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "{} is missing",
            path.display()
        );
        eprintln!("skipped: {} is missing", path.display());
        return;
    }
    let splits = read_text(&path, &TextOptions::default()).unwrap();
    let vocabulary = Vocabulary::build(Unit::Word, [splits.train.as_str()], None);
    assert_eq!(vocabulary.len(), 10_000);
    let sizes = [&splits.train, &splits.valid, &splits.test].map(|text| {
        assert!(vocabulary.unknown_symbols(text).is_empty());
        vocabulary.encode(text).unwrap().len()
    });
    assert_eq!(sizes, [929_589, 73_760, 82_430]);
}

#[test]
fn symbols_end_with_their_text() {
    let vocabulary = Vocabulary::build(Unit::Word, ["a b", "c d"], None);
    assert_eq!(vocabulary.unknown_symbols("a b c d"), Vec::<String>::new());
    assert_eq!(vocabulary.unknown_symbols("bc"), ["bc"]);
}
