//! Error rates against jiwer's (see `fixtures/make_error_rates.py`).

use recurrent_data::{EditCounts, ErrorRates};
use serde::Deserialize;

/// Correct symbols, substitutions, deletions and insertions.
type Counts = [usize; 4];

#[derive(Deserialize)]
struct Corpus {
    texts: Vec<[String; 2]>,
    words: Vec<Counts>,
    characters: Vec<Counts>,
    wer: f64,
    cer: f64,
}

fn numbers(counts: EditCounts) -> Counts {
    let EditCounts {
        correct,
        substitutions,
        deletions,
        insertions,
    } = counts;
    [correct, substitutions, deletions, insertions]
}

#[test]
fn counts_and_rates_are_those_of_jiwer() {
    let corpora: Vec<Corpus> =
        serde_json::from_str(include_str!("fixtures/error_rates.json")).unwrap();
    let mut compared = 0;
    for corpus in &corpora {
        let mut all = ErrorRates::default();
        for ([reference, hypothesis], (words, characters)) in
            (corpus.texts.iter()).zip(corpus.words.iter().zip(&corpus.characters))
        {
            let mut rates = ErrorRates::default();
            rates.add(reference, hypothesis);
            let what = format!("{reference:?} {hypothesis:?}");
            assert_eq!(numbers(rates.characters), *characters, "{what}");
            // jiwer takes one space only to part words, and others as a word without letters.
            assert_eq!(numbers(rates.words), *words, "{what}");
            all.add(reference, hypothesis);
            compared += 1;
        }
        assert!((all.words.rate() - corpus.wer).abs() < 1e-12);
        assert!((all.characters.rate() - corpus.cer).abs() < 1e-12);
        let right = corpus.words.iter().filter(|counts| counts[1..] == [0; 3]);
        let part = right.count() as f64 / corpus.texts.len() as f64;
        assert_eq!(all.sentence_accuracy(), part);
    }
    assert_eq!(compared, 6 * 12 + 5 + 1);
}

#[test]
fn labels_are_compared_as_words_are() {
    assert_eq!(
        numbers(EditCounts::of(&[1, 2, 3], &[1, 3, 3, 4])),
        [2, 1, 0, 1]
    );
    assert_eq!(EditCounts::of::<u32>(&[], &[]).rate(), 0.0);
    assert_eq!(EditCounts::of(&[], &[7, 7]).rate(), 2.0);
    assert_eq!(numbers(EditCounts::of(&[7, 8], &[])), [0, 0, 2, 0]);
    assert_eq!(ErrorRates::default().sentence_accuracy(), 0.0);
}
