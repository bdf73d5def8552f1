//! Guides against their definitions, alone and in a beam that has room for every labelling.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::*;
use crate::ctc::testing::{enumerate, frames};
use crate::ctc::{BeamOptions, BeamSearch, Emissions, beam_search, log_probability};
use crate::ngram::testing::{Numbers, counts, text};
use crate::{KneserNey, LanguageModel, Ngram};

/// Sums in single precision.
const TOLERANCE: f64 = 5e-5;

/// A model of `vocabulary` symbols.
fn model(vocabulary: u32) -> Ngram {
    let tokens = text(3, 4000, vocabulary);
    let estimate = KneserNey::default().estimate(&counts(3, vocabulary, None, &tokens));
    estimate.expect("a model").0
}

/// What a guide adds for a labelling, asked label by label.
fn score_of<G: Guide>(guide: &G, labels: &[u32]) -> Option<f64> {
    let mut state = guide.start();
    let mut sum = 0f64;
    for &label in labels {
        let (next, gain) = guide.extend(&state, label)?;
        assert!(gain <= guide.most() + 1e-5, "{gain} {labels:?}");
        state = next;
        sum += f64::from(gain);
    }
    Some(sum + f64::from(guide.finish(&state)?))
}

/// Asserts that a wide beam gives every labelling that `expected` gives a score, with the network's added, best first.
fn assert_guided<G: Guide>(guide: &G, symbols: usize, expected: impl Fn(&[u32]) -> Option<f64>) {
    let mut numbers = Numbers(9);
    for _ in 0..4 {
        let values = frames(&mut numbers, 6, symbols, 2.0);
        let emissions = Emissions::new(&values, symbols, 0).unwrap();
        let all = enumerate(emissions);
        let found = beam_search(emissions, BeamOptions::exhaustive(20_000), guide).unwrap();
        let scores = all.iter().filter_map(|(labels, &(probability, ..))| {
            expected(labels).map(|score| (labels, probability.ln(), score))
        });
        let mut scores: Vec<_> = scores.filter(|x| x.2 > f64::NEG_INFINITY).collect();
        assert_eq!(found.len(), scores.len());
        scores.sort_by(|a, b| (b.1 + b.2).total_cmp(&(a.1 + a.2)));
        assert_eq!(&found[0].labels, scores[0].0);
        for (labels, acoustic, score) in scores {
            let found = found.iter().find(|found| found.labels == *labels);
            let found = found.unwrap_or_else(|| panic!("no {labels:?}"));
            assert!((f64::from(found.acoustic) - acoustic).abs() < TOLERANCE);
            let sum = f64::from(found.score) - acoustic;
            assert!((sum - score).abs() < TOLERANCE, "{labels:?} {sum} {score}");
            assert!((score_of(guide, labels).unwrap() - score).abs() < TOLERANCE);
        }
    }
}

#[test]
fn a_label_model_adds_its_probabilities() {
    let model = model(7);
    let symbols = vec![None, Some(4), Some(1), Some(2)];
    let guide = LabelModel::new(&model, symbols.clone(), Some(5), 0.7, 0.3).unwrap();
    assert_guided(&guide, 4, |labels| {
        let mut state = model.start();
        let mut sum = 0f64;
        for &label in labels {
            let ln = model.step(&mut state, symbols[label as usize].unwrap());
            sum += f64::from(0.7 * ln) + f64::from(0.3f32);
        }
        Some(sum + f64::from(0.7 * model.log_probability(&state, 5)))
    });
}

