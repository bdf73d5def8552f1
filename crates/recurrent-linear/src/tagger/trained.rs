//! A tagger with weights of features and of transitions between tags.

use super::features::TaggerFeatures;
use super::transitions::Transitions;
use super::viterbi;
use crate::LinearError;
use crate::rows::Rows;
use std::collections::HashMap;

/// A tagger that finds the sequence of tags with the highest sum of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronTagger {
    features: TaggerFeatures,
    ids: HashMap<u64, u32>,
    /// The hash of each feature, `[F]`.
    keys: Vec<u64>,
    /// `[F, K]`
    weights: Rows,
    transitions: Transitions,
}

/// A [`PerceptronTagger`] as flat arrays. `E` weights are not 0.
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronArrays {
    /// The hash of each feature, `[F]`.
    pub keys: Vec<u64>,
    /// How many weights each feature has, `[F]`; the sum is `E`.
    pub counts: Vec<u32>,
    /// The tag of each weight, rising in each feature, `[E]`.
    pub tags: Vec<u32>,
    /// The weights, `[E]`.
    pub weights: Vec<f32>,
    /// The weights of a column's tag after a row's, `[K + 1, K + 1]`; the last row is for the start of a sentence and the
    /// last column for its end. Minus infinity is for what is not legal.
    pub transitions: Vec<f32>,
}

impl PerceptronTagger {
    pub(super) fn new(
        features: TaggerFeatures,
        keys: Vec<u64>,
        weights: Rows,
        transitions: Transitions,
    ) -> Self {
        Self {
            features,
            ids: keys.iter().copied().zip(0..).collect(),
            keys,
            weights,
            transitions,
        }
    }

    /// How many tags there are, `K`.
    pub fn tags(&self) -> usize {
        self.transitions.tags()
    }

    /// How many features have a weight, `F`.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no feature has one.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Which features it looks at.
    pub fn features(&self) -> TaggerFeatures {
        self.features
    }

    /// The tag of each word, `[T]`. All transitions are legal, unless no sequence of `T` tags is.
    pub fn tag<W: AsRef<str>>(&self, words: &[W]) -> Vec<usize> {
        let tags = self.tags();
        let mut scores = vec![0.0; words.len() * tags];
        let positions = scores.chunks_exact_mut(tags).zip(self.features.of(words));
        for (scores, keys) in positions {
            for id in keys.iter().filter_map(|key| self.ids.get(key)) {
                for (tag, weight) in self.weights.row(*id as usize).iter() {
                    scores[tag] += f64::from(weight);
                }
            }
        }
        viterbi::best(&scores, &self.transitions)
    }

    /// The tagger as arrays, to be saved beside [`PerceptronTagger::features`].
    pub fn to_arrays(&self) -> PerceptronArrays {
        let rows = || self.weights.iter();
        PerceptronArrays {
            keys: self.keys.clone(),
            counts: rows().map(|row| row.indices.len() as u32).collect(),
            tags: rows().flat_map(|row| row.indices).copied().collect(),
            weights: rows().flat_map(|row| row.values).copied().collect(),
            transitions: self.transitions.weights().to_vec(),
        }
    }

    /// The tagger that [`PerceptronTagger::features`] and [`PerceptronTagger::to_arrays`] gave.
    ///
    /// # Errors
    /// Where a setting is out of range, lengths disagree, a feature is there twice, a tag is none, tags of a feature do not
    /// rise, or a weight is not finite.
    pub fn from_arrays(
        features: TaggerFeatures,
        arrays: PerceptronArrays,
    ) -> Result<Self, LinearError> {
        features.check()?;
        let PerceptronArrays {
            keys,
            counts,
            tags,
            weights,
            transitions,
        } = arrays;
        let transitions = Transitions::new(transitions)?;
        let entries: u64 = counts.iter().map(|&count| u64::from(count)).sum();
        let lengths = [
            ("counts", counts.len() as u64, keys.len() as u64),
            ("tags", tags.len() as u64, entries),
            ("weights", weights.len() as u64, entries),
        ];
        for (array, found, expected) in lengths {
            if found != expected {
                let found = format!("{found} for {expected}");
                return Err(LinearError::array(array, "as many as counted", found));
            }
        }
        if let Some(found) = weights.iter().find(|weight| !weight.is_finite()) {
            return Err(LinearError::array("weights", "finite numbers", found));
        }
        let mut rows = Rows::new(transitions.tags());
        let mut entries = tags.into_iter().zip(weights);
        for count in counts {
            let row: Vec<(u32, f32)> = entries.by_ref().take(count as usize).collect();
            let rise = row.windows(2).all(|pair| pair[0].0 < pair[1].0);
            if !rise || row.iter().any(|&(tag, _)| tag as usize >= rows.features()) {
                let found = format!("others in feature {}", rows.len());
                return Err(LinearError::array("tags", "rising tags below K", found));
            }
            rows.push(row);
        }
        let tagger = Self::new(features, keys, rows, transitions);
        match tagger.ids.len() == tagger.keys.len() {
            true => Ok(tagger),
            false => {
                let twice = tagger.keys.len() - tagger.ids.len();
                let found = format!("{twice} more than once");
                Err(LinearError::array("keys", "different features", found))
            }
        }
    }
}
