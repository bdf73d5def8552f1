//! Random numbers of one example in one epoch.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What is drawn for an example in an epoch: the same for the same three numbers, and independent of everything else, so
/// that a run that is resumed goes on as it would have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Draw {
    /// Which of the possible random numbers a run has.
    pub seed: u64,
    /// The epoch.
    pub epoch: u64,
    /// The position of the example in its part.
    pub index: u64,
}

/// What is drawn. Each purpose has numbers of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Choice = 1,
    Range,
    Noise,
    Masks,
    Dial,
    Join,
}

impl Draw {
    /// One of `items`, each with the same probability; none where there are none. It suits a factor for
    /// [`change_speed`](super::change_speed), such as one of 0.9, 1 and 1.1.
    pub fn one_of<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        let last = items.len().checked_sub(1)?;
        items.get(self.numbers(Purpose::Choice).up_to(last))
    }

    /// A number from `least` to `most`. It suits a ratio for [`add_white_noise`](super::add_white_noise).
    pub fn between(&self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.numbers(Purpose::Range).fraction()
    }

    /// The numbers for a purpose.
    pub(crate) fn numbers(&self, purpose: Purpose) -> Numbers {
        let mut seed = [0; 32];
        let words = [self.seed, self.epoch, self.index, purpose as u64];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Numbers(ChaCha8Rng::from_seed(seed))
    }
}

/// A sequence of random numbers.
#[derive(Debug)]
pub(crate) struct Numbers(ChaCha8Rng);

impl Numbers {
    /// A number from 0 to `last`.
    pub(crate) fn up_to(&mut self, last: usize) -> usize {
        let choices = last as u128 + 1;
        ((u128::from(self.0.next_u64()) * choices) >> 64) as usize
    }

    /// A number from 0 to below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Two independent numbers of the standard normal distribution (Box and Muller 1958, *A Note on the Generation of
    /// Random Normal Deviates*).
    pub(super) fn normal(&mut self) -> [f64; 2] {
        // Above 0, so that its logarithm is finite.
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        let angle = TAU * self.fraction();
        [radius * angle.cos(), radius * angle.sin()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_all_three() {
        let draw = Draw {
            seed: 1,
            epoch: 2,
            index: 3,
        };
        let number = |draw: Draw| draw.between(0.0, 1.0);
        assert_eq!(number(draw), number(draw));
        for other in [
            Draw { seed: 2, ..draw },
            Draw { epoch: 3, ..draw },
            Draw { index: 4, ..draw },
            Draw {
                seed: 2,
                epoch: 1,
                ..draw
            },
        ] {
            assert_ne!(number(draw), number(other));
        }
    }

    #[test]
    fn choices_are_equally_likely() {
        let mut counts = [0; 3];
        for index in 0..3_000 {
            let draw = Draw {
                index,
                ..Draw::default()
            };
            counts[*draw.one_of(&[0, 1, 2]).unwrap()] += 1;
            assert!((5.0..20.0).contains(&draw.between(5.0, 20.0)));
        }
        // Six standard deviations of 26.
        assert!(
            counts.iter().all(|count| (845..1_155).contains(count)),
            "{counts:?}"
        );
        assert_eq!(Draw::default().one_of::<u8>(&[]), None);
    }
}
