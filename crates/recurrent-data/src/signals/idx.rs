//! The IDX files of MNIST (LeCun, Cortes and Burges, <https://yann.lecun.com/exdb/mnist>): a magic number that says the
//! type and the number of dimensions, the dimensions as big-endian 32-bit numbers, and the bytes.

use std::path::{Path, PathBuf};

use super::grey::Scan;
use super::{LabelledSignals, MOST_VALUES, SignalOptions, wrong};
use crate::DataError;
use crate::readers::{MOST_BYTES, file_name, read_raw, uncompressed_name};

/// Two zeros and the code of unsigned bytes.
const MAGIC: [u8; 3] = [0, 0, 8];

/// Whether a file has images by its name, such as `train-images-idx3-ubyte.gz` or `t10k-images.idx3-ubyte`.
pub(super) fn has_images(name: &str) -> bool {
    name.contains("idx3")
}

/// Whether a file has labels by its name.
pub(super) fn has_labels(name: &str) -> bool {
    name.contains("idx1")
}

/// The file of the labels of images; it need not be compressed if the other is, nor the other way round.
pub(super) fn labels_of(images: &Path) -> Result<PathBuf, DataError> {
    let name = file_name(images);
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let plain = uncompressed_name(&labels).to_owned();
    let candidates = [labels.clone(), plain.clone(), plain + ".gz"];
    let mut candidates = candidates.iter().map(|name| images.with_file_name(name));
    candidates.find(|path| path.exists()).ok_or_else(|| {
        wrong(
            images,
            format!("expected labels in `{labels}` beside it, found no such file"),
        )
    })
}

pub(super) fn read(images: &Path, options: &SignalOptions) -> Result<LabelledSignals, DataError> {
    let Images { size, levels } = read_images(images)?;
    let count = levels.len() / size.iter().product::<usize>();
    let path = labels_of(images)?;
    let ([label_count], labels) = read_file(&path)?;
    if label_count != count {
        let images = images.display();
        let problem =
            format!("expected {count} labels as there are images in {images}, found {label_count}");
        return Err(wrong(&path, problem));
    }
    let scan = Scan::new(size, options);
    let mut signals = LabelledSignals {
        channels: scan.channels,
        image: Some(size),
        ..LabelledSignals::default()
    };
    for (levels, label) in levels.chunks_exact(size[0] * size[1]).zip(labels) {
        signals.push(scan.values(levels), label.to_string(), None);
    }
    Ok(signals)
}

/// Images of one size.
pub(super) struct Images {
    /// Height and width.
    pub size: [usize; 2],
    /// `[N, height, width]`
    pub levels: Vec<u8>,
}

/// Reads a file of images, at least one, of a pixel or more.
pub(super) fn read_images(path: &Path) -> Result<Images, DataError> {
    let ([count, height, width], levels) = read_file(path)?;
    if levels.len() as u64 > MOST_VALUES {
        let found = levels.len();
        let problem = format!("expected at most {MOST_VALUES} pixels, found {found}");
        return Err(wrong(path, problem));
    }
    if levels.is_empty() {
        let problem = format!("expected images with pixels, found {count} of {width} x {height}");
        return Err(wrong(path, problem));
    }
    Ok(Images {
        size: [height, width],
        levels,
    })
}

/// The dimensions and the bytes of a file.
fn read_file<const D: usize>(path: &Path) -> Result<([usize; D], Vec<u8>), DataError> {
    let mut bytes = read_raw(path, MOST_BYTES)?;
    let magic = [MAGIC[0], MAGIC[1], MAGIC[2], D as u8];
    if bytes.get(..magic.len()) != Some(&magic) {
        let found = &bytes[..bytes.len().min(magic.len())];
        let problem = format!(
            "expected an IDX file of bytes in {D} dimensions, which begins with {magic:?}, found {found:?}"
        );
        return Err(wrong(path, problem));
    }
    let start = magic.len() * (D + 1);
    let Some(header) = bytes.get(magic.len()..start) else {
        let problem = format!(
            "expected a header of {start} bytes, found the end after {}",
            bytes.len()
        );
        return Err(wrong(path, problem));
    };
    let mut shape = [0; D];
    for (size, field) in shape.iter_mut().zip(header.chunks_exact(4)) {
        *size = field
            .iter()
            .fold(0, |size, &byte| size << 8 | usize::from(byte));
    }
    let expected = shape
        .iter()
        .map(|&size| size as u128)
        .try_fold(1_u128, u128::checked_mul)
        .filter(|&expected| expected == (bytes.len() - start) as u128);
    if expected.is_none() {
        let shape = shape.map(|size| size.to_string()).join(" x ");
        let problem = format!(
            "expected {shape} bytes after the header, found {}",
            bytes.len() - start
        );
        return Err(wrong(path, problem));
    }
    bytes.drain(..start);
    Ok((shape, bytes))
}
