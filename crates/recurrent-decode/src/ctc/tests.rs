//! Decoders without a beam against sums over all paths.

use super::testing::{enumerate, frames, most_probable, spans};
use super::*;
use crate::DecodeError;
use crate::ngram::testing::Numbers;

const TOLERANCE: f64 = 1e-5;

fn ln(probabilities: &[f32]) -> Vec<f32> {
    probabilities.iter().map(|p| p.ln()).collect()
}

#[test]
fn repeats_and_blanks_are_collapsed() {
    let cases: [(&[u32], &[u32]); 6] = [
        (&[], &[]),
        (&[2, 2, 2], &[]),
        (&[0, 0, 1, 1, 0], &[0, 1, 0]),
        (&[0, 2, 0, 0, 2, 2, 0], &[0, 0, 0]),
        (&[2, 1, 0, 2], &[1, 0]),
        (&[1], &[1]),
    ];
    for (path, labels) in cases {
        assert_eq!(collapse(path, 2), labels, "{path:?}");
    }
}

#[test]
fn probabilities_and_alignments_are_those_of_all_paths() {
    let mut numbers = Numbers(11);
    for (length, symbols, blank) in [(1, 2, 0), (4, 3, 1), (5, 3, 2), (6, 3, 0), (5, 4, 0)] {
        let values = frames(&mut numbers, length, symbols, 3.0);
        let emissions = Emissions::new(&values, symbols, blank).unwrap();
        for (labels, (all, best, path)) in enumerate(emissions) {
            let found = log_probability(emissions, &labels).unwrap();
            assert!((found - all.ln()).abs() < TOLERANCE, "{labels:?}");
            let aligned = align(emissions, &labels).unwrap();
            let score = f64::from(aligned.log_probability);
            assert!((score - best.ln()).abs() < TOLERANCE, "{labels:?}");
            let mut blanks = 0f64;
            for (t, &symbol) in path.iter().enumerate() {
                if symbol as usize == blank {
                    blanks += f64::from(values[t * symbols + blank]);
                }
            }
            let sums = aligned.labels.iter().map(|l| f64::from(l.log_probability));
            assert!((sums.sum::<f64>() + blanks - score).abs() < TOLERANCE);
            let places = aligned.labels.iter().map(|l| (l.first, l.last));
            assert_eq!(places.collect::<Vec<_>>(), spans(&path, blank as u32));
            let found = aligned.labels.iter().map(|l| l.label);
            assert_eq!(found.collect::<Vec<_>>(), labels);
        }
    }
}

#[test]
fn the_best_path_has_its_labels_positions_and_confidences() {
    // Blank 0; the path is 1 1 0 1 2.
    let values = ln(&[
        0.2, 0.7, 0.1, 0.1, 0.9, 0.0, 0.8, 0.1, 0.1, 0.3, 0.6, 0.1, 0.25, 0.25, 0.5,
    ]);
    let found = best_path(Emissions::new(&values, 3, 0).unwrap());
    assert_eq!(found.labels, [1, 1, 2]);
    assert_eq!(found.positions, [0, 3, 4]);
    let expected = [0.9, 0.6, 0.5];
    for (found, expected) in found.confidences.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6);
    }
    let score = (0.7f32 * 0.9 * 0.8 * 0.6 * 0.5).ln();
    assert!((found.score - score).abs() < 1e-5 && found.score == found.acoustic);
}

#[test]
fn prefix_search_finds_the_most_probable_labelling() {
    let mut numbers = Numbers(5);
    let mut greedy_is_wrong = 0;
    for round in 0..60 {
        let (length, symbols) = (1 + round % 6, 2 + round % 3);
        let blank = round % symbols;
        let values = frames(&mut numbers, length, symbols, 1.0 + (round % 4) as f32);
        let emissions = Emissions::new(&values, symbols, blank).unwrap();
        let (labels, probability) = most_probable(emissions);
        let found = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
        assert!(found.exact);
        assert_eq!(found.hypothesis.labels, labels, "round {round}");
        let score = f64::from(found.hypothesis.score);
        assert!((score - probability.ln()).abs() < TOLERANCE);
        let path = &enumerate(emissions)[&labels].2;
        let firsts: Vec<usize> = spans(path, blank as u32).iter().map(|s| s.0).collect();
        assert_eq!(found.hypothesis.positions, firsts);
        greedy_is_wrong += usize::from(best_path(emissions).labels != labels);
    }
    assert!(greedy_is_wrong > 5, "{greedy_is_wrong}");
}

#[test]
fn a_frame_need_not_sum_to_one() {
    let mut numbers = Numbers(17);
    for round in 0..20 {
        let mut values = frames(&mut numbers, 5, 3, 2.0);
        for (t, row) in values.chunks_exact_mut(3).enumerate() {
            row.iter_mut().for_each(|y| *y += t as f32 - 2.5);
        }
        let emissions = Emissions::new(&values, 3, 0).unwrap();
        let found = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
        assert_eq!(
            found.hypothesis.labels,
            most_probable(emissions).0,
            "{round}"
        );
    }
}

