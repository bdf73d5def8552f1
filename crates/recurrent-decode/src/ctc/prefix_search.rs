//! Prefix search decoding (Graves et al. 2006, section 3.2; Graves, *Supervised Sequence Labelling with Recurrent Neural
//! Networks*, 2012, section 7.5): the most probable labelling, by a best-first search over prefixes.
//!
//! For a prefix `p` and each number of frames, `n_t(p)` and `b_t(p)` are the probabilities of the paths of these frames
//! with `B = p` that end in a label and in a blank. The paths of all frames whose labelling begins with `p k` are those in
//! which `k` comes first at some frame,
//!
//! ```text
//! f_t(p k) = y_t(k) (b_{t-1}(p) + n_{t-1}(p))               without the last where p ends in k
//! p(p k ..) = Σ_t f_t(p k) Π_{s > t} Σ_j y_s(j)
//! ```
//!
//! Prefixes are extended in the order of what is left for their extensions, `p(p ..) - p(p)`, until none has more left
//! than the best labelling found has. The number of prefixes can be exponential in `T`, and is small where the network is
//! sure.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{Emissions, align, log_probability};
use crate::log_add::log_add_exact;
use crate::{DecodeError, Hypothesis};

const ZERO: f64 = f64::NEG_INFINITY;

/// How far a prefix search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrefixSearchOptions {
    /// Where the blank has a probability above this in a frame, the sequence is cut there and the sections are searched
    /// alone: quick, and not exact. Graves et al. take 0.9999. `None` searches the whole.
    pub cut_above: Option<f32>,
    /// The most prefixes that are extended, of each section. Each takes time in `T V` and memory of `16 T` bytes.
    pub most_prefixes: usize,
}

impl Default for PrefixSearchOptions {
    fn default() -> Self {
        Self {
            cut_above: None,
            most_prefixes: 10_000,
        }
    }
}

/// What a prefix search found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PrefixSearchResult {
    /// The best labelling. Its score is `ln p(l)`; a label's position is the first of its frames on the labelling's most
    /// probable path, and its confidence the highest probability it has in them.
    pub hypothesis: Hypothesis,
    /// Whether no labelling is more probable, but for rounding. It may be one where this is not so: where a frame was cut
    /// out or the bound was met.
    pub exact: bool,
}

/// The most probable labelling. Where all have probability 0, that without labels, with a score of `-inf`.
///
/// # Errors
/// Where the threshold is not from 0 to 1 or no prefix may be extended.
pub fn prefix_search(
    emissions: Emissions,
    options: PrefixSearchOptions,
) -> Result<PrefixSearchResult, DecodeError> {
    if options.most_prefixes == 0 {
        let expected = "a number above 0";
        return Err(DecodeError::setting("most_prefixes", expected, 0));
    }
    if let Some(threshold) = options.cut_above.filter(|x| !(0.0..=1.0).contains(x)) {
        let expected = "a probability, 0 to 1";
        return Err(DecodeError::setting("cut_above", expected, threshold));
    }
    let mut labels = Vec::new();
    let (mut searched, mut exact) = (0, true);
    for (begin, end) in sections(emissions, options.cut_above) {
        let (found, complete) = Search::new(emissions.part(begin, end)).run(options.most_prefixes);
        searched += end - begin;
        exact &= complete;
        labels.extend(found);
    }
    let score = log_probability(emissions, &labels)? as f32;
    let alignment = align(emissions, &labels)?;
    Ok(PrefixSearchResult {
        hypothesis: alignment.into_hypothesis(emissions, score),
        exact: exact && searched == emissions.frames(),
    })
}

/// The frames between those of a sure blank, as `begin..end`.
fn sections(emissions: Emissions, cut_above: Option<f32>) -> Vec<(usize, usize)> {
    let Some(threshold) = cut_above else {
        return vec![(0, emissions.frames())];
    };
    let mut sections = Vec::new();
    let mut begin = 0;
    for (frame, row) in emissions.rows().enumerate() {
        if row[emissions.blank()].exp() > threshold {
            if frame > begin {
                sections.push((begin, frame));
            }
            begin = frame + 1;
        }
    }
    if emissions.frames() > begin {
        sections.push((begin, emissions.frames()));
    }
    sections
}

/// A prefix that was extended. `before` and `label` are none of the empty one.
struct Prefix {
    before: Option<usize>,
    label: Option<u32>,
    label_sums: Vec<f64>, // ln n [T + 1]
    blank_sums: Vec<f64>, // ln b [T + 1]
}

/// A prefix that may be extended: `left` is the logarithm of what its extensions have.
struct Open {
    left: f64,
    before: usize,
    label: u32,
}

