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

/// The mixture of two models of the same symbols, which may be of different kinds: `λ p_first + (1 - λ) p_second`.
/// Three models are a mixture with a mixture.
#[derive(Debug, Clone)]
pub struct Mixture<A, B> {
    first: A,
    second: B,
    log_weights: [f32; 2],
}

impl<A: LanguageModel, B: LanguageModel> Mixture<A, B> {
    /// The mixture with `weight` for the first model and the rest for the second.
    ///
    /// # Errors
    /// Where the weight is outside `0..=1` or the vocabularies differ in size.
    pub fn new(first: A, second: B, weight: f64) -> Result<Self, DecodeError> {
        check_weights(&[weight, 1.0 - weight], 2)?;
        if first.vocabulary() != second.vocabulary() {
            return Err(DecodeError::Setting {
                field: "models",
                expected: "as many symbols of both",
                found: format!("{} and {}", first.vocabulary(), second.vocabulary()),
            });
        }
        let log_weights = [weight.ln() as f32, (1.0 - weight).ln() as f32];
        Ok(Self {
            first,
            second,
            log_weights,
        })
    }

    fn mix(&self, first: f32, second: f32) -> f32 {
        log_add(first + self.log_weights[0], second + self.log_weights[1])
    }
}

/// `ln(exp(a) + exp(b))`.
fn log_add(a: f32, b: f32) -> f32 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == f32::NEG_INFINITY {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

impl<A: LanguageModel, B: LanguageModel> LanguageModel for Mixture<A, B> {
    type State = (A::State, B::State);

    fn vocabulary(&self) -> usize {
        self.first.vocabulary()
    }

    fn start(&self) -> Self::State {
        (self.first.start(), self.second.start())
    }

    fn advance(&self, state: &mut Self::State, symbol: u32) {
        self.first.advance(&mut state.0, symbol);
        self.second.advance(&mut state.1, symbol);
    }

    fn log_probability(&self, state: &Self::State, symbol: u32) -> f32 {
        self.mix(
            self.first.log_probability(&state.0, symbol),
            self.second.log_probability(&state.1, symbol),
        )
    }

    fn log_probabilities(&self, state: &Self::State, out: &mut [f32]) {
        let mut second = vec![0.0; out.len()];
        self.first.log_probabilities(&state.0, out);
        self.second.log_probabilities(&state.1, &mut second);
        for (first, second) in out.iter_mut().zip(second) {
            *first = self.mix(*first, second);
        }
    }

    fn step(&self, state: &mut Self::State, symbol: u32) -> f32 {
        self.mix(
            self.first.step(&mut state.0, symbol),
            self.second.step(&mut state.1, symbol),
        )
    }
}

#[cfg(test)]
mod tests;
