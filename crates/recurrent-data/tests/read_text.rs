//! Files and folders read as text: formats, compression, splits, and what is wrong with the wrong ones.

mod common;

use common::shared_data;
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use recurrent_data::{DataError, TextOptions, TextSplits, read_text};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(path: &Path, column: Option<&str>) -> Result<TextSplits, DataError> {
    let options = TextOptions {
        column: column.map(str::to_owned),
        ..TextOptions::default()
    };
    read_text(path, &options)
}

fn read_bytes(name: &str, bytes: &[u8], column: Option<&str>) -> Result<TextSplits, DataError> {
    let folder = folder(&[(name, bytes)]);
    read(&folder.path().join(name), column)
}

fn whole(splits: &TextSplits) -> String {
    [&splits.train[..], &splits.valid, &splits.test].concat()
}

#[test]
fn a_file_is_cut_in_order() {
    let text = "0123456789".repeat(10);
    let splits = read_bytes("a.txt", text.as_bytes(), None).unwrap();
    assert_eq!(
        (splits.train.len(), &splits.valid[..], &splits.test[..]),
        (90, "01234", "56789")
    );
}

#[test]
fn gzip_is_known_by_its_bytes_not_its_name() {
    let text = "line\n".repeat(1000);
    let two_members = [gzip(text.as_bytes()), gzip(text.as_bytes())].concat();
    let splits = read_bytes("a.txt", &two_members, None).unwrap();
    assert_eq!(whole(&splits), text.repeat(2));
    assert_eq!(
        whole(&read_bytes("a.txt.gz", b"plain", None).unwrap()),
        "plain"
    );
}

#[test]
fn line_ends_and_byte_order_mark_are_normalised() {
    let splits = read_bytes("a.txt", b"\xef\xbb\xbfa\r\nb\rc\n", None).unwrap();
    assert_eq!(whole(&splits), "a\nb\rc\n");
    let splits = read_bytes("a.csv", b"\xef\xbb\xbftext,n\r\na,1\r\n", Some("text")).unwrap();
    assert_eq!(whole(&splits), "a\n");
}

#[test]
fn records_are_cut_by_records() {
    let mut text = "text\n".to_owned();
    for number in 0..40 {
        text += &format!("record {number}\n");
    }
    let splits = read_bytes("a.tsv", text.as_bytes(), Some("text")).unwrap();
    assert_eq!(splits.train.lines().count(), 36);
    assert_eq!(splits.valid, "record 36\nrecord 37\n");
    assert_eq!(splits.test, "record 38\nrecord 39\n");
    let lines = gzip(b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    assert_eq!(
        whole(&read_bytes("a.jsonl.gz", &lines, Some("text")).unwrap()),
        "a\nb\n"
    );
}

#[test]
fn a_folder_has_three_splits_or_one_file() {
    let splits = folder(&[
        ("x.train.txt", b"train"),
        ("x.dev.txt", b"valid"),
        ("x.test.txt.gz", &gzip(b"test")),
        ("README.txt", b"about"),
    ]);
    let splits = read(splits.path(), None).unwrap();
    assert_eq!(
        (&splits.train[..], &splits.valid[..], &splits.test[..]),
        ("train", "valid", "test")
    );
    let one = folder(&[("input.txt", b"0123456789"), ("LICENSE", b"free")]);
    assert_eq!(read(one.path(), None).unwrap().train, "012345678");
}

#[test]
fn a_folder_that_is_no_data_set_lists_its_files() {
    let two = folder(&[("train.txt", b"a"), ("test.txt", b"b")]);
    let error = read(two.path(), None).unwrap_err().to_string();
    assert!(error.contains("found 0 for `valid`"), "{error}");
    assert!(
        error.ends_with("files there: test.txt, train.txt"),
        "{error}"
    );
    let error = read(folder(&[]).path(), None).unwrap_err().to_string();
    assert!(error.ends_with("files there: none"), "{error}");
    let twice = folder(&[
        ("a.train.txt", b"a"),
        ("b.train.txt", b"b"),
        ("valid.txt", b"c"),
        ("test.txt", b"d"),
    ]);
    let error = read(twice.path(), None).unwrap_err().to_string();
    assert!(error.contains("found 2 for `train`"), "{error}");
}

#[test]
fn mistakes_name_the_file_and_the_place() {
    let tar = [&[0; 257][..], b"ustar"].concat();
    let cases: [(&str, Vec<u8>, Option<&str>, &str); 11] = [
        (
            "a.txt",
            b"caf\xe9".to_vec(),
            None,
            "invalid sequence at byte 3;",
        ),
        ("a.txt", b"\xff\xfea\0".to_vec(), None, "found UTF-16 text"),
        ("a.txt.gz", gzip(&tar), None, "found a tar archive"),
        (
            "a.jsonl",
            b"\n\n".to_vec(),
            Some("text"),
            "expected records, found blank lines",
        ),
        (
            "a.txt",
            vec![],
            None,
            "a.txt: expected text, found an empty file",
        ),
        (
            "a.txt",
            b"\xef\xbb\xbf".to_vec(),
            None,
            "found an empty file",
        ),
        (
            "a.txt.gz",
            gzip(b"ab\xff"),
            None,
            "invalid sequence at byte 2 of the decompressed data",
        ),
        (
            "a.txt.gz",
            gzip(&[b'a'; 100])[..20].to_vec(),
            None,
            "expected whole gzip data and nothing else, found a fault after",
        ),
        (
            "a.txt",
            b"text".to_vec(),
            Some("text"),
            "plain text has no column `text`",
        ),
        (
            "a.csv",
            b"text,n\n".to_vec(),
            Some("text"),
            "line 1: expected rows below the header",
        ),
        (
            "a.csv",
            b"text,n\nx\n".to_vec(),
            Some("text"),
            "line 2: expected 2 fields",
        ),
    ];
    for (name, bytes, column, message) in cases {
        let error = read_bytes(name, &bytes, column).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains(name), "{error}");
    }
    let error = read(Path::new("nowhere/a.txt"), None).unwrap_err();
    assert_eq!(error.to_string(), "nowhere/a.txt: does not exist");
}

