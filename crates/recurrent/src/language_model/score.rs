//! Candidate sentences and how probable a model finds them.

use super::{Predictor, Scorer};
use crate::Error;
use recurrent_data::{DataError, Unit};
use recurrent_decode::LanguageModel;

/// How probable a model finds a line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct LineScore {
    /// The symbols of the line, its end the last where the model knows line ends. `[T]`
    pub ids: Vec<u32>,
    /// `-ln p` of each, given those before it. `[T]`
    pub surprisals: Vec<f64>,
    /// How many of the symbols are `<unk>`, which stands for all that the vocabulary lacks.
    pub unknown: usize,
}

impl LineScore {
    /// `ln p` of the whole line.
    pub fn log_probability(&self) -> f64 {
        -self.surprisals.iter().sum::<f64>()
    }

    /// `ln p` a symbol: lines of other lengths are compared by it.
    pub fn mean_log_probability(&self) -> f64 {
        self.log_probability() / self.surprisals.len() as f64
    }

    /// The line's perplexity.
    pub fn perplexity(&self) -> f64 {
        (-self.mean_log_probability()).exp()
    }
}

impl Predictor {
    /// How probable a line is after the end of another; `place` is what errors call it.
    ///
    /// # Errors
    /// Where the line is empty, has a line end inside, or has symbols that the vocabulary lacks.
    pub fn score(&self, model: &Scorer, line: &str, place: &str) -> Result<LineScore, Error> {
        let found = match line {
            line if line.trim().is_empty() => Some("nothing"),
            line if line.contains('\n') => Some("several lines"),
            _ => None,
        };
        if let Some(found) = found {
            return Err(Error::Setting {
                key: place.to_string(),
                expected: "a candidate, which is a line of text".to_string(),
                found: found.to_string(),
            });
        }
        let bad = |error: DataError| Error::Text {
            place: place.to_string(),
            error,
        };
        let mut ids = self.vocabulary.encode(line).map_err(bad)?;
        if let Some(end) = self.line_end() {
            ids.push(end);
        }
        let mut state = model.start();
        let step = |&symbol: &u32| -f64::from(model.step(&mut state, symbol));
        Ok(LineScore {
            surprisals: ids.iter().map(step).collect(),
            unknown: (ids.iter())
                .filter(|&&id| Some(id) == self.vocabulary.unknown_id())
                .count(),
            ids,
        })
    }

    /// The symbol of a line end, where the vocabulary has it.
    pub(super) fn line_end(&self) -> Option<u32> {
        let known = self.vocabulary.unit() == Unit::Byte
            || self.vocabulary.unknown_symbols("\n").is_empty();
        let ids = self.vocabulary.encode("\n").unwrap_or_default();
        ids.first().copied().filter(|_| known)
    }
}
