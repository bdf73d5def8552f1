//! Labelled texts of public data sets, which have known sizes.

mod common;

use common::shared_data;
use std::collections::BTreeMap;
use std::fs;

use recurrent_data::{DataError, Encoding, LabelledOptions, LabelledTexts, Splits, read_labelled};
use tempfile::TempDir;

fn counts(parts: &[&LabelledTexts]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for label in parts.iter().flat_map(|part| &part.labels) {
        *counts.entry(label.clone()).or_default() += 1;
    }
    counts
}

fn expected<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts
        .map(|(label, count)| (label.to_owned(), count))
        .into()
}

#[test]
fn film_reviews_are_two_tables_without_a_header() {
    let Some(path) = shared_data("imdb") else {
        return;
    };
    let splits = read_labelled(&path, &columns("3", "0")).unwrap();
    assert_eq!(sizes(&splits), [22_500, 2_500, 25_000]);
    let each = expected([("0", 12_500), ("1", 12_500)]);
    assert_eq!(counts(&[&splits.train, &splits.valid]), each);
    assert_eq!(counts(&[&splits.test]), each);
    assert_eq!([splits.train.dropped, splits.test.dropped], [0, 0]);
    // The file is sorted by label, and what is read is not.
    let positive = splits.train.labels[..2_000]
        .iter()
        .filter(|label| *label == "1");
    assert!((800..1_200).contains(&positive.count()));
    assert!(splits.test.texts[0].starts_with("Once again Mr. Costner"));
}

#[test]
fn sentences_of_reviews_are_a_file_a_class() {
    let Some(path) = shared_data("mr") else {
        return;
    };
    let mut options = LabelledOptions {
        encoding: Encoding::Windows1252,
        ..LabelledOptions::default()
    };
    let splits = read_labelled(&path, &options).unwrap();
    let parts = [&splits.train, &splits.valid, &splits.test];
    assert_eq!(counts(&parts), expected([("neg", 5_331), ("pos", 5_331)]));
    assert_eq!(sizes(&splits), [8_529, 1_066, 1_067]);
    options.fold = Some([10, 10]);
    let splits = read_labelled(&path, &options).unwrap();
    assert_eq!(sizes(&splits), [8_636, 959, 1_067]);
    let utf8 = read_labelled(&path, &LabelledOptions::default());
    assert!(matches!(utf8, Err(DataError::InvalidUtf8 { .. })));
}

#[test]
fn questions_are_lines_of_two_files() {
    let Some(path) = shared_data("trec") else {
        return;
    };
    let options = LabelledOptions {
        encoding: Encoding::Windows1252,
        ..LabelledOptions::default()
    };
    let splits = read_labelled(&path, &options).unwrap();
    assert_eq!(sizes(&splits), [4_907, 545, 500]);
    assert_eq!(counts(&[&splits.train, &splits.valid]).len(), 6);
}

#[test]
fn the_sentiment_treebank_has_three_parts() {
    let Some(path) = shared_data("sst") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    for part in ["train", "dev", "test"] {
        let name = format!("stsa.binary.{part}.gz");
        fs::copy(path.join(&name), folder.path().join(&name)).unwrap();
    }
    let splits = read_labelled(folder.path(), &LabelledOptions::default()).unwrap();
    assert_eq!(sizes(&splits), [6_920, 872, 1_821]);
    let error = read_labelled(&path, &LabelledOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("found 2 for `train`"), "{error}");
}

#[test]
fn hotel_reviews_are_one_table() {
    let Some(path) = shared_data("chnsenticorp") else {
        return;
    };
    let splits = read_labelled(&path, &columns("review", "label")).unwrap();
    let parts = [&splits.train, &splits.valid, &splits.test];
    assert_eq!(parts.map(|part| part.len()).iter().sum::<usize>(), 7_765);
    assert_eq!(parts.map(|part| part.dropped), [1, 0, 0]);
    assert_eq!(counts(&parts), expected([("0", 2_443), ("1", 5_322)]));
}

fn columns(text: &str, label: &str) -> LabelledOptions {
    LabelledOptions {
        text_column: Some(text.to_owned()),
        label_column: Some(label.to_owned()),
        ..LabelledOptions::default()
    }
}

fn sizes(splits: &Splits<LabelledTexts>) -> [usize; 3] {
    [splits.train.len(), splits.valid.len(), splits.test.len()]
}