/// The sums over frames of a prefix.
struct Sums {
    /// `ln p` of the labelling that is the prefix.
    own: f64,
    /// `ln p` of all others that begin with it.
    left: f64,
}

struct Search<'a> {
    emissions: Emissions<'a>,
    /// `ln` of what all paths after each number of frames have. [T + 1]
    tails: Vec<f64>,
    prefixes: Vec<Prefix>,
    open: BinaryHeap<Open>,
    /// The best labelling: its probability, and the prefix and the label that make it.
    best: (f64, usize, Option<u32>),
}

impl<'a> Search<'a> {
    /// The search before its first extension.
    fn new(emissions: Emissions<'a>) -> Self {
        let frames = emissions.frames();
        let mut tails = vec![0.0; frames + 1];
        let mut blank_sums = vec![0.0; frames + 1];
        for (t, row) in emissions.rows().enumerate() {
            tails[t] = row.iter().map(|&y| f64::from(y)).fold(ZERO, log_add_exact);
            blank_sums[t + 1] = blank_sums[t] + f64::from(row[emissions.blank()]);
        }
        for t in (0..frames).rev() {
            tails[t] += tails[t + 1];
        }
        let best = (blank_sums[frames], 0, None);
        let empty = Prefix {
            before: None,
            label: None,
            label_sums: vec![ZERO; frames + 1],
            blank_sums,
        };
        Self {
            emissions,
            tails,
            prefixes: vec![empty],
            open: BinaryHeap::new(),
            best,
        }
    }

    /// The best labelling, and whether there is no better one.
    fn run(mut self, most_prefixes: usize) -> (Vec<u32>, bool) {
        self.extend(0);
        while let Some(open) = self.open.pop() {
            if open.left <= self.best.0 {
                break;
            }
            if self.prefixes.len() >= most_prefixes {
                return (self.labels(), false);
            }
            let mut label_sums = Vec::with_capacity(self.tails.len());
            let mut blank_sums = Vec::with_capacity(self.tails.len());
            self.sums(open.before, open.label, |label, blank| {
                label_sums.push(label);
                blank_sums.push(blank);
            });
            self.prefixes.push(Prefix {
                before: Some(open.before),
                label: Some(open.label),
                label_sums,
                blank_sums,
            });
            self.extend(self.prefixes.len() - 1);
        }
        (self.labels(), true)
    }

    /// Looks at all extensions of a prefix by one label.
    fn extend(&mut self, prefix: usize) {
        for label in (0..self.emissions.symbols()).filter(|&label| label != self.emissions.blank())
        {
            let label = label as u32;
            let sums = self.sums(prefix, label, |_, _| {});
            if sums.own > self.best.0 {
                self.best = (sums.own, prefix, Some(label));
            }
            if sums.left > self.best.0 {
                self.open.push(Open {
                    left: sums.left,
                    before: prefix,
                    label,
                });
            }
        }
    }

    /// The sums of a prefix extended by `label`; `each` is given `ln n` and `ln b` after each number of frames.
    fn sums(&self, prefix: usize, label: u32, mut each: impl FnMut(f64, f64)) -> Sums {
        let prefix = &self.prefixes[prefix];
        let repeats = prefix.label == Some(label);
        let (mut in_label, mut in_blank, mut all) = (ZERO, ZERO, ZERO);
        each(in_label, in_blank);
        for (t, row) in self.emissions.rows().enumerate() {
            let from = match repeats {
                true => prefix.blank_sums[t],
                false => log_add_exact(prefix.blank_sums[t], prefix.label_sums[t]),
            };
            let value = f64::from(row[label as usize]);
            let first = from + value;
            all = log_add_exact(all, first + self.tails[t + 1]);
            in_blank = log_add_exact(in_blank, in_label) + f64::from(row[self.emissions.blank()]);
            in_label = log_add_exact(first, in_label + value);
            each(in_label, in_blank);
        }
        let own = log_add_exact(in_label, in_blank);
        // ln (e^all - e^own); rounding may have made the whole less than its part.
        let left = match own < all {
            true => all + (-(own - all).exp()).ln_1p(),
            false => ZERO,
        };
        Sums { own, left }
    }

    fn labels(&self) -> Vec<u32> {
        let (_, prefix, label) = self.best;
        let mut labels: Vec<u32> = label.into_iter().collect();
        let mut next = Some(prefix);
        while let Some(prefix) = next {
            labels.extend(self.prefixes[prefix].label);
            next = self.prefixes[prefix].before;
        }
        labels.reverse();
        labels
    }
}

/// What has most left is the greatest.
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_left = self.left.total_cmp(&other.left);
        by_left.then_with(|| (other.before, other.label).cmp(&(self.before, self.label)))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}
