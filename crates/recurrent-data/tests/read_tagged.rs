//! Tagged sentences in files and folders, and what is wrong with the wrong ones.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use recurrent_data::{
    DataError, Encoding, Splits, TaggedFormat, TaggedOptions, TaggedSentences, read_tagged,
};
use tempfile::TempDir;

/// Names of files in a folder, and their contents.
type Files<'a> = &'a [(&'a str, &'a str)];

fn folder(files: Files) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let bytes = match name.ends_with(".gz") {
            true => gzip(content.as_bytes()),
            false => content.as_bytes().to_vec(),
        };
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Options that make a whole file the training part.
fn options(format: TaggedFormat, word: Option<&str>, tag: Option<&str>) -> TaggedOptions {
    TaggedOptions {
        format,
        word_column: word.map(str::to_owned),
        tag_column: tag.map(str::to_owned),
        fractions: [1.0, 0.0, 0.0],
        ..TaggedOptions::default()
    }
}

fn columns() -> TaggedOptions {
    options(TaggedFormat::Columns, None, None)
}

fn conll_u() -> TaggedOptions {
    options(TaggedFormat::ConllU, None, None)
}

/// A sentence a line, such as `a/X b/Y`.
fn written(part: &TaggedSentences) -> Vec<String> {
    let sentences = part.sentences.iter().map(|sentence| {
        assert_eq!(sentence.words.len(), sentence.tags.len());
        let pairs = sentence.words.iter().zip(&sentence.tags);
        let pairs: Vec<String> = pairs.map(|(word, tag)| format!("{word}/{tag}")).collect();
        pairs.join(" ")
    });
    sentences.collect()
}

/// The sentences of one file, in the order of the alphabet.
fn read(content: &str, options: &TaggedOptions) -> Result<Vec<String>, DataError> {
    let folder = folder(&[("file", content)]);
    let mut sentences = written(&read_tagged(&folder.path().join("file"), options)?.train);
    sentences.sort();
    Ok(sentences)
}

/// The message, without the path of the temporary folder.
fn error_of(files: Files, options: &TaggedOptions) -> String {
    let folder = folder(files);
    let error = read_tagged(folder.path(), options).unwrap_err();
    error
        .to_string()
        .replace(&folder.path().display().to_string(), "F")
}

fn sizes(splits: &Splits<TaggedSentences>) -> [usize; 3] {
    [splits.train.len(), splits.valid.len(), splits.test.len()]
}

#[test]
fn columns_are_parted_by_spaces_or_tabs() {
    let content = "\u{feff}a X\tB-P\n b\t Y  I-P \r\n \t\n\n\nc\u{a0}d Z O";
    let expected = ["a/B-P b/I-P", "c\u{a0}d/O"];
    assert_eq!(read(content, &columns()).unwrap(), expected);
    let middle = options(TaggedFormat::Columns, None, Some("1"));
    assert_eq!(read(content, &middle).unwrap(), ["a/X b/Y", "c\u{a0}d/Z"]);
    let swapped = options(TaggedFormat::Columns, Some("2"), Some("0"));
    assert_eq!(read("X a w\n", &swapped).unwrap(), ["w/X"]);
    let word_second = options(TaggedFormat::Columns, Some("1"), None);
    assert_eq!(read("1 w O\n2 v O\n", &word_second).unwrap(), ["w/O v/O"]);
}

#[test]
fn sentences_may_differ_in_their_columns_and_lines_of_one_may_not() {
    assert_eq!(read("a X\n\nb Y Z\n", &columns()).unwrap(), ["a/X", "b/Z"]);
    let error = error_of(&[("f", "a X\n\nb X\nc Y Z\n")], &columns());
    let expected = "expected 2 columns, as in the first line of the sentence, found 3";
    assert_eq!(error, format!("F/f, line 4: {expected}"));
}

