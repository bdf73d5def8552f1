//! The most frequent tag of each word, the baseline of all taggers (Charniak, Hendrickson, Jacobson and Perkowitz,
//! *Equations for Part-of-Speech Tagging*, 1993). A word that training did not have gets the most frequent tag of all
//! words.

use super::{MAX_TAGS, check_sentences};
use crate::LinearError;
use std::collections::HashMap;

/// A tagger that gives each word its most frequent tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrequentTagger {
    tags: usize,
    words: HashMap<String, usize>,
    /// The tag of other words.
    unknown: usize,
}

/// A [`FrequentTagger`] as flat arrays, of `W` words in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrequentArrays {
    /// The words in UTF-8, one after the other.
    pub text: Vec<u8>,
    /// Where each word ends in it, `[W]`.
    pub ends: Vec<u64>,
    /// The tag of each word, and that of other words at the end. `[W + 1]`
    pub tags: Vec<u32>,
}

impl FrequentTagger {
    /// Counts the tags, which are below `tags`, of the words of sentences. Of equally frequent ones the lower is taken.
    ///
    /// ```
    /// use recurrent_linear::tagger::FrequentTagger;
    ///
    /// let sentences = [(vec!["a", "dog"], vec![0, 1]), (vec!["big", "cat"], vec![2, 1])];
    /// let tagger = FrequentTagger::train(&sentences, 3)?;
    /// assert_eq!(tagger.tag(&["a", "big", "house"]), [0, 2, 1]);
    /// # Ok::<(), recurrent_linear::LinearError>(())
    /// ```
    ///
    /// # Errors
    /// Where words and tags do not fit, or there are none.
    pub fn train<W: AsRef<str>>(
        sentences: &[(Vec<W>, Vec<usize>)],
        tags: usize,
    ) -> Result<Self, LinearError> {
        check_sentences(sentences, tags)?;
        // A word has few tags, so they are listed and not in a table.
        let mut counts: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        let mut all = vec![0usize; tags];
        for (words, tags) in sentences {
            for (word, &tag) in words.iter().zip(tags) {
                let counts = counts.entry(word.as_ref()).or_default();
                match counts.iter_mut().find(|(known, _)| *known == tag) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((tag, 1)),
                }
                all[tag] += 1;
            }
        }
        let words = (counts.into_iter())
            .map(|(word, counts)| (word.to_owned(), most_frequent(counts)))
            .collect();
        Ok(Self {
            tags,
            words,
            unknown: most_frequent(all.into_iter().enumerate()),
        })
    }

    /// How many tags there are, `K`.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// How many words are known.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether none is, which is never so after training.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The tag of each word, `[T]`.
    pub fn tag<W: AsRef<str>>(&self, words: &[W]) -> Vec<usize> {
        let tag = |word: &W| self.words.get(word.as_ref()).copied();
        (words.iter())
            .map(|word| tag(word).unwrap_or(self.unknown))
            .collect()
    }

    /// The tagger as arrays, to be saved beside [`FrequentTagger::tags`].
    pub fn to_arrays(&self) -> FrequentArrays {
        let mut words: Vec<(&str, usize)> =
            (self.words.iter().map(|(word, &tag)| (word.as_str(), tag))).collect();
        words.sort_unstable();
        let mut arrays = FrequentArrays {
            text: Vec::new(),
            ends: Vec::new(),
            tags: Vec::new(),
        };
        for (word, tag) in words {
            arrays.text.extend(word.bytes());
            arrays.ends.push(arrays.text.len() as u64);
            arrays.tags.push(tag as u32);
        }
        arrays.tags.push(self.unknown as u32);
        arrays
    }

    /// The tagger that [`FrequentTagger::tags`] and [`FrequentTagger::to_arrays`] gave.
    ///
    /// # Errors
    /// Where there is not a tag below `tags` for each word and for others, a word is no UTF-8 or does not end in the text
    /// or after the one before, or they do not rise.
    pub fn from_arrays(tags: usize, arrays: &FrequentArrays) -> Result<Self, LinearError> {
        if !(1..=MAX_TAGS).contains(&tags) {
            return Err(LinearError::setting("tags", "1 to 4096", tags));
        }
        let FrequentArrays {
            text,
            ends,
            tags: of_words,
        } = arrays;
        if of_words.len() != ends.len() + 1 {
            let found = format!("{} tags for {} words", of_words.len(), ends.len());
            return Err(LinearError::array("tags", "one more than words", found));
        }
        if let Some(found) = of_words.iter().find(|&&tag| tag as usize >= tags) {
            return Err(LinearError::array("tags", "tags below K", found));
        }
        if ends.last().copied().unwrap_or(0) != text.len() as u64 {
            return Err(LinearError::array(
                "ends",
                "the last at the end of the text",
                text.len(),
            ));
        }
        let mut words = HashMap::with_capacity(ends.len());
        let (mut begin, mut before) = (0, None);
        for (at, (&end, &tag)) in ends.iter().zip(of_words).enumerate() {
            let bytes = usize::try_from(end)
                .ok()
                .and_then(|end| text.get(begin..end));
            let word = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
            let Some(word) = word.filter(|word| before.is_none_or(|before| before < *word)) else {
                let found = format!("another at {at}");
                return Err(LinearError::array("text", "rising words in UTF-8", found));
            };
            words.insert(word.to_owned(), tag as usize);
            (begin, before) = (end as usize, Some(word));
        }
        Ok(Self {
            tags,
            words,
            unknown: of_words[ends.len()] as usize,
        })
    }
}

