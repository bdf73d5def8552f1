//! Images of texts whose file names are the texts, such as `2b827.png`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::archive::{Entry, entries};
use crate::shuffle::shuffle;
use crate::signals::images::{decode_files, is_image};
use crate::source::{boundaries, check_fractions};
use crate::{DataError, ImageOrder, LabelledSignals, SignalOptions, Splits};

/// How images with names are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamedImageOptions {
    /// Parts that are for training, validation and test, in the order that `seed` draws.
    pub fractions: [f64; 3],
    /// Seed of the order of the images.
    pub seed: u64,
}

impl Default for NamedImageOptions {
    fn default() -> Self {
        Self {
            fractions: [0.8, 0.1, 0.1],
            seed: 1,
        }
    }
}

/// The options of reading images column by column.
pub(super) fn by_columns() -> SignalOptions {
    SignalOptions {
        image_order: ImageOrder::Columns,
        ..SignalOptions::default()
    }
}

/// Reads the PNG and JPEG images of a folder or a tar archive, all of one size: a column a step, labels by their names without
/// the ending.
///
/// # Errors
/// If there are none, one cannot be read or has another size, or the fractions are not those of a whole.
pub fn read_named_images(
    path: &Path,
    options: &NamedImageOptions,
) -> Result<Splits<LabelledSignals>, DataError> {
    check_fractions(options.fractions)?;
    let what = ".png, .jpg or .jpeg images named by what they show";
    let images = entries(path, what, is_image)?;
    let files = images.into_iter().map(|Entry { path, name, bytes }| {
        let text = name.rsplit_once('.').map_or(&name[..], |parts| parts.0);
        (path, bytes, text.to_owned())
    });
    let mut signals = decode_files(files.collect(), &by_columns())?;
    let mut order: Vec<usize> = (0..signals.len()).collect();
    shuffle(order.len(), options.seed, |one, other| {
        order.swap(one, other)
    });
    let [first, second] = boundaries(order.len(), options.fractions);
    Ok(Splits {
        train: signals.take(&order[..first]),
        valid: signals.take(&order[first..second]),
        test: signals.take(&order[second..]),
    })
}
