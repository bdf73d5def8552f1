//! Word vectors against files and results of gensim, and malformed files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use recurrent_data::{Neighbour, WordVectorFormat, WordVectors};
use serde_json::Value;

use WordVectorFormat::{GloVeText, Word2VecBinary, Word2VecText};

const FILES: [(&str, WordVectorFormat); 3] = [
    ("word_vectors.txt", Word2VecText),
    ("word_vectors.bin", Word2VecBinary),
    ("word_vectors.glove.txt", GloVeText),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// Reads `bytes` as a file.
fn read(bytes: &[u8], format: Option<WordVectorFormat>) -> Result<WordVectors, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors");
    fs::write(&path, bytes).unwrap();
    WordVectors::read(&path, format).map_err(|error| {
        let message = error.to_string();
        let name = path.display().to_string();
        message
            .strip_prefix(&name)
            .expect("the message names the file")
            .to_owned()
    })
}

fn error(bytes: &[u8], format: Option<WordVectorFormat>) -> String {
    read(bytes, format).unwrap_err()
}

fn binary(header: &str, rows: &[(&[u8], &[f32])], end: &[u8]) -> Vec<u8> {
    let mut bytes = header.as_bytes().to_vec();
    for (word, values) in rows {
        bytes.extend(*word);
        bytes.push(b' ');
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(end);
    }
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn files_of_gensim_are_read_and_written_byte_for_byte() {
    let expected = WordVectors::read(&fixture("word_vectors.bin"), Some(Word2VecBinary)).unwrap();
    assert_eq!((expected.len(), expected.width()), (14, 5));
    assert_eq!(expected.words()[8..10], ["naïve", "日本"]);
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in FILES {
        let bytes = fs::read(fixture(name)).unwrap();
        for bytes in [&bytes, &gzip(&bytes)] {
            for format in [None, Some(format)] {
                assert_eq!(read(bytes, format).unwrap(), expected, "{name}");
            }
        }
        let path = folder.path().join(name);
        expected.write(&path, format).unwrap();
        assert!(fs::read(&path).unwrap() == bytes, "{name}");
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        3,
        "no partial file is left"
    );
}

fn assert_found(found: &[Neighbour], expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.word, expected[0].as_str().unwrap());
        let similarity = expected[1].as_f64().unwrap();
        // Sums of a few products in single precision.
        assert!((f64::from(found.similarity) - similarity).abs() < 1e-6);
    }
}

