//! Where the labels of a prefix are: its most probable path, followed beside the sum over all.
//!
//! A path ends in the last label or in a blank after it. What it knows of the last label is in the path; what of the
//! labels before, in a chain of records that paths share.

use super::prefix_tree::NONE;

/// The most probable path of a prefix that ends in one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    /// Its log probability, on the same scale as the beam's.
    pub score: f32,
    /// The highest log probability of the last label in its frames.
    pub peak: f32,
    /// The first frame of the last label; [`NONE`] for the empty prefix.
    pub frame: u32,
    /// The record of the label before.
    pub before: u32,
}

impl Path {
    /// No path.
    pub const NONE: Self = Self {
        score: f32::NEG_INFINITY,
        peak: f32::NEG_INFINITY,
        frame: NONE,
        before: NONE,
    };

    /// The path of the empty prefix before the first frame.
    pub const EMPTY: Self = Self {
        score: 0.0,
        ..Self::NONE
    };
}

/// Both paths of a prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paths {
    pub label: Path,
    pub blank: Path,
}

impl Paths {
    /// The more probable one.
    #[inline]
    pub fn best(&self) -> &Path {
        if self.label.score > self.blank.score {
            &self.label
        } else {
            &self.blank
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Record {
    before: u32,
    frame: u32,
    peak: f32,
}

/// The records. One is always made after the one before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    records: Vec<Record>,
    limit: usize,
    /// The new place of each record, or [`NONE`].
    places: Vec<u32>,
}

const FEWEST: usize = 1024;

impl Records {
    /// A path that has gone on from `path` to a new label at `frame`.
    #[inline]
    pub fn extended(&mut self, path: &Path, score: f32, frame: u32, peak: f32) -> Path {
        let before = match path.frame {
            NONE => NONE,
            _ => {
                self.records.push(Record {
                    before: path.before,
                    frame: path.frame,
                    peak: path.peak,
                });
                self.records.len() as u32 - 1
            }
        };
        Path {
            score,
            peak,
            frame,
            before,
        }
    }

    /// The frames and peaks of the last `count` labels of `path`, last to first.
    pub fn chain(&self, path: &Path, count: usize) -> impl Iterator<Item = (u32, f32)> {
        let mut next = (path.frame, path.peak, path.before);
        std::iter::from_fn(move || {
            let (frame, peak, before) = next;
            if before != NONE {
                let record = &self.records[before as usize];
                next = (record.frame, record.peak, record.before);
            }
            Some((frame, peak))
        })
        .take(count)
    }

    /// Whether it is time to forget what no path needs.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.records.len() > self.limit.max(FEWEST)
    }

    /// Forgets all records but those of the last labels of `paths`, each with how many of its labels are needed.
    pub fn keep<'a>(&mut self, paths: impl Iterator<Item = (&'a mut Paths, u32)>) {
        self.places.clear();
        self.places.resize(self.records.len(), NONE);
        let mut kept: Vec<&mut Path> = Vec::new();
        for (both, count) in paths {
            for path in [&mut both.label, &mut both.blank] {
                if count <= 1 {
                    path.before = NONE;
                }
                self.mark(path.before, count.saturating_sub(1));
                kept.push(path);
            }
        }
        let mut place = 0;
        for index in 0..self.records.len() {
            if self.places[index] != NONE {
                let mut record = self.records[index];
                if record.before != NONE {
                    record.before = self.places[record.before as usize];
                }
                self.records[place] = record;
                self.places[index] = place as u32;
                place += 1;
            }
        }
        self.records.truncate(place);
        self.limit = 2 * place;
        for path in kept {
            if path.before != NONE {
                path.before = self.places[path.before as usize];
            }
        }
    }

    fn mark(&mut self, mut index: u32, mut count: u32) {
        while count > 0 && index != NONE && self.places[index as usize] == NONE {
            self.places[index as usize] = 0;
            let record = &mut self.records[index as usize];
            if count == 1 {
                record.before = NONE;
            }
            index = record.before;
            count -= 1;
        }
    }

    /// How many there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.records.len()
    }
}
