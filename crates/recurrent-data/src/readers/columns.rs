//! The columns that are looked for in a file of records, and what is found.

use std::path::Path;

use crate::DataError;

/// A column that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    /// Its name; or, in a table without a header row, its position.
    pub name: Option<&'a str>,
    /// What it holds, for messages.
    pub holds: &'static str,
    /// The option that names it, for messages.
    pub option: &'static str,
    /// Whether a number or a truth value of JSON will do as a string does.
    pub scalars: bool,
}

impl<'a> Column<'a> {
    /// The name, which is needed where a file has the columns that `columns` lists.
    pub(super) fn needed(
        self,
        path: &Path,
        columns: impl Fn() -> Vec<String>,
    ) -> Result<&'a str, DataError> {
        self.name.ok_or_else(|| DataError::ColumnNeeded {
            path: path.to_owned(),
            holds: self.holds,
            option: self.option,
            columns: columns(),
        })
    }

    /// Plain text has no columns.
    pub(super) fn refuse(self, path: &Path) -> Result<(), DataError> {
        match self.name {
            None => Ok(()),
            Some(column) => Err(DataError::UnexpectedColumn {
                path: path.to_owned(),
                column: column.to_owned(),
            }),
        }
    }
}

/// Some columns of a row of a table or of a JSON object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record<const N: usize> {
    /// The line where it begins, counted from 1.
    pub line: u64,
    /// The fields, in the order the columns were asked for.
    pub fields: [String; N],
}

#[cfg(test)]
pub(super) fn text_column(name: Option<&str>) -> Column<'_> {
    Column {
        name,
        holds: "the text",
        option: "`column`",
        scalars: false,
    }
}
