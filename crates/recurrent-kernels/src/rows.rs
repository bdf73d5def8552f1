//! Rows of unequal length without padding.
//!
//! The rows of a batch are sorted by falling length, and step `s` of the scan
//! works on the first `active(s)` of them; their states stand one after the
//! other in a packed matrix `[N, ..]`, step after step, `N` being the sum of
//! the lengths. The reverse direction is the same scan with its steps read from
//! each row's own last position backwards. So the scans know neither padding
//! nor direction.

use std::ops::Range;

/// Order in which a layer reads a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// From the first step to each row's last.
    #[default]
    Forward,
    /// From each row's last step to the first.
    Reverse,
}

/// The map between a padded batch `[T, B]` and its packed rows `[N]`.
#[derive(Debug, Clone)]
pub struct Rows {
    batch: usize,
    time: usize,
    /// Sorted place -> row of the batch.
    order: Vec<usize>,
    /// First packed row of each step, and `N` at the end.
    offsets: Vec<usize>,
    /// Packed row -> row of the padded `[T * B]` matrix; `None` where equal.
    source: Option<Vec<usize>>,
}

impl Rows {
    /// Plans a batch `[T, B]`, every row full where `lengths` is `None`.
    ///
    /// # Panics
    /// Where `lengths` is not `[B]` or a length is above `T`.
    pub fn new(time: usize, batch: usize, lengths: Option<&[usize]>, direction: Direction) -> Self {
        let full = vec![time; batch];
        let lengths = lengths.unwrap_or(&full);
        assert_eq!(lengths.len(), batch, "one length a row of the batch");
        assert!(
            lengths.iter().all(|&length| length <= time),
            "a length is above the {time} steps of the batch"
        );
        let mut order: Vec<usize> = (0..batch).collect();
        order.sort_by_key(|&row| std::cmp::Reverse(lengths[row]));
        let mut offsets = vec![0];
        let mut source = Vec::with_capacity(lengths.iter().sum());
        let mut active = batch;
        for step in 0..time {
            while active > 0 && lengths[order[active - 1]] <= step {
                active -= 1;
            }
            if active == 0 {
                break;
            }
            source.extend(order[..active].iter().map(|&row| {
                let at = match direction {
                    Direction::Forward => step,
                    Direction::Reverse => lengths[row] - 1 - step,
                };
                at * batch + row
            }));
            offsets.push(source.len());
        }
        let identity =
            source.len() == time * batch && source.iter().enumerate().all(|(i, &s)| i == s);
        Self {
            batch,
            time,
            order,
            offsets,
            source: (!identity).then_some(source),
        }
    }

    /// `B`.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// `T`.
    pub fn time(&self) -> usize {
        self.time
    }

    /// `N`, the number of valid positions.
    pub fn packed(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    /// Number of steps with at least one row.
    pub fn steps(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Packed rows of step `s`.
    pub(crate) fn step(&self, step: usize) -> Range<usize> {
        self.offsets[step]..self.offsets[step + 1]
    }

    /// Sorted rows that have their last step together, and the packed rows of it.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        (0..self.steps()).map(|step| {
            let active = self.step(step);
            let going_on = match step + 1 {
                next if next < self.steps() => self.step(next).len(),
                _ => 0,
            };
            (going_on..active.len(), active.start + going_on..active.end)
        })
    }

    /// Whether the padded matrix already is the packed one.
    pub fn is_identity(&self) -> bool {
        self.source.is_none()
    }

    /// Copies the valid rows of `padded [T, B, width]` to `[N, width]`.
    pub(crate) fn gather<R: Copy>(&self, padded: &[R], width: usize) -> Vec<R> {
        match &self.source {
            None => padded[..self.packed() * width].to_vec(),
            Some(source) => copy_rows(padded, source, width),
        }
    }

    /// Copies `packed [N, width]` to its places in `padded [T, B, width]`.
    pub(crate) fn scatter<R: Copy>(&self, packed: &[R], width: usize, padded: &mut [R]) {
        match &self.source {
            None => padded[..packed.len()].copy_from_slice(packed),
            Some(source) => {
                for (from, &row) in packed.chunks_exact(width.max(1)).zip(source) {
                    padded[row * width..(row + 1) * width].copy_from_slice(from);
                }
            }
        }
    }

    /// Copies a state `[B, width]` into sorted order.
    pub(crate) fn sort<R: Copy>(&self, state: &[R], width: usize) -> Vec<R> {
        copy_rows(state, &self.order, width)
    }

    /// Copies a sorted state `[B, width]` back into the order of the batch.
    pub(crate) fn unsort<R: Copy>(&self, sorted: &[R], width: usize, state: &mut [R]) {
        for (from, &row) in sorted.chunks_exact(width.max(1)).zip(&self.order) {
            state[row * width..(row + 1) * width].copy_from_slice(from);
        }
    }

    /// For each packed row after the first step, the packed row that holds the
    /// state before it; `None` where that is the row `batch` places before.
    pub(crate) fn previous(&self) -> Option<Vec<usize>> {
        let equal = self.packed() == self.steps() * self.batch;
        (!equal).then(|| {
            (1..self.steps())
                .flat_map(|step| {
                    let before = self.offsets[step - 1];
                    before..before + self.step(step).len()
                })
                .collect()
        })
    }
}

fn copy_rows<R: Copy>(from: &[R], index: &[usize], width: usize) -> Vec<R> {
    let mut to = Vec::with_capacity(index.len() * width);
    for &row in index {
        to.extend_from_slice(&from[row * width..(row + 1) * width]);
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unequal_rows_pack_by_step_and_come_back() {
        let rows = Rows::new(3, 3, Some(&[2, 0, 3]), Direction::Reverse);
        assert_eq!(rows.order, [2, 0, 1]);
        assert_eq!(rows.offsets, [0, 2, 4, 5]);
        // Steps of row 2 run 2, 1, 0 and of row 0 run 1, 0.
        assert_eq!(rows.source, Some(vec![8, 3, 5, 0, 2]));
        assert_eq!(rows.previous(), Some(vec![0, 1, 2]));
        let padded: Vec<i32> = (0..9).collect();
        let packed = rows.gather(&padded, 1);
        assert_eq!(packed, [8, 3, 5, 0, 2]);
        let mut back = vec![0; 9];
        rows.scatter(&packed, 1, &mut back);
        assert_eq!(back, [0, 0, 2, 3, 0, 5, 0, 0, 8]);
    }

    #[test]
    fn full_rows_forward_need_no_copy() {
        assert!(Rows::new(4, 2, None, Direction::Forward).is_identity());
        assert!(!Rows::new(4, 2, None, Direction::Reverse).is_identity());
        assert_eq!(Rows::new(4, 2, None, Direction::Forward).previous(), None);
        assert_eq!(
            Rows::new(4, 2, Some(&[0, 0]), Direction::Forward).packed(),
            0
        );
    }
}
