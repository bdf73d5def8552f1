//! The chunks that an epoch of truncated backpropagation through time reads.

use recurrent_nn::noise;
use std::ops::Range;

/// Least length of a chunk that is drawn.
const LEAST: usize = 5;

/// Chance of a chunk around half the length.
const HALF: f64 = 0.05;

/// Most deviations of a length from the one it is drawn around.
const MOST_DEVIATIONS: f64 = 3.0;

/// Where the chunks of an epoch begin and end.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Chunks {
    spans: Vec<Range<usize>>,
    /// The length that has the full learning rate; all have it where `None`.
    full: Option<usize>,
}

impl Chunks {
    /// Cuts `steps` steps in chunks of `length`, the last one what is left; with a deviation
    /// in chunks of drawn lengths, so that an epoch does not always cut at the same places
    /// (Merity, Keskar and Socher 2018).
    pub(super) fn draw(steps: usize, length: usize, deviation: f64, seed: u64) -> Self {
        let mut spans = Vec::new();
        let mut begin = 0;
        while begin < steps {
            let length = if deviation > 0.0 {
                draw_length(length, deviation, noise::mix(seed, begin as u64))
            } else {
                length
            };
            let end = steps.min(begin + length);
            spans.push(begin..end);
            begin = end;
        }
        let full = (deviation > 0.0).then_some(length);
        Self { spans, full }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The steps of chunk `index`.
    pub(super) fn span(&self, index: usize) -> Range<usize> {
        self.spans[index].clone()
    }

    /// Factor on the learning rate of chunk `index`: its length in full ones.
    pub(super) fn rate(&self, index: usize) -> f64 {
        let length = self.spans[index].len() as f64;
        self.full.map_or(1.0, |full| length / full as f64)
    }
}

fn draw_length(length: usize, deviation: f64, seed: u64) -> usize {
    let half = noise::uniform(seed, 0) < HALF;
    let around = length as f64 * if half { 0.5 } else { 1.0 };
    let away = noise::normal(seed, 1).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS);
    ((around + deviation * away) as usize).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(chunks: &Chunks, steps: usize) -> bool {
        let mut next = 0;
        let joined = chunks.spans.iter().all(|span| {
            let joins = span.start == next && span.end > span.start;
            next = span.end;
            joins
        });
        joined && next == steps
    }

    #[test]
    fn without_deviation_all_but_the_last_are_of_one_length() {
        let chunks = Chunks::draw(23, 10, 0.0, 1);
        assert_eq!(chunks.spans, [0..10, 10..20, 20..23]);
        assert_eq!(chunks.rate(2), 1.0);
    }

    #[test]
    fn lengths_have_the_mean_and_the_spread_of_their_distribution() {
        let steps = 700_000;
        let chunks = Chunks::draw(steps, 70, 5.0, 1);
        assert!(covers(&chunks, steps));
        let mean = steps as f64 / chunks.len() as f64;
        // 70 (1 - 0.05 / 2) = 68.25, less a half as lengths are rounded down; the deviation
        // of one length is 9, that of the mean of 10000 is 0.09.
        assert!((mean - 67.75).abs() < 0.4, "{mean}");
        let near_half = |span: &Range<usize>| (20..=50).contains(&span.len());
        let halves = chunks.spans.iter().filter(|span| near_half(span)).count();
        let share = halves as f64 / chunks.len() as f64;
        assert!((share - 0.05).abs() < 0.01, "{share}");
        let all = &chunks.spans[..chunks.len() - 1];
        assert!(all.iter().all(|span| (20..=85).contains(&span.len())));
        let length = chunks.spans[0].len() as f64;
        assert_eq!(chunks.rate(0), length / 70.0);
    }

    #[test]
    fn lengths_are_those_of_their_seed() {
        let draw = |seed| Chunks::draw(1000, 20, 5.0, seed);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let short = Chunks::draw(100, 6, 6.0, 3);
        assert!(covers(&short, 100));
        let all = &short.spans[..short.len() - 1];
        assert!(all.iter().all(|span| span.len() >= LEAST));
    }
}
