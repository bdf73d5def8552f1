//! Linear interpolation: the mixture of several models' probabilities, its weights fitted by EM.
//!
//! ```text
//! p(w | h) = Σ_m λ_m p_m(w | h)        λ_m >= 0,  Σ_m λ_m = 1
//! ```
//!
//! On a validation text of `T` predictions, expectation maximisation repeats
//!
//! ```text
//! λ_m <- 1/T Σ_t  λ_m p_m(t) / Σ_n λ_n p_n(t)
//! ```
//!
//! which never lowers the likelihood; it is concave in `λ`, so that from positive weights the maximum is approached
//! (Jelinek and Mercer, *Interpolated estimation of Markov source parameters from sparse data*, 1980).

use crate::language_model::log_sum_exp;
use crate::{DecodeError, LanguageModel};

/// The fit ends where no weight moves by more than this.
const CONVERGED: f64 = 1e-7;
/// The most rounds of EM.
const ROUNDS: usize = 10_000;

/// The weights `[M]` of the mixture with the highest likelihood, from `probabilities` `[M][T]`: what each model gives
/// to each symbol of a validation text. They sum to one.
///
/// # Errors
/// Where there is no model or no symbol, rows differ in length, a probability is outside `0..=1`, or all models give 0
/// to one symbol.
pub fn fit_weights(probabilities: &[&[f64]]) -> Result<Vec<f64>, DecodeError> {
    let length = check_rows(probabilities)?;
    let models = probabilities.len();
    let mut weights = vec![1.0 / models as f64; models];
    let mut shares = vec![0.0; models];
    for _ in 0..ROUNDS {
        shares.fill(0.0);
        for t in 0..length {
            let total: f64 = (weights.iter().zip(probabilities))
                .map(|(weight, row)| weight * row[t])
                .sum();
            for ((share, weight), row) in shares.iter_mut().zip(&weights).zip(probabilities) {
                // Relative to the total first: a product of two tiny numbers may be none.
                *share += weight * (row[t] / total);
            }
        }
        let sum: f64 = shares.iter().sum();
        let mut moved = 0f64;
        for (weight, share) in weights.iter_mut().zip(&shares) {
            let next = share / sum;
            moved = moved.max((next - *weight).abs());
            *weight = next;
        }
        if moved < CONVERGED {
            break;
        }
    }
    Ok(weights)
}

/// The mean `-ln p` of the mixture, in nats a symbol. `probabilities` `[M][T]`, `weights` `[M]`.
///
/// # Errors
/// As [`fit_weights`], and where weights and models differ in number.
pub fn mixture_cross_entropy(
    probabilities: &[&[f64]],
    weights: &[f64],
) -> Result<f64, DecodeError> {
    let length = check_rows(probabilities)?;
    check_weights(weights, probabilities.len())?;
    let total: f64 = (0..length)
        .map(|t| {
            let mixed: f64 = (weights.iter().zip(probabilities))
                .map(|(weight, row)| weight * row[t])
                .sum();
            -mixed.ln()
        })
        .sum();
    Ok(total / length as f64)
}

fn check_rows(probabilities: &[&[f64]]) -> Result<usize, DecodeError> {
    let length = probabilities.first().map_or(0, |row| row.len());
    if length == 0 {
        return Err(DecodeError::Setting {
            field: "probabilities",
            expected: "at least one model and one symbol",
            found: format!("{} models of {length} symbols", probabilities.len()),
        });
    }
    for row in probabilities {
        if row.len() != length {
            return Err(DecodeError::Setting {
                field: "probabilities",
                expected: "as many symbols of each model",
                found: format!("{length} and {}", row.len()),
            });
        }
        if let Some(found) = row.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(DecodeError::Setting {
                field: "probabilities",
                expected: "numbers of 0 to 1",
                found: found.to_string(),
            });
        }
    }
    match (0..length).find(|&t| probabilities.iter().all(|row| row[t] == 0.0)) {
        Some(t) => Err(DecodeError::Setting {
            field: "probabilities",
            expected: "a model that gives more than 0 to each symbol",
            found: format!("none for symbol {t}"),
        }),
        None => Ok(length),
    }
}

fn check_weights(weights: &[f64], models: usize) -> Result<(), DecodeError> {
    // The sum of a few roundings, or of weights read from a file with few digits.
    let fits = weights.len() == models
        && weights.iter().all(|weight| (0.0..=1.0).contains(weight))
        && (weights.iter().sum::<f64>() - 1.0).abs() < 1e-6;
    if fits {
        return Ok(());
    }
    Err(DecodeError::Setting {
        field: "weights",
        expected: "a number of 0 to 1 for each model, one in all",
        found: format!("{weights:?} for {models} models"),
    })
}

/// The mixture `Σ_m λ_m p_m` of models of the same symbols. Its state is theirs, `[M]`.
#[derive(Debug, Clone)]
pub struct Mixture<L> {
    models: Vec<L>,
    log_weights: Vec<f32>,
}

impl<L: LanguageModel> Mixture<L> {
    /// The mixture of `models` `[M]` with `weights` `[M]`.
    ///
    /// # Errors
    /// Where there is no model, the vocabularies differ in size, models and weights differ in number, or the weights are
    /// not of 0 to 1 with a sum of 1.
    pub fn new(models: Vec<L>, weights: &[f64]) -> Result<Self, DecodeError> {
        check_weights(weights, models.len())?;
        let sizes: Vec<usize> = models.iter().map(L::vocabulary).collect();
        if sizes.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(DecodeError::Setting {
                field: "models",
                expected: "as many symbols of each",
                found: format!("{sizes:?}"),
            });
        }
        let log_weights = weights.iter().map(|weight| weight.ln() as f32).collect();
        Ok(Self {
            models,
            log_weights,
        })
    }
}

impl<L: LanguageModel> LanguageModel for Mixture<L> {
    type State = Vec<L::State>;

    fn vocabulary(&self) -> usize {
        self.models[0].vocabulary()
    }

    fn start(&self) -> Self::State {
        self.models.iter().map(L::start).collect()
    }

    fn advance(&self, state: &mut Self::State, symbol: u32) {
        for (model, state) in self.models.iter().zip(state) {
            model.advance(state, symbol);
        }
    }

    fn log_probability(&self, state: &Self::State, symbol: u32) -> f32 {
        let parts = self.models.iter().zip(state).zip(&self.log_weights);
        log_sum_exp(
            parts.map(|((model, state), weight)| weight + model.log_probability(state, symbol)),
        )
    }

    fn log_probabilities(&self, state: &Self::State, out: &mut [f32]) {
        let width = out.len();
        let mut rows = vec![0.0; width * self.models.len()]; // [M, V]
        let parts = self.models.iter().zip(state).zip(&self.log_weights);
        for (((model, state), weight), row) in parts.zip(rows.chunks_exact_mut(width)) {
            model.log_probabilities(state, row);
            row.iter_mut().for_each(|x| *x += weight);
        }
        for (symbol, out) in out.iter_mut().enumerate() {
            *out = log_sum_exp(rows.iter().skip(symbol).step_by(width).copied());
        }
    }
}

#[cfg(test)]
mod tests;
