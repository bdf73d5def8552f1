//! Sequences of numbers with a label each: a file or folder in, training, validation and test signals out.
//!
//! | file | a signal | label |
//! | --- | --- | --- |
//! | `.ts` of sktime and aeon | a line: channels parted by `:`, their values by `,` | the last field |
//! | a `.csv` or `.tsv` table with a `series_column` | the rows of one series | a column, the same in all rows of a series, or a column of `label_file` |
//! | any other `.csv` or `.tsv` table | a row, `channels` values a step | a column |
//! | NumPy `.npz`, or a folder of `.npy` files | an array `[N, T, C]`, or `[N, T]` of `channels` values a step | an array `[N]` |
//! | one `.npy` file | the same | an array in `label_file` |
//! | IDX as of MNIST, `train-images-idx3-ubyte` | an image, its levels from 0 to 1 | `train-labels-idx1-ubyte` beside it |
//! | a folder with a folder a class | a `.png`, `.jpg` or `.jpeg` file, its grey levels from 0 to 1 | the name of the folder |
//!
//! | path | cut |
//! | --- | --- |
//! | a file, a folder with one file beside its labels, or arrays without parts | by fractions |
//! | a folder with a training and a test file, as their names say (`t10k` is for test), and perhaps a validation file | as it is |
//! | arrays `x_train`, `y_train`, `x_test`, `y_test`, and perhaps `x_valid`, `y_valid` | as they are |
//! | a folder with a folder `train` and a folder `test`, and perhaps `valid`, `val` or `dev`, with classes in each | as it is |
//!
//! What is cut by fractions, or in folds for cross-validation, is shuffled before. A training part of its own is shuffled
//! too, and the validation part is taken from it where there is none; other parts of their own keep their order. Where
//! signals have groups, such as the persons they were measured on, a group is in one part only, save where parts are
//! as they are.
//!
//! Every file may be compressed with gzip and may hold 2 GiB after decompression, and so may the values of a part. A value
//! that is missing, no number or not finite is an error. Hidden files, read-me files and licences are not read.

mod arrays;
mod cut;
mod frame;
mod grey;
mod idx;
pub(crate) mod images;
mod layout;
mod long;
mod options;
mod table;
mod ts;
mod unlabelled;
mod wide;

use std::path::Path;

use self::layout::{Layout, Origin};
pub use self::options::{ImageOrder, SignalOptions};
pub use self::unlabelled::{UnlabelledSignals, read_unlabelled};
use crate::readers::{MOST_BYTES, Parts};
use crate::{DataError, SequenceBatch, Splits};

/// The most values that the signals of a part may have together: 2 GiB of them.
const MOST_VALUES: u64 = MOST_BYTES / 4;

/// A sequence of vectors of `C` channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signal {
    /// The values, one step after the other. `[T, C]`
    pub values: Vec<f32>,
    /// The number of steps, `T`.
    pub steps: usize,
    /// The name of the series, in a table of a step a row.
    pub name: Option<String>,
}

/// Signals with a label each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelledSignals {
    /// The signals, none of them without steps. `[N]`
    pub signals: Vec<Signal>,
    /// The number of values of a step, `C`.
    pub channels: usize,
    /// The names of the channels, where the file has them; `frame` steps that are one have them once. `[C / frame]`
    pub channel_names: Option<Vec<String>>,
    /// The label of each. `[N]`
    pub labels: Vec<String>,
    /// The group of each, where they have groups. `[N]`
    pub groups: Option<Vec<String>>,
    /// The height and width of the images that they were.
    pub image: Option<[usize; 2]>,
    /// How many signals without steps were left out. Those of signals that were cut up are counted in the training part.
    pub dropped: usize,
}

/// What signals are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Signals with labels, all that there are.
    Whole,
    /// Signals with labels, those of one of several parts.
    Part,
    /// Signals to be told the label of; labels and groups that are there are left aside.
    Unlabelled,
}

/// Reads the labelled signals of a file or folder.
///
/// ```
/// use recurrent_data::{SignalOptions, read_signals};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("train.ts"), "@classLabel true up down\n@data\n1,2,3:0,0,1:up\n2,1:0,1:down\n")?;
/// std::fs::write(folder.path().join("test.ts"), "@classLabel true up down\n@data\n4,5:1,1:up\n")?;
/// let options = SignalOptions { valid_fraction: 0.0, ..SignalOptions::default() };
/// let splits = read_signals(folder.path(), &options)?;
/// assert_eq!((splits.train.len(), splits.train.channels), (2, 2));
/// assert_eq!(splits.test.labels, ["up"]);
/// assert_eq!(splits.test.signals[0].values, [4.0, 1.0, 5.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the path cannot be read as the module says, a value is no finite number, a signal has no label or another number of
/// channels than the others, the training part has no signals, or an option is out of its range or not for such files;
/// the message names the file and the place in it.
pub fn read_signals(
    path: &Path,
    options: &SignalOptions,
) -> Result<Splits<LabelledSignals>, DataError> {
    options.check()?;
    let splits = match Layout::of(path, options, Purpose::Whole)? {
        Layout::Whole(origin) => {
            let signals = origin.read(options, Purpose::Whole)?;
            cut::cut(path, signals, options)?
        }
        Layout::Parts(parts) => {
            if options.fold.is_some() {
                let problem = "`fold`: expected signals without a test part of their own, found";
                return Err(wrong(path, format!("{problem} {}", parts.test.name())));
            }
            read_parts(&parts, options)?
        }
    };
    if splits.train.is_empty() {
        let problem = format!(
            "expected signals for training, found none ({} for validation, {} for test, {} without steps)",
            splits.valid.len(),
            splits.test.len(),
            splits.train.dropped
        );
        return Err(wrong(path, problem));
    }
    Ok(splits)
}