#[test]
fn neighbours_and_analogies_are_those_of_gensim() {
    let vectors = WordVectors::read(&fixture("word_vectors.bin"), None).unwrap();
    let json = fs::read_to_string(fixture("neighbours.json")).unwrap();
    let expected: Value = serde_json::from_str(&json).unwrap();
    for word in vectors.words() {
        assert_found(
            &vectors.nearest(word, 100).unwrap(),
            &expected["nearest"][word],
        );
    }
    for analogy in expected["analogies"].as_array().unwrap() {
        let words: Vec<&str> = analogy["words"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect();
        let found = vectors.analogy([words[0], words[1], words[2]], 14).unwrap();
        assert_found(&found, &analogy["answers"]);
    }
    let all = vectors.nearest_to(vectors.vector("king").unwrap(), 14);
    let all = all.unwrap();
    assert_eq!(all[0].word, "king");
    assert_eq!(all[1..], vectors.nearest("king", 13).unwrap());
    for count in 0..14 {
        assert_eq!(vectors.nearest("king", count).unwrap(), all[1..=count]);
    }
}

#[test]
fn a_vector_that_is_none_of_the_table_is_refused() {
    let vectors = read(b"a 1 0\nb 0 1\n", None).unwrap();
    for (vector, message) in [
        (&[1.0][..], "expected a vector of 2 numbers, found 1"),
        (&[1.0, f32::NAN], "expected finite numbers, found NaN"),
    ] {
        let error = vectors.nearest_to(vector, 1).unwrap_err();
        assert_eq!(error.to_string(), format!("word vectors: {message}"));
    }
}

#[test]
fn unknown_words_are_named() {
    let vectors = read(b"a 1 0\nb 0 1\n", None).unwrap();
    let error = vectors.nearest("c", 1).unwrap_err().to_string();
    assert_eq!(
        error,
        "1 distinct symbol is not in the vocabulary of 2: [\"c\"]"
    );
    let error = vectors.analogy(["d", "a", "c"], 1).unwrap_err().to_string();
    assert!(error.ends_with("[\"d\", \"c\"]"), "{error}");
    assert_eq!((vectors.id("c"), vectors.vector("c")), (None, None));
}

#[test]
fn similarity_is_defined_for_all_finite_vectors() {
    let vectors = read(
        b"zero 0 0\nlarge 3e38 3e38\nsmall 1e-38 1e-38\nother -1 -1\n",
        None,
    )
    .unwrap();
    let found: Vec<_> = vectors
        .nearest("large", 9)
        .unwrap()
        .iter()
        .map(|found| (found.word, found.similarity))
        .collect();
    assert_eq!(found[1..], [("zero", 0.0), ("other", -1.0)]);
    assert_eq!(found[0].0, "small");
    assert!((found[0].1 - 1.0).abs() < 1e-6);
    assert!(
        vectors
            .nearest("zero", 9)
            .unwrap()
            .iter()
            .all(|found| found.similarity == 0.0)
    );
}

#[test]
fn the_authors_tools_files_are_read() {
    let text = read(b"2 2\n</s> 0.5 -1.25 \nde 1e-3 2 \n", None).unwrap();
    assert_eq!(text.words(), ["</s>", "de"]);
    assert_eq!(text.values(), [0.5, -1.25, 1e-3, 2.0]);
    // The tool ends binary rows with a line end.
    let rows: [(&[u8], &[f32]); 2] = [(b"</s>", &[0.5, -1.25]), (b"de", &[1e-3, 2.0])];
    for end in [&b""[..], b"\n"] {
        assert_eq!(read(&binary("2 2\n", &rows, end), None).unwrap(), text);
    }
    // A byte order mark, Windows line ends, tabs, blank lines at the end.
    let same = b"\xef\xbb\xbf2 2\r\n</s>\t0.5 -1.25\r\nde 1e-3 2\r\n\r\n\n";
    assert_eq!(read(same, None).unwrap(), text);
    assert_eq!(
        read(b"\xef\xbb\xbf</s> 0.5 -1.25\nde 1e-3 2", None).unwrap(),
        text
    );
    // GloVe's largest file has words with spaces.
    let spaced = read(b"a 1 2\n. . . 3 4\nat name@domain.com 5 6\n", None).unwrap();
    assert_eq!(spaced.words(), ["a", ". . .", "at name@domain.com"]);
    assert_eq!(spaced.values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn binary_is_told_from_text_whatever_the_first_number_is() {
    for value in [
        0.0,
        1.0,
        -1.0,
        0.1,
        f32::from_bits(0x3d0a_0a0a),
        f32::from_bits(0xbd20_200a),
        1e-30,
    ] {
        for width in 1..4 {
            let values = vec![value; width];
            let bytes = binary(&format!("1 {width}\n"), &[("日".as_bytes(), &values)], b"");
            let read = read(&bytes, None).unwrap();
            assert_eq!(
                (read.words(), read.values()),
                (&["日".to_owned()][..], &values[..])
            );
        }
    }
}

#[test]
fn malformed_text_is_refused_with_its_line() {
    let cases: [(&[u8], &str); 20] = [
        (b"", ": expected text, found an empty file"),
        (
            b"PK\x03\x04..",
            ": expected plain text or gzip, found a zip archive; unpack it",
        ),
        (
            b"hello\n",
            ", line 1: expected a header `words width`, or a word and numbers, found `hello`",
        ),
        (b"0 3\n", ", line 1: expected at least one word, found 0"),
        (
            b"1 0\na\n",
            ", line 1: expected a width from 1 to 65536, found 0",
        ),
        (
            b"2 99999999999999999999\na 1\n",
            ", line 1: expected a width from 1 to 65536, found 18446744073709551615",
        ),
        (
            b"2 2\na 1 2\nb 1\n",
            ", line 3: expected a word and 2 numbers, found 1 numbers",
        ),
        (
            b"2 2\na 1 2\nb 1 2 3\n",
            ", line 3: expected a word and 2 numbers, found 3 fields after the word",
        ),
        (
            b"2 2\na 1 2\nb 1 x\n",
            ", line 3: expected a number as number 2 of 2, found `x`",
        ),
        (
            b"2 2\na 1 2\nb nan 2\n",
            ", line 3: expected finite numbers, found NaN as number 1",
        ),
        (
            b"a 1 2\nb 1 -inf\n",
            ", line 2: expected finite numbers, found -inf as number 2",
        ),
        (
            b"a 1 2\nb 1 1e39\n",
            ", line 2: expected finite numbers, found inf as number 2",
        ),
        (
            b"a 1 2\nb 1 2\na 3 4\n",
            ", line 3: expected distinct words, found `a` again, which is word 1 already",
        ),
        (
            b"1000000000000 2\na 1 2\nb 1 2\n",
            ", line 3: the header says 1000000000000 words, found 2 at the end of the file",
        ),
        (
            b"1 2\na 1 2\nb 1 2\n",
            ", line 3: the header says 1 words, found more",
        ),
        (
            b"2 2\na 1 2\n\nb 1 2\n",
            ", line 3: expected a word and numbers, found a blank line",
        ),
        (
            b"a 1 2\ncaf\xe9 1 2\n",
            ", line 2: expected a word in UTF-8, found the bytes `caf\\xe9`",
        ),
        (
            b"2 2\ncaf\xe9 1 2\nb 1 2\n",
            ", line 2: expected a word in UTF-8, found the bytes `caf\\xe9`",
        ),
        (
            b"1 1\nword\n",
            ", line 2: expected a word and 1 numbers, found 0 numbers",
        ),
        (
            b"1 3\n",
            ", line 1: the header says 1 words, found 0 at the end of the file",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(error(bytes, None), expected, "{}", bytes.escape_ascii());
    }
    assert_eq!(
        error(b"a 1 2\n", Some(Word2VecText)),
        ", line 1: expected a header `words width`, found `a 1 2`"
    );
    assert_eq!(
        error(b"word\n", Some(GloVeText)),
        ", line 1: expected a word and 1 to 65536 numbers, found no number"
    );
    assert_eq!(
        read(b"7 3\n8 4\n", Some(GloVeText)).unwrap().words(),
        ["7", "8"]
    );
}

#[test]
fn malformed_binary_is_refused_with_its_byte() {
    let two: [(&[u8], &[f32]); 2] = [(b"a", &[1.0, 2.0]), (b"b", &[3.0, 4.0])];
    let whole = binary("2 2\n", &two, b"");
    assert!(read(&whole, None).is_ok());
    let truncated = |length: usize| error(&whole[..length], Some(Word2VecBinary));
    let last = whole.len();
    assert_eq!(
        truncated(last - 1),
        ", byte 16: word 2 of 2: expected 8 bytes of numbers, found the end of the file after 7"
    );
    assert_eq!(
        truncated(last - 9),
        ", byte 14: word 2 of 2: expected a word and a space, found the end of the file"
    );
    assert_eq!(
        truncated(14),
        ", byte 14: word 2 of 2: expected a word and a space, found the end of the file"
    );
    assert_eq!(
        truncated(2),
        ", line 1: expected a header `words width`, found `2 `"
    );
    let cases: [(Vec<u8>, &str); 8] = [
        (
            binary("1 2\n", &two, b""),
            ", byte 14: the header says 1 words, found more bytes after them",
        ),
        (
            binary("2 2\n", &[two[0], two[0]], b"\n"),
            ", byte 15: word 2 of 2: expected distinct words, found `a` again, which is word 1 already",
        ),
        (
            binary("1 2\n", &[(b"a", &[1.0, f32::NAN])], b""),
            ", byte 6: word 1 of 1: expected finite numbers, found NaN as number 2",
        ),
        (
            binary("1 2\n", &[(b"caf\xe9", &[1.0, 0.0])], b""),
            ", byte 4: word 1 of 1: expected a word in UTF-8, found the bytes `caf\\xe9`",
        ),
        (
            binary("1 2\n", &[(b"", &[1.0, 0.0])], b""),
            ", byte 4: word 1 of 1: expected a word, found none",
        ),
        (
            binary("2 1\n", &two, b""),
            ", byte 10: word 2 of 2: expected a word without control characters, found `\\0\\0\\0@b`; is the width of the header right?",
        ),
        (
            binary("1000000000000 2\n", &two, b""),
            ", byte 36: word 3 of 1000000000000: expected a word and a space, found the end of the file",
        ),
        (
            binary("1 65537\n", &two, b""),
            ", line 1: expected a width from 1 to 65536, found 65537",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(error(&bytes, Some(Word2VecBinary)), expected);
    }
    // A word that holds a space is two.
    let spaced = binary("1 1\n", &[(b"new york", &[1.0])], b"");
    assert!(error(&spaced, Some(Word2VecBinary)).contains("found more bytes after them"));
    let endless = [b"1 1\n".to_vec(), vec![b'x'; 100_000]].concat();
    assert!(error(&endless, Some(Word2VecBinary)).contains("found 65536 bytes"));
}

#[test]
fn damaged_gzip_and_missing_files_are_refused() {
    let bytes = gzip(&fs::read(fixture("word_vectors.txt")).unwrap());
    let error = error(&bytes[..bytes.len() - 20], None);
    assert!(error.starts_with(": expected whole gzip data"), "{error}");
    let error = WordVectors::read(Path::new("/no/such/file"), None).unwrap_err();
    assert_eq!(error.to_string(), "/no/such/file: does not exist");
}

#[test]
fn a_line_without_end_is_refused() {
    let mut bytes = b"a 1 2\nb".to_vec();
    bytes.resize(4 << 20, b' ');
    let error = error(&bytes, None);
    assert!(
        error.starts_with(", line 2: expected a word and 2 numbers, found more than"),
        "{error}"
    );
}

#[test]
fn a_table_is_checked() {
    let table = |words: &[&str], width, values: &[f32]| {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        WordVectors::new(words, width, values.to_vec()).map_err(|error| error.to_string())
    };
    assert!(table(&["a", "b"], 1, &[1.0, 2.0]).is_ok());
    let cases: [(&[&str], usize, &[f32], &str); 6] = [
        (&["a"], 2, &[1.0], "expected 1 x 2 values, found 1"),
        (&["a"], 0, &[], "expected a width from 1 to 65536, found 0"),
        (&[], 2, &[], "expected at least one word, found none"),
        (
            &["a", "a"],
            1,
            &[1.0, 2.0],
            "expected distinct words, found `a` again, which is word 1 already",
        ),
        (&["a", ""], 1, &[1.0, 2.0], "expected a word, found none"),
        (
            &["a"],
            2,
            &[1.0, f32::INFINITY],
            "word `a`: expected finite numbers, found inf as number 2",
        ),
    ];
    for (words, width, values, expected) in cases {
        assert_eq!(
            table(words, width, values).unwrap_err(),
            format!("word vectors: {expected}")
        );
    }
}

#[test]
fn words_that_no_file_can_hold_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors");
    let values = [
        1e-30,
        f32::MAX,
        -0.0,
        0.1,
        f32::MIN_POSITIVE / 4.0,
        123_456_790.0,
    ];
    let vectors = |word: &str| WordVectors::new(vec![word.to_owned()], 6, values.to_vec()).unwrap();
    for word in ["new york", "a\nb", "a\tb", "\u{7f}"] {
        for (_, format) in FILES {
            let error = vectors(word).write(&path, format).unwrap_err().to_string();
            assert!(
                error.contains(&format!("found `{}`", word.escape_debug())),
                "{error}"
            );
            assert!(!path.exists());
        }
    }
    // All other words and all numbers survive each format.
    for word in ["日本", "a\u{a0}b", "\u{85}", "1", "-3.5", "nan", "-"] {
        for (_, format) in FILES {
            vectors(word).write(&path, format).unwrap();
            let read = WordVectors::read(&path, None).unwrap();
            assert_eq!(read.words(), [word]);
            assert!(
                read.values()
                    .iter()
                    .zip(values)
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }
    let error = vectors("a")
        .write(&folder.path().join("no/folder"), GloVeText)
        .unwrap_err();
    assert!(error.to_string().contains("folder: cannot be written: "));
}
