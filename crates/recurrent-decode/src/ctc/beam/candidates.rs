//! The prefixes of which a frame keeps the best: those of the beam, and their extensions.

/// An extension of a prefix of the beam by a label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extension {
    /// The slot of the prefix.
    pub slot: u32,
    pub label: u32,
    /// The node of the extension, where there is one.
    pub node: Option<u32>,
    /// `ln n` of it.
    pub acoustic: f32,
    /// What the guide adds for the label.
    pub gain: f32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// A score and whose it is, in one number: of two, the larger is of the higher score, or of the earlier candidate.
    keys: Vec<u64>,
    pub extensions: Vec<Extension>,
}

/// A number that is larger where the score is. No score is NaN.
#[inline]
fn ordered(score: f32) -> u32 {
    let bits = score.to_bits();
    match bits >> 31 {
        0 => bits | 1 << 31,
        _ => !bits,
    }
}

fn score_of(key: u64) -> f32 {
    let ordered = (key >> 32) as u32;
    match ordered >> 31 {
        1 => f32::from_bits(ordered & !(1 << 31)),
        _ => f32::from_bits(!ordered),
    }
}

/// Who a candidate is: a prefix of the beam by its slot, or an extension by its index.
pub(super) enum Candidate {
    Slot(usize),
    Extension(usize),
}

impl Candidates {
    pub fn clear(&mut self) {
        self.keys.clear();
        self.extensions.clear();
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Adds a prefix of the beam. They come before all extensions.
    #[inline]
    pub fn push_slot(&mut self, slot: usize, score: f32) {
        self.push(slot, score);
    }

    /// Adds an extension, with a beam of `width`.
    #[inline]
    pub fn push_extension(&mut self, extension: Extension, score: f32, width: usize) {
        self.push(width + self.extensions.len(), score);
        self.extensions.push(extension);
    }

    #[inline]
    fn push(&mut self, index: usize, score: f32) {
        let key = u64::from(ordered(score)) << 32 | u64::from(!(index as u32));
        self.keys.push(key);
    }

    /// Keeps the best `width`, and gives the lowest score among them; `None` where there are fewer.
    pub fn keep_best(&mut self, width: usize) -> Option<f32> {
        if self.keys.len() < width {
            return None;
        }
        if self.keys.len() > width {
            // The largest ones come first.
            self.keys.select_nth_unstable_by(width - 1, |a, b| b.cmp(a));
            self.keys.truncate(width);
            return Some(score_of(self.keys[width - 1]));
        }
        self.keys.iter().min().map(|&key| score_of(key))
    }

    /// Those left whose score is above the best one's with `margin` added.
    pub fn chosen(&self, margin: f32, width: usize) -> impl Iterator<Item = Candidate> + '_ {
        let best = self.keys.iter().max().map_or(0.0, |&key| score_of(key));
        let above = u64::from(ordered(best + margin)) << 32 | u64::from(u32::MAX);
        let chosen = self.keys.iter().filter(move |&&key| key > above);
        chosen.map(move |&key| match !(key as u32) as usize {
            index if index < width => Candidate::Slot(index),
            index => Candidate::Extension(index - width),
        })
    }
}
