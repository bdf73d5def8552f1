//! Best path decoding (Graves et al. 2006, section 3.2): the labelling of the most probable path, which need not be the
//! most probable labelling.

use super::Emissions;
use crate::DecodeError;
use crate::hypothesis::{Hypothesis, Labels};

/// The labelling of the most probable path. Its score is the path's log probability, of one path only; a label's position
/// is the first of the frames in which the path has it, and its confidence the highest probability it has in them.
///
/// Of equal symbols in a frame the lowest is taken. A frame of nothing but `-inf` is no exception, and the score is then
/// `-inf`. Without frames there are no labels, and the score is 0.
pub fn best_path(emissions: Emissions) -> Hypothesis {
    let mut search = BestPath::new(emissions.blank());
    emissions.rows().for_each(|row| search.take(row));
    search.finish()
}

/// The best path of frames as they come.
#[derive(Debug, Clone)]
pub struct BestPath {
    blank: usize,
    found: Labels,
    /// The symbol of the last frame.
    before: usize,
    frames: usize,
    score: f64,
}

impl BestPath {
    /// A path before its first frame.
    pub fn new(blank: usize) -> Self {
        Self {
            blank,
            found: Labels::default(),
            before: blank,
            frames: 0,
            score: 0.0,
        }
    }

    /// Goes on by the natural log probabilities of `N` frames of `symbols`, `[N, V]`.
    ///
    /// # Errors
    /// Where the values are not whole frames with the blank among them, or one of them is NaN or above all numbers.
    pub fn advance(
        &mut self,
        log_probabilities: &[f32],
        symbols: usize,
    ) -> Result<(), DecodeError> {
        let emissions = Emissions::new(log_probabilities, symbols, self.blank)?;
        emissions.rows().for_each(|row| self.take(row));
        Ok(())
    }

    fn take(&mut self, row: &[f32]) {
        let (symbol, log_probability) = best(row);
        self.score += f64::from(log_probability);
        if symbol != self.blank {
            let probability = log_probability.exp();
            match self.found.confidences.last_mut() {
                Some(confidence) if symbol == self.before => {
                    *confidence = confidence.max(probability);
                }
                _ => self.found.push(symbol as u32, self.frames, probability),
            }
        }
        self.before = symbol;
        self.frames += 1;
    }

    /// The labels so far; no further frame changes one.
    pub fn labels(&self) -> &[u32] {
        &self.found.labels
    }

    /// The labelling of all frames, as [`best_path`] has it.
    pub fn finish(self) -> Hypothesis {
        self.found
            .into_hypothesis(self.score as f32, self.score as f32)
    }
}

fn best(row: &[f32]) -> (usize, f32) {
    let mut best = (0, row[0]);
    for (symbol, &value) in row.iter().enumerate() {
        if value > best.1 {
            best = (symbol, value);
        }
    }
    best
}
