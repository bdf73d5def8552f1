//! An order that a seed draws, the same everywhere (Fisher and Yates 1938, *Statistical tables for biological,
//! agricultural and medical research*).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Brings `count` items, of which `swap` exchanges two, in an order that depends on `seed` alone.
pub(crate) fn shuffle(count: usize, seed: u64, mut swap: impl FnMut(usize, usize)) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for last in (1..count).rev() {
        // Written out so that an order stays what its seed made it. No item comes to a place with a probability that
        // differs from that of the others by more than N / 2^64.
        let choices = last as u128 + 1;
        let other = (u128::from(random.next_u64()) * choices) >> 64;
        swap(last, other as usize);
    }
}
