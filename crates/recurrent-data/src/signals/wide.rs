//! A table of a series a row: a label, and the values of all steps in order.

use std::path::Path;

use super::table::{Columns, content, target_of};
use super::{LabelledSignals, Purpose, SignalOptions};
use crate::DataError;

pub(super) fn read(
    path: &Path,
    options: &SignalOptions,
    purpose: Purpose,
) -> Result<LabelledSignals, DataError> {
    let text = content(path)?;
    // A row of all steps has columns for each of them, whose names are not those of channels.
    let columns = Columns::find(path, &text, &[], None, options, purpose)?;
    let count = columns.values.len();
    if !count.is_multiple_of(options.channels) {
        let problem = format!(
            "`channels`: expected a divisor of the {count} columns of values, found {}",
            options.channels
        );
        return Err(super::wrong(path, problem));
    }
    let mut signals = LabelledSignals {
        channels: options.channels,
        ..LabelledSignals::default()
    };
    for (row, fields) in columns.table.rows().iter().enumerate() {
        let target = target_of(&columns, row, fields)?.unwrap_or_default();
        let mut values = Vec::with_capacity(count);
        columns.values_of(row, fields, &mut values)?;
        signals.push(values, target.label, target.group);
    }
    Ok(signals)
}