/// The tag with the highest count, the lower of equals; 0 of none.
fn most_frequent(counts: impl IntoIterator<Item = (usize, usize)>) -> usize {
    let best = counts
        .into_iter()
        .max_by_key(|&(tag, count)| (count, std::cmp::Reverse(tag)));
    best.map_or(0, |(tag, _)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagger() -> FrequentTagger {
        let sentences = [
            (vec!["run", "the", "run"], vec![2, 0, 1]),
            (vec!["the", "dog", "Äste", "runs"], vec![0, 1, 1, 2]),
            (vec![], vec![]),
        ];
        FrequentTagger::train(&sentences, 4).unwrap()
    }

    #[test]
    fn each_word_has_its_tag() {
        // `run` is as often 1 as 2; of all words most are 1.
        assert_eq!(
            tagger().tag(&["run", "the", "runs", "Dog", ""]),
            [1, 0, 2, 1, 1]
        );
        assert_eq!((tagger().len(), tagger().tags()), (5, 4));
        assert!(tagger().tag::<&str>(&[]).is_empty());
    }

    #[test]
    fn a_tagger_comes_back_from_its_arrays() {
        let arrays = tagger().to_arrays();
        assert_eq!(FrequentTagger::from_arrays(4, &arrays).unwrap(), tagger());
        assert_eq!((arrays.ends.len(), arrays.tags.len()), (5, 6));
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        let broken = |change: &dyn Fn(&mut FrequentArrays)| {
            let mut arrays = tagger().to_arrays();
            change(&mut arrays);
            FrequentTagger::from_arrays(4, &arrays)
                .unwrap_err()
                .to_string()
        };
        assert!(broken(&|it| it.tags.clear()).contains("tags: expected one more"));
        assert!(broken(&|it| it.tags[0] = 4).contains("tags below K, found 4"));
        assert!(broken(&|it| it.ends[4] = 3).contains("ends"));
        assert!(broken(&|it| it.ends[0] = u64::MAX).contains("another at 0"));
        assert!(broken(&|it| it.ends[1] = 0).contains("another at 1"));
        // `run` twice.
        assert!(broken(&|it| it.ends[1] = it.ends[0]).contains("another at 1"));
        // In the middle of `Ä`.
        assert!(broken(&|it| it.ends[3] += 5).contains("text"));
        assert!(FrequentTagger::from_arrays(0, &tagger().to_arrays()).is_err());
        assert!(FrequentTagger::from_arrays(1, &tagger().to_arrays()).is_err());
    }

    #[test]
    fn words_and_tags_that_do_not_fit_are_refused() {
        let error = |sentences: &[(Vec<&str>, Vec<usize>)], tags| {
            let found = FrequentTagger::train(sentences, tags);
            found.unwrap_err().to_string()
        };
        let fine = (vec!["a"], vec![0]);
        assert!(
            error(&[fine.clone(), (vec!["a"], vec![])], 1)
                .contains("0 tags for 1 words in sentence 1")
        );
        assert!(error(&[(vec!["a"], vec![3])], 3).contains("found 3 of 3 in sentence 0"));
        assert!(error(&[fine], 0).contains("tags: expected 1 to 4096"));
        assert!(error(&[(vec![], vec![])], 1).contains("tagged words, found none"));
        assert!(error(&[], 1).contains("none"));
    }
}
