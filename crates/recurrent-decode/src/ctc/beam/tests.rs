//! The beam search against sums over all paths, and the laws of its pieces.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::ctc::testing::{enumerate, frames, most_probable, spans};
use crate::ctc::{PrefixSearchOptions, best_path, log_probability, prefix_search};
use crate::guide::Unguided;
use crate::log_add::log_add_exact;
use crate::ngram::testing::Numbers;

/// Sums in single precision of some ten frames.
const TOLERANCE: f64 = 2e-5;

fn decode(values: &[f32], symbols: usize, options: BeamOptions) -> Vec<Hypothesis> {
    let emissions = Emissions::new(values, symbols, 0).unwrap();
    beam_search(emissions, options, Unguided).unwrap()
}

#[test]
fn a_wide_beam_has_every_labelling_with_its_probability() {
    let mut numbers = Numbers(21);
    for round in 0..40 {
        let (length, symbols) = (round % 7, 2 + round % 3);
        let blank = round % symbols;
        let mut values = frames(&mut numbers, length, symbols, 1.0 + (round % 5) as f32);
        for value in values.iter_mut().filter(|_| round % 2 == 1) {
            if numbers.next().is_multiple_of(4) {
                *value = f32::NEG_INFINITY;
            }
        }
        let emissions = Emissions::new(&values, symbols, blank).unwrap();
        let mut all = enumerate(emissions);
        all.retain(|_, sums| sums.0 > 0.0);
        let options = BeamOptions::exhaustive(5000);
        let found = beam_search(emissions, options, Unguided).unwrap();
        assert_eq!(found.len(), all.len(), "round {round}");
        for hypothesis in &found {
            let (probability, best, path) = &all[&hypothesis.labels];
            let score = f64::from(hypothesis.score);
            assert!((score - probability.ln()).abs() < TOLERANCE, "{round}");
            assert_eq!(hypothesis.score, hypothesis.acoustic);
            // Where two paths are all but equal, either may be the one.
            let second = second_path(emissions, &hypothesis.labels, path);
            if second < best * (1.0 - 1e-5) {
                let spans = spans(path, blank as u32);
                let firsts: Vec<usize> = spans.iter().map(|span| span.0).collect();
                assert_eq!(hypothesis.positions, firsts, "{round} {path:?}");
                for (confidence, (label, span)) in
                    (hypothesis.confidences.iter()).zip(hypothesis.labels.iter().zip(spans))
                {
                    let frames = span.0..=span.1;
                    let values = frames.map(|t| values[t * symbols + *label as usize]);
                    let peak = values.fold(f32::NEG_INFINITY, f32::max).exp();
                    assert!((confidence - peak).abs() < 1e-6);
                }
            }
        }
        assert!(found.is_sorted_by(|a, b| a.score >= b.score));
        if let Some(best) = found.first() {
            assert_eq!(best.labels, most_probable(emissions).0, "{round}");
        }
    }
}

/// The probability of the second best path of a labelling whose positions are others.
fn second_path(emissions: Emissions, labels: &[u32], best: &[u32]) -> f64 {
    let (frames, symbols) = (emissions.frames(), emissions.symbols());
    let mut second = 0f64;
    for number in 0..symbols.pow(frames as u32) {
        let mut rest = number;
        let path: Vec<u32> = (0..frames)
            .map(|_| {
                let symbol = rest % symbols;
                rest /= symbols;
                symbol as u32
            })
            .collect();
        if path != best && crate::ctc::collapse(&path, emissions.blank() as u32) == labels {
            let row =
                |t: usize| f64::from(emissions.log_probabilities()[t * symbols + path[t] as usize]);
            second = second.max((0..frames).map(row).sum::<f64>().exp());
        }
    }
    second
}

