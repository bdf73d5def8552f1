//! Prefix beam search (Hannun, Maas, Jurafsky and Ng, *First-Pass Large Vocabulary Continuous Speech Recognition using
//! Bi-Directional Recurrent DNNs*, 2014; Graves and Jaitly, *Towards End-to-End Speech Recognition with Recurrent Neural
//! Networks*, 2014): the most probable labellings, led by a [`Guide`].
//!
//! For each prefix `l` of the beam it keeps the probability of all paths of the frames so far that have it, those that end
//! in a blank and those that do not. With `k` its last label and `l'` the prefix without it,
//!
//! ```text
//! b_t(l) = y_t(blank) (b_{t-1}(l) + n_{t-1}(l))
//! n_t(l) = y_t(k) (n_{t-1}(l) + b_{t-1}(l') + n_{t-1}(l'))      without the last where l' ends in k too
//! ```
//!
//! and ranks it by `ln (b_t(l) + n_t(l))` with all that the guide adds for `l`. While every prefix with a probability has
//! a place, the sums are exact.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`options`] | the settings |
//! | [`prefix_tree`] | the prefixes, and what the guide said of them |
//! | [`paths`] | where the labels are |
//! | [`slots`] | the prefixes of the beam with their probabilities |
//! | [`candidates`] | the extensions of a frame, and which prefixes stay |
//! | [`change`] | which prefixes leave and come |
//! | [`frame`] | a frame |

#![allow(rustdoc::private_intra_doc_links)]

mod candidates;
mod change;
mod frame;
mod options;
mod paths;
mod prefix_tree;
mod slots;
#[cfg(test)]
mod tests;

pub use options::BeamOptions;

use self::candidates::Candidates;
use self::change::Change;
use self::paths::Records;
use self::prefix_tree::{NONE, PrefixTree};
use self::slots::Slots;
use super::Emissions;
use super::emissions::{check_blank, check_frames};
use crate::{DecodeError, Guide, Hypothesis, Labels};

/// The most probable labellings of a sequence, best first: [`BeamSearch`] on all frames.
///
/// ```
/// use recurrent_decode::ctc::{BeamOptions, Emissions, beam_search, best_path};
/// use recurrent_decode::guide::Unguided;
///
/// // Two frames of blank and one label: the best path is all blank, with 0.36; the label has three paths, with 0.64.
/// let frames = [0.6f32, 0.4, 0.6, 0.4].map(f32::ln);
/// let emissions = Emissions::new(&frames, 2, 0)?;
/// assert!(best_path(emissions).labels.is_empty());
/// let found = beam_search(emissions, BeamOptions::default(), &Unguided)?;
/// assert_eq!(found[0].labels, [1]);
/// assert!((found[0].score - 0.64f32.ln()).abs() < 1e-6);
/// # Ok::<(), recurrent_decode::DecodeError>(())
/// ```
///
/// # Errors
/// As [`BeamSearch::new`].
pub fn beam_search<G: Guide>(
    emissions: Emissions,
    options: BeamOptions,
    guide: G,
) -> Result<Vec<Hypothesis>, DecodeError> {
    let mut search = BeamSearch::new(emissions.symbols(), emissions.blank(), options, guide)?;
    search.advance(emissions.log_probabilities())?;
    Ok(search.finish())
}

/// A beam search that is given its frames piece by piece. However they are cut, the result is the same.
///
/// What it holds grows with the number of labels, not of frames. For endless streams, take out the labels that are sure by
/// [`take_stable`](Self::take_stable), and set [`BeamOptions::most_undecided`]: two prefixes that are equally probable can
/// otherwise stay in the beam for any time.
#[derive(Debug, Clone)]
pub struct BeamSearch<G: Guide> {
    guide: G,
    options: BeamOptions,
    symbols: usize,
    blank: usize,
    /// How many frames there were.
    frames: u32,
    /// What the scores of the beam are relative to: the network's part and the guide's.
    offset: f64,
    guide_offset: f64,
    tree: PrefixTree<G::State>,
    records: Records,
    slots: Slots,
    candidates: Candidates,
    change: Change,
    /// The frame's values, relative to the best prefix, and none for the symbol after the last.
    emissions: Vec<f32>, // [V + 1]
    /// The labels that may extend prefixes in the frame, with their values, best first.
    labels: Vec<(f32, u32)>,
    /// The position of the last label that was taken out.
    taken: usize,
    /// How many labels all prefixes are known to have in common.
    decided: u32,
}

