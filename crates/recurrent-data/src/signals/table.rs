//! What tables of signals have in common: columns by role, labels, and the file of labels.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::{SignalOptions, number};
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
pub(super) fn label_column<'a>(
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

/// A table and its columns by role.
pub(super) struct Columns<'a> {
    pub table: Table<'a>,
    /// The columns that were asked for, in order.
    pub found: Vec<usize>,
    /// The columns of values.
    pub values: Vec<usize>,
}

impl<'a> Columns<'a> {
    /// The table `text`, where the columns `roles`, of which none is asked for twice, are, and the columns of values:
    /// those that the options name, or all others.
    pub(super) fn find(
        path: &'a Path,
        text: &'a str,
        roles: &[&str],
        options: &SignalOptions,
    ) -> Result<Self, DataError> {
        let mut names = roles.to_vec();
        let channels = options.channel_columns.iter().flatten();
        names.extend(channels.map(String::as_str));
        let (table, mut found) = Table::parse(path, text, &names)?;
        for (position, column) in found.iter().enumerate() {
            if found[..position].contains(column) {
                let name = names[position];
                let problem =
                    format!("expected another column for each option, found `{name}` twice");
                return Err(super::wrong(path, problem));
            }
        }
        let mut values = found.split_off(roles.len());
        if options.channel_columns.is_none() {
            values = (0..table.width())
                .filter(|column| !found.contains(column))
                .collect();
        }
        if values.is_empty() {
            let problem = "expected at least one column of values, found none";
            return Err(super::wrong(path, problem.to_owned()));
        }
        Ok(Self {
            table,
            found,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    let (table, columns) = Table::parse(path, &text, &roles)?;
    let columns = Columns {
        table,
        found: columns,
        values: Vec::new(),
    };
    let mut targets = HashMap::new();
    for (row, fields) in columns.table.rows().iter().enumerate() {
        let series = columns.field(row, fields, columns.found[0], "a series")?;
        let target = target_of(&columns, row, fields, &columns.found[1..])?;
        if targets.insert(series.clone(), target).is_some() {
            let problem = format!("expected one row for each series, found another for `{series}`");
            return Err(columns.table.wrong_field(row, columns.found[0], problem));
        }
    }
    Ok(targets)
}

/// The label in the first of `columns`, and the group in the second if there are two.
pub(super) fn target_of(
    table: &Columns,
    row: usize,
    fields: &StringRecord,
    columns: &[usize],
) -> Result<Target, DataError> {
    let group = columns
        .get(1)
        .map(|&column| table.field(row, fields, column, "a group"));
    Ok(Target {
        label: table.field(row, fields, columns[0], "a label")?,
        group: group.transpose()?,
    })
}
