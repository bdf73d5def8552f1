//! ARPA files that are written and read again, files of other programs, and malformed ones.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::ngram::KneserNey;
use crate::ngram::testing::{BOUNDARY, counts, text};
use crate::{DecodeError, LanguageModel};

fn model(order: usize, boundary: Option<u32>) -> WordNgram {
    let counts = counts(order, 9, boundary, &text(5, 300, 9));
    let (model, _) = KneserNey::default().estimate(&counts).unwrap();
    let word = |id: u32| match Some(id) == boundary {
        true => "<eos>".to_string(),
        false => format!("w\u{f6}rd{id}"),
    };
    WordNgram {
        model,
        words: Words::new((0..9).map(word).collect()).unwrap(),
    }
}

fn read(directory: &Path, content: &[u8]) -> Result<WordNgram, DecodeError> {
    let path = directory.join("model.arpa");
    std::fs::write(&path, content).unwrap();
    WordNgram::read(&path)
}

#[test]
fn a_model_that_is_read_gives_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.arpa");
    for order in 1..=4 {
        for boundary in [None, Some(BOUNDARY)] {
            let written = model(order, boundary);
            written.write_arpa(&path).unwrap();
            let found = WordNgram::read_arpa(&path).unwrap();
            // The unknown word comes on top.
            assert_eq!(found.words.len(), 10);
            let to = |id: u32| {
                found
                    .words
                    .id(&written.words.as_slice()[id as usize])
                    .unwrap()
            };
            let (mut a, mut b) = (written.model.start(), found.model.start());
            for &symbol in &text(6, 100, 9) {
                for w in 0..9 {
                    let expected = written.model.log_probability(&a, w);
                    assert_eq!(found.model.log_probability(&b, to(w)), expected);
                }
                written.model.advance(&mut a, symbol);
                found.model.advance(&mut b, to(symbol));
            }
        }
    }
}

/// A file as other programs write it.
const SMALL: &str = "\\data\\\nngram 1=5\nngram 2=3\n\n\\1-grams:\n-99\t<s>\t-0.5\n-0.7\t</s>\n\
                     -0.6\ta\t-0.25\n-0.9\tb\n-1.5\t<unk>\n\n\\2-grams:\n-0.2\t<s> a\n-0.3\ta </s>\n\
                     -0.4\ta b\n\n\\end\\\n";

#[test]
fn queries_back_off_as_the_format_says() {
    let directory = tempfile::tempdir().unwrap();
    let WordNgram { model, words } = read(directory.path(), SMALL.as_bytes()).unwrap();
    let ids = words.encode("a b\na\nc").unwrap();
    let mut state = model.start();
    let found: Vec<f32> = ids
        .iter()
        .map(|&id| model.step(&mut state, id) / std::f32::consts::LN_10)
        .collect();
    // <s> a | a b | b </s> backs off without a weight | <s> a | a </s> | <s> c: -0.5 - 1.5 | </s> after c
    let expected = [-0.2, -0.4, -0.7, -0.2, -0.3, -2.0, -0.7];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
    }
}

#[test]
fn other_ways_to_write_the_same_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let expected = read(directory.path(), SMALL.as_bytes()).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(SMALL.as_bytes()).unwrap();
    for other in [
        SMALL.replace('\n', "\r\n").into_bytes(),
        SMALL.replace('\t', "  ").into_bytes(),
        SMALL.replace("<unk>", "<UNK>").into_bytes(),
        format!("\u{FEFF}{SMALL}").into_bytes(),
        SMALL
            .replace(
                "-0.2\t<s> a\n-0.3\ta </s>\n-0.4\ta b",
                "-0.4\ta b\n-0.2\t<s> a\n-0.3\ta </s>",
            )
            .into_bytes(),
        gzip.finish().unwrap(),
    ] {
        let found = read(directory.path(), &other).unwrap();
        assert_eq!(found.words, expected.words);
        assert_eq!(found.model.log10[..], expected.model.log10[..]);
        assert_eq!(found.model.backoff[..], expected.model.backoff[..]);
    }
}

