//! Signals in NumPy arrays: `[N, T, C]` or `[N, T]` values, `[N]` labels, and perhaps `[N]` lengths and groups.

mod npy;
mod npz;
mod store;

use std::path::Path;

use self::npy::Array;
pub(super) use self::store::{Entry, Found, Store, stem};
use super::{LabelledSignals, MOST_VALUES, SignalOptions};
use crate::DataError;

/// The arrays of a part.
#[derive(Debug)]
pub(super) struct Arrays {
    pub values: Entry,
    /// None where they are not read.
    pub labels: Option<Entry>,
    pub lengths: Option<Entry>,
    pub groups: Option<Entry>,
}

/// Reads the signals of one array `[N, T, C]` or `[N, T]`, without labels.
pub(super) fn read_values(
    path: &Path,
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    let values = Entry::File(path.to_owned()).read()?;
    let [count, steps, channels] = shape(&values, options)?;
    check_size(&values)?;
    let row = steps * channels;
    let mut signals = LabelledSignals {
        channels,
        ..LabelledSignals::default()
    };
    for start in (0..count).map(|position| position * row) {
        let values = (start..start + row).map(|index| values.value(index));
        signals.push(values.collect::<Result<_, _>>()?, String::new(), None);
    }
    Ok(signals)
}

impl Arrays {
    pub(super) fn path(&self) -> &Path {
        self.values.path()
    }

    pub(super) fn read(&self, options: &SignalOptions) -> Result<LabelledSignals, DataError> {
        let values = self.values.read()?;
        let [count, steps, channels] = shape(&values, options)?;
        check_size(&values)?;
        let per_signal = |entry: &Entry, what: &str| {
            let array = entry.read()?;
            match array.shape[..] {
                [found] | [found, 1] if found == count => Ok(array),
                _ => Err(array.wrong(format!(
                    "expected {count} {what} as there are signals, found the shape {:?}",
                    array.shape
                ))),
            }
        };
        let labels = match &self.labels {
            Some(entry) => per_signal(entry, "labels")?.texts("labels")?,
            None => vec![String::new(); count],
        };
        let groups = self
            .groups
            .as_ref()
            .map(|entry| per_signal(entry, "groups")?.texts("groups"));
        let mut groups = groups.transpose()?.map(Vec::into_iter);
        let lengths = match &self.lengths {
            Some(entry) => per_signal(entry, "lengths")?.lengths(steps)?,
            None => vec![steps; count],
        };
        let mut signals = LabelledSignals {
            channels,
            ..LabelledSignals::default()
        };
        for (position, (label, length)) in labels.into_iter().zip(lengths).enumerate() {
            let start = position * steps * channels;
            let row = (start..start + length * channels).map(|index| values.value(index));
            let group = groups.as_mut().and_then(Iterator::next);
            signals.push(row.collect::<Result<_, _>>()?, label, group);
        }
        Ok(signals)
    }
}

fn check_size(values: &Array) -> Result<(), DataError> {
    match values.len() as u64 > MOST_VALUES {
        false => Ok(()),
        true => Err(values.wrong(format!(
            "expected at most {MOST_VALUES} values, found {}",
            values.len()
        ))),
    }
}

/// The numbers of signals, steps and channels.
fn shape(values: &Array, options: &SignalOptions) -> Result<[usize; 3], DataError> {
    let channels = options.channels;
    match values.shape[..] {
        [count, steps, width] if channels == 1 && width > 0 => Ok([count, steps, width]),
        [_, _, width] if width > 0 => Err(values.wrong(format!(
            "`channels`: expected none for an array of three dimensions, found {channels}"
        ))),
        [count, row] if row.is_multiple_of(channels) => Ok([count, row / channels, channels]),
        [_, row] => Err(values.wrong(format!(
            "`channels`: expected a divisor of the {row} values of a row, found {channels}"
        ))),
        _ => Err(values.wrong(format!(
            "expected the shape [N, T, C] or [N, T], found {:?}",
            values.shape
        ))),
    }
}

#[cfg(test)]
mod tests;
