//! What the losses of a run are, and what its speed counts.

use std::f64::consts::LN_2;
use std::fmt;

/// What the losses of the metric lines are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// Cross entropies, nats a symbol: those of a language model, which one wants to know the perplexity of.
    #[default]
    CrossEntropy,
    /// Cross entropies of classes, nats an example.
    OfExamples,
    /// Cross entropies of tags, nats a word.
    OfWords,
    /// Cross entropies of answers at every step, nats a step.
    OfSteps,
    /// Losses of texts that are not aligned with steps, nats a symbol of the text.
    OfTexts,
    /// The loss of negative sampling (Mikolov et al. 2013), nats an example.
    NegativeSampling,
    /// Mean squared errors.
    SquaredError,
}

impl Loss {
    /// Whether it is one whose perplexity one wants to know.
    pub fn has_perplexity(self) -> bool {
        self == Self::CrossEntropy
    }

    /// What a figure of it is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::CrossEntropy | Self::OfExamples | Self::OfWords | Self::OfSteps => {
                "Cross entropy"
            }
            Self::OfTexts => "Loss of the text",
            Self::NegativeSampling => "Loss of negative sampling",
            Self::SquaredError => "Squared error",
        }
    }

    /// What the values of a figure are.
    pub(super) fn values(self) -> &'static str {
        match self {
            Self::CrossEntropy => "bits a symbol",
            Self::OfExamples | Self::NegativeSampling => "nats an example",
            Self::OfWords => "nats a word",
            Self::OfSteps => "nats a step",
            Self::OfTexts => "nats a symbol of the text",
            Self::SquaredError => "mean squared error",
        }
    }

    /// A loss as a figure shows it.
    pub(super) fn value(self, loss: f64) -> f64 {
        match self {
            Self::CrossEntropy => loss / LN_2,
            _ => loss,
        }
    }

    /// A loss as messages tell it.
    pub fn told(self, loss: f64) -> String {
        match self {
            Self::CrossEntropy => match loss.exp() {
                small if small < 1e6 => format!("{loss:.4}, perplexity {small:.4}"),
                large => format!("{loss:.4}, perplexity {large:.3e}"),
            },
            // A small error has no digit among the first four.
            Self::SquaredError => format!("{loss:.6}"),
            Self::OfSteps => format!("{loss:.6} {}", self.values()),
            _ => format!("{loss:.4} {}", self.values()),
        }
    }
}

/// What the speed of training counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// Symbols of a vocabulary.
    #[default]
    Symbols,
    /// Tokens of texts.
    Tokens,
    /// Words of sentences.
    Words,
    /// Steps of signals and other sequences, which are not those of training.
    TimeSteps,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Symbols => "symbols",
            Self::Tokens => "tokens",
            Self::Words => "words",
            Self::TimeSteps => "time steps",
        })
    }
}
