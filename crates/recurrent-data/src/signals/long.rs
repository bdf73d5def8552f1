//! A table of a step a row, with a column that says of which series.

use std::collections::HashMap;
use std::path::Path;

use super::table::{Columns, Target, content, label_path, read_targets, target_of};
use super::{LabelledSignals, Purpose, SignalOptions};
use crate::DataError;

/// A series that is being read.
struct Series {
    name: String,
    /// `[T, C]`
    values: Vec<f32>,
    /// The time of each step, if there are times. `[T]`
    times: Vec<f64>,
    /// The row of each step. `[T]`
    rows: Vec<usize>,
    /// What stands in its first row, if labels stand in the same table.
    target: Option<Target>,
}

/// Reads the series of a table. Series that only the file of labels has are counted as such without steps, save where the
/// table is one of several parts.
pub(super) fn read(
    path: &Path,
    series_column: &str,
    options: &SignalOptions,
    purpose: Purpose,
) -> Result<LabelledSignals, DataError> {
    let text = content(path)?;
    let mut roles = vec![series_column];
    roles.extend(options.time_column.as_deref());
    let known = options.channel_names.as_deref();
    let columns = Columns::find(path, &text, &roles, known, options, purpose)?;
    let time_column = options.time_column.as_ref().map(|_| columns.found[1]);
    let mut all: Vec<Series> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for (row, fields) in columns.table.rows().iter().enumerate() {
        let name = columns.field(row, fields, columns.found[0], "a series")?;
        let target = target_of(&columns, row, fields)?;
        let position = *positions.entry(name).or_insert_with_key(|name| {
            all.push(Series {
                name: name.clone(),
                values: Vec::new(),
                times: Vec::new(),
                rows: Vec::new(),
                target: target.clone(),
            });
            all.len() - 1
        });
        let series = &mut all[position];
        check_constant(&columns, row, series, target.as_ref())?;
        columns.values_of(row, fields, &mut series.values)?;
        if let Some(column) = time_column {
            let time = fields[column]
                .trim()
                .parse()
                .ok()
                .filter(|time: &f64| time.is_finite());
            series.times.push(time.ok_or_else(|| {
                let problem = format!("expected a time as a number, found `{}`", &fields[column]);
                columns.table.wrong_field(row, column, problem)
            })?);
        }
        series.rows.push(row);
    }
    if let Some(column) = time_column {
        for series in &mut all {
            series.sort(&columns, column)?;
        }
    }
    label(path, series_column, &columns, all, options, purpose)
}

/// An error where a series has another label or group in this row than in its first.
fn check_constant(
    columns: &Columns,
    row: usize,
    series: &Series,
    target: Option<&Target>,
) -> Result<(), DataError> {
    let (Some(expected), Some(found)) = (&series.target, target) else {
        return Ok(());
    };
    let (column, expected, found) = match expected.label == found.label {
        false => (
            columns.targets[0],
            Some(&expected.label),
            Some(&found.label),
        ),
        true if expected.group == found.group => return Ok(()),
        true => (
            columns.targets[1],
            expected.group.as_ref(),
            found.group.as_ref(),
        ),
    };
    let [expected, found] = [expected, found].map(|text| text.map_or("", |text| text));
    let problem = format!(
        "expected `{expected}` as in the first row of series `{}`, found `{found}`",
        series.name
    );
    Err(columns.table.wrong_field(row, column, problem))
}

impl Series {
    /// Adds it to signals, under its name.
    fn push_to(self, signals: &mut LabelledSignals, target: Target) {
        signals.push(self.values, target.label, target.group);
        if let Some(signal) = signals.signals.last_mut() {
            signal.name = Some(self.name);
        }
    }

    /// Brings the steps in the order of their times, of which no two are equal.
    fn sort(&mut self, columns: &Columns, time_column: usize) -> Result<(), DataError> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by(|&one, &other| self.times[one].total_cmp(&self.times[other]));
        for pair in order.windows(2) {
            if self.times[pair[0]] == self.times[pair[1]] {
                let problem = format!(
                    "expected a time for each step of series `{}`, found {} again",
                    self.name, self.times[pair[1]]
                );
                return Err(columns
                    .table
                    .wrong_field(self.rows[pair[1]], time_column, problem));
            }
        }
        let channels = columns.values.len();
        let steps = order
            .iter()
            .map(|&step| &self.values[step * channels..][..channels]);
        self.values = steps.flatten().copied().collect();
        Ok(())
    }
}

/// Brings series and labels together.
fn label(
    path: &Path,
    series_column: &str,
    columns: &Columns,
    all: Vec<Series>,
    options: &SignalOptions,
    purpose: Purpose,
) -> Result<LabelledSignals, DataError> {
    let mut signals = LabelledSignals {
        channels: columns.values.len(),
        channel_names: columns.names(),
        ..LabelledSignals::default()
    };
    if purpose == Purpose::Unlabelled {
        for series in all {
            series.push_to(&mut signals, Target::default());
        }
        return Ok(signals);
    }
    let label_file = options.label_file.as_ref();
    let label_file = label_file.map(|file| label_path(path, file));
    let targets = label_file
        .as_ref()
        .map(|file| read_targets(file, series_column, options))
        .transpose()?;
    let mut targets = targets.unwrap_or_default();
    for series in all {
        let target = series.target.clone();
        let Some(target) = target.or_else(|| targets.remove(&series.name)) else {
            let file = label_file.unwrap_or_default();
            let problem = format!(
                "expected a label for series `{}` in {}, found none",
                series.name,
                file.display()
            );
            let row = series.rows[0];
            return Err(columns.table.wrong_field(row, columns.found[0], problem));
        };
        series.push_to(&mut signals, target);
    }
    if purpose == Purpose::Whole {
        signals.dropped += targets.len();
    }
    Ok(signals)
}
