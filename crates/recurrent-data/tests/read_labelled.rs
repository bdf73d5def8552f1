//! Labelled texts in files and folders of every layout, and what is wrong with the wrong ones.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use recurrent_data::{DataError, Encoding, LabelledOptions, LabelledTexts, Splits, read_labelled};
use tempfile::TempDir;

/// Paths in a folder and the contents; a path that ends in `/` is a folder without files.
type Files<'a> = &'a [(&'a str, &'a str)];

fn folder(files: Files) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = match name.ends_with(".gz") {
            true => gzip(content.as_bytes()),
            false => content.as_bytes().to_vec(),
        };
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn columns(text: &str, label: &str) -> LabelledOptions {
    LabelledOptions {
        text_column: Some(text.to_owned()),
        label_column: Some(label.to_owned()),
        ..LabelledOptions::default()
    }
}

fn read(files: Files) -> Result<Splits<LabelledTexts>, DataError> {
    read_labelled(folder(files).path(), &LabelledOptions::default())
}

/// The message without the path of the temporary folder.
fn error_of(files: Files, options: &LabelledOptions) -> String {
    let folder = folder(files);
    let error = read_labelled(folder.path(), options).unwrap_err();
    error
        .to_string()
        .replace(&folder.path().display().to_string(), "F")
}

/// Labels and texts in the order of the alphabet.
fn sorted(parts: &[&LabelledTexts]) -> Vec<String> {
    let mut lines: Vec<String> = parts
        .iter()
        .flat_map(|part| part.labels.iter().zip(&part.texts))
        .map(|(label, text)| format!("{label}: {text}"))
        .collect();
    lines.sort();
    lines
}

fn whole(splits: &Splits<LabelledTexts>) -> Vec<String> {
    sorted(&[&splits.train, &splits.valid, &splits.test])
}

fn sizes(splits: &Splits<LabelledTexts>) -> [usize; 3] {
    [splits.train.len(), splits.valid.len(), splits.test.len()]
}

#[test]
fn a_table_is_shuffled_and_cut() {
    let mut table = "label,text\n".to_owned();
    for number in 0..40 {
        table += &format!("{},\"text {number:02}, long\"\n", number / 20);
    }
    table += "1,\" \"\n";
    for name in ["a.csv", "a.csv.gz"] {
        let folder = folder(&[(name, &table)]);
        let path = folder.path().join(name);
        let splits = read_labelled(&path, &columns("text", "label")).unwrap();
        assert_eq!((sizes(&splits), splits.train.dropped), ([32, 4, 4], 1));
        let texts = whole(&splits);
        assert_eq!(
            (&texts[0][..], &texts[39][..]),
            ("0: text 00, long", "1: text 39, long")
        );
        assert_ne!(
            splits.train.texts[..3],
            ["text 00, long", "text 01, long", "text 02, long"]
        );
        let again = read_labelled(folder.path(), &columns("text", "label")).unwrap();
        assert_eq!(splits, again);
        let other = LabelledOptions {
            seed: 1,
            ..columns("text", "label")
        };
        assert_ne!(splits, read_labelled(&path, &other).unwrap());
    }
}

#[test]
fn a_table_without_a_header_has_positions() {
    let table = "0\t3\t3\ta\n1\t0\t9\t \"b\" \n";
    let folder = folder(&[("a.tsv", table)]);
    let splits = read_labelled(&folder.path().join("a.tsv"), &columns("3", "0")).unwrap();
    assert_eq!(whole(&splits), ["0: a", "1: \"b\""]);
}

#[test]
fn labels_of_json_may_be_numbers() {
    let lines =
        "{\"t\": \"a\\nb\", \"l\": 1}\n{\"t\": \"c\", \"l\": \"x\"}\n{\"t\": \"\", \"l\": true}\n";
    let folder = folder(&[("a.ndjson", lines)]);
    let splits = read_labelled(folder.path(), &columns("t", "l")).unwrap();
    assert_eq!(whole(&splits), ["1: a\nb", "x: c"]);
    assert_eq!(splits.train.dropped, 1);
}

