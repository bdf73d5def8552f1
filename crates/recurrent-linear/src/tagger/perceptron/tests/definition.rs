//! The perceptron against its definition: all sequences are tried, and all weights summed up after each sentence.

use super::*;

/// The weights of features and transitions, by their names, and their sums over all steps.
#[derive(Default)]
struct Dense {
    weights: HashMap<(u64, usize), f64>,
    transitions: HashMap<(Option<usize>, Option<usize>), f64>,
    sums: HashMap<(u64, usize), f64>,
    transition_sums: HashMap<(Option<usize>, Option<usize>), f64>,
}

impl Dense {
    fn score(&self, keys: &[Vec<u64>], tags: &[usize]) -> f64 {
        let own = keys.iter().zip(tags).flat_map(|(keys, &tag)| {
            let weight = move |key: &u64| self.weights.get(&(*key, tag));
            keys.iter().filter_map(weight)
        });
        let pairs = pairs(tags);
        let transitions = pairs.iter().filter_map(|pair| self.transitions.get(pair));
        own.chain(transitions).sum()
    }

    fn add(&mut self, keys: &[Vec<u64>], tags: &[usize], change: f64) {
        for (keys, &tag) in keys.iter().zip(tags) {
            for &key in keys {
                *self.weights.entry((key, tag)).or_default() += change;
            }
        }
        for pair in pairs(tags) {
            *self.transitions.entry(pair).or_default() += change;
        }
    }

    fn sum(&mut self) {
        for (&at, weight) in &self.weights {
            *self.sums.entry(at).or_default() += weight;
        }
        for (&at, weight) in &self.transitions {
            *self.transition_sums.entry(at).or_default() += weight;
        }
    }
}

/// Each tag after the one before.
fn pairs(tags: &[usize]) -> Vec<(Option<usize>, Option<usize>)> {
    let all: Vec<Option<usize>> = [None]
        .into_iter()
        .chain(tags.iter().copied().map(Some))
        .chain([None])
        .collect();
    all.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Every legal sequence, the last tag changing slowest, as ties are for the lower last tag.
fn sequences(length: usize) -> impl Iterator<Item = Vec<usize>> {
    let all = (0..3usize.pow(length as u32)).map(move |n| -> Vec<usize> {
        (0..length).map(|t| n / 3usize.pow(t as u32) % 3).collect()
    });
    all.filter(|tags| pairs(tags).iter().all(|&(from, to)| legal(from, to)))
}

#[test]
fn weights_are_averages_over_all_sentences() {
    let mut examples = sentences(5, 30);
    examples.iter_mut().for_each(|(words, tags)| {
        words.truncate(5);
        tags.truncate(5);
    });
    let config = config(3);
    let tagger = trained(&examples, config);
    let mut dense = Dense::default();
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(config.seed);
    let mut steps = 0.0;
    for _ in 0..config.passes {
        order.shuffle(&mut random);
        let mut mistakes = 0;
        for &n in &order {
            let (words, gold) = &examples[n];
            let keys = config.features.of(words);
            let mut found: Option<(f64, Vec<usize>)> = None;
            for tags in sequences(gold.len()) {
                let score = dense.score(&keys, &tags);
                if found.as_ref().is_none_or(|(best, _)| score > *best) {
                    found = Some((score, tags));
                }
            }
            let (_, found) = found.unwrap();
            mistakes += usize::from(found != *gold);
            dense.add(&keys, gold, 1.0);
            dense.add(&keys, &found, -1.0);
            dense.sum();
            steps += 1.0;
        }
        if mistakes == 0 {
            break;
        }
    }
    let arrays = tagger.to_arrays();
    let mut entries = arrays.tags.iter().zip(&arrays.weights);
    let mut seen = 0;
    for (key, &count) in arrays.keys.iter().zip(&arrays.counts) {
        for (&tag, &weight) in entries.by_ref().take(count as usize) {
            let expected = dense.sums[&(*key, tag as usize)] / steps;
            assert!((f64::from(weight) - expected).abs() < 1e-6);
            seen += 1;
        }
    }
    assert_eq!(seen, dense.sums.values().filter(|sum| **sum != 0.0).count());
    for from in [None, Some(0), Some(1), Some(2)] {
        for to in [None, Some(0), Some(1), Some(2)] {
            let at = from.unwrap_or(3) * 4 + to.unwrap_or(3);
            let sum = dense.transition_sums.get(&(from, to)).copied();
            let expected = match (from, to) {
                (None, None) => 0.0,
                _ if !legal(from, to) => f64::NEG_INFINITY,
                _ => sum.unwrap_or(0.0) / steps,
            };
            let found = f64::from(arrays.transitions[at]);
            assert!(
                found == expected || (found - expected).abs() < 1e-6,
                "{from:?} {to:?}"
            );
        }
    }
}
