//! A batch of sequences of unequal length, time-major: the one form in which sequences reach a layer.

/// `B` sequences of at most `T` steps.
///
/// The value of step `t` of row `b` is `values[t * B + b]`, and it is valid where `t < lengths[b]`. Past the end of a
/// row stands the padding value, which no loss may count. A length may be 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceBatch<T> {
    /// The values, time-major. `[T, B]`
    pub values: Vec<T>,
    /// The number of steps, `T`.
    pub steps: usize,
    /// The number of valid steps of each row. `[B]`
    pub lengths: Vec<usize>,
}

impl<T: Copy> SequenceBatch<T> {
    /// The batch of `rows`, as long as the longest of them; `padding` fills the others up.
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R], padding: T) -> Self {
        let lengths: Vec<usize> = rows.iter().map(|row| row.as_ref().len()).collect();
        let steps = lengths.iter().copied().max().unwrap_or(0);
        let mut values = vec![padding; steps * rows.len()];
        for (b, row) in rows.iter().enumerate() {
            for (t, &value) in row.as_ref().iter().enumerate() {
                values[t * rows.len() + b] = value;
            }
        }
        Self {
            values,
            steps,
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

    /// The valid steps of row `b`. `[lengths[b]]`
    ///
    /// # Panics
    /// If the batch has no row `b`.
    pub fn row(&self, b: usize) -> Vec<T> {
        (0..self.lengths[b])
            .map(|t| self.values[t * self.rows() + b])
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
}