#[test]
fn malformed_files_are_told_with_their_line() {
    let directory = tempfile::tempdir().unwrap();
    let line = |text: &str| SMALL[..SMALL.find(text).unwrap()].lines().count() + 1;
    for (old, new, at, words) in [
        ("\\data\\", "data", 1, "expected \\data\\, found \"data\""),
        ("ngram 1=5\nngram 2=3", "", 4, "expected ngram 1=COUNT"),
        ("ngram 2=3", "ngram 3=3", 3, "expected ngram 2=COUNT"),
        ("ngram 2=3", "ngram 2=many", 3, "expected ngram 2=COUNT"),
        (
            "ngram 2=3",
            "ngram 2=99999999999",
            3,
            "fewer than 2^32 n-grams",
        ),
        (
            "\\1-grams:",
            "\\one-grams:",
            5,
            "expected \\1-grams:, found \"\\\\one-grams:\"",
        ),
        (
            "ngram 1=5",
            "ngram 1=6",
            line("\\2-grams") - 1,
            "expected 6 1-grams, as the header says, found 5",
        ),
        (
            "ngram 1=5",
            "ngram 1=4",
            line("-1.5"),
            "expected 4 1-grams, as the header says, found more",
        ),
        (
            "-0.9\tb",
            "x\tb",
            line("-0.9"),
            "expected a number, found \"x\"",
        ),
        (
            "-0.9\tb",
            "nan\tb",
            line("-0.9"),
            "expected a number, found \"nan\"",
        ),
        (
            "-0.9\tb",
            "0.9\tb",
            line("-0.9"),
            "a log probability of at most 0, found 0.9",
        ),
        (
            "-0.9\tb",
            "-0.9",
            line("-0.9"),
            "a log probability and 1 words, and a backoff weight or none",
        ),
        (
            "-0.9\tb",
            "-0.9\tb\t-1\t-1",
            line("-0.9"),
            "a log probability and 1 words",
        ),
        (
            "-0.9\tb",
            "-0.9\ta",
            line("-0.9"),
            "expected each n-gram once, found \"a\" again",
        ),
        (
            "-99\t<s>\t-0.5\n",
            "-99\tz\t-0.5\n",
            line("\\2-grams") - 1,
            "expected <s> and </s> or neither",
        ),
        (
            "-0.4\ta b",
            "-0.4\ta b\t-1",
            line("-0.4"),
            "a log probability and 2 words, found",
        ),
        (
            "-0.4\ta b",
            "-0.4\ta z",
            line("-0.4"),
            "expected words of the 1-grams, found \"z\"",
        ),
        (
            "-0.4\ta b",
            "-0.4\ta <s>",
            line("-0.4"),
            "expected <s> as the first word only",
        ),
        (
            "-0.4\ta b",
            "-0.4\t</s> b",
            line("-0.4"),
            "expected </s> as the last word only",
        ),
        (
            "-0.4\ta b",
            "-0.3\ta </s>",
            line("-0.4"),
            "expected each n-gram once, found \"a </s>\" again",
        ),
        (
            "\\end\\",
            "",
            line("\\end\\") + 1,
            "expected \\end\\, found the end of the file",
        ),
        (
            "\\end\\",
            "\\ende\\",
            line("\\end\\"),
            "expected \\end\\, found \"\\\\ende\\\\\"",
        ),
    ] {
        assert!(SMALL.contains(old), "{old}");
        let error = read(directory.path(), SMALL.replacen(old, new, 1).as_bytes()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(words), "{old} -> {new}: {error}");
        assert!(
            error.contains(&format!("model.arpa, line {at}:")),
            "{old} -> {new}, {at}: {error}"
        );
    }
}

#[test]
fn the_context_of_every_ngram_must_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let content = SMALL
        .replace("ngram 2=3\n", "ngram 2=3\nngram 3=1\n")
        .replace("\\end\\", "\\3-grams:\n-0.1\tb a b\n\n\\end\\");
    let error = read(directory.path(), content.as_bytes())
        .unwrap_err()
        .to_string();
    let words = "line 19: expected the context of \"b a b\" among the 2-grams, found none";
    assert!(error.contains(words), "{error}");
}

#[test]
fn a_file_is_read_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("written.arpa");
    model(2, Some(BOUNDARY)).write_arpa(&path).unwrap();
    let text = std::fs::read(&path).unwrap();
    let more = [&text[..], b"\nand more\n"].concat();
    let error = read(directory.path(), &more).unwrap_err().to_string();
    assert!(error.contains("expected nothing after \\end\\"), "{error}");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let mut gzip = gzip.finish().unwrap();
    assert!(read(directory.path(), &gzip).is_ok());
    let checksum = gzip.len() - 8;
    gzip[checksum] ^= 1;
    let error = read(directory.path(), &gzip).unwrap_err().to_string();
    assert!(error.contains("cannot be read"), "{error}");
}

#[test]
fn files_that_are_no_text_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let message = |content: &[u8]| read(directory.path(), content).unwrap_err().to_string();
    assert!(message(b"").contains("line 1: expected \\data\\, found the end of the file"));
    assert!(message(b"\\data\\\n\xff\n").contains("line 2: expected UTF-8"));
    assert!(message(&[b'a'; 1 << 21]).contains("line 1: expected a line of at most 2^20 bytes"));
    assert!(message(&[0x1f, 0x8b, 8, 0, 1]).contains("model.arpa"));
    let eight: String = (1..=8).map(|order| format!("ngram {order}=1\n")).collect();
    let error = message(format!("\\data\\\n{eight}").as_bytes());
    assert!(
        error.contains("line 9: expected orders of 1 to 7"),
        "{error}"
    );
}

#[test]
fn words_that_cannot_stand_in_a_file_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.arpa");
    for word in ["", "a b", "a\tb", "<s>", "</s>"] {
        let mut wrong = model(2, Some(BOUNDARY));
        let mut words = wrong.words.as_slice().to_vec();
        words[3] = word.to_string();
        wrong.words = Words::new(words).unwrap();
        let error = wrong.write_arpa(&path).unwrap_err().to_string();
        assert!(
            error.contains("words without white space"),
            "{word:?}: {error}"
        );
        assert!(!path.exists());
    }
}
