//! Orders and cuts of labelled texts.

use std::collections::HashSet;

use super::*;

fn numbered(count: usize) -> LabelledTexts {
    let mut texts = LabelledTexts::default();
    for number in 0..count {
        texts.push(&format!("label {number}"), &format!("text {number}"));
    }
    texts
}

fn fold(count: usize, fold: [usize; 2]) -> Result<Splits<LabelledTexts>, DataError> {
    let options = LabelledOptions {
        fold: Some(fold),
        seed: 3,
        ..LabelledOptions::default()
    };
    options.check()?;
    cut(Path::new("f"), numbered(count), &options)
}

#[test]
fn labels_stay_with_their_texts() {
    let mut texts = numbered(100);
    texts.shuffle(1);
    assert_ne!(texts, numbered(100));
    let mut other = numbered(100);
    other.shuffle(2);
    assert_ne!(texts, other);
    for (text, label) in texts.texts.iter().zip(&texts.labels) {
        assert_eq!(text.replace("text", "label"), *label);
    }
    assert_eq!(texts.texts.iter().collect::<HashSet<_>>().len(), 100);
}

#[test]
fn an_order_stays_what_its_seed_made_it() {
    let mut texts = numbered(8);
    texts.shuffle(7);
    let order: String = texts.texts.iter().map(|text| &text[5..]).collect();
    assert_eq!(order, "50623471");
}

/// Each text at each place as often as chance has it: within 5 standard deviations of a binomial distribution.
#[test]
fn all_places_are_alike() {
    const COUNT: usize = 5;
    const SEEDS: u32 = 5_000;
    let mut counts = [[0_u32; COUNT]; COUNT];
    for seed in 0..SEEDS {
        let mut texts = numbered(COUNT);
        texts.shuffle(u64::from(seed));
        for (place, text) in texts.texts.iter().enumerate() {
            counts[place][text[5..].parse::<usize>().unwrap()] += 1;
        }
    }
    let probability = 1.0 / COUNT as f64;
    let expected = f64::from(SEEDS) * probability;
    let deviation = (expected * (1.0 - probability)).sqrt();
    for count in counts.into_iter().flatten() {
        assert!(
            (f64::from(count) - expected).abs() < 5.0 * deviation,
            "{counts:?}"
        );
    }
}

#[test]
fn every_text_is_tested_in_one_fold() {
    for (count, folds) in [(10, 3), (10, 10), (2, 2), (101, 4)] {
        let mut tested = Vec::new();
        for part in 1..=folds {
            let Splits { train, valid, test } = fold(count, [part, folds]).unwrap();
            assert_eq!(train.len() + valid.len() + test.len(), count);
            assert_eq!(valid.len(), (count - test.len()) / 10);
            assert!((count / folds..=count / folds + 1).contains(&test.len()));
            let parts = [&train, &valid, &test].map(|part| part.texts.iter());
            assert_eq!(
                parts.into_iter().flatten().collect::<HashSet<_>>().len(),
                count
            );
            tested.extend(test.texts);
        }
        assert_eq!(tested.len(), count);
        assert_eq!(tested.into_iter().collect::<HashSet<_>>().len(), count);
    }
}

#[test]
fn options_out_of_range_are_named() {
    for wrong in [[0, 3], [4, 3], [1, 1], [0, 0], [usize::MAX, 2]] {
        let error = fold(10, wrong).unwrap_err().to_string();
        let start = "`fold`: expected [k, n] with n at least 2 and k from 1 to n, found [";
        assert!(error.starts_with(start), "{error}");
    }
    let error = fold(10, [2, usize::MAX]).unwrap_err().to_string();
    assert!(error.ends_with("for as many parts, found 10"), "{error}");
    for valid_fraction in [1.0, -0.1, f64::NAN] {
        let options = LabelledOptions {
            valid_fraction,
            ..LabelledOptions::default()
        };
        let error = options.check().unwrap_err().to_string();
        let start = "`valid_fraction`: expected a number from 0 to below 1, found ";
        assert!(error.starts_with(start), "{error}");
    }
    let options = LabelledOptions {
        fractions: [0.5, 0.1, 0.1],
        ..LabelledOptions::default()
    };
    assert!(matches!(options.check(), Err(DataError::Fractions { .. })));
}
