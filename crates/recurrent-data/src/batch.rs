//! A batch of sequences of unequal length, time-major: the one form in which sequences reach a layer.

/// `B` sequences of at most `T` steps, each step an id or a vector of `C` values.
///
/// Step `t` of row `b` begins at `values[(t * B + b) * C]`, where `C` is 1 for ids, and it is valid where
/// `t < lengths[b]`. Past the end of a row stands the padding value, which no loss may count. A length may be 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceBatch<T> {
    /// The values, time-major. `[T, B]`, or `[T, B, C]` of vectors.
    pub values: Vec<T>,
    /// The number of steps, `T`.
    pub steps: usize,
    /// The number of values of a step, `C`: 1 for ids.
    pub width: usize,
    /// The number of valid steps of each row. `[B]`
    pub lengths: Vec<usize>,
}

impl<T: Copy> SequenceBatch<T> {
    /// The batch of `rows`, as long as the longest of them; `padding` fills the others up.
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R], padding: T) -> Self {
        Self::from_vectors(rows, 1, padding)
    }

    /// The batch of `rows`, each of steps of `width` values, `[lengths[b], C]`, as long as the longest of them; `padding`
    /// fills the others up.
    ///
    /// # Panics
    /// If `width` is 0, or the length of a row is no multiple of it.
    pub fn from_vectors<R: AsRef<[T]>>(rows: &[R], width: usize, padding: T) -> Self {
        let lengths: Vec<usize> = rows
            .iter()
            .map(|row| {
                let length = row.as_ref().len();
                assert!(
                    length.is_multiple_of(width) && width > 0,
                    "expected steps of {width} values, at least 1, found a row of {length} values"
                );
                length / width
            })
            .collect();
        let steps = lengths.iter().copied().max().unwrap_or(0);
        let mut values = vec![padding; steps * rows.len() * width];
        for (b, row) in rows.iter().enumerate() {
            for (t, step) in row.as_ref().chunks_exact(width).enumerate() {
                let start = (t * rows.len() + b) * width;
                values[start..start + width].copy_from_slice(step);
            }
        }
        Self {
            values,
            steps,
            width,
            lengths,
        }
    }

    /// The number of rows, `B`.
    pub fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// The number of valid steps of all rows: what a mean over the batch divides by.
    pub fn valid_steps(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The valid steps of row `b`. `[lengths[b]]`, or `[lengths[b], C]` of vectors.
    ///
    /// # Panics
    /// If the batch has no row `b`.
    pub fn row(&self, b: usize) -> Vec<T> {
        let starts = (0..self.lengths[b]).map(|t| (t * self.rows() + b) * self.width);
        starts
            .flat_map(|start| self.values[start..start + self.width].iter().copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_unequal_length_are_laid_out_time_major_and_padded() {
        let batch = SequenceBatch::from_rows(&[vec![1, 2, 3], vec![], vec![4]], 0);
        assert_eq!(batch.steps, 3);
        assert_eq!(batch.lengths, [3, 0, 1]);
        assert_eq!(batch.values, [1, 0, 4, 2, 0, 0, 3, 0, 0]);
        assert_eq!(batch.valid_steps(), 4);
        assert_eq!(
            (batch.row(0), batch.row(1), batch.row(2)),
            (vec![1, 2, 3], vec![], vec![4])
        );
    }

    #[test]
    fn a_batch_may_have_no_rows() {
        let batch = SequenceBatch::<u32>::from_rows::<Vec<u32>>(&[], 0);
        assert_eq!((batch.steps, batch.rows(), batch.valid_steps()), (0, 0, 0));
    }

    #[test]
    fn steps_may_be_vectors() {
        let rows = [vec![1.0, 2.0], vec![3.0, 4.0, 5.0, 6.0], vec![]];
        let batch = SequenceBatch::from_vectors(&rows, 2, 0.0);
        assert_eq!((batch.steps, batch.rows(), batch.width), (2, 3, 2));
        assert_eq!(batch.lengths, [1, 2, 0]);
        assert_eq!(
            batch.values,
            [1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 5.0, 6.0, 0.0, 0.0]
        );
        for (b, row) in rows.iter().enumerate() {
            assert_eq!(batch.row(b), *row);
        }
        assert_eq!(batch.valid_steps(), 3);
    }

    #[test]
    #[should_panic(expected = "expected steps of 2 values")]
    fn a_part_of_a_step_is_none() {
        SequenceBatch::from_vectors(&[vec![1, 2, 3]], 2, 0);
    }
}
