//! How well predicted spans agree with the gold ones: precision, recall and F1 (van Rijsbergen 1979), and the accuracy of
//! tags.
//!
//! ```text
//! precision = correct / predicted    recall = correct / gold    F1 = 2 precision recall / (precision + recall)
//! ```
//!
//! A predicted span is correct where a gold one has its kind and the same words. A quotient whose divisor is 0 is 0. The
//! figures are those of conlleval (Tjong Kim Sang, CoNLL-2000), which gives them in percent, and of seqeval (Nakayama
//! 2018).

use std::collections::BTreeMap;

use crate::tags::Chunk;
use crate::{TagError, TagScheme};

/// How many spans there are and how many were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanCounts {
    /// The gold spans.
    pub gold: usize,
    /// The predicted spans.
    pub predicted: usize,
    /// The predicted spans that are gold ones.
    pub correct: usize,
}

impl SpanCounts {
    /// The part of the predicted spans that is correct.
    pub fn precision(&self) -> f64 {
        quotient(self.correct, self.predicted)
    }

    /// The part of the gold spans that was found.
    pub fn recall(&self) -> f64 {
        quotient(self.correct, self.gold)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        quotient(2 * self.correct, self.gold + self.predicted)
    }
}

/// The scores of predicted tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanScores {
    /// The counts of each kind that gold or predicted tags have.
    pub kinds: BTreeMap<String, SpanCounts>,
    /// The number of words.
    pub words: usize,
    /// The number of words whose predicted tag is the gold one, letter by letter.
    pub correct_words: usize,
}

impl SpanScores {
    /// The scores of sentences, each with its gold and its predicted tags. Spans are read as
    /// [`TagScheme::spans`] reads them, whether legal or not: conlleval, and seqeval in its default mode.
    ///
    /// ```
    /// use recurrent_data::{SpanScores, TagScheme};
    ///
    /// let gold = ["B-PER", "I-PER", "O", "B-LOC"];
    /// let predicted = ["B-PER", "I-PER", "O", "B-ORG"];
    /// let scores = SpanScores::of([(gold, predicted)], TagScheme::Iob2)?;
    /// assert_eq!((scores.micro().f1(), scores.macro_f1()), (0.5, 1.0 / 3.0));
    /// assert_eq!((scores.kinds["PER"].f1(), scores.accuracy()), (1.0, 0.75));
    /// # Ok::<(), recurrent_data::TagError>(())
    /// ```
    ///
    /// # Errors
    /// If a sentence has not as many predicted tags as gold ones.
    pub fn of<G, P, A, B>(
        sentences: impl IntoIterator<Item = (G, P)>,
        scheme: TagScheme,
    ) -> Result<Self, TagError>
    where
        G: AsRef<[A]>,
        P: AsRef<[B]>,
        A: AsRef<str>,
        B: AsRef<str>,
    {
        Self::count(sentences, |gold, predicted| {
            (scheme.chunks(gold), scheme.chunks(predicted))
        })
    }

    /// As [`of`](Self::of), of the spans that [`TagScheme::strict_spans`] reads, gold and predicted: seqeval in its strict
    /// mode.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn strict<G, P, A, B>(
        sentences: impl IntoIterator<Item = (G, P)>,
        scheme: TagScheme,
    ) -> Result<Self, TagError>
    where
        G: AsRef<[A]>,
        P: AsRef<[B]>,
        A: AsRef<str>,
        B: AsRef<str>,
    {
        Self::count(sentences, |gold, predicted| {
            (scheme.strict_chunks(gold), scheme.strict_chunks(predicted))
        })
    }

    /// The counts of all kinds together, whose scores are the micro averages.
    pub fn micro(&self) -> SpanCounts {
        let mut sum = SpanCounts::default();
        for counts in self.kinds.values() {
            sum.gold += counts.gold;
            sum.predicted += counts.predicted;
            sum.correct += counts.correct;
        }
        sum
    }

    /// The mean of the precisions of all kinds.
    pub fn macro_precision(&self) -> f64 {
        self.mean(SpanCounts::precision)
    }

    /// The mean of the recalls of all kinds.
    pub fn macro_recall(&self) -> f64 {
        self.mean(SpanCounts::recall)
    }

    /// The mean of the F1 of all kinds.
    pub fn macro_f1(&self) -> f64 {
        self.mean(SpanCounts::f1)
    }

    /// The part of the words whose predicted tag is the gold one.
    pub fn accuracy(&self) -> f64 {
        quotient(self.correct_words, self.words)
    }

    fn count<G, P, A, B>(
        sentences: impl IntoIterator<Item = (G, P)>,
        spans: impl for<'a> Fn(&'a [A], &'a [B]) -> (Vec<Chunk<'a>>, Vec<Chunk<'a>>),
    ) -> Result<Self, TagError>
    where
        G: AsRef<[A]>,
        P: AsRef<[B]>,
        A: AsRef<str>,
        B: AsRef<str>,
    {
        let mut scores = Self::default();
        for (sentence, (gold, predicted)) in sentences.into_iter().enumerate() {
            let (gold, predicted) = (gold.as_ref(), predicted.as_ref());
            if gold.len() != predicted.len() {
                return Err(TagError::Counts {
                    sentence,
                    gold: gold.len(),
                    predicted: predicted.len(),
                });
            }
            scores.words += gold.len();
            let equal = gold.iter().zip(predicted);
            scores.correct_words += equal.filter(|(a, b)| a.as_ref() == b.as_ref()).count();
            let (gold, predicted) = spans(gold, predicted);
            for span in &gold {
                scores.of_kind(span).gold += 1;
            }
            for span in &predicted {
                scores.of_kind(span).predicted += 1;
                // Spans do not overlap and are in order, so that no two begin at the same word.
                let same = gold.binary_search_by_key(&span.begin, |gold| gold.begin);
                if same.is_ok_and(|index| gold[index] == *span) {
                    scores.of_kind(span).correct += 1;
                }
            }
        }
        Ok(scores)
    }

    fn of_kind(&mut self, span: &Chunk) -> &mut SpanCounts {
        self.kinds.entry(span.kind.to_owned()).or_default()
    }

    fn mean(&self, score: impl Fn(&SpanCounts) -> f64) -> f64 {
        match self.kinds.len() {
            0 => 0.0,
            count => self.kinds.values().map(score).sum::<f64>() / count as f64,
        }
    }
}

fn quotient(part: usize, whole: usize) -> f64 {
    match whole {
        0 => 0.0,
        _ => part as f64 / whole as f64,
    }
}