#[test]
fn bytes_are_read_as_they_are() {
    let folder = folder(&[
        ("a.txt", b"\xef\xbb\xbf\xff\r\n\0 345678\r\n\xfe"),
        ("a.csv", b"t\r\na\r\nb\r\n"),
        ("empty.txt", b""),
    ]);
    let options = TextOptions {
        fractions: [0.5, 0.25, 0.25],
        ..TextOptions::default()
    };
    let read = |name: &str, options: &TextOptions| {
        recurrent_data::read_bytes(&folder.path().join(name), options)
    };
    let splits = read("a.txt", &options).unwrap();
    assert_eq!(splits.train, b"\xef\xbb\xbf\xff\r\n\0 ");
    assert_eq!(splits.valid, b"3456");
    assert_eq!(splits.test, b"78\r\n\xfe");
    // The fields of a table are text.
    let column = TextOptions {
        column: Some("t".to_owned()),
        ..options.clone()
    };
    let splits = read("a.csv", &column).unwrap();
    assert_eq!(
        (&splits.train[..], &splits.test[..]),
        (&b"a\n"[..], &b"b\n"[..])
    );
    assert!(read("a.txt", &column).is_err());
    assert!(matches!(
        read("empty.txt", &options),
        Err(DataError::Empty { .. })
    ));
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_not_read() {
    let error = read(Path::new("/dev/zero"), None).unwrap_err();
    assert!(matches!(error, DataError::NoFile { .. }), "{error}");
    // A file without content that says it is larger than the memory of most machines.
    let folder = folder(&[]);
    let path = folder.path().join("large.txt");
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let error = read(&path, None).unwrap_err().to_string();
    assert!(
        error.contains("expected at most 2147483648 bytes, found 1099511627776"),
        "{error}"
    );
}

#[test]
fn tiny_shakespeare_is_a_folder_of_one_file() {
    let Some(path) = shared_data("tinyshakespeare") else {
        return;
    };
    let options = TextOptions {
        fractions: [0.9, 0.1, 0.0],
        ..TextOptions::default()
    };
    let splits = read_text(&path, &options).unwrap();
    assert_eq!(
        (splits.train.len(), splits.valid.len(), splits.test.len()),
        (1_003_854, 111_540, 0)
    );
}

#[test]
fn tang_poems_are_a_table_without_a_header() {
    let Some(path) = shared_data("tang-poems/tang.tsv.gz") else {
        return;
    };
    let splits = read(&path, Some("2")).unwrap();
    assert!(splits.train.starts_with("秦川雄帝宅，函谷壯皇居。"));
    let error = read(&path, Some("poem")).unwrap_err().to_string();
    assert!(
        error.contains("no column `poem`; columns: 太宗皇帝, ") && error.ends_with(".."),
        "{error}"
    );
}