fn read_parts(
    parts: &Parts<Origin>,
    options: &SignalOptions,
) -> Result<Splits<LabelledSignals>, DataError> {
    let train = parts.train.read(options, Purpose::Part)?;
    let like = |origin: &Origin| {
        let part = origin.read(options, Purpose::Part)?;
        check_alike(&parts.train, &train, origin, &part)?;
        Ok::<_, DataError>(part)
    };
    let valid = parts.valid.as_ref().map(like).transpose()?;
    let test = like(&parts.test)?;
    let [train, rest] = cut::training_part(train, valid.is_none(), options);
    Ok(Splits {
        train,
        valid: valid.unwrap_or(rest),
        test,
    })
}

/// An error where two parts cannot be read by one model.
fn check_alike(
    train: &Origin,
    expected: &LabelledSignals,
    origin: &Origin,
    found: &LabelledSignals,
) -> Result<(), DataError> {
    let differ = |what: &str, expected: String, found: String| {
        let problem = format!(
            "expected {expected} {what} as in {}, found {found}",
            train.name()
        );
        Err(wrong(origin.path(), problem))
    };
    if let (Some(expected), Some(found)) = (expected.image, found.image)
        && expected != found
    {
        let size = |[height, width]: [usize; 2]| format!("{width} x {height}");
        return differ("pixels", size(expected), size(found));
    }
    if expected.channels != found.channels {
        return differ(
            "channels",
            expected.channels.to_string(),
            found.channels.to_string(),
        );
    }
    match (&expected.channel_names, &found.channel_names) {
        (Some(expected), Some(found)) if expected != found => {
            differ("as channels", expected.join(", "), found.join(", "))
        }
        _ => Ok(()),
    }
}

/// The error of signals that are no data set.
fn wrong(path: &Path, problem: String) -> DataError {
    DataError::Signals {
        path: path.to_owned(),
        problem,
    }
}

/// The number that a field is, or what is wrong with it.
fn number(field: &str) -> Result<f32, String> {
    let field = field.trim();
    match field.parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ if field.is_empty() => Err("expected a number, found an empty field".to_owned()),
        Ok(_) => Err(format!("expected a finite number, found {}", shown(field))),
        Err(_) => Err(format!("expected a number, found `{}`", shown(field))),
    }
}

/// What a message shows of a field.
fn shown(field: &str) -> String {
    const SHOWN_CHARACTERS: usize = 30;
    match field.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}..", &field[..end]),
        None => field.to_owned(),
    }
}

impl LabelledSignals {
    /// The number of signals, `N`.
    pub fn len(&self) -> usize {
        self.signals.len()
    }

    /// Whether there are no signals.
    pub fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    /// The number of steps of each. `[N]`
    pub fn lengths(&self) -> Vec<usize> {
        self.signals.iter().map(|signal| signal.steps).collect()
    }

    /// The signals at `positions` as a batch `[T, B, C]`, filled up with zeros.
    ///
    /// # Panics
    /// If there is no signal at one of the positions, or it does not have `C` channels.
    pub fn batch(&self, positions: &[usize]) -> SequenceBatch<f32> {
        let rows: Vec<&[f32]> = positions
            .iter()
            .map(|&position| &self.signals[position].values[..])
            .collect();
        SequenceBatch::from_vectors(&rows, self.channels, 0.0)
    }

    /// Adds a signal, or counts it where it has no steps.
    pub(crate) fn push(&mut self, values: Vec<f32>, label: String, group: Option<String>) {
        if values.is_empty() {
            self.dropped += 1;
            return;
        }
        let steps = values.len() / self.channels.max(1);
        self.signals.push(Signal {
            values,
            steps,
            name: None,
        });
        self.labels.push(label);
        if let Some(group) = group {
            self.groups.get_or_insert_default().push(group);
        }
    }

    /// Takes the signals at `positions`, which are not taken twice.
    pub(crate) fn take(&mut self, positions: &[usize]) -> Self {
        let take = |strings: &mut [String]| {
            let taken = positions.iter().map(|&p| std::mem::take(&mut strings[p]));
            taken.collect()
        };
        Self {
            signals: positions
                .iter()
                .map(|&position| std::mem::take(&mut self.signals[position]))
                .collect(),
            channels: self.channels,
            channel_names: self.channel_names.clone(),
            image: self.image,
            labels: take(&mut self.labels),
            groups: self.groups.as_mut().map(|groups| take(groups)),
            dropped: 0,
        }
    }
}

#[cfg(test)]
mod tests;
