//! How good a tagger is: words that got their tag, and of spans those that were found whole and with their kind.

use super::reading::Reading;
use crate::Error;
use crate::classification::Measures;
use crate::report::grouped;
use recurrent_data::{DataError, SpanScores, TagScheme};

/// The tags of a split beside the right ones.
#[derive(Debug, Clone, PartialEq)]
pub struct TagMeasures {
    /// How often tag `row` was given as `column`, `[K, K]`, by the names of the tags, or of what spans are without the
    /// marks of their scheme.
    pub confusion: Vec<Vec<u64>>,
    /// The names of its rows.
    pub names: Vec<String>,
    /// Of tags that mark spans.
    pub spans: Option<SpanScores>,
    /// Words whose tag is right.
    pub right: u64,
    /// Words.
    pub words: u64,
}

impl TagMeasures {
    /// The measures of the tags `found` of sentences whose tags are `gold`, both `[N][T]`.
    pub(super) fn of(
        reading: &Reading,
        scheme: TagScheme,
        gold: &[Vec<usize>],
        found: &[Vec<usize>],
    ) -> Result<Self, Error> {
        let kind = |tag: &String| match scheme {
            TagScheme::Plain => tag.clone(),
            _ => tag
                .split_once('-')
                .map_or(tag.clone(), |(_, kind)| kind.to_string()),
        };
        let kinds: Vec<String> = reading.tags.iter().map(kind).collect();
        let mut names = kinds.clone();
        names.sort();
        names.dedup();
        let place = |tag: usize| names.binary_search(&kinds[tag]).unwrap_or(0);
        let mut confusion = vec![vec![0; names.len()]; names.len()];
        let (mut right, mut words) = (0, 0);
        for (&gold, &found) in gold.iter().flatten().zip(found.iter().flatten()) {
            confusion[place(gold)][place(found)] += 1;
            right += u64::from(gold == found);
            words += 1;
        }
        let spans = match scheme {
            TagScheme::Plain => None,
            _ => {
                let pairs = gold.iter().zip(found);
                let pairs = pairs.map(|(gold, found)| (reading.names(gold), reading.names(found)));
                Some(SpanScores::of(pairs, scheme).map_err(DataError::from)?)
            }
        };
        Ok(Self {
            confusion,
            names,
            spans,
            right,
            words,
        })
    }

    /// The share of words whose tag is right.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.words.max(1) as f64
    }

    /// What taggers are ranked by: F1 of the spans, or the accuracy where there are none.
    pub fn score(&self) -> f64 {
        match &self.spans {
            Some(spans) => spans.micro().f1(),
            None => self.accuracy(),
        }
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let row = |name: &str, value: String| (name.to_string(), value);
        let mut rows = Vec::new();
        if let Some(spans) = &self.spans {
            let all = spans.micro();
            rows.push(row("F1", percent(all.f1())));
            rows.push(row("precision", percent(all.precision())));
            rows.push(row("recall", percent(all.recall())));
            rows.push(row("macro F1", percent(spans.macro_f1())));
        }
        rows.push(row("accuracy", percent(self.accuracy())));
        rows.push(row("words", grouped(self.words)));
        match &self.spans {
            Some(spans) => {
                for (kind, counts) in &spans.kinds {
                    let [precision, recall, f1] =
                        [counts.precision(), counts.recall(), counts.f1()].map(percent);
                    let gold = grouped(counts.gold as u64);
                    let name = format!("{kind}: precision, recall, F1, spans");
                    rows.push((name, format!("{precision}, {recall}, {f1}, {gold}")));
                }
            }
            None => rows.extend(self.of_tags()),
        }
        rows
    }

    /// Precision, recall and F1 of each tag.
    fn of_tags(&self) -> impl Iterator<Item = (String, String)> {
        let classes = Measures::of_confusion(self.confusion.clone()).classes();
        self.names.iter().zip(classes).map(|(name, class)| {
            let [precision, recall, f1] = [class.precision, class.recall, class.f1].map(percent);
            let words = grouped(class.support);
            let name = format!("{name}: precision, recall, F1, words");
            (name, format!("{precision}, {recall}, {f1}, {words}"))
        })
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
