//! Features as numbers of 64 bits. They are part of saved taggers, so they are the same on every machine and in every
//! version.
//!
//! Texts are hashed by FNV-1a (Fowler, Noll and Vo 1991), and what a feature is made of is mixed by the last step of
//! SplitMix64 (Steele, Lea and Flood 2014). A million features have two that are the same with a probability of 3e-8;
//! these share their weights.

/// The hash of a text.
pub(super) fn text(text: impl IntoIterator<Item = u8>) -> u64 {
    let offset = 0xcbf2_9ce4_8422_2325;
    text.into_iter().fold(offset, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The feature that a template makes of its parts.
pub(super) fn feature(template: u64, parts: &[u64]) -> u64 {
    parts
        .iter()
        .fold(mixed(template), |hash, part| mixed(hash ^ part))
}

fn mixed(hash: u64) -> u64 {
    let hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(text("".bytes()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(text("foobar".bytes()), 0x8594_4171_f739_67e8);
        // The first number of SplitMix64 from the seed 0.
        assert_eq!(mixed(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn parts_have_an_order_and_templates_differ() {
        assert_ne!(feature(1, &[2, 3]), feature(1, &[3, 2]));
        assert_ne!(feature(1, &[2]), feature(2, &[2]));
        assert_ne!(feature(1, &[2]), feature(1, &[2, 0]));
    }
}
