//! Images that are made here, and folders of them.

use png::{BitDepth, Encoder};

use super::*;
use crate::signals::tests::{error_of, read as read_folder, whole};
use crate::{ImageOrder, SignalOptions};

fn encode_png(width: u32, colour: ColorType, depth: BitDepth, samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let height = samples.len() / (width as usize * colour.samples() * depth as usize / 8);
    let mut encoder = Encoder::new(&mut bytes, width, height as u32);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 255, 0, 0, 255, 255, 255]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    bytes
}

fn grey(width: u32, samples: &[u8]) -> Vec<u8> {
    encode_png(width, ColorType::Grayscale, BitDepth::Eight, samples)
}

/// A baseline JPEG image of one block of 8 x 8 pixels that are all of one colour, `levels`.
fn encode_jpeg(levels: &[u8], adobe_rgb: bool) -> Vec<u8> {
    let mut bytes = b"\xff\xd8".to_vec();
    let mut segment = |marker: u8, content: &[u8]| {
        bytes.extend([0xff, marker, 0, content.len() as u8 + 2]);
        bytes.extend(content);
    };
    if adobe_rgb {
        segment(0xee, b"Adobe\0\x64\0\0\0\0\0");
    }
    let components = levels.len() as u8;
    segment(0xdb, &[&[0][..], &[1; 64]].concat());
    let mut frame = vec![8, 0, 8, 0, 8, components];
    let mut scan = vec![components];
    for component in 1..=components {
        frame.extend([component, 0x11, 0]);
        scan.extend([component, 0]);
    }
    scan.extend([0, 63, 0]);
    segment(0xc0, &frame);
    // Twelve codes of 4 bits for the lengths of the first coefficient, and one of 1 bit for the end of the block.
    let codes = [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let lengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    segment(0xc4, &[&[0x00][..], &codes, &lengths].concat());
    segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(0xda, &scan);
    let mut bits = String::new();
    for &level in levels {
        let coefficient = 8 * (i32::from(level) - 128);
        let length = 32 - coefficient.unsigned_abs().leading_zeros();
        let value = match coefficient < 0 {
            true => coefficient + (1 << length) - 1,
            false => coefficient,
        };
        bits += &format!("{length:04b}");
        if length > 0 {
            bits += &format!("{value:0width$b}", width = length as usize);
        }
        bits += "0";
    }
    for byte in bits.as_bytes().chunks(8) {
        let byte = format!("{:1<8}", String::from_utf8_lossy(byte));
        let byte = u8::from_str_radix(&byte, 2).unwrap();
        bytes.push(byte);
        if byte == 0xff {
            bytes.push(0);
        }
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

#[test]
fn png_images_become_grey() {
    use BitDepth::{Eight, Four, One, Sixteen};
    let colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    let cases = [
        (grey(2, &[0, 1, 128, 255]), vec![0, 1, 128, 255]),
        (
            encode_png(2, ColorType::Rgb, Eight, &colours),
            vec![76, 150, 29, 255],
        ),
        (
            encode_png(2, ColorType::GrayscaleAlpha, Eight, &[7, 255, 9, 255]),
            vec![7, 9],
        ),
        (
            encode_png(1, ColorType::Rgba, Eight, &[255, 0, 0, 255]),
            vec![76],
        ),
        (
            encode_png(2, ColorType::Grayscale, Sixteen, &[7, 200, 9, 0]),
            vec![7, 9],
        ),
        (
            encode_png(8, ColorType::Grayscale, One, &[0b1010_0000]),
            vec![255, 0, 255, 0, 0, 0, 0, 0],
        ),
        (
            encode_png(2, ColorType::Indexed, Four, &[0x12]),
            vec![76, 255],
        ),
    ];
    for (bytes, levels) in cases {
        assert_eq!(png(&bytes).unwrap().levels, levels);
    }
}

#[test]
fn jpeg_images_become_grey() {
    for level in [0, 1, 127, 128, 200, 255] {
        let image = jpeg(&encode_jpeg(&[level], false)).unwrap();
        assert_eq!(
            image,
            Image {
                size: [8, 8],
                levels: vec![level; 64]
            }
        );
        // The luma alone counts, whatever the colour.
        let image = jpeg(&encode_jpeg(&[level, 90, 240], false)).unwrap();
        assert_eq!(image.levels, [level; 64]);
    }
    let image = jpeg(&encode_jpeg(&[255, 0, 0], true)).unwrap();
    assert_eq!(image.levels, [76; 64]);
}

#[test]
fn damaged_images_do_not_pass() {
    let colour = encode_png(
        2,
        ColorType::Rgb,
        BitDepth::Eight,
        &(0..120).collect::<Vec<u8>>(),
    );
    for bytes in [colour, encode_jpeg(&[77, 5, 180], false)] {
        let decode = |bytes: &[u8]| match bytes.starts_with(&PNG) {
            true => png(bytes),
            false => jpeg(bytes),
        };
        assert!(decode(&bytes).is_ok());
        for end in 0..bytes.len() - 12 {
            assert!(decode(&bytes[..end]).is_err(), "{end} of {}", bytes.len());
        }
        // Whatever is there, nothing panics.
        for position in 0..bytes.len() {
            let mut bytes = bytes.clone();
            for byte in [0, 1, 0x7f, 0xff] {
                bytes[position] = byte;
                let _ = decode(&bytes);
            }
        }
    }
    let error = png(&encode_png(
        1,
        ColorType::GrayscaleAlpha,
        BitDepth::Eight,
        &[7, 254],
    ))
    .unwrap_err();
    assert_eq!(
        error,
        "expected opaque pixels, found one of opacity 254 of 255"
    );
    // The dimensions of a header are 8 bytes from byte 16, and its checksum follows byte 29.
    let mut huge = grey(1, &[0]);
    huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_eq!(
        png(&huge).unwrap_err(),
        "expected from 1 to 16777216 pixels, found 65536 x 65536"
    );
}

#[test]
fn a_folder_is_a_class() {
    let (a, b) = (grey(2, &[0, 51, 102, 255, 0, 0]), grey(2, &[255; 6]));
    let files = [
        ("up/0.png", a.clone()),
        ("down/0.PNG", b.clone()),
        ("down/1.png", b.clone()),
        ("up/.x", vec![]),
        ("index.txt", vec![]),
    ];
    let rows = read_folder(&files, &whole());
    assert_eq!((rows.channels, rows.lengths()), (2, vec![3; 3]));
    assert_eq!(rows.labels, ["down", "down", "up"]);
    assert_eq!(rows.signals[2].values, [0.0, 0.2, 0.4, 1.0, 0.0, 0.0]);
    let options = SignalOptions {
        image_order: ImageOrder::Pixels,
        ..whole()
    };
    assert_eq!(read_folder(&files, &options).lengths(), [6; 3]);

    let parts = [
        ("train/a/0.png", a.clone()),
        ("train/b/0.png", b.clone()),
        ("test/a/0.png", a.clone()),
        ("test/b/0.png", b.clone()),
    ];
    assert_eq!(read_folder(&parts, &whole()).labels, ["a", "b"]);
    let mut more = parts.to_vec();
    more.push(("test/c/0.png", b.clone()));
    let error = error_of(&more, &whole());
    assert!(
        error.starts_with(
            "F: expected the same classes in `test` and `train`, found `c` in `test` only"
        ),
        "{error}"
    );

    let jpeg = encode_jpeg(&[9], false);
    let cases = [
        (
            ("up/1.jpg", jpeg),
            "F/up/1.jpg: expected 2 x 3 pixels as in F/down/0.PNG, found 8 x 8",
        ),
        (
            ("up/1.jpeg", b"GIF89a".to_vec()),
            "F/up/1.jpeg: expected a PNG or JPEG image, found other data",
        ),
        (
            ("up/1.png", b[..40].to_vec()),
            "F/up/1.png: expected a whole PNG image, found the end of the file within it",
        ),
        (
            ("up/1.txt", vec![]),
            "F/up: expected the images of a class, a .png, .jpg or .jpeg file each, found `1.txt`",
        ),
        (
            ("up/more/1.png", b.clone()),
            "F/up: expected the images of a class, a .png, .jpg or .jpeg file each, found the folder `more`",
        ),
        (
            ("left/.hidden", vec![]),
            "F/left: expected images of the class `left`, found none",
        ),
    ];
    for (file, message) in cases {
        let mut files = files.to_vec();
        files.push(file);
        let error = error_of(&files, &whole());
        assert!(error.starts_with(message), "{error}");
    }
    let error = error_of(&[("up/0.png", a)], &whole());
    assert!(
        error.contains("for each of at least two classes, found only the folder `up`"),
        "{error}"
    );
}
