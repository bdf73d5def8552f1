//! Sparse rows of numbers, one after the other in memory.

use rayon::prelude::*;

/// `N` sparse rows of `F` numbers. Numbers that are not there are 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    features: usize,
    begin: Vec<usize>, // [N + 1]
    indices: Vec<u32>, // rising in each row
    values: Vec<f32>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// The features that are there, rising.
    pub indices: &'a [u32],
    /// Their numbers.
    pub values: &'a [f32],
}

impl Rows {
    /// No rows of `features` numbers, `F`.
    pub fn new(features: usize) -> Self {
        Self {
            features,
            begin: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Rows of the features that are there, in any order, with how often each is there. `[N]`
    ///
    /// # Panics
    /// Where a feature is not below `F`.
    pub fn of(features: usize, rows: Vec<Vec<u32>>) -> Self {
        let counted = |mut row: Vec<u32>| {
            row.sort_unstable();
            let runs = row.chunk_by(|a, b| a == b);
            let runs = runs.map(|run| (run[0], run.len() as f32));
            runs.unzip::<u32, f32, Vec<u32>, Vec<f32>>()
        };
        let counted: Vec<_> = rows.into_par_iter().map(counted).collect();
        let mut all = Self::new(features);
        for (indices, values) in counted {
            let last = indices.last();
            assert!(
                last.is_none_or(|&last| (last as usize) < features),
                "expected a feature below F"
            );
            all.indices.extend(indices);
            all.values.extend(values);
            all.begin.push(all.indices.len());
        }
        all
    }

    /// Adds a row of features with their numbers. Features may come in any order; those that come twice are added up.
    ///
    /// # Panics
    /// Where a feature is not below `F`.
    pub fn push(&mut self, mut entries: Vec<(u32, f32)>) {
        entries.sort_unstable_by_key(|&(feature, _)| feature);
        for (feature, value) in entries {
            assert!(
                (feature as usize) < self.features,
                "expected a feature below F"
            );
            let begin = self.begin[self.begin.len() - 1];
            match self.indices[begin..].last() {
                Some(&last) if last == feature => {
                    let at = self.values.len() - 1;
                    self.values[at] += value;
                }
                _ => {
                    self.indices.push(feature);
                    self.values.push(value);
                }
            }
        }
        self.begin.push(self.indices.len());
    }

    /// How many rows there are, `N`.
    pub fn len(&self) -> usize {
        self.begin.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long a row is, `F`.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Row `n`.
    ///
    /// # Panics
    /// Where `n` is not below `N`.
    pub fn row(&self, n: usize) -> Row<'_> {
        let range = self.begin[n]..self.begin[n + 1];
        Row {
            indices: &self.indices[range.clone()],
            values: &self.values[range],
        }
    }

    /// The rows one after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|n| self.row(n))
    }

    /// Multiplies each feature by its number in `factors` `[F]`.
    ///
    /// # Panics
    /// Where there are not `F` factors.
    pub fn scaled(mut self, factors: &[f32]) -> Self {
        assert_eq!(factors.len(), self.features, "factors are [F]");
        for (value, &feature) in self.values.iter_mut().zip(&self.indices) {
            *value *= factors[feature as usize];
        }
        self
    }

    /// The rows with 1 for every number that is not 0.
    pub fn binary(mut self) -> Self {
        for value in &mut self.values {
            *value = f32::from(u8::from(*value != 0.0));
        }
        self
    }

    /// The rows with a Euclidean norm of 1; those of 0 stay.
    pub fn normalised(mut self) -> Self {
        for n in 0..self.len() {
            let values = &mut self.values[self.begin[n]..self.begin[n + 1]];
            let norm = values.iter().map(|x| x * x).sum::<f32>().sqrt();
            if norm > 0.0 {
                values.iter_mut().for_each(|x| *x /= norm);
            }
        }
        self
    }
}

impl Row<'_> {
    /// Features with their numbers.
    pub fn iter(self) -> impl Iterator<Item = (usize, f32)> {
        let indices = self.indices.iter().map(|&feature| feature as usize);
        indices.zip(self.values.iter().copied())
    }

    /// The sum of products with `dense` `[F]`.
    ///
    /// # Panics
    /// Where a feature is not in it.
    pub fn dot(self, dense: &[f64]) -> f64 {
        self.iter()
            .map(|(feature, value)| dense[feature] * f64::from(value))
            .sum()
    }

    /// The sum of the squares.
    pub fn square(self) -> f64 {
        self.values.iter().map(|&x| f64::from(x).powi(2)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_added_up() {
        let mut rows = Rows::new(5);
        rows.push(vec![(4, 1.0), (1, 2.0), (4, 3.0)]);
        rows.push(vec![]);
        rows.push(vec![(4, 2.0)]);
        assert_eq!((rows.len(), rows.features()), (3, 5));
        let first = rows.row(0);
        assert_eq!(
            (first.indices, first.values),
            (&[1, 4][..], &[2.0, 4.0][..])
        );
        assert!(rows.row(1).indices.is_empty());
        assert_eq!(rows.row(2).values, [2.0]);
        assert_eq!(first.dot(&[0.0, 1.0, 9.0, 9.0, 0.5]), 4.0);
        assert_eq!(first.square(), 20.0);
        let scaled = rows.clone().scaled(&[0.0, 2.0, 0.0, 0.0, 0.5]);
        assert_eq!(scaled.row(0).values, [4.0, 2.0]);
        assert_eq!(rows.clone().binary().row(0).values, [1.0, 1.0]);
        let unit = rows.normalised();
        assert!((unit.row(0).square() - 1.0).abs() < 1e-6);
        assert!(unit.row(1).values.is_empty());
    }

    #[test]
    #[should_panic(expected = "a feature below F")]
    fn a_feature_that_is_none_is_refused() {
        Rows::new(2).push(vec![(2, 1.0)]);
    }
}
