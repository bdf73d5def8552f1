//! The n-grams of a text as a sparse row.
//!
//! ```text
//! count    how often the n-gram is in the text
//! presence 1 where it is there
//! TF-IDF   count (ln((1 + N) / (1 + n)) + 1), n of the N training texts have it, over the row's Euclidean norm
//! ```
//!
//! TF-IDF is that of Spärck Jones (1972), smoothed as scikit-learn does.

mod counting;

use crate::LinearError;
use crate::rows::Rows;
use counting::Counted;
use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The longest n-grams.
pub const MAX_ORDER: usize = 3;

/// What the number of an n-gram is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// How often it is in the text.
    #[default]
    Count,
    /// 1 where it is there.
    Presence,
    /// Its count times its inverse document frequency, each row of norm 1.
    TfIdf,
}

/// Which n-grams are features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeaturesConfig {
    /// The length of the longest n-grams, 1 to 3; shorter ones are features too.
    pub order: usize,
    /// In how many training texts an n-gram is, at least.
    pub minimum_count: usize,
    /// What their numbers are.
    pub weighting: Weighting,
}

impl Default for FeaturesConfig {
    /// Counts of all words and pairs of words.
    fn default() -> Self {
        Self {
            order: 2,
            minimum_count: 1,
            weighting: Weighting::Count,
        }
    }
}

/// An n-gram; what it does not have is [`NONE`].
type Key = [u32; MAX_ORDER];

/// An n-gram as one number, which is hashed at once.
fn packed(key: &Key) -> u128 {
    let digits = key.iter().map(|&symbol| u128::from(symbol));
    digits.fold(0, |packed, symbol| packed << 32 | symbol)
}

/// No symbol.
const NONE: u32 = u32::MAX;

/// The n-grams that are features, with what TF-IDF needs to know of them.
#[derive(Debug, Clone)]
pub struct Features {
    config: FeaturesConfig,
    /// The feature of each n-gram, made when it is first asked for.
    ids: OnceLock<HashMap<u128, u32>>,
    /// The n-gram of each feature, `[F]`.
    keys: Vec<Key>,
    /// Inverse document frequency of each, `[F]`.
    idf: Vec<f32>,
}

impl PartialEq for Features {
    fn eq(&self, other: &Self) -> bool {
        // What is made of the keys is no more than they are.
        (self.config, &self.keys, &self.idf) == (other.config, &other.keys, &other.idf)
    }
}

impl Features {
    /// The n-grams of training texts of symbol ids, in the order in which they come first, and the rows `[N, F]` of these
    /// texts.
    ///
    /// # Errors
    /// Where a setting is out of range, or no n-gram is left.
    pub fn of<'a>(
        config: FeaturesConfig,
        texts: impl IntoIterator<Item = &'a [u32]>,
    ) -> Result<(Self, Rows), LinearError> {
        if !(1..=MAX_ORDER).contains(&config.order) {
            return Err(LinearError::setting("order", "1 to 3", config.order));
        }
        if config.minimum_count == 0 {
            return Err(LinearError::setting("minimum_count", "at least 1", 0));
        }
        let texts: Vec<&[u32]> = texts.into_iter().collect();
        let counted = Counted::of(config, &texts);
        if counted.keys.is_empty() {
            let expected = "n-grams in minimum_count texts or more";
            let found = format!("none in {} texts", texts.len());
            return Err(LinearError::examples(expected, found));
        }
        let weight = |&having: &u32| {
            let share = (1 + texts.len()) as f64 / (1 + u64::from(having)) as f64;
            (share.ln() + 1.0) as f32
        };
        let features = Self {
            config,
            idf: counted.texts.iter().map(weight).collect(),
            keys: counted.keys,
            ids: OnceLock::new(),
        };
        let rows = features.weighted(Rows::of(features.len(), counted.rows));
        Ok((features, rows))
    }

    /// Numbers that an n-gram is written as by [`Features::to_keys`].
    pub const KEY: usize = MAX_ORDER;

    /// The n-grams as numbers, `[F, KEY]`: their symbols, and `u32::MAX` behind them.
    pub fn to_keys(&self) -> Vec<u32> {
        self.keys.iter().flatten().copied().collect()
    }

    /// The inverse document frequency of each feature, `[F]`.
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// The features that [`Features::to_keys`] and [`Features::idf`] gave.
    ///
    /// # Errors
    /// Where they are not as many, or an n-gram is there twice or has no symbol.
    pub fn from_keys(
        config: FeaturesConfig,
        keys: Vec<u32>,
        idf: Vec<f32>,
    ) -> Result<Self, LinearError> {
        let keys: Vec<Key> = (keys.chunks_exact(Self::KEY))
            .map(|key| std::array::from_fn(|i| key[i]))
            .collect();
        let ids: HashMap<u128, u32> = keys.iter().map(packed).zip(0..).collect();
        let fits = keys.len() == idf.len() && ids.len() == keys.len() && !keys.is_empty();
        if !fits || keys.iter().any(|key| key[0] == NONE) {
            let found = format!("{} n-grams, {} of them different", keys.len(), ids.len());
            return Err(LinearError::examples("an n-gram for each feature", found));
        }
        Ok(Self {
            config,
            ids: ids.into(),
            keys,
            idf,
        })
    }

    fn ids(&self) -> &HashMap<u128, u32> {
        self.ids
            .get_or_init(|| self.keys.iter().map(packed).zip(0..).collect())
    }

    /// How many features there are, `F`.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The symbols of feature `id`.
    ///
    /// # Panics
    /// Where it is not below `F`.
    pub fn ngram(&self, id: usize) -> &[u32] {
        let key = &self.keys[id];
        let length = key.iter().take_while(|&&symbol| symbol != NONE).count();
        &key[..length]
    }

    /// The rows `[N, F]` of texts. N-grams that are no features are left out.
    pub fn rows<'a>(&self, texts: impl IntoIterator<Item = &'a [u32]>) -> Rows {
        let (texts, ids) = (texts.into_iter().collect::<Vec<_>>(), self.ids());
        let row = |text: &&[u32]| {
            let known = ngrams(self.config.order, text).filter_map(|key| ids.get(&packed(&key)));
            known.copied().collect()
        };
        let rows: Vec<Vec<u32>> = texts.par_iter().map(row).collect();
        self.weighted(Rows::of(self.len(), rows))
    }

    /// Rows of counts with the numbers that they are to have.
    fn weighted(&self, rows: Rows) -> Rows {
        match self.config.weighting {
            Weighting::Count => rows,
            Weighting::Presence => rows.binary(),
            Weighting::TfIdf => rows.scaled(&self.idf).normalised(),
        }
    }
}

