//! What is learnt, how words are cut by it, and what a file may hold.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::*;

fn trained(texts: &[&str], size: usize) -> Subwords {
    Subwords::train(texts.iter().copied(), size).unwrap()
}

fn read(json: &str) -> Result<Subwords, String> {
    let subwords = Subwords::from_json(json, Path::new("subwords.json"));
    subwords.map_err(|error| error.to_string())
}

fn of(characters: &str, merges: &[&str]) -> Result<Subwords, String> {
    read(&json!({"version": 1, "characters": characters, "merges": merges}).to_string())
}

#[test]
fn the_most_frequent_pair_is_merged_first() {
    // The words of the article by Sennrich et al., with their counts.
    let words = [("low ", 5), ("lower ", 2), ("newest ", 6), ("widest ", 3)];
    let text: String = words.map(|(word, count)| word.repeat(count)).concat();
    let subwords = trained(&[&text], 18);
    assert_eq!(subwords.len(), 18);
    let first: String = subwords.symbols()[..12].concat();
    assert_eq!(first, "<unk>▁deilnorstw");
    // `es` and `st` come 9 times, and `e` is before `s`.
    assert_eq!(
        subwords.symbols()[12..],
        ["es", "est", "▁l", "ow", "▁low", "▁n"]
    );
    assert_eq!(
        subwords.tokens("lowest  slow, new"),
        ["▁low", "est", "▁", "s", "l", "ow", "<unk>", "▁n", "e", "w"]
    );
}

#[test]
fn ties_are_broken_by_ids() {
    // `ab`, `cd` and the two pairs with a mark come twice each.
    let subwords = trained(&["cd ab ab cd"], 100);
    let expected = ["<unk>", "▁", "a", "b", "c", "d", "▁a", "▁c", "▁ab", "▁cd"];
    assert_eq!(subwords.symbols(), expected);
    assert_eq!(subwords, trained(&["ab", "cd cd", "ab"], 100));
}

#[test]
fn a_pair_that_comes_once_is_not_merged() {
    assert_eq!(trained(&["abc"], 100).len(), 5);
    assert_eq!(trained(&["abab"], 100).symbols()[4..], ["ab"]);
    // `aaaa` has the pair `aa` three times, and room for two.
    let subwords = trained(&["aaaa"], 100);
    assert_eq!(subwords.symbols(), ["<unk>", "▁", "a", "aa"]);
    assert_eq!(subwords.tokens("aaaaa"), ["▁", "aa", "aa", "a"]);
}

#[test]
fn a_small_size_keeps_the_most_frequent_characters() {
    let text = "zz yy y x w";
    let of_size = |size| trained(&[text], size).symbols().concat();
    assert_eq!(of_size(2), "<unk>▁");
    assert_eq!(of_size(3), "<unk>▁y");
    assert_eq!(of_size(4), "<unk>▁yz");
    assert_eq!(of_size(5), "<unk>▁wyz");
    assert_eq!(trained(&[], 9).len(), 2);
    let subwords = trained(&[text], 4);
    assert_eq!(subwords.tokens("zxz"), ["▁", "z", "<unk>", "z"]);
    for size in [0, 1, MOST_SYMBOLS + 1] {
        let error = Subwords::train([text], size).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("`size`: expected a number from 2 to 1048576, found {size}")
        );
    }
}

#[test]
fn all_but_the_amount_of_white_space_comes_back() {
    let texts = [
        "It's well-made -- isn't it?!",
        " \t two\u{a0}\n\nlines\u{3000}",
        "很好，很好。 yes:好",
        "e\u{301}té 🦀🦀 <url>,<url> <b>",
        "<unk> a<unk>b<unk>",
        "",
        " ",
    ];
    for size in [60, 200] {
        let subwords = trained(&texts, size);
        for text in texts {
            let ids = subwords.encode(text);
            let expected: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(subwords.decode(&ids), expected.join(" "), "{text}");
            let tokens = subwords.tokens(text);
            let vocabulary = subwords.vocabulary();
            assert_eq!(vocabulary.encode_tokens(tokens).unwrap(), ids);
            assert_eq!(vocabulary.len(), subwords.len());
        }
    }
}

#[test]
fn what_is_not_known_is_unk() {
    let subwords = trained(&["ab ab ab ▁ab <unk> <unk>"], 100);
    assert_eq!(subwords.symbols(), ["<unk>", "▁", "a", "b", "ab", "▁ab"]);
    assert_eq!(
        subwords.tokens("ab▁ab xab <unk>ab"),
        ["▁ab", "<unk>", "ab", "▁", "<unk>", "ab", "▁", "<unk>", "ab"]
    );
    assert_eq!(subwords.decode(&[1, 2, 6, 1, 0, 5]), "a\u{fffd} <unk> ab");
    assert_eq!(subwords.decode(&[1, 1, 2, 1]), "a ");
    assert_eq!(subwords.vocabulary().unknown_id(), Some(0));
}

