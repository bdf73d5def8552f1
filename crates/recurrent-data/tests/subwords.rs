//! Subwords of public data sets.

mod common;

use common::shared_data;

use recurrent_data::{LabelledOptions, Subwords, TextOptions, read_labelled, read_text};

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn columns(text: &str, label: &str) -> LabelledOptions {
    LabelledOptions {
        text_column: Some(text.to_owned()),
        label_column: Some(label.to_owned()),
        ..LabelledOptions::default()
    }
}

#[test]
fn film_reviews_come_back() {
    let Some(path) = shared_data("imdb") else {
        return;
    };
    let splits = read_labelled(&path, &columns("3", "0")).unwrap();
    let train = || splits.train.texts.iter().take(5_000).map(String::as_str);
    let subwords = Subwords::train(train(), 4_000).unwrap();
    assert_eq!(subwords.len(), 4_000);
    assert_eq!(
        subwords.tokens("This movie was"),
        ["▁This", "▁movie", "▁was"]
    );
    let mut backwards: Vec<&str> = train().collect();
    backwards.reverse();
    assert_eq!(Subwords::train(backwards, 4_000).unwrap(), subwords);
    for text in train() {
        assert_eq!(subwords.decode(&subwords.encode(text)), normal(text));
    }
    let tests = || splits.test.texts.iter().take(5_000);
    let ids: Vec<u32> = tests().flat_map(|text| subwords.encode(text)).collect();
    let words: usize = tests().map(|text| text.split_whitespace().count()).sum();
    let unknown = ids.iter().filter(|&&id| id == 0).count();
    assert!(unknown * 10_000 < ids.len(), "{unknown} of {}", ids.len());
    // Fewer than two a word, punctuation marks counted.
    assert!(
        (words..2 * words).contains(&ids.len()),
        "{words} {}",
        ids.len()
    );
}

#[test]
fn two_languages_share_subwords() {
    let Some(path) = shared_data("multi30k") else {
        return;
    };
    let read = |name: &str| read_text(&path.join(name), &TextOptions::default()).unwrap();
    let [english, german] = ["train.en.gz", "train.de.gz"].map(|name| read(name).train);
    let subwords = Subwords::train([&english[..], &german], 3_000).unwrap();
    assert_eq!(subwords.len(), 3_000);
    for line in english.lines().chain(german.lines()) {
        assert_eq!(subwords.decode(&subwords.encode(line)), normal(line));
    }
    let read = Subwords::from_json(&subwords.to_json(), &path).unwrap();
    assert_eq!(read, subwords);
}

#[test]
fn hotel_reviews_have_no_spaces_between_words() {
    let Some(path) = shared_data("chnsenticorp") else {
        return;
    };
    let splits = read_labelled(&path, &columns("review", "label")).unwrap();
    let train = || splits.train.texts.iter().map(String::as_str);
    let subwords = Subwords::train(train(), 8_000).unwrap();
    assert_eq!(subwords.len(), 8_000);
    assert!(subwords.symbols().iter().any(|symbol| symbol == "酒店"));
    for text in train() {
        assert_eq!(subwords.decode(&subwords.encode(text)), normal(text));
    }
}
