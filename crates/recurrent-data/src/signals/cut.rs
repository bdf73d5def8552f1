//! Which signals are for training, validation and test, with every group in one part.

use std::collections::BTreeMap;
use std::path::Path;

use super::{LabelledSignals, SignalOptions, wrong};
use crate::shuffle::shuffle;
use crate::source::{boundaries, part_of};
use crate::{DataError, Splits};

/// What makes the order of groups another one than that of signals.
const ORDER_OF_GROUPS: u64 = 0x6772_6f75_7073;

/// Signals that stay together: one, or those of a group, by their positions.
type Unit = Vec<usize>;

/// The signals in a random order.
struct Order {
    /// The units: by name where they are groups, and in the random order where they are not.
    units: Vec<Unit>,
    /// Whether units are groups.
    groups: bool,
    /// At which place of the random order each signal is.
    places: Vec<usize>,
}

impl Order {
    fn of(signals: &LabelledSignals, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..signals.len()).collect();
        shuffle(order.len(), seed, |one, other| order.swap(one, other));
        let mut places = vec![0; order.len()];
        for (place, &signal) in order.iter().enumerate() {
            places[signal] = place;
        }
        let units = match &signals.groups {
            None => order.into_iter().map(|signal| vec![signal]).collect(),
            Some(groups) => by_group(groups),
        };
        Self {
            units,
            groups: signals.groups.is_some(),
            places,
        }
    }

    fn shuffle_groups(&self, units: &mut [Unit], seed: u64) {
        if self.groups {
            shuffle(units.len(), seed ^ ORDER_OF_GROUPS, |one, other| {
                units.swap(one, other);
            });
        }
    }

    /// Takes away the units for validation.
    fn split_off_valid(&self, units: &mut Vec<Unit>, options: &SignalOptions) -> Vec<Unit> {
        self.shuffle_groups(units, options.seed);
        let mut count = part_of(units.len(), options.valid_fraction);
        if self.groups && options.valid_fraction > 0.0 && units.len() > 1 {
            count = count.max(1);
        }
        units.split_off(units.len() - count)
    }

    /// The positions of the signals of `units`, in the random order.
    fn positions(&self, units: &[Unit]) -> Vec<usize> {
        let mut positions = units.concat();
        positions.sort_by_key(|&position| self.places[position]);
        positions
    }
}

/// The signals of each group, sorted by the numbers that all groups are, or else by name.
fn by_group(groups: &[String]) -> Vec<Unit> {
    let mut named: BTreeMap<(Option<u64>, &str), Unit> = BTreeMap::new();
    let numbers = groups.iter().all(|group| group.parse::<u64>().is_ok());
    for (signal, group) in groups.iter().enumerate() {
        let number = group.parse().ok().filter(|_| numbers);
        named.entry((number, group)).or_default().push(signal);
    }
    named.into_values().collect()
}

/// Cuts up signals that have no parts of their own.
pub(super) fn cut(
    path: &Path,
    mut signals: LabelledSignals,
    options: &SignalOptions,
) -> Result<Splits<LabelledSignals>, DataError> {
    let mut order = Order::of(&signals, options.seed);
    let mut train = std::mem::take(&mut order.units);
    let count = train.len();
    let (valid, test) = match options.fold {
        None => {
            order.shuffle_groups(&mut train, options.seed);
            let [first, second] = boundaries(count, options.fractions);
            let test = train.split_off(second);
            (train.split_off(first), test)
        }
        Some([_, parts]) if parts > count => {
            let units = if order.groups { "groups" } else { "signals" };
            return Err(wrong(
                path,
                format!(
                    "`fold`: expected at least {parts} {units} for as many parts, found {count}"
                ),
            ));
        }
        Some([part, parts]) => {
            // In 128 bits, where no product is too large.
            let end = |part| (part as u128 * count as u128 / parts as u128) as usize;
            let test = train.drain(end(part - 1)..end(part)).collect();
            (order.split_off_valid(&mut train, options), test)
        }
    };
    let mut take = |units: &[Unit]| signals.take(&order.positions(units));
    let mut splits = Splits {
        train: take(&train),
        valid: take(&valid),
        test: take(&test),
    };
    splits.train.dropped = signals.dropped;
    Ok(splits)
}

/// Shuffles a training part of its own, and takes the validation part from it where that has none.
pub(super) fn training_part(
    mut signals: LabelledSignals,
    take_valid: bool,
    options: &SignalOptions,
) -> [LabelledSignals; 2] {
    let mut order = Order::of(&signals, options.seed);
    let mut train = std::mem::take(&mut order.units);
    let valid = match take_valid {
        true => order.split_off_valid(&mut train, options),
        false => Vec::new(),
    };
    let [mut train, valid] = [&train, &valid].map(|units| signals.take(&order.positions(units)));
    train.dropped = signals.dropped;
    [train, valid]
}
