//! What the tests of this folder share: random frames, and the definitions computed over all paths.

use std::collections::BTreeMap;

use super::{Emissions, collapse};
use crate::ngram::testing::Numbers;

/// Log probabilities `[T, V]` that sum to one in each frame; `sharpness` 0 makes all equal.
pub fn frames(numbers: &mut Numbers, frames: usize, symbols: usize, sharpness: f32) -> Vec<f32> {
    let mut all = Vec::new();
    for _ in 0..frames {
        let row: Vec<f64> = (0..symbols)
            .map(|_| f64::from(sharpness) * f64::from(numbers.next()) / f64::from(u32::MAX))
            .collect();
        let sum: f64 = row.iter().map(|x| x.exp()).sum();
        all.extend(row.iter().map(|x| (x - sum.ln()) as f32));
    }
    all
}

/// `p` of every labelling of the frames and of its most probable path, with that path.
pub fn enumerate(emissions: Emissions) -> BTreeMap<Vec<u32>, (f64, f64, Vec<u32>)> {
    let (frames, symbols) = (emissions.frames(), emissions.symbols());
    let mut all: BTreeMap<Vec<u32>, (f64, f64, Vec<u32>)> = BTreeMap::new();
    for number in 0..symbols.pow(frames as u32) {
        let mut rest = number;
        let mut path = Vec::new();
        let mut score = 0f64;
        for frame in 0..frames {
            let symbol = rest % symbols;
            rest /= symbols;
            path.push(symbol as u32);
            score += f64::from(emissions.log_probabilities()[frame * symbols + symbol]);
        }
        let probability = score.exp();
        let labels = collapse(&path, emissions.blank() as u32);
        let entry = all.entry(labels).or_insert((0.0, -1.0, Vec::new()));
        entry.0 += probability;
        if probability > entry.1 {
            (entry.1, entry.2) = (probability, path);
        }
    }
    all
}

/// The first and the last frame of each label of a path.
pub fn spans(path: &[u32], blank: u32) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut before = blank;
    for (frame, &symbol) in path.iter().enumerate() {
        if symbol != blank {
            match spans.last_mut() {
                Some(span) if symbol == before => span.1 = frame,
                _ => spans.push((frame, frame)),
            }
        }
        before = symbol;
    }
    spans
}

/// The labelling of the highest probability, with it.
pub fn most_probable(emissions: Emissions) -> (Vec<u32>, f64) {
    let all = enumerate(emissions).into_iter();
    let best = all.max_by(|a, b| a.1.0.total_cmp(&b.1.0)).expect("a path");
    (best.0, best.1.0)
}
