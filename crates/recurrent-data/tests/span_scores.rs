//! Scores of spans against seqeval's (see `fixtures/make_spans.py`) and against the counts of conlleval.

use std::collections::BTreeMap;

use recurrent_data::{SpanCounts, SpanScores, TagError, TagScheme};
use serde::Deserialize;

/// Sums of a few quotients, in another order of rounding.
const TOLERANCE: f64 = 1e-12;

/// Precision, recall, F1 and the number of gold spans.
type Numbers = (f64, f64, f64, usize);

#[derive(Deserialize)]
struct Case {
    scheme: TagScheme,
    sentences: Vec<[String; 2]>,
    spans: Option<Vec<Vec<(String, usize, usize)>>>,
    accuracy: f64,
    default: Scores,
    strict: Option<Scores>,
}

#[derive(Deserialize)]
struct Scores {
    kinds: BTreeMap<String, Numbers>,
    micro: Numbers,
    #[serde(rename = "macro")]
    mean: Numbers,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("fixtures/spans.json")).unwrap()
}

fn tags(tags: &str) -> Vec<&str> {
    tags.split(' ').collect()
}

/// What seqeval calls a kind.
fn kind_of(kind: &str) -> &str {
    match kind {
        "" => "_",
        _ => kind,
    }
}

fn assert_close(what: &str, found: [f64; 3], (precision, recall, f1, _): Numbers) {
    for (found, expected) in found.into_iter().zip([precision, recall, f1]) {
        let close = (found - expected).abs() <= TOLERANCE;
        assert!(close, "{what}: expected {expected}, found {found}");
    }
}

fn assert_equal(what: &str, found: &SpanScores, expected: &Scores) {
    let of = |counts: &SpanCounts| [counts.precision(), counts.recall(), counts.f1()];
    let found_kinds: Vec<&str> = found.kinds.keys().map(|kind| kind_of(kind)).collect();
    assert_eq!(found_kinds, expected.kinds.keys().collect::<Vec<_>>());
    for (kind, counts) in &found.kinds {
        let numbers = expected.kinds[kind_of(kind)];
        assert_close(&format!("{what} {kind}"), of(counts), numbers);
        assert_eq!(counts.gold, numbers.3, "{what} {kind}");
    }
    assert_close(what, of(&found.micro()), expected.micro);
    assert_eq!(found.micro().gold, expected.micro.3, "{what}");
    let mean = [
        found.macro_precision(),
        found.macro_recall(),
        found.macro_f1(),
    ];
    assert_close(what, mean, expected.mean);
}

#[test]
fn scores_are_those_of_seqeval() {
    let (mut default, mut strict) = (0, 0);
    for (number, case) in cases().iter().enumerate() {
        let what = format!("case {number}, {}", case.scheme);
        let pairs = case
            .sentences
            .iter()
            .map(|pair| pair.each_ref().map(|text| tags(text)));
        let pairs = || pairs.clone().map(|[gold, predicted]| (gold, predicted));
        let scores = SpanScores::of(pairs(), case.scheme).unwrap();
        assert_equal(&what, &scores, &case.default);
        assert!(
            (scores.accuracy() - case.accuracy).abs() <= TOLERANCE,
            "{what}"
        );
        default += 1;
        if let Some(expected) = &case.strict {
            let scores = SpanScores::strict(pairs(), case.scheme).unwrap();
            assert_equal(&format!("{what}, strict"), &scores, expected);
            strict += 1;
        }
    }
    assert_eq!((default, strict), (16, 10));
}

#[test]
fn spans_are_those_of_seqeval() {
    let mut compared = 0;
    for case in cases() {
        let Some(expected) = case.spans else { continue };
        for ([gold, _], expected) in case.sentences.iter().zip(expected) {
            let spans = case.scheme.spans(&tags(gold));
            let found = spans
                .iter()
                .map(|span| (kind_of(&span.kind).to_owned(), span.begin, span.end));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{gold}");
            compared += expected.len();
        }
    }
    assert!(compared > 500, "{compared} spans");
}

