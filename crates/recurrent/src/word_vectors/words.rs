//! The words of a text, by falling frequency.

use super::WordVectorsConfig;
use crate::Error;
use crate::language_model::Corpus;
use crate::training::Stream;
use recurrent_data::{Vocabulary, WordVectors};
use recurrent_nn::noise;
use recurrent_nn::word2vec::Text;

/// The words of a text.
pub(super) struct Words {
    pub source: String,
    /// Words by falling frequency, and the line end, which has no vector.
    pub vocabulary: Vocabulary,
    pub counts: Vec<u64>, // [V]
    pub ids: Vec<u32>,
    /// Where sentences end.
    ends: Vec<usize>,
}

impl Words {
    pub(super) fn read(config: &WordVectorsConfig) -> Result<Self, Error> {
        let (corpus, all) = Corpus::build(&config.data)?;
        let end = all.encode("\n").unwrap_or_default().first().copied();
        let mut counts = vec![0u64; all.len()];
        for &id in corpus.train.iter() {
            counts[id as usize] += 1;
        }
        let least = config.model.minimum_count.max(1);
        let mut kept: Vec<u32> = (0..all.len() as u32)
            .filter(|&id| Some(id) != end && counts[id as usize] >= least)
            .collect();
        // Ties stay in the order of the vocabulary.
        kept.sort_by_key(|&id| std::cmp::Reverse(counts[id as usize]));
        if kept.len() < 2 {
            return Err(Error::TooShort {
                place: format!("{}, train split", corpus.source),
                needed: 2,
                enough: format!("different words that occur {least} times or more"),
                found: kept.len(),
            });
        }
        let mut renamed = vec![None; all.len()];
        for (new, &old) in (0..).zip(&kept) {
            renamed[old as usize] = Some(new);
        }
        let (mut ids, mut ends) = (Vec::new(), Vec::new());
        for &id in corpus.train.iter() {
            if Some(id) == end {
                ends.push(ids.len());
            } else if let Some(new) = renamed[id as usize] {
                ids.push(new);
            }
        }
        if ends.last() != Some(&ids.len()) {
            ends.push(ids.len());
        }
        let name = |&id: &u32| all.symbol(id).to_string();
        let symbols = kept.iter().chain(&end).map(name).collect();
        Ok(Self {
            vocabulary: Vocabulary::from_words(symbols)?,
            counts: kept.iter().map(|&id| counts[id as usize]).collect(),
            source: corpus.source,
            ids,
            ends,
        })
    }

    pub(super) fn text(&self) -> Text<'_> {
        Text::new(&self.ids, &self.ends)
    }

    /// What tells one text from another.
    pub(super) fn stream(&self) -> Stream {
        let ends = self.ends.iter().map(|&end| end as u64);
        let ids = self.ids.iter().map(|&id| u64::from(id));
        Stream {
            batch_size: 1,
            chunk_length: 1,
            chunk_deviation: 0.0,
            seed: 0,
            symbols: [self.ids.len(), 0, 0],
            digest: ids.chain(ends).fold(0, noise::mix),
        }
    }

    /// The vectors with their words.
    pub(super) fn vectors(
        &self,
        config: &WordVectorsConfig,
        values: Vec<f32>,
    ) -> Result<WordVectors, Error> {
        let name = |id: u32| self.vocabulary.symbol(id).to_string();
        let words = (0..self.counts.len() as u32).map(name).collect();
        Ok(WordVectors::new(
            words,
            config.model.embedding_size,
            values,
        )?)
    }
}