#[test]
fn a_word_model_scores_complete_words() {
    let model = model(7);
    // Separator 3; "1" is symbol 4, "1 2" symbol 5, "2 2" symbol 1.
    let words = vec![(4, vec![1]), (5, vec![1, 2]), (1, vec![2, 2])];
    for unknown in [None, Some(6)] {
        let options = WordModelOptions {
            weight: 0.8,
            bonus: 0.6,
            unknown,
            unknown_penalty: -1.5,
            end: Some(0),
        };
        let guide = WordModel::new(&model, words.clone(), 3, options).unwrap();
        assert_guided(&guide, 4, |labels| {
            let mut state = model.start();
            let mut sum = 0f64;
            for word in labels.split(|&label| label == 3).filter(|w| !w.is_empty()) {
                let known = words.iter().find(|(_, spelling)| spelling == word);
                let symbol = known.map(|known| known.0).or(unknown);
                sum += 0.6 - if known.is_none() { 1.5 } else { 0.0 };
                if let Some(symbol) = symbol {
                    sum += 0.8 * f64::from(model.step(&mut state, symbol));
                }
            }
            Some(sum + 0.8 * f64::from(model.log_probability(&state, 0)))
        });
    }
}

#[test]
fn a_lexicon_allows_its_words_only() {
    let words = vec![vec![1], vec![1, 2], vec![2, 2, 1], vec![2]];
    let separated = Lexicon::new(words[..3].to_vec(), Some(3)).unwrap();
    assert_guided(&separated, 4, |labels| {
        let mut all = labels.split(|&label| label == 3);
        let fits = labels.is_empty() || all.all(|word| words[..3].iter().any(|w| w == word));
        fits.then_some(0.0)
    });
    let whole = Lexicon::new(words.clone(), None).unwrap();
    assert_guided(&whole, 4, |labels| {
        let fits = labels.is_empty() || words.iter().any(|word| word == labels);
        fits.then_some(0.0)
    });
    // Nothing ends where a word does.
    let guide = Lexicon::new(vec![vec![1, 2]], None).unwrap();
    let none = f32::NEG_INFINITY;
    let values = [none, 0.0, none];
    let emissions = Emissions::new(&values, 3, 0).unwrap();
    let found = beam_search(emissions, BeamOptions::default(), guide);
    assert_eq!(found, Ok(Vec::new()));
}

/// The bonus of all occurrences.
fn occurrences(phrases: &[(Vec<u32>, f32)], separator: Option<u32>, labels: &[u32]) -> f64 {
    let padded: Vec<u32> = (separator.into_iter())
        .chain(labels.iter().copied())
        .chain(separator)
        .collect();
    let count = |phrase: &[u32]| {
        let whole: Vec<u32> = (separator.into_iter())
            .chain(phrase.iter().copied())
            .chain(separator)
            .collect();
        padded.windows(whole.len()).filter(|w| *w == whole).count()
    };
    let sums = phrases
        .iter()
        .map(|(phrase, bonus)| count(phrase) as f64 * f64::from(*bonus));
    sums.sum()
}

#[test]
fn hotwords_add_their_bonus_for_each_occurrence() {
    let phrases = vec![
        (vec![1, 2], 1.5),
        (vec![1, 2, 1, 1], 4.0),
        (vec![2], 0.25),
        (vec![2, 1, 2], 2.0),
        (vec![1, 2], 0.5),
        (vec![1, 3, 2], 3.0),
    ];
    for separator in [None, Some(3)] {
        let guide = Hotwords::new(phrases.clone(), separator).unwrap();
        assert_guided(&guide, 4, |labels| {
            Some(occurrences(&phrases, separator, labels))
        });
        let mut numbers = Numbers(2);
        for length in 0..200 {
            let labels: Vec<u32> = (0..length).map(|_| 1 + numbers.next() % 3).collect();
            let expected = occurrences(&phrases, separator, &labels);
            let found = score_of(&guide, &labels).unwrap();
            assert!((found - expected).abs() < 1e-3, "{labels:?}");
        }
    }
}