#[test]
fn beginnings_of_documents_are_no_words() {
    let start = "-DOCSTART- -X- O O\n";
    let contents = [
        format!("{start}\na X\n\n{start}\nb Y\n"),
        format!("a X\n{start}b Y\n"),
        format!("a X\n\nb Y\n\n{start}"),
        "-DOCSTART-\na X\n-DOCSTART- O\n-DOCSTART- O\nb Y".to_owned(),
    ];
    for content in contents {
        assert_eq!(read(&content, &columns()).unwrap(), ["a/X", "b/Y"]);
    }
    let error = error_of(&[("f", start)], &columns());
    assert_eq!(error, "F/f: expected sentences, found no line with a word");
}

#[test]
fn lines_with_too_few_columns_are_named() {
    let needs = |word, tag| options(TaggedFormat::Columns, word, tag);
    let cases = [
        ("a X\nb\n", columns(), 2, 2, 1),
        ("a X\n\n\u{3000}\n", columns(), 3, 2, 1),
        ("a X\n", needs(None, Some("3")), 1, 4, 2),
        ("a X\n", needs(Some("1"), None), 1, 3, 2),
        ("a X\n", needs(Some("5"), Some("1")), 1, 6, 2),
    ];
    for (content, options, line, needed, found) in cases {
        let expected = format!(
            "F/f, line {line}: expected at least {needed} columns, parted by spaces or tabs, found {found}"
        );
        assert_eq!(error_of(&[("f", content)], &options), expected);
    }
    let most = usize::MAX.to_string();
    let error = error_of(&[("f", "a X\n")], &needs(Some(&most), None));
    assert!(
        error.contains(&format!("at least {most} columns")),
        "{error}"
    );
}

/// Lines of ten fields, of which the ones that are not given say nothing.
fn treebank(lines: &[(&str, &str, &str, &str)]) -> String {
    let lines = lines.iter().map(|(id, form, upos, xpos)| match id {
        &"" | &"#" => format!("{id}\n"),
        _ => format!("{id}\t{form}\t_\t{upos}\t{xpos}\t_\t_\t_\t_\t_\n"),
    });
    lines.collect()
}

