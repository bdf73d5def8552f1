//! A whole table, for columns whose number is not known before.

use std::path::Path;

use csv::StringRecord;

use super::{Header, line_of, read_rows};
use crate::DataError;
use crate::readers::{Format, file_name};

/// The rows of a table, which all have the same number of fields.
pub(crate) struct Table<'a> {
    path: &'a Path,
    text: &'a str,
    rows: Vec<StringRecord>,
    /// Whether the first row has the names of the columns.
    named: bool,
}

impl<'a> Table<'a> {
    /// The table that `text` is, and where the columns `names` are, and behind them those of `perhaps` that are there; as
    /// for records, the names are positions in a table without a header row.
    pub(crate) fn parse(
        path: &'a Path,
        text: &'a str,
        names: &[&str],
        perhaps: &[&str],
    ) -> Result<(Self, Vec<usize>), DataError> {
        let tabs = Format::of(&file_name(path)) == Format::TabSeparated;
        let rows = read_rows(path, text, tabs)?;
        let Some(fields) = rows.first() else {
            return Err(crate::readers::no_records(path));
        };
        let header = Header {
            path,
            line: line_of(text, fields.position()),
            fields,
        };
        let mut there = names.to_vec();
        there.extend(perhaps.iter().filter(|name| header.has(name)));
        let (columns, _) = header.locate(&there)?;
        let named = header.is_named(&[names, perhaps].concat());
        if named && rows.len() == 1 {
            let problem = "expected rows below the header, found none";
            return Err(header.wrong(problem.to_owned()));
        }
        let table = Self {
            path,
            text,
            rows,
            named,
        };
        Ok((table, columns))
    }

    /// The columns of the first row of `text`, for messages.
    pub(crate) fn columns(path: &Path, text: &str) -> Result<Vec<String>, DataError> {
        let tabs = Format::of(&file_name(path)) == Format::TabSeparated;
        let rows = read_rows(path, text, tabs)?;
        let shortened = |row: &StringRecord| row.iter().map(super::shortened).collect();
        Ok(rows.first().map_or_else(Vec::new, shortened))
    }

    /// Whether the columns have names.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// Where the column of a name is, in a table whose columns have names.
    pub(crate) fn index_of(&self, name: &str) -> Result<usize, DataError> {
        let Some(fields) = self.rows.first() else {
            return Err(crate::readers::no_records(self.path));
        };
        let header = Header {
            path: self.path,
            line: line_of(self.text, fields.position()),
            fields,
        };
        header.index_of(name)
    }

    /// The number of columns.
    pub(crate) fn width(&self) -> usize {
        self.rows.first().map_or(0, StringRecord::len)
    }

    /// The rows below the header.
    pub(crate) fn rows(&self) -> &[StringRecord] {
        &self.rows[usize::from(self.named)..]
    }

    /// The name of a column, where there are names.
    pub(crate) fn name(&self, column: usize) -> Option<&str> {
        let header = self.rows.first().filter(|_| self.named)?;
        header.get(column)
    }

    /// The error of a field of a row below the header.
    pub(crate) fn wrong_field(&self, row: usize, column: usize, problem: String) -> DataError {
        let line = self.line(row);
        let column = match self.name(column) {
            Some(name) => format!("`{name}`"),
            None => column.to_string(),
        };
        DataError::Signal {
            path: self.path.to_owned(),
            place: format!("line {line}, column {column}"),
            problem,
        }
    }

    /// The line of a row below the header, counted from 1.
    pub(crate) fn line(&self, row: usize) -> u64 {
        let row = self.rows().get(row);
        line_of(self.text, row.and_then(StringRecord::position))
    }
}
