//! How good a tagger is: words that got their tag, and of spans those that were found whole and with their kind.

use super::config::TaggedDataConfig;
use super::data::Sentences;
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
    /// Words whose tag is right, letter by letter.
    pub right: u64,
    /// Words.
    pub words: u64,
}

impl TagMeasures {
    /// The measures of the tags `found`, `[N][T]`, of sentences, in the scheme of the files.
    pub(super) fn of(
        reading: &Reading,
        data: &TaggedDataConfig,
        sentences: &Sentences,
        found: &[Vec<usize>],
    ) -> Result<Self, Error> {
        let kind = |tag: &String| match data.scheme {
            TagScheme::Plain => tag.clone(),
            _ => tag
                .split_once('-')
                .map_or(tag.clone(), |(_, kind)| kind.to_string()),
        };
        let (gold, others) = (&sentences.tags, &sentences.others);
        let all = reading.tags.iter().chain(others);
        let kinds: Vec<String> = all.map(kind).collect();
        let mut names = kinds.clone();
        names.sort();
        names.dedup();
        let place = |tag: usize| names.binary_search(&kinds[tag]).unwrap_or(0);
        let mut confusion = vec![vec![0; names.len()]; names.len()];
        for (&gold, &found) in gold.iter().flatten().zip(found.iter().flatten()) {
            confusion[place(gold)][place(found)] += 1;
        }
        let named = |all: &[Vec<usize>]| {
            let all = all.iter().map(|tags| reading.in_files(data, tags, others));
            all.collect::<Result<Vec<_>, _>>()
        };
        let pairs = named(gold)?.into_iter().zip(named(found)?);
        let scores = SpanScores::of(pairs, data.scheme).map_err(DataError::from)?;
        Ok(Self {
            confusion,
            names,
            right: scores.correct_words as u64,
            words: scores.words as u64,
            spans: (data.scheme != TagScheme::Plain).then_some(scores),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_right_by_the_tags_of_the_files() {
        let tags = ["B-PER", "E-PER", "O", "S-PER"].map(str::to_string);
        let reading = Reading {
            tags: tags.to_vec(),
            words: None,
            characters: None,
        };
        let data: TaggedDataConfig =
            toml::from_str("scheme = 'iob1'\nlearned_scheme = 'iobes'").expect("settings");
        // `I-PER I-PER O` beside `I-PER B-PER O`.
        let gold = Sentences {
            words: vec![vec![String::new(); 3]],
            tags: vec![vec![0, 1, 2]],
            others: Vec::new(),
        };
        let found = vec![vec![3, 3, 2]];
        let measures = TagMeasures::of(&reading, &data, &gold, &found).expect("measures");
        assert_eq!((measures.right, measures.words), (2, 3));
        let spans = measures.spans.expect("spans").micro();
        assert_eq!((spans.gold, spans.predicted, spans.correct), (1, 2, 0));
        // A tag that the tagger does not have is never right.
        let gold = Sentences {
            tags: vec![vec![4, 1, 2]],
            others: vec!["B-LOC".to_string()],
            ..gold
        };
        let measures = TagMeasures::of(&reading, &data, &gold, &found).expect("measures");
        assert_eq!(measures.names, ["LOC", "O", "PER"]);
        assert_eq!(measures.confusion, [[0, 0, 1], [0, 1, 0], [0, 0, 1]]);
        assert_eq!(measures.spans.expect("spans").kinds["LOC"].gold, 1);
    }
}