#[test]
fn a_plain_file_has_a_label_and_a_text_a_line() {
    let lines = "\u{feff}1 a fine  film \r\n\n0\tso\u{85}dull\r\n2\n";
    for name in ["a.txt", "TREC.all.gz"] {
        let splits = read(&[(name, lines), ("README.md", "about"), (".cache", "x")]).unwrap();
        assert_eq!(whole(&splits), ["0: so\u{85}dull", "1: a fine  film"]);
        assert_eq!(splits.train.dropped, 1);
    }
}

#[test]
fn parts_of_their_own_are_taken_as_they_are() {
    let train: String = (10..30).map(|number| format!("x {number}\n")).collect();
    let test = "x c\nx a\nx\nx b\n";
    let files = [
        ("t.train.all", &train[..]),
        ("t.test.gz", test),
        ("images/", ""),
    ];
    let splits = read(&files).unwrap();
    assert_eq!(sizes(&splits), [18, 2, 3]);
    assert_eq!(splits.test.texts, ["c", "a", "b"]);
    assert_eq!(splits.test.dropped, 1);
    assert_eq!(
        sorted(&[&splits.train, &splits.valid]),
        train
            .lines()
            .map(|line| line.replace(' ', ": "))
            .collect::<Vec<_>>()
    );
    let mut order = splits.train.texts.clone();
    order.sort();
    assert_ne!(splits.train.texts, order);

    let tables = [
        ("train.csv", "text,label\na,0\n"),
        ("dev.csv", "label,text\n1,d\n0,c\n"),
        ("test.csv", "text,label\ne,0\n"),
        ("make.py", "print()"),
    ];
    let splits = read_labelled(folder(&tables).path(), &columns("text", "label")).unwrap();
    assert_eq!(sizes(&splits), [1, 2, 1]);
    assert_eq!(splits.valid.texts, ["d", "c"]);
}

#[test]
fn a_class_may_be_a_file() {
    for names in [
        ["rt.pos.gz", "rt.neg"],
        ["pos.txt", "neg.TXT.gz"],
        ["pos", "neg.gz"],
    ] {
        let files = [
            (names[0], "good\n\nfine \n"),
            (names[1], "bad"),
            ("rt.README.1.0.txt", "x"),
        ];
        let splits = read(&files).unwrap();
        assert_eq!(
            whole(&splits),
            ["neg: bad", "pos: fine", "pos: good"],
            "{names:?}"
        );
        assert_eq!(splits.train.dropped, 1);
    }
}

#[test]
fn a_class_may_be_a_folder() {
    let splits = read(&[
        ("pos/0.txt", "good\nfine\n"),
        ("pos/1.txt.gz", "great"),
        ("pos/2.txt", ""),
        ("neg/7", "bad"),
        ("index.txt", "pos neg"),
        (".git/", ""),
    ])
    .unwrap();
    assert_eq!(
        whole(&splits),
        ["neg: bad", "pos: good\nfine", "pos: great"]
    );
    assert_eq!(splits.train.dropped, 1);
}

