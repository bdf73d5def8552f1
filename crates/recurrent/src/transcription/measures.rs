//! How good texts are beside those that were to be found.

use recurrent_data::{EditCounts, ErrorRates};

/// How good the texts of sequences are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextMeasures {
    /// Edits of labels, all symbols of the texts.
    pub labels: EditCounts,
    /// Edits of characters and words, and whole sentences, as speech recognition counts them.
    pub rates: ErrorRates,
    /// Texts without any edit.
    pub exact: usize,
    /// Texts with a space in them.
    spaced: usize,
}

impl TextMeasures {
    /// Those of pairs of the text that is right and the one that was found.
    pub fn of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut measures = Self::default();
        for (right, found) in pairs {
            let [reference, hypothesis] =
                [right, found].map(|text| text.chars().collect::<Vec<_>>());
            let edits = EditCounts::of(&reference, &hypothesis);
            measures.labels += edits;
            measures.rates.add(right, found);
            measures.exact += usize::from(edits.edits() == 0);
            measures.spaced += usize::from(right.contains(' '));
        }
        measures
    }

    /// Texts that were measured.
    pub fn texts(&self) -> usize {
        self.rates.sentences
    }

    /// Edits by symbol of the right texts.
    pub fn label_error_rate(&self) -> f64 {
        self.labels.rate()
    }

    /// Edits by word of the right texts, where they have several words.
    pub fn word_error_rate(&self) -> Option<f64> {
        (self.spaced > 0).then(|| self.rates.words.rate())
    }

    /// The share of texts without any edit.
    pub fn exact_share(&self) -> f64 {
        self.exact as f64 / self.texts().max(1) as f64
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        let mut rows = vec![(
            "label error rate".to_string(),
            percent(self.label_error_rate()),
        )];
        if let Some(rate) = self.word_error_rate() {
            rows.push(("word error rate".to_string(), percent(rate)));
        }
        rows.push(("exact texts".to_string(), percent(self.exact_share())));
        let edits = &self.labels;
        rows.push((
            "substitutions, deletions, insertions".to_string(),
            format!(
                "{}, {}, {}",
                edits.substitutions, edits.deletions, edits.insertions
            ),
        ));
        rows
    }
}
