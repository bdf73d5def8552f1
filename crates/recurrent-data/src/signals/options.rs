//! How signals are read.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::DataError;
use crate::source::{check_fold, check_fractions, check_valid_fraction};

/// How an image is a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrder {
    /// A row of pixels a step, from the top: `T` is the height and `C` the width.
    #[default]
    Rows,
    /// A column of pixels a step, from the left, as a line is read: `T` is the width and `C` the height.
    Columns,
    /// A pixel a step, row by row: `T` is height x width and `C` is 1.
    Pixels,
    /// A pixel a step, in an order that [`SignalOptions::permutation_seed`] draws, the same for all images (Le, Jaitly and
    /// Hinton 2015, *A Simple Way to Initialize Recurrent Networks of Rectified Linear Units*).
    PermutedPixels,
}

/// How labelled signals are read. An option that the files cannot have is an error.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalOptions {
    /// The column of a table that says which series a row belongs to: a name, or the position from 0 in a table without a
    /// header row, as in all options for columns. Without it a row is a whole series.
    pub series_column: Option<String>,
    /// The column of numbers that orders the rows of a series. Without it they keep the order of the file.
    pub time_column: Option<String>,
    /// The columns of values, in this order. Without it those of `channel_names`, or all columns that no other option names.
    pub channel_columns: Option<Vec<String>>,
    /// The names of the channels that a model knows, where `channel_columns` is not given: in a table of a step a row that
    /// has a header, the columns of values, whatever their order and whatever stands beside them. It changes nothing in
    /// other files.
    pub channel_names: Option<Vec<String>>,
    /// The column that holds the label, needed for tables: of the label file if there is one.
    pub label_column: Option<String>,
    /// The column that holds the group of a series, such as the person who was measured: of the label file if there is one.
    /// Where there are groups, none is cut in two.
    pub group_column: Option<String>,
    /// Another file with the labels, relative to the folder: a table with `series_column` and `label_column`, or, for one
    /// `.npy` file, another.
    pub label_file: Option<String>,
    /// How many values make up a step where a series is a row of a table or of an array `[N, T]`.
    pub channels: usize,
    /// The name of the array of values in a `.npz` file or a folder of `.npy` files; `x` if it is not given. `x_train` and
    /// `x_test`, and perhaps `x_valid`, are parts of their own, and so for the names of the other arrays.
    pub value_array: Option<String>,
    /// The name of the array of labels; `y` if it is not given.
    pub label_array: Option<String>,
    /// The name of an array that says how many steps of each series count; the others may hold anything.
    pub length_array: Option<String>,
    /// The name of the array of groups, as `group_column`.
    pub group_array: Option<String>,
    /// How an image is a sequence.
    pub image_order: ImageOrder,
    /// Which order [`ImageOrder::PermutedPixels`] has. It is not changed by `seed`.
    pub permutation_seed: u64,
    /// How many consecutive steps become one of `frame` times the channels. The last one is filled up with zeros.
    pub frame: usize,
    /// The parts that are for training, validation and test, where they have no files of their own. Their sum is 1.
    pub fractions: [f64; 3],
    /// How much of the training part becomes the validation part, from 0 to below 1, where the test part has a file of
    /// its own and the validation part has none, and in cross-validation. Of groups it is at least one where two are left.
    pub valid_fraction: f64,
    /// Of cross-validation, `[k, n]`: part `k`, from 1, of `n` equal parts is the test part, whatever `fractions` says.
    /// Where there are groups, their sorted list is cut, so that each is tested on alone if `n` is their number.
    /// An error where the test part has a file of its own.
    pub fold: Option<[usize; 2]>,
    /// Which of the possible orders the signals are brought in before they are cut.
    pub seed: u64,
}

impl Default for SignalOptions {
    fn default() -> Self {
        Self {
            series_column: None,
            time_column: None,
            channel_columns: None,
            channel_names: None,
            label_column: None,
            group_column: None,
            label_file: None,
            channels: 1,
            value_array: None,
            label_array: None,
            length_array: None,
            group_array: None,
            image_order: ImageOrder::Rows,
            permutation_seed: 0,
            frame: 1,
            fractions: [0.8, 0.1, 0.1],
            valid_fraction: 0.1,
            fold: None,
            seed: 0,
        }
    }
}

impl SignalOptions {
    pub(super) fn check(&self) -> Result<(), DataError> {
        check_fractions(self.fractions)?;
        check_valid_fraction(self.valid_fraction)?;
        check_fold(self.fold)?;
        for (name, size) in [("channels", self.channels), ("frame", self.frame)] {
            if size == 0 {
                return Err(DataError::ZeroSize { name });
            }
        }
        Ok(())
    }

    /// An error where an option is given that is not one of those for what is at `path`, `what`.
    pub(super) fn refuse_others(
        &self,
        path: &Path,
        what: &str,
        allowed: &[&str],
    ) -> Result<(), DataError> {
        let given = [
            ("series_column", self.series_column.is_some()),
            ("time_column", self.time_column.is_some()),
            ("channel_columns", self.channel_columns.is_some()),
            ("label_column", self.label_column.is_some()),
            ("group_column", self.group_column.is_some()),
            ("label_file", self.label_file.is_some()),
            ("channels", self.channels != 1),
            ("value_array", self.value_array.is_some()),
            ("label_array", self.label_array.is_some()),
            ("length_array", self.length_array.is_some()),
            ("group_array", self.group_array.is_some()),
            ("image_order", self.image_order != ImageOrder::Rows),
        ];
        for (name, is_given) in given {
            if is_given && !allowed.contains(&name) {
                let problem = format!("expected no `{name}` for {what}, found one");
                return Err(super::wrong(path, problem));
            }
        }
        Ok(())
    }
}
