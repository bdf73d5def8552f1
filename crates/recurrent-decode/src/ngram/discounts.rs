//! The discounts of modified Kneser-Ney smoothing: what is taken off a count, by whether it is 1, 2, or more.
//!
//! With `n_i` the number of n-grams of an order that have the (adjusted) count `i`,
//!
//! ```text
//! Y = n_1 / (n_1 + 2 n_2)        D_i = i - (i + 1) Y n_{i+1} / n_i        i = 1, 2, 3;  D_3 for all counts from 3 on
//! ```
//!
//! Chen and Goodman, *An Empirical Study of Smoothing Techniques for Language Modeling* (1998), equation 26.

/// The discounts of one order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounts {
    /// `D_1`, `D_2` and `D_3+`.
    pub values: [f64; 3],
    /// Whether the text was too small or too odd to estimate them, so that they are those asked for in that case.
    pub fallback: bool,
}

impl Discounts {
    /// Estimates the discounts of counts, those of 0 left out; `None` where no n-gram has the count 1, 2 or 3, or a
    /// discount is not between 0 and its count.
    pub fn estimate(counts: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut n = [0u64; 5];
        for count in counts {
            if let Some(n) = n.get_mut(count as usize) {
                *n += 1;
            }
        }
        if n[1] == 0 || n[2] == 0 || n[3] == 0 {
            return None;
        }
        let n = n.map(|n| n as f64);
        let y = n[1] / (n[1] + 2.0 * n[2]);
        let values = [1, 2, 3].map(|i| i as f64 - (i + 1) as f64 * y * n[i + 1] / n[i]);
        let within = (values.iter().zip([1.0, 2.0, 3.0])).all(|(d, i)| (0.0..=i).contains(d));
        let fallback = false;
        within.then_some(Self { values, fallback })
    }

    /// What is taken off `count`.
    pub fn of(&self, count: u64) -> f64 {
        match count {
            0 => 0.0,
            1 => self.values[0],
            2 => self.values[1],
            _ => self.values[2],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // n_1 = 4, n_2 = 2, n_3 = 1, n_4 = 1: Y = 1/2.
        let counts = [1, 1, 1, 1, 2, 2, 3, 4, 9, 0];
        let found = Discounts::estimate(counts).unwrap();
        assert_eq!(found.values, [0.5, 1.25, 1.0]);
        assert_eq!(
            [0, 1, 2, 3, 9].map(|c| found.of(c)),
            [0.0, 0.5, 1.25, 1.0, 1.0]
        );
    }

    #[test]
    fn too_little_to_estimate() {
        assert_eq!(Discounts::estimate([1, 1, 2, 2, 4]), None);
        // Y = 2/3 and D_2 = 2 - 3 · 2/3 · 4 < 0 with n_3 = 4 n_2.
        assert_eq!(Discounts::estimate([1, 1, 1, 1, 2, 3, 3, 3, 3]), None);
    }
}