#[test]
fn parts_may_be_folders_of_classes() {
    let files = [
        ("train/pos/0.txt", "a"),
        ("train/neg/0.txt", "b"),
        ("train/urls_pos.txt", "x"),
        ("train/labeledBow.feat", "x"),
        ("test/pos/0.txt", "c"),
        ("test/neg/0.txt", "d"),
        ("imdb.vocab", "x"),
        ("README", "x"),
    ];
    let splits = read(&files).unwrap();
    assert_eq!(sorted(&[&splits.train]), ["neg: b", "pos: a"]);
    assert!(splits.valid.is_empty());
    assert_eq!(sorted(&[&splits.test]), ["neg: d", "pos: c"]);

    let of_lines = [
        ("train/pos.txt", "a"),
        ("train/neg.txt", "b"),
        ("val/pos.txt", "e"),
        ("val/neg.txt", "f"),
        ("test/pos.txt", "c"),
        ("test/neg.txt", "d"),
    ];
    assert_eq!(sizes(&read(&of_lines).unwrap()), [2, 2, 2]);

    let mut unlabelled = files.to_vec();
    unlabelled.push(("train/unsup/0.txt", "e"));
    let error = error_of(&unlabelled, &LabelledOptions::default());
    assert!(
        error.starts_with(
            "F: expected the same classes in `train` and `test`, found `unsup` in `train` only"
        ),
        "{error}"
    );
    let mut unlabelled = files.to_vec();
    unlabelled.push(("unsup/0.txt", "e"));
    let error = error_of(&unlabelled, &LabelledOptions::default());
    assert!(
        error.starts_with(
            "F: expected no folders beside those for train, valid and test, found `unsup`;"
        ),
        "{error}"
    );
}

#[test]
fn bytes_are_read_in_the_encoding_that_is_named() {
    let folder = folder(&[]);
    let path = folder.path().join("a.txt");
    fs::write(&path, b"1 caf\xe9 \x85 b\n").unwrap();
    let error = read_labelled(&path, &LabelledOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("invalid sequence at byte 5; convert it, or let `encoding` be windows-1252 if it is that, which includes ISO-8859-1"),
        "{error}"
    );
    let options = LabelledOptions {
        encoding: Encoding::Windows1252,
        fractions: [1.0, 0.0, 0.0],
        ..LabelledOptions::default()
    };
    assert_eq!(
        read_labelled(&path, &options).unwrap().train.texts,
        ["café … b"]
    );
}

