//! Parts, groups and frames.

use std::collections::HashSet;

use super::super::{cut, frame};
use super::*;

/// Signals of one value, their own number, in groups of four.
fn numbered(count: usize, grouped: bool) -> LabelledSignals {
    let mut signals = LabelledSignals {
        channels: 1,
        ..LabelledSignals::default()
    };
    for number in 0..count {
        let group = grouped.then(|| (number / 4 + 1).to_string());
        signals.push(vec![number as f32], number.to_string(), group);
    }
    signals
}

fn fold(signals: LabelledSignals, fold: [usize; 2]) -> Result<Splits<LabelledSignals>, DataError> {
    let options = SignalOptions {
        fold: Some(fold),
        seed: 3,
        ..SignalOptions::default()
    };
    cut::cut(Path::new("f"), signals, &options)
}

fn check_whole(splits: &Splits<LabelledSignals>, count: usize) {
    let parts = [&splits.train, &splits.valid, &splits.test];
    let mut seen = HashSet::new();
    for part in parts {
        for (signal, label) in part.signals.iter().zip(&part.labels) {
            assert_eq!(signal.values[0].to_string(), *label);
            assert!(seen.insert(label));
        }
    }
    assert_eq!(seen.len(), count);
    let groups = parts.map(|part| part.groups.iter().flatten().collect::<HashSet<_>>());
    let together: HashSet<_> = groups.iter().flatten().collect();
    assert_eq!(
        groups.iter().map(HashSet::len).sum::<usize>(),
        together.len()
    );
}

#[test]
fn every_signal_is_tested_in_one_fold() {
    for (count, folds) in [(10, 3), (10, 10), (101, 4)] {
        let mut tested = HashSet::new();
        for part in 1..=folds {
            let splits = fold(numbered(count, false), [part, folds]).unwrap();
            check_whole(&splits, count);
            assert_eq!(splits.valid.len(), (count - splits.test.len()) / 10);
            tested.extend(splits.test.labels);
        }
        assert_eq!(tested.len(), count);
    }
    let error = fold(numbered(3, false), [1, 4]).unwrap_err().to_string();
    assert_eq!(
        error,
        "f: `fold`: expected at least 4 signals for as many parts, found 3"
    );
    assert!(fold(numbered(3, false), [usize::MAX, usize::MAX]).is_err());
}

#[test]
fn groups_are_held_out_in_the_order_of_their_numbers() {
    for part in 1..=12 {
        let splits = fold(numbered(48, true), [part, 12]).unwrap();
        check_whole(&splits, 48);
        assert_eq!(splits.test.groups, Some(vec![part.to_string(); 4]));
        // A tenth of 11 groups, and one of 3 below.
        assert_eq!(splits.valid.len(), 4);
        assert!(!splits.train.labels.is_sorted());
    }
    let splits = fold(numbered(16, true), [2, 2]).unwrap();
    assert_eq!(
        [splits.train.len(), splits.valid.len(), splits.test.len()],
        [4, 4, 8]
    );
    let error = fold(numbered(16, true), [1, 5]).unwrap_err().to_string();
    assert_eq!(
        error,
        "f: `fold`: expected at least 5 groups for as many parts, found 4"
    );
    let mut named = numbered(8, true);
    named.groups = Some(
        ["10", "9", "10", "x", "9", "x", "9", "9"]
            .map(str::to_owned)
            .to_vec(),
    );
    let splits = fold(named, [1, 3]).unwrap();
    assert_eq!(splits.test.groups, Some(vec!["10".to_owned(); 2]));
}

#[test]
fn fractions_do_not_cut_groups() {
    for seed in 0..20 {
        let options = SignalOptions {
            seed,
            ..SignalOptions::default()
        };
        let splits = cut::cut(Path::new("f"), numbered(40, true), &options).unwrap();
        check_whole(&splits, 40);
        assert_eq!(
            [splits.train.len(), splits.valid.len(), splits.test.len()],
            [32, 4, 4]
        );
        let [train, valid] = cut::training_part(numbered(40, true), true, &options);
        assert_eq!([train.len(), valid.len()], [36, 4]);
        let [train, valid] = cut::training_part(numbered(4, true), true, &options);
        assert_eq!([train.len(), valid.len()], [4, 0]);
    }
}

#[test]
fn an_order_stays_what_its_seed_made_it() {
    let options = SignalOptions { seed: 7, ..whole() };
    let splits = cut::cut(Path::new("f"), numbered(8, false), &options).unwrap();
    // The order of labelled texts of the same seed.
    assert_eq!(splits.train.labels.concat(), "50623471");
}

#[test]
fn steps_are_joined_and_filled_up_with_zeros() {
    let mut signals = LabelledSignals {
        channels: 2,
        channel_names: Some(vec!["a".to_owned(), "b".to_owned()]),
        ..LabelledSignals::default()
    };
    signals.push(
        (1..=6).map(|value| value as f32).collect(),
        "x".to_owned(),
        None,
    );
    signals.push(
        (1..=8).map(|value| value as f32).collect(),
        "y".to_owned(),
        None,
    );
    let same = frame::frame(Path::new("f"), signals.clone(), 1).unwrap();
    assert_eq!(same, signals);
    let framed = frame::frame(Path::new("f"), signals.clone(), 2).unwrap();
    assert_eq!(
        (framed.channels, framed.lengths(), &framed.channel_names),
        (4, vec![2, 2], &signals.channel_names)
    );
    assert_eq!(
        framed.signals[0].values,
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0]
    );
    assert_eq!(framed.signals[1].values, signals.signals[1].values);
    for size in [usize::MAX, 1 << 40] {
        let error = frame::frame(Path::new("f"), signals.clone(), size)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("f: `frame`: expected at most 536870912 values"),
            "{error}"
        );
    }
}