#[test]
fn a_treebank_has_words_and_more() {
    let content = treebank(&[
        ("#", "", "", ""),
        ("1-2", "can't", "_", "_"),
        ("1", "ca", "AUX", "MD"),
        ("2", "n't", "PART", "RB"),
        ("2.1", "be", "VERB", "VB"),
        ("3", "20 000", "NUM", "CD"),
        ("", "", "", ""),
        ("#", "", "", ""),
        ("1", "#", "SYM", "NN"),
    ]);
    let read = |word, tag| read(&content, &options(TaggedFormat::ConllU, word, tag));
    let expected = ["#/SYM", "ca/AUX n't/PART 20 000/NUM"];
    assert_eq!(read(None, None).unwrap(), expected);
    let expected = ["#/NN", "ca/MD n't/RB 20 000/CD"];
    for xpos in ["xpos", "XPOS", "4"] {
        assert_eq!(read(None, Some(xpos)).unwrap(), expected);
    }
    let expected = ["AUX/ca PART/n't NUM/20 000", "SYM/#"];
    assert_eq!(read(Some("upos"), Some("form")).unwrap(), expected);
    let error = read(None, Some("lemma")).unwrap_err().to_string();
    let expected = "expected tags in the field `lemma`, found `_` in all words";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn lines_of_a_treebank_that_are_none_are_named() {
    let word = "1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n";
    let id = "or a blank line before a sentence, found the id";
    let cases = [
        (
            "a X O\n".to_owned(),
            1,
            "expected 10 fields, parted by tabs, found 1".to_owned(),
        ),
        (
            format!("{word}2\tb\n"),
            2,
            "expected 10 fields, parted by tabs, found 2".to_owned(),
        ),
        (
            word.replace('\n', "\t_\n"),
            1,
            "expected 10 fields, parted by tabs, found 11".to_owned(),
        ),
        (
            word.repeat(2),
            2,
            format!("expected the word with the id 2, {id} `1`"),
        ),
        (
            word.replace('1', "2"),
            1,
            format!("expected the word with the id 1, {id} `2`"),
        ),
        (
            word.replace('1', ""),
            1,
            format!("expected the word with the id 1, {id} ``"),
        ),
        (
            word.replace('1', "1-"),
            1,
            format!("expected the word with the id 1, {id} `1-`"),
        ),
        (
            word.replace('a', ""),
            1,
            "expected the field `form`, found it empty".to_owned(),
        ),
        (
            word.replace('X', ""),
            1,
            "expected the field `upos`, found it empty".to_owned(),
        ),
    ];
    for (content, line, expected) in cases {
        let error = error_of(&[("f", &content)], &conll_u());
        assert_eq!(error, format!("F/f, line {line}: {expected}"));
    }
    for nothing in ["\n\n", "# text\n", "1-2\ta\t_\tX\t_\t_\t_\t_\t_\t_\n"] {
        let error = error_of(&[("f", nothing)], &conll_u());
        assert_eq!(error, "F/f: expected sentences, found no line with a word");
    }
}

#[test]
fn a_file_is_shuffled_and_cut() {
    let content: String = (0..10).map(|number| format!("w{number} X\n\n")).collect();
    let folder = folder(&[("only.gz", &content), ("README.md", "?")]);
    let read = |seed| {
        let options = TaggedOptions {
            seed,
            ..TaggedOptions::default()
        };
        read_tagged(folder.path(), &options).unwrap()
    };
    let splits = read(1);
    assert_eq!(sizes(&splits), [8, 1, 1]);
    let parts = [&splits.train, &splits.valid, &splits.test];
    let mut all: Vec<String> = parts.into_iter().flat_map(written).collect();
    let drawn = all.clone();
    all.sort();
    let expected: Vec<String> = (0..10).map(|number| format!("w{number}/X")).collect();
    assert_eq!(all, expected);
    assert_ne!(drawn, expected);
    assert_eq!(read(1), splits);
    assert_ne!(read(2), splits);
}

#[test]
fn parts_of_their_own_keep_their_order() {
    let train: String = (0..20).map(|number| format!("w{number} X\n\n")).collect();
    let names = [
        ["eng.train", "eng.testa", "eng.testb"],
        ["train.char.bmes.gz", "dev.char.bmes.gz", "test.char.bmes"],
    ];
    for [first, second, third] in names {
        let folder = folder(&[(first, &train), (second, "v X\n"), (third, "t X\n")]);
        let splits = read_tagged(folder.path(), &TaggedOptions::default()).unwrap();
        assert_eq!(sizes(&splits), [20, 1, 1]);
        assert_eq!(written(&splits.train)[..2], ["w0/X", "w1/X"]);
        assert_eq!(written(&splits.valid), ["v/X"]);
        assert_eq!(written(&splits.test), ["t/X"]);
    }
    let folder = folder(&[("a.train", &train), ("a.test", "t X\n")]);
    let splits = read_tagged(folder.path(), &TaggedOptions::default()).unwrap();
    assert_eq!(sizes(&splits), [18, 2, 1]);
}

#[test]
fn beside_a_treebank_stand_files_that_are_none() {
    let word = "1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n";
    let files = [
        ("en-ud-train.conllu", word),
        ("en-ud-train.txt", "a"),
        ("en-ud-dev.conllu.gz", word),
        ("en-ud-test.conllu", word),
        ("stats.xml", "<a/>"),
        ("LICENSE.txt", "?"),
    ];
    let folder = folder(&files);
    let splits = read_tagged(folder.path(), &conll_u()).unwrap();
    assert_eq!(sizes(&splits), [1, 1, 1]);
    let error = error_of(&files, &columns());
    assert!(error.contains("found 2 for `train`"), "{error}");
    let error = error_of(&files[..1], &columns());
    let expected =
        "expected columns, found CoNLL-U by the name of the file; let `format` be conll-u";
    assert_eq!(error, format!("F/en-ud-train.conllu: {expected}"));
}

#[test]
fn folders_that_are_no_data_set_are_refused() {
    let error = error_of(&[("README", "?")], &columns());
    let expected =
        "expected a file of tagged sentences, or one each for train and test, found none";
    assert_eq!(error, format!("F: {expected}; files there: README"));
    let error = error_of(&[("a.train", "a X\n"), ("b.train", "a X\n")], &columns());
    assert!(error.contains("found 2 for `train`"), "{error}");
    let error = error_of(&[("a.train", "a X\n"), ("a.dev", "a X\n")], &columns());
    assert!(error.contains("found 0 for `test`"), "{error}");
    let error = error_of(&[("a.train", "a X\n"), ("a.test", "\n")], &columns());
    assert_eq!(
        error,
        "F/a.test: expected sentences, found no line with a word"
    );
    let missing = read_tagged("/does/not/exist".as_ref(), &columns());
    assert!(matches!(missing, Err(DataError::NotFound { .. })));
}

#[test]
fn files_that_are_no_text_are_refused() {
    assert_eq!(
        error_of(&[("f", "")], &columns()),
        "F/f: expected text, found an empty file"
    );
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, b"caf\xe9 X\n").unwrap();
    let error = read_tagged(&path, &columns()).unwrap_err().to_string();
    assert!(error.contains("let `encoding` be windows-1252"), "{error}");
    let latin = TaggedOptions {
        encoding: Encoding::Windows1252,
        ..columns()
    };
    assert_eq!(
        written(&read_tagged(&path, &latin).unwrap().train),
        ["café/X"]
    );
    let mut broken = gzip(b"a X\n");
    broken.truncate(broken.len() - 3);
    fs::write(&path, broken).unwrap();
    let error = read_tagged(&path, &columns());
    assert!(matches!(error, Err(DataError::Gzip { .. })));
}