#[test]
fn a_loan_keeps_a_phrase_in_a_narrow_beam() {
    // In every frame label 2 is a little better than label 1.
    let row = [0.1f32, 0.4, 0.5].map(f32::ln);
    let blank = [0.98f32, 0.01, 0.01].map(f32::ln);
    let values = [row, blank, row, blank, row].concat();
    let emissions = Emissions::new(&values, 3, 0).unwrap();
    let guide = Hotwords::new(vec![(vec![1, 1, 1], 2.0)], None).unwrap();
    let options = BeamOptions {
        beam_width: 2,
        ..Default::default()
    };
    let free = beam_search(emissions, options, Unguided).unwrap();
    let guided = beam_search(emissions, options, &guide).unwrap();
    assert_eq!(free[0].labels, [2, 2, 2]);
    assert_eq!(guided[0].labels, [1, 1, 1]);
    assert!((guided[0].score - guided[0].acoustic - 2.0).abs() < 1e-5);
}

#[test]
fn two_guides_add_up() {
    let model = model(5);
    let lexicon = Lexicon::new(vec![vec![1, 2], vec![2]], Some(3)).unwrap();
    let symbols = vec![None, Some(1), Some(2), Some(3)];
    let labels = LabelModel::new(&model, symbols, None, 0.5, 0.1).unwrap();
    let hotwords = Hotwords::new(vec![(vec![2, 3], 1.0)], None).unwrap();
    let guide = (&lexicon, (&labels, &hotwords));
    assert_guided(&guide, 4, |l| {
        score_of(&lexicon, l)?;
        Some(score_of(&labels, l)? + score_of(&hotwords, l)?)
    });
    const { assert!(!<(Lexicon, Unguided)>::IDLE && <(Unguided, &Unguided)>::IDLE) };
}

#[test]
fn a_guided_stream_is_the_guided_whole() {
    let mut numbers = Numbers(44);
    let model = model(8);
    let symbols: Vec<Option<u32>> = (0..7).map(|label: u32| label.checked_sub(1)).collect();
    let labels = LabelModel::new(&model, symbols, None, 0.9, 0.8).unwrap();
    let hotwords = Hotwords::new(vec![(vec![2, 3], 1.0), (vec![3, 3, 1], 3.0)], Some(6)).unwrap();
    for round in 0..10 {
        let values = frames(&mut numbers, 400, 7, 20.0);
        let options = BeamOptions {
            beam_width: 4 + 3 * round,
            n_best: 5,
            ..Default::default()
        };
        let emissions = Emissions::new(&values, 7, 0).unwrap();
        let whole = beam_search(emissions, options, (&labels, &hotwords)).unwrap();
        let mut search = BeamSearch::new(7, 0, options, (&labels, &hotwords)).unwrap();
        let mut taken = Vec::new();
        for piece in values.chunks(7 * (1 + round)) {
            search.advance(piece).unwrap();
            taken.extend(search.take_stable().labels);
        }
        let rest = search.finish();
        assert_eq!(rest.len(), whole.len());
        for (whole, rest) in whole.iter().zip(&rest) {
            assert_eq!(whole.labels, [&taken[..], &rest.labels].concat());
            assert_eq!((whole.score, whole.acoustic), (rest.score, rest.acoustic));
            let sum = score_of(&(&labels, &hotwords), &whole.labels).unwrap();
            let found = f64::from(whole.score) - f64::from(whole.acoustic);
            assert!((found - sum).abs() < 5e-3, "{found} {sum}");
        }
    }
}

/// A guide that counts what it is asked.
struct Counting<'a>(&'a Cell<usize>);

impl Guide for Counting<'_> {
    type State = Vec<u32>;

    fn start(&self) -> Vec<u32> {
        Vec::new()
    }

    fn extend(&self, state: &Vec<u32>, label: u32) -> Option<(Vec<u32>, f32)> {
        self.0.set(self.0.get() + 1);
        let next = [&state[..], &[label]].concat();
        match label {
            3 => None,
            4 => Some((next, f32::NAN)),
            5 => Some((next, f32::NEG_INFINITY)),
            _ => Some((next, 0.5)),
        }
    }

    fn finish(&self, state: &Vec<u32>) -> Option<f32> {
        Some(if state.len() == 2 { f32::NAN } else { 0.0 })
    }
}

