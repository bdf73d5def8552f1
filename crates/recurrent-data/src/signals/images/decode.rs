//! PNG and JPEG files as grey levels.

use std::io::{Cursor, ErrorKind};
use std::path::Path;

use png::{ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Image;
use crate::readers::{MOST_BYTES, read_raw};
use crate::signals::wrong;
use crate::{DataError, io_problem};

const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const JPEG: [u8; 3] = *b"\xff\xd8\xff";

/// The most pixels of an image, which a small file may claim to have.
const MOST_PIXELS: usize = 1 << 24;

/// Reads an image.
pub(super) fn read(path: &Path) -> Result<Image, DataError> {
    decode(path, &read_raw(path, MOST_BYTES)?)
}

/// The image that a file holds; its first bytes say which format it has.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<Image, DataError> {
    let image = if bytes.starts_with(&PNG) {
        png(bytes)
    } else if bytes.starts_with(&JPEG) {
        jpeg(bytes)
    } else {
        Err("expected a PNG or JPEG image, found other data".to_owned())
    };
    image.map_err(|problem| wrong(path, problem))
}

fn check_size(size: [usize; 2]) -> Result<(), String> {
    let [height, width] = size;
    match height.checked_mul(width) {
        Some(1..=MOST_PIXELS) => Ok(()),
        _ => Err(format!(
            "expected from 1 to {MOST_PIXELS} pixels, found {width} x {height}"
        )),
    }
}

fn png(bytes: &[u8]) -> Result<Image, String> {
    let damaged = |error: png::DecodingError| {
        let found = match error {
            png::DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                "the end of the file within it".to_owned()
            }
            png::DecodingError::IoError(error) => io_problem(&error),
            png::DecodingError::LimitsExceeded => "one that takes too much memory".to_owned(),
            png::DecodingError::Format(_) | png::DecodingError::Parameter(_) => {
                "damaged data".to_owned()
            }
        };
        format!("expected a whole PNG image, found {found}")
    };
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let info = decoder.read_header_info().map_err(damaged)?;
    let size = [info.height, info.width].map(|side| side as usize);
    check_size(size)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    if reader.info().is_animated() {
        return Err("expected one image, found an animation".to_owned());
    }
    let length = reader.output_buffer_size().unwrap_or_default();
    let mut samples = vec![0; length];
    let output = reader.next_frame(&mut samples).map_err(damaged)?;
    reader.finish().map_err(damaged)?;
    samples.truncate(output.buffer_size());
    let levels = match output.color_type {
        ColorType::Grayscale => samples,
        ColorType::GrayscaleAlpha => opaque(&samples)?.map(|[level]| level).collect(),
        ColorType::Rgb => lumas(&samples),
        ColorType::Rgba => opaque(&samples)?.map(luma).collect(),
        ColorType::Indexed => return Err("expected levels, found a palette".to_owned()),
    };
    Ok(Image { size, levels })
}

/// The colours of pixels of `N` samples and an alpha channel, which are all opaque.
fn opaque<const N: usize>(samples: &[u8]) -> Result<impl Iterator<Item = [u8; N]>, String> {
    let pixels = samples.chunks_exact(N + 1);
    match pixels.clone().find(|pixel| pixel[N] != u8::MAX) {
        Some(pixel) => Err(format!(
            "expected opaque pixels, found one of opacity {} of 255",
            pixel[N]
        )),
        None => Ok(pixels.map(|pixel| {
            let mut colour = [0; N];
            colour.copy_from_slice(&pixel[..N]);
            colour
        })),
    }
}

fn jpeg(bytes: &[u8]) -> Result<Image, String> {
    let damaged = |_| "expected a whole JPEG image, found damaged data".to_owned();
    let options = DecoderOptions::default().set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let size = [height, width];
    check_size(size)?;
    // The first channel of YCbCr is the luma; what is neither that nor grey has to become RGB before.
    let colours = match decoder.input_colorspace() {
        Some(ColorSpace::Luma | ColorSpace::YCbCr) => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let samples = decoder.decode().map_err(damaged)?;
    let levels = match colours {
        ColorSpace::Luma => samples,
        _ => lumas(&samples),
    };
    match levels.len() == height * width {
        true => Ok(Image { size, levels }),
        false => Err(format!(
            "expected {width} x {height} pixels, found {}",
            levels.len()
        )),
    }
}

fn lumas(samples: &[u8]) -> Vec<u8> {
    let pixels = samples.chunks_exact(3);
    pixels
        .map(|pixel| luma([pixel[0], pixel[1], pixel[2]]))
        .collect()
}

/// The luma of ITU-R BT.601, rounded.
fn luma(colour: [u8; 3]) -> u8 {
    let [red, green, blue] = colour.map(u32::from);
    ((red * 299 + green * 587 + blue * 114 + 500) / 1000) as u8
}

#[cfg(test)]
mod tests;