#[test]
fn options_out_of_range_are_named() {
    let column = "`tag_column`: expected the position of a column, from 0, found";
    let field = "`word_column`: expected the name of a field of CoNLL-U, such as form, upos or xpos, \
                 or its position from 0 to 9, found";
    let same = "`tag_column`: expected another column than that of the word, found";
    let cases = [
        (
            options(TaggedFormat::Columns, None, Some("ner")),
            format!("{column} `ner`"),
        ),
        (
            options(TaggedFormat::Columns, None, Some("-1")),
            format!("{column} `-1`"),
        ),
        (
            options(TaggedFormat::ConllU, Some("word"), None),
            format!("{field} `word`"),
        ),
        (
            options(TaggedFormat::ConllU, Some("10"), None),
            format!("{field} `10`"),
        ),
        (
            options(TaggedFormat::Columns, Some("1"), Some("1")),
            format!("{same} column 1 for both"),
        ),
        (
            options(TaggedFormat::ConllU, None, Some("form")),
            format!("{same} column 1 for both"),
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(error_of(&[("f", "a X\n")], &options), expected);
    }
    let mut wrong = columns();
    wrong.valid_fraction = 1.0;
    let error = error_of(&[("f", "a X\n")], &wrong);
    assert!(error.starts_with("`valid_fraction`: expected"), "{error}");
    wrong.fractions = [1.0, 1.0, 0.0];
    let error = error_of(&[("f", "a X\n")], &wrong);
    assert!(error.starts_with("`fractions`: expected"), "{error}");
    wrong = columns();
    wrong.fractions = [0.5, 0.0, 0.5];
    let error = error_of(&[("f", "a X\n")], &wrong);
    let expected = "F: expected sentences for training, found none (0 for validation, 1 for test)";
    assert_eq!(error, expected);
}
