//! `[data]` of kind `signals`: sequences of numbers, and images, with a label each.

use super::ExampleKind;
use crate::Error;
use crate::task::{absolute, name_or_number, names_or_numbers};
use crate::training::{check, check_fractions};
use recurrent_data::{ImageOrder, SignalOptions};
use serde::{Deserialize, Serialize};

/// `[data]`: signals with a label each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalDataConfig {
    /// `signals`.
    pub kind: ExampleKind,
    /// A file, or a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The column of a table that says which series a row belongs to; without it a row is a series.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub series_column: Option<String>,
    /// The column that orders the rows of a series.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub time_column: Option<String>,
    /// The columns of values; all that have no other use where it is left out.
    #[serde(
        default,
        deserialize_with = "names_or_numbers",
        skip_serializing_if = "Option::is_none"
    )]
    pub channel_columns: Option<Vec<String>>,
    /// The column that holds the label.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub label_column: Option<String>,
    /// The column that holds the group of a series, which no split cuts in two.
    #[serde(
        default,
        deserialize_with = "name_or_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub group_column: Option<String>,
    /// Another file with the labels, relative to the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_file: Option<String>,
    /// Values of a step where a series is a row of a table.
    #[serde(default = "one_value")]
    pub channels: usize,
    /// The name of the array of values in NumPy files; `x` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_array: Option<String>,
    /// The name of the array of labels; `y` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_array: Option<String>,
    /// The name of an array of the steps of each series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_array: Option<String>,
    /// The name of an array of groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_array: Option<String>,
    /// How an image is a sequence.
    #[serde(default)]
    pub image_order: ImageOrder,
    /// Seed of the order of permuted pixels.
    #[serde(default = "one")]
    pub permutation_seed: u64,
    /// Consecutive steps that become one.
    #[serde(default = "one_value")]
    pub frame: usize,
    /// Whether every channel is brought to mean 0 and deviation 1 over the training sequences.
    #[serde(default)]
    pub standardise: bool,
    /// Parts that are train, valid and test where they have no files of their own.
    #[serde(default = "fractions")]
    pub fractions: [f64; 3],
    /// The part of the training sequences that is for validation where there is none of its own.
    #[serde(default = "valid_fraction")]
    pub valid_fraction: f64,
    /// `[k, n]`: the k-th of n parts is the test part, as in cross-validation; of groups, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<[usize; 2]>,
    /// Seed of the order of the sequences and of their parts.
    #[serde(default = "one")]
    pub seed: u64,
}

fn one() -> u64 {
    1
}
fn one_value() -> usize {
    1
}
fn fractions() -> [f64; 3] {
    [0.8, 0.1, 0.1]
}
fn valid_fraction() -> f64 {
    0.1
}

impl SignalDataConfig {
    pub(in crate::classification) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("data.{name}");
        check_fractions("data.fractions", self.fractions)?;
        let valid = self.valid_fraction;
        let fine = valid > 0.0 && valid < 1.0;
        check(fine, key("valid_fraction"), "above 0 to below 1", valid)?;
        super::check_fold(self.fold)?;
        for (name, size) in [("channels", self.channels), ("frame", self.frame)] {
            let fine = (1..=65_536).contains(&size);
            check(fine, key(name), "a number from 1 to 65536", size)?;
        }
        let permuted = self.image_order == ImageOrder::PermutedPixels;
        check(
            permuted || self.permutation_seed == one(),
            key("permutation_seed"),
            "1, as data.image_order is not permuted-pixels",
            self.permutation_seed,
        )
    }

    /// Makes the path hold in every working directory.
    pub(in crate::classification) fn make_path_absolute(&mut self) {
        if let Some(path) = &mut self.path {
            *path = absolute(path);
        }
    }

    /// What reading takes.
    pub(in crate::classification) fn options(&self) -> SignalOptions {
        SignalOptions {
            series_column: self.series_column.clone(),
            time_column: self.time_column.clone(),
            channel_columns: self.channel_columns.clone(),
            channel_names: None,
            label_column: self.label_column.clone(),
            group_column: self.group_column.clone(),
            label_file: self.label_file.clone(),
            channels: self.channels,
            value_array: self.value_array.clone(),
            label_array: self.label_array.clone(),
            length_array: self.length_array.clone(),
            group_array: self.group_array.clone(),
            image_order: self.image_order,
            permutation_seed: self.permutation_seed,
            frame: self.frame,
            fractions: self.fractions,
            valid_fraction: self.valid_fraction,
            fold: self.fold,
            seed: self.seed,
        }
    }
}
