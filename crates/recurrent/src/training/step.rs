//! One training step of every task: loss, gradient, clipping, update.

use super::Learner;
use crate::error::number;
use recurrent_nn::{Mode, Optimizer};

/// What a step came to.
pub(crate) struct Stepped<M> {
    /// The model after the update.
    pub model: M,
    /// Mean loss before it, nats a symbol.
    pub loss: f64,
    /// What the loss is the mean of.
    pub weight: f64,
    /// Symbols of the batch.
    pub symbols: usize,
    /// Norm of all gradients together, before clipping.
    pub norm: f64,
}

/// Makes step `index` of an epoch.
///
/// # Errors
/// What was found that is no number to go on with.
pub(crate) fn make_step<L: Learner>(
    learner: &mut L,
    model: L::Model,
    optimizer: &mut Optimizer,
    index: usize,
    mode: Mode,
    learning_rate: f64,
) -> Result<Stepped<L::Model>, String> {
    let loss = learner.loss(&model, index, mode);
    let mean = loss.mean.clone().into_scalar::<f64>();
    if !mean.is_finite() {
        return Err(format!("the loss is {}", number(mean)));
    }
    let objective = match loss.penalty {
        Some(penalty) => loss.mean + penalty,
        None => loss.mean,
    };
    let gradients = objective.mul_scalar(loss.scale).backward();
    let rate = |parameter: &str| learning_rate * loss.rate * learner.rate(parameter);
    match optimizer.step_at(model, gradients, &rate) {
        Ok((model, norm)) => Ok(Stepped {
            model,
            loss: mean,
            weight: loss.weight,
            symbols: loss.symbols,
            norm,
        }),
        Err((_, error)) => Err(error.to_string()),
    }
}
