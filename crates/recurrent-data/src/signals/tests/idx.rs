//! IDX files.

use super::*;

fn idx(dimensions: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn order(image_order: ImageOrder) -> SignalOptions {
    SignalOptions {
        image_order,
        ..whole()
    }
}

#[test]
fn images_are_rows_or_pixels() {
    let images = idx(&[2, 2, 3], &[0, 51, 255, 0, 0, 102, 1, 2, 3, 4, 5, 6]);
    let labels = idx(&[2], &[0, 9]);
    for [image, label] in [
        ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
        ["train-images.idx3-ubyte", "train-labels.idx1-ubyte.gz"],
    ] {
        let files = [(image, images.clone()), (label, labels.clone())];
        let rows = read(&files, &order(ImageOrder::Rows));
        assert_eq!((rows.channels, rows.lengths()), (3, vec![2, 2]));
        assert_eq!(rows.signals[0].values, [0.0, 0.2, 1.0, 0.0, 0.0, 0.4]);
        assert_eq!(rows.labels, ["0", "9"]);
        let pixels = read(&files, &order(ImageOrder::Pixels));
        assert_eq!((pixels.channels, pixels.lengths()), (1, vec![6, 6]));
        assert_eq!(pixels.signals[0].values, rows.signals[0].values);
        let permuted = read(&files, &order(ImageOrder::PermutedPixels));
        let level = |value: &f32| (value * 255.0).round() as usize;
        let order: Vec<usize> = permuted.signals[1].values.iter().map(level).collect();
        let first: Vec<f32> = order
            .iter()
            .map(|level| pixels.signals[0].values[level - 1])
            .collect();
        assert_eq!(permuted.signals[0].values, first);
        // A seed gives the same order for ever.
        assert_eq!(order, PERMUTED);
    }
}

/// The pixels of an image of six, from 1, in the order of seed 0.
const PERMUTED: [usize; 6] = [4, 2, 1, 6, 3, 5];

#[test]
fn parts_have_images_of_one_size() {
    let [square, wide] = [idx(&[1, 2, 3], &[0; 6]), idx(&[1, 3, 2], &[0; 6])];
    let label = idx(&[1], &[3]);
    let files = |test: &Vec<u8>| {
        [
            ("train-images-idx3-ubyte", square.clone()),
            ("train-labels-idx1-ubyte", label.clone()),
            ("t10k-images-idx3-ubyte.gz", test.clone()),
            ("t10k-labels-idx1-ubyte", label.clone()),
        ]
    };
    let folder = folder(&files(&square));
    let splits = read_signals(folder.path(), &whole()).unwrap();
    assert_eq!(
        (splits.train.labels, splits.test.len()),
        (vec!["3".to_owned()], 1)
    );
    assert_eq!(
        error_of(&files(&wide), &order(ImageOrder::Pixels)),
        "F/t10k-images-idx3-ubyte.gz: expected 3 x 2 pixels as in F/train-images-idx3-ubyte, found 2 x 3"
    );
}

#[test]
fn mistakes_are_named() {
    let images = idx(&[2, 1, 1], &[0, 0]);
    let labels = idx(&[2], &[0, 0]);
    let cases = [
        (
            idx(&[2, 1, 1], &[0]),
            labels.clone(),
            "F/i-idx3: expected 2 x 1 x 1 bytes after the header, found 1",
        ),
        (
            idx(&[2, 1, 1], &[0; 3]),
            labels.clone(),
            "F/i-idx3: expected 2 x 1 x 1 bytes after the header, found 3",
        ),
        (
            idx(&[u32::MAX; 3], &[0; 3]),
            labels.clone(),
            "F/i-idx3: expected 4294967295 x 4294967295 x 4294967295 bytes after the header, found 3",
        ),
        (
            images[..7].to_vec(),
            labels.clone(),
            "F/i-idx3: expected a header of 16 bytes, found the end after 7",
        ),
        (
            b"\x00\x00\x0d\x03".to_vec(),
            labels.clone(),
            "F/i-idx3: expected an IDX file of bytes in 3 dimensions, which begins with [0, 0, 8, 3], found [0, 0, 13, 3]",
        ),
        (
            Vec::new(),
            labels.clone(),
            "F/i-idx3: expected an IDX file of bytes in 3 dimensions, which begins with [0, 0, 8, 3], found []",
        ),
        (
            images.clone(),
            idx(&[3], &[0; 3]),
            "F/i-idx1: expected 2 labels as there are images in F/i-idx3, found 3",
        ),
        (
            idx(&[2, 0, 1], &[]),
            labels.clone(),
            "F/i-idx3: expected images with pixels, found 2 of 1 x 0",
        ),
    ];
    for (images, labels, message) in cases {
        assert_eq!(
            error_of(&[("i-idx3", images), ("i-idx1", labels)], &whole()),
            message
        );
    }
    let error = error_of(&[("x-images-idx3-ubyte", images)], &whole());
    assert_eq!(
        error,
        "F/x-images-idx3-ubyte: expected labels in `x-labels-idx1-ubyte` beside it, found no such file"
    );
    let folder = folder(&[("x-labels-idx1-ubyte", labels)]);
    let path = folder.path().join("x-labels-idx1-ubyte");
    let error = read_signals(&path, &whole()).unwrap_err().to_string();
    assert!(error.ends_with("found the labels"), "{error}");
}
