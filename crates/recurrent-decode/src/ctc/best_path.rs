//! Best path decoding (Graves et al. 2006, section 3.2): the labelling of the most probable path, which need not be the
//! most probable labelling.

use super::Emissions;
use crate::hypothesis::{Hypothesis, Labels};

/// The labelling of the most probable path. Its score is the path's log probability, of one path only; a label's position
/// is the first of the frames in which the path has it, and its confidence the highest probability it has in them.
///
/// Of equal symbols in a frame the lowest is taken. A frame of nothing but `-inf` is no exception, and the score is then
/// `-inf`. Without frames there are no labels, and the score is 0.
pub fn best_path(emissions: Emissions) -> Hypothesis {
    let mut found = Labels::default();
    let mut before = emissions.blank();
    let mut score = 0f64;
    for (frame, row) in emissions.rows().enumerate() {
        let (symbol, log_probability) = best(row);
        score += f64::from(log_probability);
        if symbol != emissions.blank() {
            let probability = log_probability.exp();
            match found.confidences.last_mut() {
                Some(confidence) if symbol == before => *confidence = confidence.max(probability),
                _ => found.push(symbol as u32, frame, probability),
            }
        }
        before = symbol;
    }
    found.into_hypothesis(score as f32, score as f32)
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