#[test]
fn a_guide_is_asked_once_and_may_forbid() {
    let asked = Cell::new(0);
    let values = frames(&mut Numbers(6), 5, 6, 1.0);
    let emissions = Emissions::new(&values, 6, 0).unwrap();
    let found = beam_search(emissions, BeamOptions::exhaustive(20_000), Counting(&asked)).unwrap();
    let all = enumerate(emissions);
    let allowed = |labels: &[u32]| labels.iter().all(|&label| label < 3) && labels.len() != 2;
    let expected: BTreeSet<&Vec<u32>> = all.keys().filter(|labels| allowed(labels)).collect();
    let labels: BTreeSet<&Vec<u32>> = found.iter().map(|found| &found.labels).collect();
    assert_eq!(labels, expected);
    // Every prefix that has an extension in these frames is asked for at most five.
    let prefixes = all
        .keys()
        .filter(|labels| labels.iter().all(|&label| label < 3));
    assert!(asked.get() <= 5 * prefixes.count(), "{}", asked.get());
    for found in found {
        let gain = 0.5 * found.labels.len() as f32;
        assert!((found.score - found.acoustic - gain).abs() < 1e-5);
    }
}

#[test]
fn what_a_guide_cannot_take_is_named() {
    let model = model(7);
    fn refused<G: Guide>(guide: Result<G, DecodeError>) -> String {
        let made = guide.and_then(|g| BeamSearch::new(4, 0, BeamOptions::default(), g));
        made.map(|_| ()).unwrap_err().to_string()
    }
    let of_labels = |symbols| LabelModel::new(&model, symbols, None, 1.0, 0.0);
    assert_eq!(
        refused(of_labels(vec![None, Some(1), Some(7), Some(2)])),
        "label 2: expected a symbol of the language model, below 7, found 7"
    );
    assert_eq!(
        refused(of_labels(vec![None, Some(1), None, Some(2)])),
        "label 2: expected a symbol of the language model, below 7, found none"
    );
    assert_eq!(
        refused(of_labels(vec![None, Some(1)])),
        "label 2: expected a symbol of the language model, below 7, found none"
    );
    assert_eq!(
        refused(LabelModel::new(&model, vec![], None, -1.0, 0.0)),
        "weight: expected a finite number of at least 0, found -1"
    );
    assert_eq!(
        refused(Lexicon::new(vec![], None)),
        "words: expected at least one word, found none"
    );
    assert_eq!(
        refused(Lexicon::new(vec![vec![1], vec![]], None)),
        "words: expected words of at least one label, found none in word 1 from 0"
    );
    assert_eq!(
        refused(Lexicon::new(vec![vec![1], vec![2, 4]], None)),
        "word 1 from 0, position 1: expected a label below 4 that is not the blank, 0, found 4"
    );
    assert_eq!(
        refused(Lexicon::new(vec![vec![1, 3]], Some(3))),
        "word 0 from 0, position 1: expected a label below 4 that is not the blank, 0 nor the separator, 3, found 3"
    );
    assert_eq!(
        refused(Lexicon::new(vec![vec![1]], Some(0))),
        "separator: expected a label, below the number of symbols and not the blank, found 0"
    );
    assert_eq!(
        refused(Hotwords::new(vec![], None)),
        "hotwords: expected at least one phrase, found none"
    );
    assert_eq!(
        refused(Hotwords::new(vec![(vec![0], 1.0)], None)),
        "word 0 from 0, position 0: expected a label below 4 that is not the blank, 0, found 0"
    );
    assert_eq!(
        refused(Hotwords::new(vec![(vec![1], f32::NAN)], None)),
        "bonus: expected a finite number, found NaN"
    );
    let words = |symbol, spelling| {
        let options = WordModelOptions::default();
        WordModel::new(&model, vec![(symbol, spelling)], 3, options)
    };
    assert_eq!(
        refused(words(9, vec![1])),
        "words: expected a symbol of the language model, found 9 of 7"
    );
    assert_eq!(
        refused(words(1, vec![9])),
        "word 0 from 0, position 0: expected a label below 4 that is not the blank, 0 nor the separator, 3, found 9"
    );
}