impl<G: Guide> BeamSearch<G> {
    /// A search before its first frame, for networks of `symbols` = `V` symbols with the blank.
    ///
    /// # Errors
    /// Where the blank is not below `V`, an option is outside its range, or the guide does not take the labels.
    pub fn new(
        symbols: usize,
        blank: usize,
        options: BeamOptions,
        guide: G,
    ) -> Result<Self, DecodeError> {
        check_blank(symbols, blank)?;
        options.validate()?;
        guide.check(symbols, blank)?;
        let tree = PrefixTree::new(guide.start(), !G::IDLE);
        Ok(Self {
            guide,
            options,
            symbols,
            blank,
            frames: 0,
            offset: 0.0,
            guide_offset: 0.0,
            tree,
            records: Records::default(),
            slots: Slots::new(options.beam_width, symbols),
            candidates: Candidates::default(),
            change: Change::default(),
            emissions: vec![f32::NEG_INFINITY; symbols + 1],
            labels: Vec::new(),
            taken: 0,
            decided: 0,
        })
    }

    /// Goes on by the natural log probabilities of `N` frames, `[N, V]`.
    ///
    /// A prefix of probability 0 leaves the beam. After a frame of nothing but `-inf` there is none left, and there will
    /// be no hypotheses.
    ///
    /// # Errors
    /// Where the values are not whole frames, one of them is NaN or above all numbers, or there are `2^32 - 1` frames. The
    /// search is then as it was before.
    pub fn advance(&mut self, log_probabilities: &[f32]) -> Result<(), DecodeError> {
        check_frames(log_probabilities, self.symbols, self.frames as usize)?;
        let count = self.frames as usize + log_probabilities.len() / self.symbols;
        if count >= NONE as usize {
            return Err(DecodeError::setting("frames", "fewer than 2^32 - 1", count));
        }
        for frame in log_probabilities.chunks_exact(self.symbols) {
            self.frame(frame);
        }
        Ok(())
    }

    /// How many frames there were.
    pub fn frames(&self) -> usize {
        self.frames as usize
    }

    /// The labels that no further frame can change, for all prefixes of the beam have them; without those that were taken
    /// out. Where each is may still change.
    pub fn stable(&self) -> Labels {
        self.part(self.tree.root, self.common())
    }

    /// The labels of the best prefix after the stable ones.
    pub fn tentative(&self) -> Labels {
        match self.slots.best() {
            Some(best) => self.part(self.common(), self.slots.node[best]),
            None => Labels::default(),
        }
    }

    /// Takes out the labels that are [`stable`](Self::stable): what is given from now on begins after them, and their
    /// positions are those of now.
    pub fn take_stable(&mut self) -> Labels {
        let common = self.common();
        let taken = self.part(self.tree.root, common);
        self.taken = taken.positions.last().copied().unwrap_or(self.taken);
        self.tree.set_root(common);
        self.decided = self.decided.max(self.tree.node(common).depth);
        taken
    }

    /// The most probable labellings, best first, without the labels that were taken out.
    ///
    /// The acoustic score is `ln` of the sum over the paths that the beam followed, the score that with all that the guide
    /// added. A label's position is the first of its frames on the labelling's most probable path, and its confidence the
    /// highest probability that it has in its frames there. Labellings of probability 0 are none, nor are those the guide
    /// does not let end; there may be no others. Without frames there is the one without labels.
    pub fn finish(self) -> Vec<Hypothesis> {
        let mut found: Vec<(f32, usize)> = (0..self.slots.count)
            .filter_map(|slot| {
                let state = self.tree.state(self.slots.node[slot])?;
                let score = self.slots.score(slot) + self.guide.finish(state)?;
                (score > f32::NEG_INFINITY).then_some((score, slot))
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(self.options.n_best);
        let hypothesis = |(score, slot): (f32, usize)| {
            let score = self.offset + self.guide_offset + f64::from(score);
            let acoustic = self.offset + f64::from(self.slots.total[slot]);
            let labels = self.part(self.tree.root, self.slots.node[slot]);
            labels.into_hypothesis(score as f32, acoustic as f32)
        };
        found.into_iter().map(hypothesis).collect()
    }

    /// The longest prefix that all of the beam have.
    fn common(&self) -> u32 {
        let mut common = match self.slots.count {
            0 => return self.tree.root,
            _ => self.slots.node[0],
        };
        for &node in &self.slots.node[1..self.slots.count] {
            if common == self.tree.root {
                break;
            }
            common = self.tree.common(common, node);
        }
        common
    }

    /// The labels of `node` after those of `above`. Where they are is said by the best prefix of the beam that has them.
    fn part(&self, above: u32, node: u32) -> Labels {
        let first = self.tree.node(above).depth;
        let labels = self.tree.labels(node, first);
        let mut part = Labels::with_capacity(labels.len());
        let slot = match self.tree.node(node).slot {
            NONE => self.slots.best(),
            slot => Some(slot as usize),
        };
        let Some(slot) = slot.filter(|_| !labels.is_empty()) else {
            return part;
        };
        let depth = self.tree.node(self.slots.node[slot]).depth;
        let path = self.slots.paths[slot].best();
        let chain = self.records.chain(path, (depth - first) as usize);
        let mut places: Vec<(u32, f32)> = chain.collect();
        places.reverse();
        for (label, (frame, peak)) in labels.into_iter().zip(places) {
            part.push(label, self.taken.max(frame as usize), peak.exp());
        }
        part
    }
}