/// The counts that conlleval prints for sentences, each of gold and predicted tags.
#[test]
fn counts_are_those_of_conlleval() {
    // Sentences; words and correct ones; of each kind gold, predicted and correct spans.
    type Known<'a> = (&'a [[&'a str; 2]], [usize; 2], &'a [(&'a str, [usize; 3])]);
    let cases: [Known; 8] = [
        (
            &[["B-NP I-NP O B-VP B-NP I-NP", "B-NP I-NP O B-VP B-NP B-NP"]],
            [6, 5],
            &[("NP", [2, 3, 1]), ("VP", [1, 1, 1])],
        ),
        // A span that begins with I is one, and so is one after another kind.
        (
            &[
                ["B-PER I-PER O B-LOC", "I-PER I-PER O I-LOC"],
                ["B-PER I-LOC", "B-PER I-PER"],
            ],
            [6, 3],
            &[("LOC", [2, 1, 1]), ("PER", [2, 2, 1])],
        ),
        (
            &[["I-PER B-PER I-PER", "I-PER I-PER I-PER"]],
            [3, 2],
            &[("PER", [2, 1, 0])],
        ),
        // No span goes from one sentence to the next.
        (
            &[["B-LOC I-LOC", "B-LOC I-LOC"], ["I-LOC", "B-LOC"]],
            [3, 2],
            &[("LOC", [2, 2, 2])],
        ),
        (
            &[["B-LOC I-LOC I-LOC", "B-ORG I-ORG I-ORG"]],
            [3, 0],
            &[("LOC", [1, 0, 0]), ("ORG", [0, 1, 0])],
        ),
        (
            &[["B-LOC I-LOC O", "B-LOC I-LOC I-LOC"]],
            [3, 2],
            &[("LOC", [1, 1, 0])],
        ),
        (
            &[["B-LOC I-LOC I-ORG", "B-LOC I-LOC B-LOC"]],
            [3, 2],
            &[("LOC", [1, 2, 1]), ("ORG", [1, 0, 0])],
        ),
        (&[["B I I O B", "B I O I B"]], [5, 3], &[("", [2, 3, 1])]),
    ];
    for (sentences, words, kinds) in cases {
        let pairs = sentences
            .iter()
            .map(|[gold, predicted]| (tags(gold), tags(predicted)));
        let scores = SpanScores::of(pairs, TagScheme::Iob2).unwrap();
        assert_eq!([scores.words, scores.correct_words], words, "{sentences:?}");
        let counts = kinds.iter().map(|(kind, [gold, predicted, correct])| {
            let counts = SpanCounts {
                gold: *gold,
                predicted: *predicted,
                correct: *correct,
            };
            ((*kind).to_owned(), counts)
        });
        assert_eq!(scores.kinds, counts.collect(), "{sentences:?}");
    }
}

#[test]
fn where_nothing_is_found_scores_are_zero() {
    let none: [(&[&str], &[&str]); 0] = [];
    let scores = SpanScores::of(none, TagScheme::Iob2).unwrap();
    assert_eq!(scores, SpanScores::default());
    let zero = [scores.accuracy(), scores.micro().f1(), scores.macro_f1()];
    assert_eq!(zero, [0.0; 3]);
    let owned = vec![(vec!["O".to_owned()], ["B-A"])];
    let scores = SpanScores::of(owned, TagScheme::Iob2).unwrap();
    let micro = scores.micro();
    assert_eq!([micro.precision(), micro.recall(), micro.f1()], [0.0; 3]);
}

#[test]
fn a_sentence_needs_a_predicted_tag_for_each_word() {
    let pairs: [(&[&str], &[&str]); 2] = [(&["O"], &["O"]), (&["O", "O"], &["O"])];
    let error = SpanScores::of(pairs, TagScheme::Iob2).unwrap_err();
    let counts = TagError::Counts {
        sentence: 1,
        gold: 2,
        predicted: 1,
    };
    assert_eq!(error, counts);
    let expected = "sentence 1 from 0: expected as many predicted tags as gold ones, 2, found 1";
    assert_eq!(error.to_string(), expected);
    assert_eq!(SpanScores::strict(pairs, TagScheme::Iobes), Err(counts));
}
