//! From positions in the text to examples: subsampling, windows, noise words.

use super::alias::AliasTable;
use super::{Architecture, Settings};
use crate::noise;
use crate::simd::{MAX_LANES, Real};
use std::ops::Range;

/// Power of the counts that noise words are drawn with.
const NOISE_POWER: f64 = 0.75;
/// How far from a batch its contexts are looked for, in words of the text. It binds
/// only where subsampling drops nearly every word.
pub(super) const FARTHEST: usize = 1000;

/// A text as the ids of its words, in sentences that no window crosses.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    words: &'a [u32],
    ends: &'a [usize],
    largest: Option<u32>,
}

impl<'a> Text<'a> {
    /// The text of `words`, whose sentences end before the positions `ends`.
    ///
    /// # Panics
    /// Where the ends fall, or the last is not the number of words.
    pub fn new(words: &'a [u32], ends: &'a [usize]) -> Self {
        assert!(ends.is_sorted(), "sentences end one after the other");
        assert_eq!(
            ends.last().copied().unwrap_or(0),
            words.len(),
            "the last sentence ends with the text"
        );
        let largest = words.iter().copied().max();
        Self {
            words,
            ends,
            largest,
        }
    }

    /// Words in all sentences.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn largest(&self) -> Option<u32> {
        self.largest
    }
}

/// Examples that are learned from at once. `G` is their number.
#[derive(Debug)]
pub(super) struct Batch<R> {
    /// Words of the text that it was made from.
    pub words: usize,
    /// The input words of all examples, one after the other.
    pub contexts: Vec<u32>,
    /// Where the input words of an example end. `[G]`
    pub context_ends: Vec<usize>,
    /// The word of each example, then its noise. `[G, 1 + K]`
    pub targets: Vec<u32>,
    /// 1 for the word, 0 for noise. `[G, 1 + K]`, padded to whole registers
    pub labels: Vec<R>,
    /// Learning rates, zero for noise that is the word itself. `[G, 1 + K]`, padded likewise
    pub rates: Vec<R>,
    /// Words that subsampling kept, with their positions.
    kept: Vec<(usize, u32)>,
}

// Derived, it would ask for a default of `R`'s own sake.
impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self {
            words: 0,
            contexts: Vec::new(),
            context_ends: Vec::new(),
            targets: Vec::new(),
            labels: Vec::new(),
            rates: Vec::new(),
            kept: Vec::new(),
        }
    }
}

impl<R: Real> Batch<R> {
    fn clear(&mut self) {
        self.contexts.clear();
        self.context_ends.clear();
        self.targets.clear();
        self.labels.clear();
        self.rates.clear();
    }

    /// The input words of each example, never none.
    #[inline(always)]
    pub fn contexts(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.context_ends.iter().map(move |&end| {
            let contexts = &self.contexts[start..end];
            start = end;
            contexts
        })
    }

    /// Examples, `G`.
    pub fn examples(&self) -> usize {
        self.context_ends.len()
    }
}

/// The draws of one training.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    settings: Settings,
    /// A word is kept where 32 random bits are below its number. `[V]`
    keep: Vec<u64>,
    noise: AliasTable,
    hits_per_word: f64,
}

impl Sampler {
    /// # Panics
    /// Where all counts are zero, there are `2^32` or more, or the threshold is not positive.
    pub fn new(settings: Settings, counts: &[u64]) -> Self {
        let total: f64 = counts.iter().map(|&count| count as f64).sum();
        let weights: Vec<f64> = counts
            .iter()
            .map(|&count| (count as f64).powf(NOISE_POWER))
            .collect();
        let weight_sum: f64 = weights.iter().sum();
        let noise = AliasTable::new(&weights);
        let kept = |count: u64| match settings.subsampling {
            None => 1.0,
            Some(threshold) => {
                assert!(threshold > 0.0, "the threshold of subsampling is positive");
                let ratio = threshold * total / count as f64;
                (ratio.sqrt() + ratio).min(1.0)
            }
        };
        // Expected updates of a word's output vector for one word of the text.
        let windows = match settings.architecture {
            Architecture::SkipGram => 1.0 + settings.window as f64,
            Architecture::Cbow => 1.0,
        };
        let hits = counts.iter().zip(&weights).map(|(&count, weight)| {
            let own = match count {
                0 => 0.0,
                _ => kept(count) * count as f64 / total,
            };
            windows * (own + settings.negatives as f64 * weight / weight_sum)
        });
        Self {
            settings,
            hits_per_word: hits.fold(0.0, f64::max),
            keep: counts
                .iter()
                .map(|&count| (kept(count) * (1u64 << 32) as f64) as u64)
                .collect(),
            noise,
        }
    }

    /// How often the most frequent word's output vector is expected to be updated for
    /// one word of the text.
    pub fn hits_per_word(&self) -> f64 {
        self.hits_per_word
    }

