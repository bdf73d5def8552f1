//! Ranges of the settings that networks share; every setting comes with its key, `model.name`.

use crate::Error;
use crate::recipe::name_of;
use crate::training::check;
use recurrent_nn::Initializer;

/// Most steps of a sequence that a network reads at once: its states and gates are in memory for all of them.
const MOST_STEPS: usize = 1 << 17;

/// Fails where a sequence is longer than a network can read; `place` says what messages call one by its number from 1.
pub(crate) fn check_steps(lengths: &[usize], place: &dyn Fn(usize) -> String) -> Result<(), Error> {
    let long = lengths.iter().position(|&steps| steps > MOST_STEPS);
    match long {
        None => Ok(()),
        Some(row) => check(
            false,
            place(row + 1),
            &format!("at most {MOST_STEPS} steps for a network"),
            lengths[row],
        ),
    }
}

/// Checks the width of a layer.
pub(crate) fn check_size(key: &str, size: usize) -> Result<(), Error> {
    let fine = (1..=65_536).contains(&size);
    check(fine, key.to_string(), "a number from 1 to 65536", size)
}

/// Checks probabilities of dropout by their keys.
pub(crate) fn check_dropouts(all: &[(&str, f64)]) -> Result<(), Error> {
    all.iter().try_for_each(|&(key, probability)| {
        let fine = (0.0..1.0).contains(&probability);
        check(fine, key.to_string(), "0 to below 1", probability)
    })
}

/// Checks the constants of initializers by their keys.
pub(crate) fn check_initializers(all: &[(&str, Initializer)]) -> Result<(), Error> {
    all.iter().try_for_each(|&(key, initializer)| {
        let (Initializer::Uniform(x) | Initializer::Identity(x)) = initializer else {
            return Ok(());
        };
        let fine = x.is_finite() && x >= 0.0;
        check(fine, key.to_string(), "a finite number of at least 0", x)
    })
}

/// Fails where the output layer has no weights of its own to be initialized.
pub(crate) fn check_tied_initializer(tied: bool, initializer: Initializer) -> Result<(), Error> {
    check(
        !tied || initializer == Initializer::Default,
        "model.output_initializer".to_string(),
        "default, as model.tie_weights is true",
        name_of(&initializer),
    )
}
