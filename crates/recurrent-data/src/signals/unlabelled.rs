//! Signals to be told the label of: an image or a folder of images, images in IDX or one array, and what
//! [`read_signals`](super::read_signals) reads in one part. No labels need be there, and those that are there are left
//! aside, as are groups; a table without a header has its other columns where they are beside labels. Signals come in the
//! form of those that are read for training, and in the order in which they stand.

use std::path::{Path, PathBuf};

use super::grey::Scan;
use super::images::{image_files, is_image, read_files};
use super::layout::{Kind, Layout};
use super::{LabelledSignals, Purpose, Signal, SignalOptions, arrays, frame, idx, wrong};
use crate::DataError;
use crate::readers::file_name;

/// Signals without labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnlabelledSignals {
    /// The signals. `[N]`
    pub signals: Vec<Signal>,
    /// The height and width of the images that they were.
    pub image: Option<[usize; 2]>,
    /// The files of images, one each. `[N]`
    pub files: Option<Vec<PathBuf>>,
}

/// Reads signals without their labels; none where the name of the file is not one of a file of signals.
///
/// # Errors
/// If the file or folder cannot be read as the module says; the message names the place in it.
pub fn read_unlabelled(
    path: &Path,
    options: &SignalOptions,
) -> Result<Option<UnlabelledSignals>, DataError> {
    options.check()?;
    let mut files = None;
    let signals = if path.is_dir() || is_image(&file_name(path)) {
        let images = match path.is_dir() {
            true => image_files(path)?,
            false => vec![path.to_owned()],
        };
        if images.is_empty() {
            let problem = "expected .png, .jpg or .jpeg files, found none";
            return Err(wrong(path, problem.to_owned()));
        }
        files = Some(images.clone());
        let images = images.into_iter().map(|path| (path, String::new()));
        framed(path, read_files(images.collect(), options)?, options)?
    } else {
        match Kind::of(path) {
            None => return Ok(None),
            Some(Kind::Images) => framed(path, idx_images(path, options)?, options)?,
            Some(Kind::Array) => framed(path, arrays::read_values(path, options)?, options)?,
            Some(_) => match Layout::of(path, options, Purpose::Unlabelled)? {
                Layout::Whole(origin) => origin.read(options, Purpose::Unlabelled)?,
                Layout::Parts(parts) => {
                    let problem = format!("expected one part, found {} too", parts.test.name());
                    return Err(wrong(path, problem));
                }
            },
        }
    };
    if signals.dropped > 0 {
        let count = signals.dropped;
        let problem = format!("expected signals with a step or more, found {count} without any");
        return Err(wrong(path, problem));
    }
    Ok(Some(UnlabelledSignals {
        signals: signals.signals,
        image: signals.image,
        files,
    }))
}

fn framed(
    path: &Path,
    signals: LabelledSignals,
    options: &SignalOptions,
) -> Result<LabelledSignals, DataError> {
    frame::frame(path, signals, options.frame)
}

fn idx_images(path: &Path, options: &SignalOptions) -> Result<LabelledSignals, DataError> {
    let idx::Images { size, levels } = idx::read_images(path)?;
    let scan = Scan::new(size, options);
    let mut signals = LabelledSignals {
        channels: scan.channels,
        image: Some(size),
        ..LabelledSignals::default()
    };
    for levels in levels.chunks_exact(size[0] * size[1]) {
        signals.push(scan.values(levels), String::new(), None);
    }
    Ok(signals)
}

impl Signal {
    /// The pixels of the image of that height and width that a signal was made of, `[height, width]`; none where it has
    /// fewer values.
    pub fn pixels(&self, image: [usize; 2], options: &SignalOptions) -> Option<Vec<f32>> {
        let values = self.values.get(..image[0] * image[1])?;
        Some(Scan::new(image, options).pixels(values))
    }

    /// A signal in the form of those that are read for training: `steps` are the `[T, C]` of a series, or of an
    /// `image` of that height and width its rows of grey levels from 0 to 255.
    ///
    /// # Errors
    /// If an image has another size.
    pub fn prepared(
        self,
        image: Option<[usize; 2]>,
        options: &SignalOptions,
    ) -> Result<Self, DataError> {
        let channels = self.values.len() / self.steps.max(1);
        let mut signals = LabelledSignals {
            channels,
            ..LabelledSignals::default()
        };
        let values = match image {
            None => self.values,
            Some(size) if size == [self.steps, channels] => {
                let scan = Scan::new(size, options);
                signals.channels = scan.channels;
                scan.values(&self.values)
            }
            Some([height, width]) => {
                return Err(DataError::Setting {
                    name: "image",
                    expected: "as many rows and grey levels as the images of training have",
                    found: format!(
                        "{channels} x {} where they have {width} x {height}",
                        self.steps
                    ),
                });
            }
        };
        signals.push(values, String::new(), None);
        let mut signals = framed(Path::new("a signal"), signals, options)?;
        Ok(signals.signals.pop().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageOrder;

    fn signal(steps: usize, values: &[f32]) -> Signal {
        Signal {
            values: values.to_vec(),
            steps,
            name: None,
        }
    }

    #[test]
    fn an_array_without_labels_keeps_its_order_and_is_framed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.npy");
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 1), }";
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        let padded = format!("{header:<117}\n");
        bytes.extend((padded.len() as u16).to_le_bytes());
        bytes.extend(padded.as_bytes());
        for value in 0..6 {
            bytes.extend((value as f32).to_le_bytes());
        }
        std::fs::write(&path, bytes).expect("writes");
        let options = SignalOptions {
            frame: 2,
            ..SignalOptions::default()
        };
        let found = read_unlabelled(&path, &options).expect("reads");
        let found = found.expect("an array by its name").signals;
        let expected = [
            signal(2, &[0.0, 1.0, 2.0, 0.0]),
            signal(2, &[3.0, 4.0, 5.0, 0.0]),
        ];
        assert_eq!(found, expected);
        let other = read_unlabelled(Path::new("x.jsonl"), &options);
        assert_eq!(other.expect("no file is read"), None);
    }

    #[test]
    fn images_by_hand_are_read_as_those_of_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("images-idx3-ubyte");
        let bytes = [
            0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 102, 255,
        ];
        std::fs::write(&path, bytes).expect("writes");
        for image_order in [
            ImageOrder::Rows,
            ImageOrder::Pixels,
            ImageOrder::PermutedPixels,
        ] {
            let options = SignalOptions {
                image_order,
                permutation_seed: 3,
                ..SignalOptions::default()
            };
            let found = read_unlabelled(&path, &options).expect("reads");
            let found = found.expect("images by their name");
            assert_eq!(found.image, Some([2, 2]));
            let by_hand = signal(2, &[0.0, 51.0, 102.0, 255.0]);
            let by_hand = by_hand.prepared(found.image, &options);
            let by_hand = by_hand.expect("of their size");
            assert_eq!(by_hand, found.signals[0]);
            let pixels = by_hand.pixels([2, 2], &options);
            assert_eq!(pixels, Some(vec![0.0, 0.2, 0.4, 1.0]));
            let other = signal(1, &[0.0, 51.0]).prepared(found.image, &options);
            assert!(other.is_err());
        }
    }
}
