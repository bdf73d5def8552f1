//! Several steps as one: sequences are shorter by the number of them, and their vectors wider.

use std::path::Path;

use super::{LabelledSignals, MOST_VALUES, wrong};
use crate::DataError;

/// Makes `frame` consecutive steps of each signal one, `[T, C]` -> `[ceil(T / frame), frame C]`. The last one is filled up
/// with zeros.
pub(super) fn frame(
    path: &Path,
    mut signals: LabelledSignals,
    frame: usize,
) -> Result<LabelledSignals, DataError> {
    if frame == 1 {
        return Ok(signals);
    }
    let too_many = || {
        let found = format!("{frame} of {} channels", signals.channels);
        wrong(
            path,
            format!(
                "`frame`: expected at most {MOST_VALUES} values for all signals together, found {found}"
            ),
        )
    };
    let channels = signals.channels.checked_mul(frame).ok_or_else(too_many)?;
    let values = |steps: usize| steps.div_ceil(frame) as u128 * channels as u128;
    let all: u128 = signals
        .signals
        .iter()
        .map(|signal| values(signal.steps))
        .sum();
    if all > u128::from(MOST_VALUES) {
        return Err(too_many());
    }
    for signal in &mut signals.signals {
        signal.steps = signal.steps.div_ceil(frame);
        signal.values.resize(signal.steps * channels, 0.0);
    }
    signals.channels = channels;
    Ok(signals)
}