/// The n-grams of a text, from its first symbol on.
fn ngrams(order: usize, text: &[u32]) -> impl Iterator<Item = Key> + '_ {
    (0..text.len()).flat_map(move |at| {
        let longest = order.min(text.len() - at);
        (1..=longest).map(move |length| {
            let mut key = [NONE; MAX_ORDER];
            key[..length].copy_from_slice(&text[at..at + length]);
            key
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&[u32]; 3] = [&[1, 2, 1, 2], &[2, 3], &[2]];

    fn features(order: usize, minimum_count: usize, weighting: Weighting) -> Features {
        let config = FeaturesConfig {
            order,
            minimum_count,
            weighting,
        };
        Features::of(config, TEXTS).unwrap().0
    }

    #[test]
    fn ngrams_are_counted() {
        let found = features(2, 1, Weighting::Count);
        let names: Vec<&[u32]> = (0..found.len()).map(|id| found.ngram(id)).collect();
        assert_eq!(names, [&[1][..], &[1, 2], &[2], &[2, 1], &[2, 3], &[3]]);
        let rows = found.rows(TEXTS);
        let of = |row: usize, ngram: &[u32]| {
            let id = names.iter().position(|name| *name == ngram).unwrap() as u32;
            let row = rows.row(row);
            row.indices
                .iter()
                .position(|&i| i == id)
                .map(|at| row.values[at])
        };
        assert_eq!(of(0, &[1, 2]), Some(2.0));
        assert_eq!(of(0, &[2, 1]), Some(1.0));
        assert_eq!(of(1, &[1]), None);
        assert_eq!(
            features(2, 1, Weighting::Presence)
                .rows(TEXTS)
                .row(0)
                .values,
            [1.0; 4]
        );
        // What training did not have is left out.
        assert!(found.rows([&[9, 9][..]]).row(0).indices.is_empty());
        assert!(features(3, 1, Weighting::Count).len() > found.len());
    }

    #[test]
    fn features_come_back_from_their_keys() {
        for weighting in [Weighting::Count, Weighting::TfIdf] {
            let found = features(3, 1, weighting);
            let (keys, idf) = (found.to_keys(), found.idf().to_vec());
            assert_eq!(keys.len(), found.len() * Features::KEY);
            let again = Features::from_keys(found.config, keys.clone(), idf.clone()).unwrap();
            assert_eq!(again, found);
            assert!(Features::from_keys(found.config, keys.clone(), idf[1..].to_vec()).is_err());
            let twice = [&keys[..3], &keys[..3]].concat();
            assert!(Features::from_keys(found.config, twice, idf[..2].to_vec()).is_err());
            let empty = vec![NONE; 3];
            assert!(Features::from_keys(found.config, empty, idf[..1].to_vec()).is_err());
        }
    }

    #[test]
    fn rare_ngrams_are_left_out() {
        let found = features(2, 2, Weighting::Count);
        assert_eq!((found.len(), found.ngram(0)), (1, &[2][..]));
        assert_eq!(found.rows(TEXTS).row(0).values, [2.0]);
    }

    #[test]
    fn frequent_ngrams_weigh_less() {
        let rows = features(1, 1, Weighting::TfIdf).rows(TEXTS);
        // Symbol 2 is in all texts, symbol 3 in one: idf 1 and ln 2 + 1.
        let idf = 2f32.ln() + 1.0;
        let norm = (1.0 + idf * idf).sqrt();
        let [common, rare] = [1.0 / norm, idf / norm];
        for (found, expected) in rows.row(1).values.iter().zip([common, rare]) {
            assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
        }
        assert_eq!(rows.row(2).values, [1.0]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let of = |order, minimum_count| {
            let config = FeaturesConfig {
                order,
                minimum_count,
                weighting: Weighting::Count,
            };
            Features::of(config, TEXTS).unwrap_err().to_string()
        };
        assert!(of(0, 1).contains("order: expected 1 to 3, found 0"));
        assert!(of(4, 1).contains("order"));
        assert!(of(1, 0).contains("minimum_count"));
        assert!(of(1, 4).contains("none in 3 texts"));
    }
}
