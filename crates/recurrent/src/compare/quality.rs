//! How good a model is, whatever its task.

use crate::language_model::Evaluation;
use crate::memory_problems::Measures;

/// How good a model is at its task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quality {
    /// Of a language model.
    LanguageModel(Evaluation),
    /// Of a classifier.
    Classification {
        /// The share of right answers.
        accuracy: f64,
        /// The mean of the classes' F1.
        macro_f1: f64,
        /// Mean `-ln p` of the right class.
        log_loss: f64,
        /// Examples it was measured on.
        examples: u64,
    },
    /// Of a tagger.
    Tagging {
        /// F1 of the spans, where tags mark spans.
        f1: Option<f64>,
        /// The share of words whose tag is right.
        accuracy: f64,
        /// Words it was measured on.
        words: u64,
    },
    /// Of a transcriber.
    Transcription {
        /// Edits by symbol of the right texts.
        label_error_rate: f64,
        /// The share of texts without any edit.
        exact: f64,
        /// Texts it was measured on.
        texts: u64,
    },
    /// Of a network with a problem of long memory.
    Memory(Measures),
}

impl Quality {
    /// What models are ranked by: the less, the better.
    pub(super) fn loss(self) -> f64 {
        match self {
            Self::LanguageModel(found) => found.cross_entropy,
            Self::Classification { accuracy, .. } => 1.0 - accuracy,
            Self::Tagging { f1, accuracy, .. } => 1.0 - f1.unwrap_or(accuracy),
            Self::Transcription {
                label_error_rate, ..
            } => label_error_rate,
            Self::Memory(found) => found.loss,
        }
    }

    /// The one number of a figure, with its text.
    pub(super) fn shown(self) -> (f64, String) {
        match self {
            Self::LanguageModel(found) => {
                let perplexity = found.perplexity();
                (perplexity, format!("{perplexity:.2}"))
            }
            Self::Classification { accuracy, .. } => {
                let percent = 100.0 * accuracy;
                (percent, format!("{percent:.2} %"))
            }
            Self::Tagging { f1, accuracy, .. } => {
                let percent = 100.0 * f1.unwrap_or(accuracy);
                (percent, format!("{percent:.2} %"))
            }
            Self::Transcription {
                label_error_rate, ..
            } => {
                let percent = 100.0 * label_error_rate;
                (percent, format!("{percent:.2} %"))
            }
            Self::Memory(found) => (found.loss, format!("{:.6}", found.loss)),
        }
    }

    /// What it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LanguageModel(_) => "symbols",
            Self::Classification { .. } => "examples",
            Self::Tagging { .. } => "words",
            Self::Transcription { .. } => "texts",
            Self::Memory(_) => "sequences",
        }
    }
}
