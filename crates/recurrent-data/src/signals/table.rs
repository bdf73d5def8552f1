//! What tables of signals have in common: columns by role, labels, and the file of labels.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::{Purpose, SignalOptions, number};
use crate::DataError;
use crate::encoding::Encoding;
use crate::readers::{MOST_BYTES, Table, read_decoded, refuse_empty};

/// Reads a file of a table.
pub(super) fn content(path: &Path) -> Result<String, DataError> {
    let advice = "save it as UTF-8";
    let content = read_decoded(path, MOST_BYTES, Encoding::Utf8, advice)?;
    refuse_empty(path, content.as_bytes())?;
    Ok(content)
}

/// The name of the column of labels, which a table needs.
fn label_column<'a>(
    path: &Path,
    text: &str,
    options: &'a SignalOptions,
) -> Result<&'a str, DataError> {
    match &options.label_column {
        Some(column) => Ok(column),
        None => Err(DataError::ColumnNeeded {
            path: path.to_owned(),
            holds: "the label",
            option: "`label_column`",
            columns: Table::columns(path, text)?,
        }),
    }
}

/// The names of the columns of label and group, those that stand in the table itself.
fn target_columns<'a>(
    path: &Path,
    text: &str,
    options: &'a SignalOptions,
    purpose: Purpose,
) -> Result<Vec<&'a str>, DataError> {
    let mut names = Vec::new();
    if options.label_file.is_none() {
        match purpose {
            Purpose::Unlabelled => names.extend(options.label_column.as_deref()),
            Purpose::Whole | Purpose::Part => names.push(label_column(path, text, options)?),
        }
        names.extend(options.group_column.as_deref());
    }
    Ok(names)
}

/// A table and its columns by role.
pub(super) struct Columns<'a> {
    pub table: Table<'a>,
    /// The columns that were asked for, in order.
    pub found: Vec<usize>,
    /// The columns of label and group, where they are read from this table.
    pub targets: Vec<usize>,
    /// The columns of values.
    pub values: Vec<usize>,
}

impl<'a> Columns<'a> {
    /// The table `text`, where the columns `roles` are, and the columns of values: those that the options name, in a table
    /// with a header those of `known` names, or all that have no other use. None is asked for twice.
    pub(super) fn find(
        path: &'a Path,
        text: &'a str,
        roles: &[&str],
        known: Option<&[String]>,
        options: &SignalOptions,
        purpose: Purpose,
    ) -> Result<Self, DataError> {
        let targets = target_columns(path, text, options, purpose)?;
        let channels = options.channel_columns.iter().flatten();
        let channels: Vec<&str> = channels.map(String::as_str).collect();
        let (targets, aside) = match purpose {
            Purpose::Unlabelled => (Vec::new(), targets),
            Purpose::Whole | Purpose::Part => (targets, Vec::new()),
        };
        let needed = [roles, &targets, &channels].concat();
        let (table, mut columns) = Table::parse(path, text, &needed, &aside)?;
        let aside = columns.split_off(needed.len());
        let mut values = columns.split_off(roles.len() + targets.len());
        if options.channel_columns.is_none() {
            values = match known.filter(|_| table.is_named()) {
                Some(known) => {
                    let known = known.iter().map(|name| table.index_of(name));
                    known.collect::<Result<_, _>>()?
                }
                None => (0..table.width())
                    .filter(|column| !columns.contains(column) && !aside.contains(column))
                    .collect(),
            };
        }
        let all = [&columns[..], &values].concat();
        let twice = (1..all.len()).find(|&position| all[..position].contains(&all[position]));
        if let Some(position) = twice {
            let column = all[position];
            let name = table.name(column).map(str::to_owned);
            let name = name.unwrap_or_else(|| column.to_string());
            let problem = format!("expected another column for each option, found `{name}` twice");
            return Err(super::wrong(path, problem));
        }
        if values.is_empty() {
            let problem = "expected at least one column of values, found none";
            return Err(super::wrong(path, problem.to_owned()));
        }
        let targets = columns.split_off(roles.len());
        Ok(Self {
            table,
            found: columns,
            targets,
            values,
        })
    }

    /// The names of the columns of values.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        let names = self.values.iter().map(|&column| self.table.name(column));
        names.map(|name| name.map(str::to_owned)).collect()
    }

    /// Appends the values of a row.
    pub(super) fn values_of(
        &self,
        row: usize,
        fields: &StringRecord,
        values: &mut Vec<f32>,
    ) -> Result<(), DataError> {
        for &column in &self.values {
            let value = number(&fields[column])
                .map_err(|problem| self.table.wrong_field(row, column, problem))?;
            values.push(value);
        }
        Ok(())
    }

    /// A field that is not empty, and `holds` a label, say.
    pub(super) fn field(
        &self,
        row: usize,
        fields: &StringRecord,
        column: usize,
        holds: &str,
    ) -> Result<String, DataError> {
        match fields[column].trim() {
            "" => {
                let problem = format!("expected {holds}, found an empty field");
                Err(self.table.wrong_field(row, column, problem))
            }
            field => Ok(field.to_owned()),
        }
    }
}

/// The label and the group of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub label: String,
    pub group: Option<String>,
}

/// The file of labels beside `path`, which may be a folder.
pub(super) fn label_path(path: &Path, label_file: &str) -> PathBuf {
    match path.is_dir() {
        true => path.join(label_file),
        false => path.with_file_name("").join(label_file),
    }
}

/// The targets in a file of labels, by series.
pub(super) fn read_targets(
    path: &Path,
    series_column: &str,
    options: &SignalOptions,
) -> Result<HashMap<String, Target>, DataError> {
    let text = content(path)?;
    let mut roles = vec![series_column, label_column(path, &text, options)?];
    roles.extend(options.group_column.as_deref());
    let (table, mut found) = Table::parse(path, &text, &roles, &[])?;
    let columns = Columns {
        table,
        targets: found.split_off(1),
        found,
        values: Vec::new(),
    };
    let mut targets = HashMap::new();
    for (row, fields) in columns.table.rows().iter().enumerate() {
        let series = columns.field(row, fields, columns.found[0], "a series")?;
        let target = target_of(&columns, row, fields)?.unwrap_or_default();
        if targets.insert(series.clone(), target).is_some() {
            let problem = format!("expected one row for each series, found another for `{series}`");
            return Err(columns.table.wrong_field(row, columns.found[0], problem));
        }
    }
    Ok(targets)
}

/// The label and the group of a row; none where they are not read from this table.
pub(super) fn target_of(
    table: &Columns,
    row: usize,
    fields: &StringRecord,
) -> Result<Option<Target>, DataError> {
    let [label, group @ ..] = &table.targets[..] else {
        return Ok(None);
    };
    let group = group
        .first()
        .map(|&column| table.field(row, fields, column, "a group"));
    Ok(Some(Target {
        label: table.field(row, fields, *label, "a label")?,
        group: group.transpose()?,
    }))
}
