//! Ranges of the settings that networks share.

use crate::Error;
use crate::recipe::name_of;
use crate::training::check;
use recurrent_nn::Initializer;

fn key(name: &str) -> String {
    format!("model.{name}")
}

/// Checks the width of a layer.
pub(super) fn check_size(name: &str, size: usize) -> Result<(), Error> {
    let fine = (1..=65_536).contains(&size);
    check(fine, key(name), "a number from 1 to 65536", size)
}

/// Checks probabilities of dropout by their names.
pub(super) fn check_dropouts(all: &[(&str, f64)]) -> Result<(), Error> {
    all.iter().try_for_each(|&(name, probability)| {
        let fine = (0.0..1.0).contains(&probability);
        check(fine, key(name), "0 to below 1", probability)
    })
}

/// Checks the constants of initializers by their names.
pub(super) fn check_initializers(all: &[(&str, Initializer)]) -> Result<(), Error> {
    all.iter().try_for_each(|&(name, initializer)| {
        let (Initializer::Uniform(x) | Initializer::Identity(x)) = initializer else {
            return Ok(());
        };
        let fine = x.is_finite() && x >= 0.0;
        check(fine, key(name), "a finite number of at least 0", x)
    })
}

/// Fails where the output layer has no weights of its own to be initialized.
pub(super) fn check_tied_initializer(tied: bool, initializer: Initializer) -> Result<(), Error> {
    check(
        !tied || initializer == Initializer::Default,
        key("output_initializer"),
        "default, as model.tie_weights is true",
        name_of(&initializer),
    )
}