/// Whatever the options and the values, a stream is the whole, and what it gives is what it says.
#[test]
fn random_searches_keep_the_laws() {
    let mut numbers = Numbers(123);
    let model = model(9);
    for round in 0..150 {
        let symbols = 2 + numbers.next() as usize % 7;
        let blank = numbers.next() as usize % symbols;
        let length = numbers.next() as usize % 90;
        let mut values = frames(&mut numbers, length, symbols, (round % 12) as f32);
        for value in &mut values {
            match numbers.next() % 50 {
                0 if round % 3 == 0 => *value = f32::NEG_INFINITY,
                1 if round % 4 == 0 => *value -= 300.0,
                _ => {}
            }
        }
        let label =
            |number: u32| (number as usize % symbols != blank).then_some(number % symbols as u32);
        let mut drawn = || -> Vec<u32> {
            let length = 1 + numbers.next() % 4;
            let labels = (0..length).filter_map(|_| label(numbers.next()));
            let mut labels: Vec<u32> = labels.collect();
            labels.extend(label(blank as u32 + 1).filter(|_| labels.is_empty()));
            labels
        };
        let phrases = (0..5).map(|n| (drawn(), n as f32)).collect();
        let words = (0..30).map(|_| drawn()).collect();
        let hotwords = Hotwords::new(phrases, None).unwrap();
        let lexicon = Lexicon::new(words, None).unwrap();
        let map = (0..symbols)
            .map(|s| (s != blank).then_some(s as u32))
            .collect();
        let labels = LabelModel::new(&model, map, Some(0), 1.5, 1.0).unwrap();
        let options = BeamOptions {
            beam_width: 1 + numbers.next() as usize % 30,
            token_min_logp: [-5.0, f32::NEG_INFINITY][round % 2],
            beam_prune_logp: [-10.0, f32::NEG_INFINITY, -2.0][round % 3],
            n_best: 4,
            most_undecided: [None, Some(1), Some(7)][round / 7 % 3],
        };
        let seed = numbers.next();
        same(&values, (symbols, blank), options, seed, Unguided);
        same(
            &values,
            (symbols, blank),
            options,
            seed,
            (&labels, &hotwords),
        );
        same(
            &values,
            (symbols, blank),
            options,
            seed,
            (&hotwords, &lexicon),
        );
    }
}

fn same<G: Guide + Copy>(
    values: &[f32],
    (symbols, blank): (usize, usize),
    options: BeamOptions,
    seed: u32,
    guide: G,
) {
    let emissions = Emissions::new(values, symbols, blank).unwrap();
    let whole = beam_search(emissions, options, guide).unwrap();
    let mut numbers = Numbers(seed | 1);
    let mut search = BeamSearch::new(symbols, blank, options, guide).unwrap();
    let (mut taken, mut rest) = (Vec::new(), values);
    while !rest.is_empty() {
        let length = (numbers.next() as usize % 5 * symbols).min(rest.len());
        search.advance(&rest[..length]).unwrap();
        rest = &rest[length..];
        if numbers.next().is_multiple_of(3) {
            taken.extend(search.take_stable().labels);
        }
        let undecided = search.tentative().labels.len();
        assert!(options.most_undecided.is_none_or(|most| undecided <= most));
    }
    let found = search.finish();
    assert_eq!(found.len(), whole.len());
    for (whole, found) in whole.iter().zip(&found) {
        assert_eq!(whole.labels, [&taken[..], &found.labels].concat());
        assert_eq!((whole.score, whole.acoustic), (found.score, found.acoustic));
        assert_eq!(whole.positions.len(), whole.labels.len());
        assert!(whole.positions.is_sorted_by(|a, b| a < b));
        let exact = log_probability(emissions, &whole.labels).unwrap();
        assert!(f64::from(whole.acoustic) < exact + 2e-3, "{exact}");
        let added = score_of(&guide, &whole.labels).unwrap();
        let found = f64::from(whole.score) - f64::from(whole.acoustic);
        assert!((found - added).abs() < 5e-3, "{found} {added}");
    }
}
