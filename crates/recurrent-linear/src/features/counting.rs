//! The n-grams of texts, found by several threads: each looks through all texts for the n-grams of its own share of all
//! there may be. What comes of it does not depend on how many there are.

use super::{FeaturesConfig, Key, ngrams, packed};
use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

/// What was found.
pub(super) struct Counted {
    /// The n-grams in enough texts, in the order in which they come first. `[F]`
    pub keys: Vec<Key>,
    /// How many texts have each. `[F]`
    pub texts: Vec<u32>,
    /// The n-grams of each text, in any order. `[N]`
    pub rows: Vec<Vec<u32>>,
}

/// The n-grams of one share.
#[derive(Default)]
struct Share {
    keys: Vec<Key>,
    /// How many n-grams of all shares come before each for the first time.
    first: Vec<u64>,
    /// How many texts have each.
    texts: Vec<u32>,
    /// The n-grams of all texts, one text after the other.
    found: Vec<u32>,
    /// Where each text begins in `found`, and the end. `[N + 1]`
    begin: Vec<usize>,
}

/// What an n-gram in too few texts becomes.
const DROPPED: u32 = u32::MAX;

impl Counted {
    pub(super) fn of(config: FeaturesConfig, texts: &[&[u32]]) -> Self {
        let count = rayon::current_num_threads().max(1);
        let shares: Vec<Share> = (0..count)
            .into_par_iter()
            .map(|own| Share::of(config.order, texts, |key| share_of(key, count) == own))
            .collect();
        let mut kept: Vec<(u64, usize, usize)> = Vec::new();
        for (number, share) in shares.iter().enumerate() {
            let all = share.first.iter().zip(&share.texts).enumerate();
            let enough = all.filter(|(_, (_, texts))| **texts as usize >= config.minimum_count);
            kept.extend(enough.map(|(id, (&first, _))| (first, number, id)));
        }
        kept.par_sort_unstable();
        let empty = |share: &Share| vec![DROPPED; share.keys.len()];
        let mut names: Vec<Vec<u32>> = shares.iter().map(empty).collect();
        for (name, &(_, share, id)) in (0..).zip(&kept) {
            names[share][id] = name;
        }
        let row = |text: usize| {
            let of_share = |(share, names): (&Share, &Vec<u32>)| {
                let found = &share.found[share.begin[text]..share.begin[text + 1]];
                let named = found.iter().map(|&id| names[id as usize]);
                named.collect::<Vec<u32>>()
            };
            let mut row: Vec<u32> = shares.iter().zip(&names).flat_map(of_share).collect();
            row.retain(|&name| name != DROPPED);
            row
        };
        Self {
            keys: kept
                .iter()
                .map(|&(_, share, id)| shares[share].keys[id])
                .collect(),
            texts: kept
                .iter()
                .map(|&(_, share, id)| shares[share].texts[id])
                .collect(),
            rows: (0..texts.len()).into_par_iter().map(row).collect(),
        }
    }
}

/// The share that an n-gram is of.
fn share_of(key: &Key, count: usize) -> usize {
    let mixed = key.iter().fold(0u64, |mixed, &symbol| {
        (mixed ^ u64::from(symbol)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    ((mixed >> 32) as usize) % count
}

impl Share {
    fn of(order: usize, texts: &[&[u32]], is_own: impl Fn(&Key) -> bool) -> Self {
        let mut share = Self::default();
        let mut ids: HashMap<u128, u32> = HashMap::new();
        // The last text that has each.
        let mut last: Vec<usize> = Vec::new();
        let mut passed = 0;
        share.begin.push(0);
        for (number, text) in texts.iter().enumerate() {
            for key in ngrams(order, text) {
                passed += 1;
                if !is_own(&key) {
                    continue;
                }
                let next = share.keys.len() as u32;
                let id = *ids.entry(packed(&key)).or_insert(next);
                share.found.push(id);
                if id == next {
                    share.keys.push(key);
                    share.first.push(passed);
                    share.texts.push(1);
                    last.push(number);
                } else if last[id as usize] != number {
                    last[id as usize] = number;
                    share.texts[id as usize] += 1;
                }
            }
            share.begin.push(share.found.len());
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Weighting;

    #[test]
    fn threads_change_nothing() {
        let symbol = |n: usize| ((n * n * 7 + n / 3) % 23) as u32;
        let texts: Vec<Vec<u32>> = (0..40)
            .map(|text| (0..text % 7 * 9).map(|n| symbol(text * 31 + n)).collect())
            .collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let config = FeaturesConfig {
            order: 3,
            minimum_count: 2,
            weighting: Weighting::Count,
        };
        let counted = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let counted = pool.unwrap().install(|| Counted::of(config, &texts));
            let sorted = |mut row: Vec<u32>| {
                row.sort_unstable();
                row
            };
            let rows: Vec<Vec<u32>> = counted.rows.into_iter().map(sorted).collect();
            (counted.keys, counted.texts, rows)
        };
        let one = counted(1);
        assert!(one.1.iter().all(|&texts| texts >= 2) && one.0.len() > 50);
        assert_eq!(one, counted(2));
        assert_eq!(one, counted(5));
    }
}