/// Prefix beam search as it is written down, in double precision.
fn slow(values: &[f32], symbols: usize, width: usize) -> Vec<(Vec<u32>, f64)> {
    type Beam = BTreeMap<Vec<u32>, (f64, f64)>;
    let mut beam = Beam::from([(Vec::new(), (0.0, f64::NEG_INFINITY))]);
    for row in values.chunks_exact(symbols) {
        let mut next = Beam::new();
        for (prefix, &(blank, label)) in &beam {
            let both = log_add_exact(blank, label);
            for (symbol, &value) in row.iter().enumerate() {
                let (symbol, value) = (symbol as u32, f64::from(value));
                let nothing = (f64::NEG_INFINITY, f64::NEG_INFINITY);
                if symbol == 0 {
                    let entry = next.entry(prefix.clone()).or_insert(nothing);
                    entry.0 = log_add_exact(entry.0, both + value);
                    continue;
                }
                let repeats = prefix.last() == Some(&symbol);
                if repeats {
                    let entry = next.entry(prefix.clone()).or_insert(nothing);
                    entry.1 = log_add_exact(entry.1, label + value);
                }
                let longer = [&prefix[..], &[symbol]].concat();
                let entry = next.entry(longer).or_insert(nothing);
                let from = if repeats { blank } else { both };
                entry.1 = log_add_exact(entry.1, from + value);
            }
        }
        let mut ranked: Vec<_> = next.into_iter().collect();
        let score = |sums: &(f64, f64)| log_add_exact(sums.0, sums.1);
        ranked.sort_by(|a, b| score(&b.1).total_cmp(&score(&a.1)));
        ranked.truncate(width);
        beam = ranked.into_iter().collect();
    }
    let mut found: Vec<_> = (beam.into_iter())
        .map(|(labels, (blank, label))| (labels, log_add_exact(blank, label)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found
}

#[test]
fn a_narrow_beam_is_the_one_of_the_definition() {
    let mut numbers = Numbers(4);
    for round in 0..24 {
        let sharpness = 2.0 + (round % 8) as f32;
        let values = frames(&mut numbers, 100, 8, sharpness);
        for width in [2, 9, 40] {
            let found = decode(&values, 8, BeamOptions::exhaustive(width));
            let expected = slow(&values, 8, width);
            assert_eq!(found.len(), expected.len());
            for (found, (labels, score)) in found.iter().zip(expected) {
                assert!((f64::from(found.score) - score).abs() < 1e-4, "{round}");
                assert_eq!(found.labels, labels, "round {round}, width {width}");
            }
        }
    }
}

#[test]
fn scores_never_exceed_the_probability_of_the_labelling() {
    let mut numbers = Numbers(8);
    for round in 0..30 {
        let values = frames(&mut numbers, 60, 9, 4.0 + (round % 6) as f32);
        let emissions = Emissions::new(&values, 9, 0).unwrap();
        let mut before = f64::NEG_INFINITY;
        for beam_width in [1, 4, 64] {
            let options = BeamOptions::exhaustive(beam_width);
            let found = beam_search(emissions, options, Unguided).unwrap();
            assert_eq!(found.len(), beam_width);
            for hypothesis in &found {
                let exact = log_probability(emissions, &hypothesis.labels).unwrap();
                assert!(f64::from(hypothesis.score) < exact + 1e-4, "{round}");
            }
            before = before.max(f64::from(found[0].score));
            if beam_width == 64 {
                assert!(f64::from(found[0].score) > before - 1e-4);
            }
        }
    }
}

#[test]
fn pruning_of_labels_and_prefixes_leaves_the_best() {
    let mut numbers = Numbers(8);
    for _ in 0..30 {
        let values = frames(&mut numbers, 80, 12, 14.0);
        let wide = decode(&values, 12, BeamOptions::exhaustive(50));
        let options = BeamOptions {
            beam_width: 50,
            n_best: 50,
            ..Default::default()
        };
        let pruned = decode(&values, 12, options);
        assert_eq!(wide[0].labels, pruned[0].labels);
        let lost = wide[0].score - pruned[0].score;
        assert!((-1e-4..0.05).contains(&lost), "{lost}");
        let last = pruned.last().unwrap();
        assert!(last.score >= pruned[0].score + options.beam_prune_logp);
    }
}

#[test]
fn however_the_frames_are_cut_the_result_is_the_same() {
    let mut numbers = Numbers(31);
    for round in 0..20 {
        let values = frames(&mut numbers, 120, 7, 5.0);
        let options = BeamOptions {
            beam_width: 3 + round,
            n_best: 10,
            ..Default::default()
        };
        let whole = decode(&values, 7, options);
        let mut search = BeamSearch::new(7, 0, options, Unguided).unwrap();
        let mut rest = &values[..];
        let mut stable = Vec::new();
        while !rest.is_empty() {
            let length = (numbers.next() as usize % 9 * 7).min(rest.len());
            search.advance(&rest[..length]).unwrap();
            rest = &rest[length..];
            let now = search.stable().labels;
            assert!(now.starts_with(&stable), "{stable:?} before {now:?}");
            stable = now;
            let tentative = search.tentative();
            let best = [stable.clone(), tentative.labels].concat();
            let found = search.clone().finish();
            assert_eq!(best, found[0].labels);
            assert_eq!(tentative.positions, found[0].positions[stable.len()..]);
            assert!(found.iter().all(|found| found.labels.starts_with(&stable)));
        }
        assert_eq!(search.finish(), whole);
    }
}

/// How many prefixes those in the beam have, with themselves.
fn prefixes(search: &BeamSearch<Unguided>) -> usize {
    let mut all = BTreeSet::from([search.tree.root]);
    for &node in &search.slots.node[..search.slots.count] {
        let mut node = node;
        while all.insert(node) {
            node = search.tree.node(node).parent;
        }
    }
    all.len()
}

#[test]
fn a_stream_takes_no_more_memory_than_its_beam() {
    let mut numbers = Numbers(77);
    let options = BeamOptions {
        beam_width: 16,
        n_best: 16,
        most_undecided: Some(30),
        ..Default::default()
    };
    let mut kept = BeamSearch::new(6, 0, options, Unguided).unwrap();
    let mut stream = kept.clone();
    let mut taken = Labels::default();
    for round in 0..1500 {
        let values = frames(&mut numbers, 20, 6, 15.0);
        stream.advance(&values).unwrap();
        kept.advance(&values).unwrap();
        let stable = stream.take_stable();
        taken.labels.extend(stable.labels);
        taken.positions.extend(stable.positions);
        assert!(stream.stable().labels.is_empty());
        assert!(stream.tentative().labels.len() <= 30);
        let (nodes, records) = (stream.tree.len(), stream.records.len());
        assert!(
            nodes <= 16 * 31 && records < 4000,
            "{nodes}, {records} {round}"
        );
        assert_eq!(nodes, prefixes(&stream), "round {round}");
    }
    assert!(taken.labels.len() > 5000 && kept.tree.len() > taken.labels.len());
    let (whole, rest) = (kept.finish(), stream.finish());
    assert_eq!(whole.len(), rest.len());
    for (whole, rest) in whole.iter().zip(&rest) {
        assert_eq!(whole.labels, [&taken.labels[..], &rest.labels].concat());
        assert_eq!(whole.score, rest.score);
        let positions = [&taken.positions[..], &rest.positions].concat();
        assert!(positions.is_sorted());
    }
}

#[test]
fn long_sums_keep_their_digits() {
    let mut numbers = Numbers(5);
    let values = frames(&mut numbers, 20_000, 4, 9.0);
    let found = &decode(&values, 4, BeamOptions::exhaustive(4))[0];
    let (labels, score) = slow(&values, 4, 4).remove(0);
    // The sum is -5900: single precision has steps of 0.0005 there.
    assert!((f64::from(found.score) - score).abs() < 5e-3, "{score}");
    assert_eq!(found.labels, labels);
}

/// Blank 0. The best path is 2 1, with 0.2. A beam of one keeps 2 after the first frame and then finds it more probable
/// alone, with 0.16 + 0.04, than with 1 after it. The labelling 1 has 0.12 + 0.15 + 0.15.
#[test]
fn best_path_beam_and_prefix_search_differ() {
    let values = [0.3f32, 0.3, 0.4, 0.4, 0.5, 0.1].map(f32::ln);
    let emissions = Emissions::new(&values, 3, 0).unwrap();
    let path = best_path(emissions);
    let narrow = decode(&values, 3, BeamOptions::exhaustive(1)).remove(0);
    let exact = prefix_search(emissions, PrefixSearchOptions::default()).unwrap();
    let wide = decode(&values, 3, BeamOptions::exhaustive(9)).remove(0);
    assert_eq!(path.labels, [2, 1]);
    assert_eq!(narrow.labels, [2]);
    assert_eq!(exact.hypothesis.labels, [1]);
    assert_eq!(wide.labels, [1]);
    let scores = [&path, &narrow, &exact.hypothesis, &wide].map(|found| found.score.exp());
    for (found, expected) in scores.into_iter().zip([0.2, 0.2, 0.42, 0.42]) {
        assert!((found - expected).abs() < 1e-6, "{scores:?}");
    }
}

#[test]
fn nothing_is_left_after_a_frame_of_no_probability() {
    let none = f32::NEG_INFINITY;
    let mut search = BeamSearch::new(2, 0, BeamOptions::default(), Unguided).unwrap();
    search
        .advance(&[-9.0, -0.1, none, none, -0.1, -3.0])
        .unwrap();
    assert_eq!(search.frames(), 3);
    assert_eq!(search.tentative(), Labels::default());
    assert!(search.take_stable().labels.is_empty());
    assert!(search.finish().is_empty());
    // A blank of probability 0 is another matter.
    let found = decode(&[none, -0.5, none, -0.5], 2, BeamOptions::default());
    assert_eq!((&found[0].labels[..], found[0].score), (&[1][..], -1.0));
    assert_eq!(decode(&[], 2, BeamOptions::default())[0], {
        Hypothesis::default()
    });
}

#[test]
fn values_far_apart_are_ranked() {
    let frame = [-1e30f32, -2e30, -1e-3, -1e4];
    let values = [frame, [-1e30, -5.0, -1e20, -1.0], frame].concat();
    let found = decode(&values, 4, BeamOptions::exhaustive(8));
    assert!(found.iter().all(|h| !h.score.is_nan()));
    assert_eq!(found[0].labels, [2, 3, 2]);
    let large = [f32::MAX, -f32::MAX, f32::MAX, f32::MAX];
    decode(&large, 2, BeamOptions::exhaustive(8));
}

#[test]
fn bad_options_and_frames_are_named() {
    let error = |options| match BeamSearch::new(3, 0, options, Unguided) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("expected an error"),
    };
    let valid = BeamOptions::default();
    let expected = [
        (
            BeamOptions {
                beam_width: 0,
                ..valid
            },
            "beam_width: expected a number from 1 to 2^20, found 0",
        ),
        (
            BeamOptions {
                token_min_logp: f32::NAN,
                ..valid
            },
            "token_min_logp: expected a number of at most 0, or -inf, found NaN",
        ),
        (
            BeamOptions {
                beam_prune_logp: 0.0,
                ..valid
            },
            "beam_prune_logp: expected a number below 0, or -inf, found 0",
        ),
        (
            BeamOptions {
                most_undecided: Some(0),
                ..valid
            },
            "most_undecided: expected a number above 0, or none, found 0",
        ),
        (
            BeamOptions { n_best: 0, ..valid },
            "n_best: expected a number above 0, found 0",
        ),
    ];
    for (options, expected) in expected {
        assert_eq!(error(options), expected);
    }
    let mut search = BeamSearch::new(2, 0, valid, Unguided).unwrap();
    search.advance(&[-1.0, -0.5]).unwrap();
    let before = search.clone().finish();
    let error = search.advance(&[-1.0, -0.5, f32::NAN, 0.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "frame 2, symbol 0: expected a log probability, found NaN"
    );
    assert!(search.advance(&[0.0]).is_err());
    assert_eq!((search.frames(), search.finish()), (1, before));
}
