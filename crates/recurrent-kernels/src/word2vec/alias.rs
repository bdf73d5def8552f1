//! Draws from a discrete distribution in constant time (Walker 1977; tables as by Vose 1991).

/// A distribution over `0..len` as equal columns, each shared by at most two values.
#[derive(Debug, Clone)]
pub(super) struct AliasTable {
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy)]
struct Column {
    /// Part of the column that is its own value's, in units of `2^-32`.
    own: u32,
    /// Whose the rest is.
    other: u32,
}

impl AliasTable {
    /// The distribution proportional to `weights`, none of them negative.
    ///
    /// # Panics
    /// Where the sum of the weights is not a positive number, or there are `2^32` or more.
    pub fn new(weights: &[f64]) -> Self {
        assert!(u32::try_from(weights.len()).is_ok(), "too many words");
        let sum: f64 = weights.iter().sum();
        assert!(sum > 0.0 && sum.is_finite(), "no word occurs in the text");
        let scale = weights.len() as f64 / sum;
        let mut height: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let full = |value| Column {
            own: u32::MAX,
            other: value,
        };
        let mut columns: Vec<Column> = (0..weights.len() as u32).map(full).collect();
        let (mut low, mut high): (Vec<usize>, Vec<usize>) =
            (0..height.len()).partition(|&value| height[value] < 1.0);
        while let (Some(&small), Some(&large)) = (low.last(), high.last()) {
            low.pop();
            columns[small] = Column {
                own: (height[small] * (1u64 << 32) as f64) as u32,
                other: large as u32,
            };
            height[large] -= 1.0 - height[small];
            if height[large] < 1.0 {
                high.pop();
                low.push(large);
            }
        }
        // What is left is full but for rounding, so no value of weight zero is.
        Self { columns }
    }

    /// The value that 64 random bits choose: the integer part of `bits * len / 2^64`
    /// is the column, its fraction decides within.
    #[inline(always)]
    pub fn draw(&self, bits: u64) -> u32 {
        let product = u128::from(bits) * self.columns.len() as u128;
        let value = (product >> 64) as usize;
        let fraction = (product >> 32) as u32;
        let column = self.columns[value];
        if fraction < column.own {
            value as u32
        } else {
            column.other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise;

    /// Probabilities as the columns have them.
    fn probabilities(table: &AliasTable) -> Vec<f64> {
        let mut found = vec![0.0; table.columns.len()];
        for (value, column) in table.columns.iter().enumerate() {
            let own = f64::from(column.own) / (1u64 << 32) as f64;
            found[value] += own;
            found[column.other as usize] += 1.0 - own;
        }
        let columns = found.len() as f64;
        found.into_iter().map(|part| part / columns).collect()
    }

    #[test]
    fn columns_hold_the_distribution() {
        let zipf: Vec<f64> = (1..=5000).map(|rank| f64::from(rank).powf(-0.9)).collect();
        for weights in [&zipf[..], &[1.0], &[0.0, 3.0, 0.0, 1.0], &[2.0; 7]] {
            let sum: f64 = weights.iter().sum();
            let table = AliasTable::new(weights);
            for (found, weight) in probabilities(&table).into_iter().zip(weights) {
                // Each column rounds to 2^-32 of itself.
                assert!((found - weight / sum).abs() < 1e-9);
                assert_eq!(found == 0.0, *weight == 0.0);
            }
        }
    }

    #[test]
    fn draws_are_as_frequent_as_weights_say() {
        let weights = [5.0, 0.0, 1.0, 3.0, 1.0];
        let table = AliasTable::new(&weights);
        let mut counts = [0u32; 5];
        let draws = 200_000;
        for at in 0..draws {
            counts[table.draw(noise::mix(1, at)) as usize] += 1;
        }
        for (count, weight) in counts.into_iter().zip(weights) {
            let expected = weight / 10.0;
            let error = (expected * (1.0 - expected) / draws as f64).sqrt();
            let found = f64::from(count) / draws as f64;
            assert!(
                (found - expected).abs() <= 5.0 * error,
                "{found} {expected}"
            );
        }
    }
}