#[test]
fn long_words_are_cut() {
    let word = "ab".repeat(100_000);
    let subwords = trained(&[&word, "ab"], 100);
    let longest = subwords
        .symbols()
        .iter()
        .map(|symbol| symbol.chars().count())
        .max();
    assert_eq!(longest, Some(MOST_CHARACTERS));
    let tokens = subwords.tokens(&word);
    assert_eq!(tokens.concat(), format!("▁{word}"));
    let long = "好".repeat(MOST_CHARACTERS + 1);
    let cut: Vec<(bool, &str)> = marked_words(&long).collect();
    assert_eq!(cut.len(), 2);
    assert_eq!(cut[1], (false, "好"));
}

#[derive(Deserialize)]
struct Case {
    text: String,
    size: usize,
    symbols: Vec<String>,
    merges: Vec<[String; 2]>,
    new: String,
    pieces: Vec<String>,
}

#[test]
fn another_implementation_learns_the_same() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../tests/fixtures/subwords.json")).unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let subwords = trained(&[&case.text], case.size);
        assert_eq!(subwords.symbols(), case.symbols);
        let merges = subwords.merges.iter();
        let merges = merges.map(|pair| pair.map(|id| subwords.symbols[id as usize].clone()));
        assert_eq!(merges.collect::<Vec<_>>(), case.merges);
        assert_eq!(subwords.tokens(&case.new), case.pieces);
    }
}

#[test]
fn subwords_survive_their_file() {
    let subwords = trained(&["\"low\" lower é \\ lowest lowest"], 24);
    assert_eq!(read(&subwords.to_json()).unwrap(), subwords);
    let none = trained(&[], 2);
    assert_eq!(
        none.to_json(),
        r#"{"version":1,"characters":"","merges":[]}"#
    );
    assert_eq!(read(&none.to_json()).unwrap(), none);
    assert_eq!(
        trained(&["ab ab"], 6).to_json(),
        r#"{"version":1,"characters":"ab","merges":["▁ a","▁a b"]}"#
    );
}

#[test]
fn a_symbol_may_be_made_in_two_ways() {
    let subwords = of("abc", &["a b", "ab c", "b c", "a bc"]).unwrap();
    assert_eq!(subwords.symbols()[5..], ["ab", "abc", "bc"]);
    assert_eq!(subwords.tokens("abcbc"), ["▁", "abc", "bc"]);
    assert_eq!(read(&subwords.to_json()).unwrap(), subwords);
    // A symbol that the merges do not lead to stays in parts.
    let subwords = of("abc", &["b c", "a b", "ab c"]).unwrap();
    assert_eq!(subwords.tokens("xabc"), ["▁", "<unk>", "a", "bc"]);
}

#[test]
fn a_malformed_file_says_what_was_expected() {
    let cases = [
        (r#"{"version":1,"characters":"#, "expected JSON to its end"),
        (
            r#"{"version":2,"characters":"","merges":[]}"#,
            "`version`: expected 1, found 2",
        ),
        (
            r#"{"version":1,"characters":"a"}"#,
            "expected `merges`, found none",
        ),
        (
            r#"{"version":1,"characters":["a"],"merges":[]}"#,
            "expected a string, found sequence",
        ),
        (
            r#"{"version":1,"characters":"a\n","merges":[]}"#,
            "`characters`: expected neither white space nor `▁`, found `\\n`",
        ),
        (
            r#"{"version":1,"characters":"▁","merges":[]}"#,
            "`characters`: expected neither white space nor `▁`, found `▁`",
        ),
        (
            r#"{"version":1,"characters":"aba","merges":[]}"#,
            "`characters`: expected distinct characters, found `a` again",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["ab"]}"#,
            "`merges`, 0: expected two symbols a space apart, found `ab`",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["a b","ab c"]}"#,
            "`merges`, 1: expected a character or what an earlier merge makes, found `c`",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["a  b"]}"#,
            "`merges`, 0: expected a character or what an earlier merge makes, found ` b`",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["<unk> a"]}"#,
            "found `<unk>`",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["a ▁"]}"#,
            "`merges`, 0: expected `▁` before a word alone, found `a ▁`",
        ),
        (
            r#"{"version":1,"characters":"ab","merges":["a b","a b"]}"#,
            "`merges`, 1: expected distinct merges, found `a b` again",
        ),
        (
            r#"{"version":1,"characters":"<unk>","merges":["< u","<u n","k >","<un k>"]}"#,
            "`merges`, 3: expected at most 128 characters and not `<unk>`, found `<unk>`",
        ),
    ];
    for (json, message) in cases {
        let error = read(json).unwrap_err();
        assert!(
            error.starts_with("subwords.json: ") && error.contains(message),
            "{error}"
        );
    }
}

#[test]
fn merges_of_a_file_do_not_grow_without_bound() {
    // Each merge would double the length.
    let lengths = (0..60).map(|power| 1_usize << power.min(10));
    let merges: Vec<String> = lengths
        .map(|length| format!("{0} {0}", "a".repeat(length)))
        .collect();
    let merges: Vec<&str> = merges.iter().map(String::as_str).collect();
    let error = of("a", &merges).unwrap_err();
    assert!(
        error.starts_with("subwords.json: `merges`, 7: expected at most 128 characters"),
        "{error}"
    );
    assert_eq!(of("a", &merges[..7]).unwrap().len(), 10);
}