#[test]
fn mistakes_name_the_file_and_the_place() {
    let plain = LabelledOptions::default();
    let cases: [(Files, &LabelledOptions, &str); 24] = [
        (
            &[("a.csv", "l,t\n1,a\n\n ,b\n")],
            &columns("t", "l"),
            "F/a.csv, line 4: expected a label, found an empty field",
        ),
        (
            &[("a.csv", "l,t\n1,a\n")],
            &columns("t", "x"),
            "F/a.csv, line 1: no column `x`; columns: l, t",
        ),
        (
            &[("a.csv", "l,t\n1,a\n2\n")],
            &columns("t", "l"),
            "F/a.csv, line 3: expected 2 fields",
        ),
        (
            &[("a.csv", "l,t\n1,a\n")],
            &plain,
            "expected the name of the column that holds the text (`column`), found none; columns: l, t",
        ),
        (
            &[("a.csv", "l,t\n1,a\n")],
            &columns("t", "1"),
            "or the positions of all in a table without a header, found `t` and `1`",
        ),
        (
            &[("a.tsv", "1\ta\n")],
            &columns("2", "0"),
            "F/a.tsv, line 1: expected a column from 0 to 1, found 2",
        ),
        (
            &[("a.jsonl", "{\"t\": \"a\", \"l\": 1}\n{\"t\": \"b\"}")],
            &columns("t", "l"),
            "F/a.jsonl, line 2: no column `l`; columns: t",
        ),
        (
            &[("a.jsonl", "{\"t\": 1, \"l\": 1}")],
            &columns("t", "l"),
            "F/a.jsonl, line 1: expected a string under `t`, found a number",
        ),
        (
            &[("a.jsonl", "{\"t\": \"a\", \"l\": []}")],
            &columns("t", "l"),
            "line 1: expected a string or a number under `l`, found an array",
        ),
        (
            &[("a.txt", "1 a\n\n b\n")],
            &plain,
            "F/a.txt, line 3: expected a label, white space and a text, found white space first",
        ),
        (
            &[("a.txt", "1 a\n")],
            &columns("t", "l"),
            "F/a.txt: plain text has no column `t`",
        ),
        (
            &[("pos.txt", "a"), ("neg.txt", "b")],
            &columns("t", "l"),
            "F: plain text has no column `t`",
        ),
        (
            &[("a.txt", "\n \n")],
            &plain,
            "F/a.txt: expected records, found blank lines",
        ),
        (
            &[("a.txt", "")],
            &plain,
            "F/a.txt: expected text, found an empty file",
        ),
        (
            &[("a.txt", "1\n2 \n")],
            &plain,
            "F: expected texts for training, found none (0 for validation, 0 for test, 2 empty)",
        ),
        (
            &[("pos.txt", "a"), ("neg.txt", "\n\n")],
            &plain,
            "F/neg.txt: expected texts of the class `neg`, found none",
        ),
        (
            &[("pos/0.txt", "a"), ("neg/0.txt", " ")],
            &plain,
            "F/neg: expected texts of the class `neg`, found none",
        ),
        (
            &[("pos/0.txt", "a"), ("neg/more/0.txt", "b")],
            &plain,
            "F/neg: expected the texts of a class, a file each, found the folder `more`",
        ),
        (
            &[("pos/0.txt", "a"), ("neg/0.csv", "b")],
            &plain,
            "F/neg: expected the texts of a class, a .txt file each, found `0.csv`",
        ),
        (
            &[("pos.txt", "a"), ("neg.txt", "b"), ("make.py", "x")],
            &plain,
            "all of the form `make.CLASS`, found `neg.txt`; files there: make.py, neg.txt, pos.txt",
        ),
        (
            &[("pos.txt", "a"), ("pos.txt.gz", "b")],
            &plain,
            "found `pos.txt.gz` for one that has a file already",
        ),
        (
            &[("a.csv", "a"), ("b.csv", "b")],
            &plain,
            "expected one table, a training and a test file, or a file of plain text for each class, found `a.csv`",
        ),
        (
            &[("train.txt", "1 a"), ("dev.txt", "1 b")],
            &plain,
            "found 0 for `test` (a file whose name has `test`); files there: dev.txt, train.txt",
        ),
        (
            &[
                ("train/pos.txt", "a"),
                ("train/neg.txt", "a"),
                ("valid/", ""),
            ],
            &plain,
            "found 0 for `test` (a folder whose name has `test`); files there: train/, valid/",
        ),
    ];
    for (files, options, message) in cases {
        let error = error_of(files, options);
        assert!(error.contains(message), "{error}");
    }
    let error = error_of(
        &[
            ("train.txt", "1 a"),
            ("a.train.txt", "1 b"),
            ("test.txt", "1 c"),
        ],
        &plain,
    );
    assert!(error.contains("found 2 for `train`"), "{error}");
    let error = error_of(&[("train.txt", "1 \n"), ("test.txt", "1 c")], &plain);
    assert!(
        error.contains("found none (0 for validation, 1 for test, 1 empty)"),
        "{error}"
    );
    for (files, found) in [(&[][..], "none"), (&[("one/a.txt", "x")], "none")] {
        let error = error_of(files, &plain);
        assert!(
            error.contains(&format!(
                "at least two classes, or a training and a test file, found {found}"
            )),
            "{error}"
        );
    }
    let fold = LabelledOptions {
        fold: Some([1, 2]),
        ..plain
    };
    let error = error_of(&[("train.txt", "1 a"), ("test.txt", "1 b")], &fold);
    assert_eq!(
        error,
        "F: `fold`: expected labelled texts without a test part of their own, found F/test.txt"
    );
    let error = read_labelled(Path::new("nowhere/a.txt"), &fold).unwrap_err();
    assert_eq!(error.to_string(), "nowhere/a.txt: does not exist");
    let many: Vec<String> = (0..30).map(|number| format!("{number:02}.csv")).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|name| (&name[..], "x")).collect();
    let error = error_of(&files, &fold);
    assert!(error.ends_with("18.csv, 19.csv and 10 others"), "{error}");
}