    /// Scores that one word of the text can need.
    pub fn most_scores_per_word(&self) -> usize {
        let examples = match self.settings.architecture {
            Architecture::SkipGram => 2 * self.settings.window,
            Architecture::Cbow => 1,
        };
        examples.saturating_mul(self.settings.negatives.saturating_add(1))
    }

    /// Targets of an example, `1 + K`.
    pub fn targets(&self) -> usize {
        self.settings.negatives + 1
    }

    /// Examples of the words at `range` in the pass `epoch` over the text.
    pub fn fill<R: Real>(
        &self,
        text: &Text,
        epoch: u64,
        range: Range<usize>,
        batch: &mut Batch<R>,
    ) {
        batch.clear();
        batch.words = range.len();
        let mut sentence = text.ends.partition_point(|&end| end <= range.start);
        let mut from = range.start;
        while from < range.end {
            let start = if sentence == 0 {
                0
            } else {
                text.ends[sentence - 1]
            };
            let end = text.ends[sentence];
            let to = range.end.min(end);
            self.fill_sentence(text, epoch, start..end, from..to, batch);
            from = to;
            sentence += 1;
        }
        let padded = batch.labels.len().next_multiple_of(MAX_LANES);
        batch.labels.resize(padded, R::ZERO);
        batch.rates.resize(padded, R::ZERO);
    }

    /// Examples of the words at `range` of one sentence.
    fn fill_sentence<R: Real>(
        &self,
        text: &Text,
        epoch: u64,
        sentence: Range<usize>,
        range: Range<usize>,
        batch: &mut Batch<R>,
    ) {
        let window = self.settings.window;
        let first = epoch.wrapping_mul(text.len() as u64);
        let keep_seed = self.seed(1);
        let kept = |&at: &usize| {
            let bits = noise::mix(keep_seed, first.wrapping_add(at as u64));
            bits >> 32 < self.keep[text.words[at] as usize]
        };
        let with_word = |at: usize| (at, text.words[at]);
        let mut words = std::mem::take(&mut batch.kept);
        words.clear();
        let nearest = sentence.start.max(range.start.saturating_sub(FARTHEST))..range.start;
        words.extend(nearest.rev().filter(kept).take(window).map(with_word));
        words.reverse();
        let centres = words.len();
        words.extend(range.clone().filter(kept).map(with_word));
        let centres = centres..words.len();
        let nearest = range.end..sentence.end.min(range.end.saturating_add(FARTHEST));
        words.extend(nearest.filter(kept).take(window).map(with_word));

        for centre in centres {
            let (at, word) = words[centre];
            let position = first.wrapping_add(at as u64);
            let draw = noise::mix(self.seed(2), position);
            let reach = 1 + ((u128::from(draw) * window as u128) >> 64) as usize;
            let before = &words[centre.saturating_sub(reach)..centre];
            let after = &words[centre + 1..words.len().min(centre + 1 + reach)];
            let contexts = before.iter().chain(after).map(|&(_, context)| context);
            let rate = self.rate::<R>(text, epoch, at);
            let mut draws = (0..).map(|n| noise::mix(draw, n));
            match self.settings.architecture {
                Architecture::SkipGram => {
                    for context in contexts {
                        batch.contexts.push(context);
                        self.finish_example(word, rate, &mut draws, batch);
                    }
                }
                Architecture::Cbow => {
                    let had = batch.contexts.len();
                    batch.contexts.extend(contexts);
                    if batch.contexts.len() > had {
                        self.finish_example(word, rate, &mut draws, batch);
                    }
                }
            }
        }
        batch.kept = words;
    }

    /// Adds the targets of an example whose contexts are there.
    #[inline(always)]
    fn finish_example<R: Real>(
        &self,
        word: u32,
        rate: R,
        draws: &mut impl Iterator<Item = u64>,
        batch: &mut Batch<R>,
    ) {
        batch.context_ends.push(batch.contexts.len());
        batch.targets.push(word);
        batch.labels.push(R::ONE);
        batch.rates.push(rate);
        for bits in draws.take(self.settings.negatives) {
            let other = self.noise.draw(bits);
            batch.targets.push(other);
            batch.labels.push(R::ZERO);
            batch.rates.push(if other == word { R::ZERO } else { rate });
        }
    }

    fn rate<R: Real>(&self, text: &Text, epoch: u64, at: usize) -> R {
        let [first, last] = self.settings.learning_rate;
        let part = (epoch as f64 + at as f64 / text.len() as f64) / self.settings.epochs as f64;
        R::from_f64(first + (last - first) * part)
    }

    /// Seeds of the draws; that of the initial vectors is number 0.
    fn seed(&self, number: u64) -> u64 {
        noise::mix(self.settings.seed, number)
    }
}