#[test]
fn a_cut_or_a_bound_is_not_exact() {
    let mut numbers = Numbers(3);
    let mut values = frames(&mut numbers, 9, 3, 2.0);
    values[4 * 3..5 * 3].copy_from_slice(&ln(&[0.99995, 0.00003, 0.00002]));
    let emissions = Emissions::new(&values, 3, 0).unwrap();
    let whole = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
    let options = PrefixSearchOptions {
        cut_above: Some(0.9999),
        ..Default::default()
    };
    let cut = prefix_search(emissions, options).unwrap();
    assert!(whole.exact && !cut.exact);
    assert!(cut.hypothesis.score <= whole.hypothesis.score);
    let score = log_probability(emissions, &cut.hypothesis.labels).unwrap();
    assert!((f64::from(cut.hypothesis.score) - score).abs() < TOLERANCE);
    let options = PrefixSearchOptions {
        cut_above: Some(1.0),
        ..Default::default()
    };
    assert_eq!(prefix_search(emissions, options).unwrap(), whole);

    let flat = frames(&mut numbers, 30, 5, 0.1);
    let emissions = Emissions::new(&flat, 5, 0).unwrap();
    let options = PrefixSearchOptions {
        most_prefixes: 20,
        ..Default::default()
    };
    assert!(!prefix_search(emissions, options).unwrap().exact);
}

#[test]
fn without_frames_there_are_no_labels() {
    let emissions = Emissions::new(&[], 3, 0).unwrap();
    let greedy = best_path(emissions);
    assert!(greedy.labels.is_empty() && greedy.score == 0.0);
    let search = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
    assert!(search.hypothesis == greedy && search.exact);
    assert_eq!(log_probability(emissions, &[]), Ok(0.0));
    assert_eq!(log_probability(emissions, &[1]), Ok(f64::NEG_INFINITY));
    assert!(align(emissions, &[]).unwrap().labels.is_empty());
}

#[test]
fn where_nothing_is_possible_the_score_is_zero_probability() {
    let values = [f32::NEG_INFINITY; 6];
    let emissions = Emissions::new(&values, 3, 1).unwrap();
    let search = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
    assert_eq!(search.hypothesis.score, f32::NEG_INFINITY);
    assert!(search.hypothesis.labels.is_empty() && search.exact);
    let greedy = best_path(emissions);
    assert_eq!((greedy.labels, greedy.score), (vec![0], f32::NEG_INFINITY));
    let aligned = align(emissions, &[2, 0]).unwrap();
    assert_eq!(aligned.log_probability, f32::NEG_INFINITY);
    assert_eq!((aligned.labels[0].first, aligned.labels[1].last), (0, 1));
}

#[test]
fn bad_input_is_named() {
    let message = |error: DecodeError| error.to_string();
    let error = |values: &[f32], symbols, blank| {
        message(Emissions::new(values, symbols, blank).unwrap_err())
    };
    let nan = [0.0, -1.0, -1.0, f32::NAN, 0.0, 0.0];
    assert_eq!(
        error(&nan, 2, 0),
        "frame 1, symbol 1: expected a log probability, found NaN"
    );
    let above = [0.0, f32::INFINITY];
    assert_eq!(
        error(&above, 2, 0),
        "frame 0, symbol 1: expected a log probability, found inf"
    );
    let expected = "blank: expected a symbol, below their number, which is below 2^32 - 1, found ";
    assert_eq!(error(&[], 2, 2), format!("{expected}2 of 2"));
    assert_eq!(error(&[], 0, 0), format!("{expected}0 of 0"));
    assert_eq!(
        error(&[0.0; 5], 2, 0),
        "log_probabilities: expected whole frames, as many values each as there are symbols, found 5 values of 2 symbols"
    );
    let emissions = Emissions::new(&[0.0; 6], 3, 0).unwrap();
    let aligned = |labels: &[u32]| message(align(emissions, labels).unwrap_err());
    assert_eq!(
        aligned(&[1, 1]),
        "alignment: expected at least 3 frames for 2 labels, found 2"
    );
    assert_eq!(
        aligned(&[1, 3]),
        "symbol at position 1: expected an id below 3, found 3"
    );
    assert_eq!(
        aligned(&[0]),
        "labels: expected labels without the blank, found 0"
    );
    let options = |cut_above, most_prefixes| PrefixSearchOptions {
        cut_above,
        most_prefixes,
    };
    let searched = |options| message(prefix_search(emissions, options).unwrap_err());
    assert_eq!(
        searched(options(None, 0)),
        "most_prefixes: expected a number above 0, found 0"
    );
    assert_eq!(
        searched(options(Some(f32::NAN), 9)),
        "cut_above: expected a probability, 0 to 1, found NaN"
    );
}
