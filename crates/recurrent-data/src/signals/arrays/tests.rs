//! Arrays that are made here, byte by byte.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::signals::tests::{error_of, folder, read, text, values, whole};
use crate::{SignalOptions, read_unlabelled};

/// A file of NumPy.
fn npy(descr: &str, fortran: bool, shape: &str, elements: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [
        &b"\x93NUMPY\x01\x00"[..],
        &length,
        header.as_bytes(),
        elements,
    ]
    .concat()
}

fn floats(shape: &str, values: &[f32]) -> Vec<u8> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    npy("<f4", false, shape, &bytes)
}

fn bytes(shape: &str, values: &[u8]) -> Vec<u8> {
    npy("|u1", false, shape, values)
}

/// A ZIP archive, its files deflated or stored.
fn zip(files: &[(&str, Vec<u8>)], deflated: bool) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let data = match deflated {
            false => content.clone(),
            true => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            }
        };
        let name = format!("{name}.npy");
        let sizes = [crc.sum(), data.len() as u32, content.len() as u32];
        let mut shared = vec![20, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0];
        shared.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        shared.extend((name.len() as u16).to_le_bytes());
        let offset = archive.len() as u32;
        // NumPy leaves room for sizes of 64 bits in an extra field of the local header.
        archive.extend(
            [
                &b"PK\x03\x04"[..],
                &shared,
                &[4, 0],
                name.as_bytes(),
                &[9, 9, 0, 0],
                &data,
            ]
            .concat(),
        );
        directory.extend([&b"PK\x01\x02\x14\x00"[..], &shared, &[0; 12]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, start, length) = (
        files.len() as u16,
        archive.len() as u32,
        directory.len() as u32,
    );
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    archive.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    archive.extend(b"\x02\x00ok");
    archive
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> [(&'static str, Vec<u8>); 1] {
    [("a.npz", zip(arrays, false))]
}

#[test]
fn archives_and_folders_hold_arrays() {
    let arrays = [
        (
            "x",
            floats(
                "(2, 2, 3)",
                &[1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12.],
            ),
        ),
        ("y", bytes("(2,)", &[3, 4])),
        ("unused", b"".to_vec()),
    ];
    let files = [
        ("x.npy", arrays[0].1.clone()),
        ("Y.npy.gz", arrays[1].1.clone()),
    ];
    for signals in [
        read(&[("a.npz", zip(&arrays, false))], &whole()),
        read(&[("a.npz", zip(&arrays, true))], &whole()),
        read(&files, &whole()),
    ] {
        assert_eq!((signals.channels, signals.lengths()), (3, vec![2, 2]));
        assert_eq!(signals.signals[1].values, [7., 8., 9., 10., 11., 12.]);
        assert_eq!(signals.labels, ["3", "4"]);
    }
    let labels = SignalOptions {
        label_file: text("Y.npy.gz"),
        ..whole()
    };
    assert_eq!(read(&files, &labels).labels, ["3", "4"]);
    let folder = folder(&files);
    let splits = crate::read_signals(&folder.path().join("x.npy"), &labels).unwrap();
    assert_eq!(splits.train.len(), 2);
}

#[test]
fn arrays_have_names_lengths_and_groups() {
    let options = SignalOptions {
        value_array: text("signal"),
        label_array: text("label"),
        length_array: text("length"),
        group_array: text("person"),
        channels: 2,
        ..whole()
    };
    let arrays = [
        (
            "signal",
            floats(
                "(3, 4)",
                &[1., 2., f32::NAN, 4., 5., 6., 7., 8., f32::NAN, 0., 0., 0.],
            ),
        ),
        ("label", bytes("(3, 1)", &[1, 2, 0])),
        ("length", npy("<i2", false, "(3,)", &[1, 0, 2, 0, 0, 0])),
        (
            "person",
            npy(
                "<U2",
                false,
                "(3,)",
                b"A\0\0\0\0\0\0\0B\0\0\0c\0\0\0\xe9\0\0\0\0\0\0\0",
            ),
        ),
    ];
    let signals = read(&npz(&arrays), &options);
    assert_eq!(values(&signals), [&[1., 2.][..], &[5., 6., 7., 8.]]);
    assert_eq!(
        (signals.labels.concat(), signals.dropped),
        ("12".to_owned(), 1)
    );
    assert_eq!(signals.groups, Some(vec!["A".to_owned(), "Bc".to_owned()]));
}

#[test]
fn arrays_need_no_labels_where_nothing_is_learned() {
    let options = SignalOptions {
        group_array: text("g"),
        ..whole()
    };
    let values = ("x", floats("(2, 2)", &[1.0, 2.0, 3.0, 4.0]));
    let labels = ("y", bytes("(2,)", &[7, 8]));
    for arrays in [vec![values.clone()], vec![values, labels]] {
        let folder = folder(&npz(&arrays));
        let found = read_unlabelled(&folder.path().join("a.npz"), &options);
        let found = found.unwrap().unwrap().signals;
        let found: Vec<_> = found.iter().map(|signal| &signal.values[..]).collect();
        assert_eq!(found, [[1.0, 2.0], [3.0, 4.0]]);
    }
}

#[test]
fn parts_have_names() {
    let arrays = |test: &[u8]| {
        [
            ("x_train", bytes("(2, 2)", &[1, 2, 3, 4])),
            ("y_train", bytes("(2,)", &[0, 1])),
            ("x_test", bytes("(1, 2)", &[5, 6])),
            ("y_test", bytes("(1,)", test)),
            ("x_val", bytes("(1, 2)", &[7, 8])),
            ("y_val", bytes("(1,)", &[1])),
        ]
    };
    let folder = folder(&npz(&arrays(&[1])));
    let splits = crate::read_signals(folder.path(), &whole()).unwrap();
    assert_eq!(values(&splits.test), [[5.0, 6.0]]);
    assert_eq!(
        (splits.train.len(), values(&splits.valid)),
        (2, vec![&[7.0, 8.0][..]])
    );
    let fold = SignalOptions {
        fold: Some([1, 2]),
        ..whole()
    };
    let error = error_of(&npz(&arrays(&[1])), &fold);
    assert!(
        error.ends_with("without a test part of their own, found array `x_test`"),
        "{error}"
    );
    let error = error_of(&npz(&arrays(&[])), &whole());
    assert_eq!(
        error,
        "F/a.npz, array `y_test`: expected [1] elements of 1 bytes, found 0 bytes"
    );
    let twice = [
        ("train.npz", zip(&arrays(&[1]), false)),
        ("test.npz", zip(&arrays(&[1]), false)),
    ];
    let error = error_of(&twice, &whole());
    assert_eq!(
        error,
        "F/train.npz: expected one part in each file, found several in this one"
    );
}

#[test]
fn elements_may_be_of_any_plain_type() {
    let labels = bytes("(2,)", &[0, 1]);
    let cases: [(&str, Vec<u8>, [f32; 2]); 12] = [
        (
            "<f8",
            [0.5_f64, -3.0]
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect(),
            [0.5, -3.0],
        ),
        (
            ">f8",
            [0.5_f64, -3.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            [0.5, -3.0],
        ),
        (
            ">f4",
            [0.5_f32, -3.0]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            [0.5, -3.0],
        ),
        ("|i1", vec![0x80, 3], [-128.0, 3.0]),
        ("<i2", vec![0, 0x80, 3, 0], [-32768.0, 3.0]),
        (">i2", vec![0x80, 0, 0, 3], [-32768.0, 3.0]),
        (
            "<i4",
            [-7_i32, 9].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [-7.0, 9.0],
        ),
        (
            ">i8",
            [-7_i64, 9].iter().flat_map(|v| v.to_be_bytes()).collect(),
            [-7.0, 9.0],
        ),
        ("<u2", vec![0, 0x80, 3, 0], [32768.0, 3.0]),
        (
            ">u4",
            vec![0x80, 0, 0, 0, 0, 0, 0, 3],
            [2_147_483_648.0, 3.0],
        ),
        (
            "<u8",
            [u64::MAX, 9].iter().flat_map(|v| v.to_le_bytes()).collect(),
            [u64::MAX as f32, 9.0],
        ),
        ("|b1", vec![1, 0], [1.0, 0.0]),
    ];
    for (descr, elements, expected) in cases {
        let arrays = [
            ("x", npy(descr, false, "(2, 1)", &elements)),
            ("y", labels.clone()),
        ];
        let signals = read(&npz(&arrays), &whole());
        assert_eq!(values(&signals).concat(), expected, "{descr}");
    }
    for (descr, elements, expected) in [
        ("<i4", vec![0xff, 0xff, 0xff, 0xff, 7, 0, 0, 0], ["-1", "7"]),
        (">U1", b"\0\0\0b\0\0\0a".to_vec(), ["a", "b"]),
        ("|b1", vec![1, 0], ["0", "1"]),
    ] {
        let arrays = [
            ("x", bytes("(2, 1)", &[0, 0])),
            ("y", npy(descr, false, "(2,)", &elements)),
        ];
        assert_eq!(read(&npz(&arrays), &whole()).labels, expected);
    }
}

#[test]
fn columns_may_come_first() {
    // Element [n, t, c] is 100 n + 10 t + c.
    let mut elements = Vec::new();
    for c in 0..4 {
        for t in 0..3 {
            elements.extend((0..2).map(|n| 100 * n + 10 * t + c));
        }
    }
    let arrays = [
        ("x", npy("|u1", true, "(2, 3, 4)", &elements)),
        ("y", bytes("(2,)", &[0, 1])),
    ];
    let signals = read(&npz(&arrays), &whole());
    assert_eq!(
        signals.signals[1].values[..5],
        [100., 101., 102., 103., 110.]
    );
    assert_eq!(signals.signals[0].values[11], 23.0);
}

#[test]
fn mistakes_name_the_array_and_the_element() {
    let y = bytes("(2,)", &[0, 1]);
    let x = bytes("(2, 2)", &[0; 4]);
    let cases = [
        (
            floats("(2, 1, 2)", &[0., 1., 2., f32::INFINITY]),
            y.clone(),
            "`x`, [1, 0, 1]: expected a finite number, found inf",
        ),
        (
            npy(
                "<f8",
                false,
                "(2, 1)",
                &[f64::MAX.to_le_bytes(); 2].concat(),
            ),
            y.clone(),
            "`x`, [0, 0]: expected a finite number, found 1797",
        ),
        (
            bytes("(4,)", &[0; 4]),
            y.clone(),
            "`x`: expected the shape [N, T, C] or [N, T], found [4]",
        ),
        (
            bytes("(2, 1, 0)", &[]),
            y.clone(),
            "`x`: expected the shape [N, T, C] or [N, T], found [2, 1, 0]",
        ),
        (
            bytes("(3, 2)", &[0; 4]),
            y.clone(),
            "`x`: expected [3, 2] elements of 1 bytes, found 4 bytes",
        ),
        (
            bytes(
                "(9223372036854775807, 9223372036854775807, 9223372036854775807)",
                &[],
            ),
            y.clone(),
            "`x`: expected [9223372036854775807, ",
        ),
        (
            bytes("(99999999999999999999,)", &[]),
            y.clone(),
            "`x`: expected a tuple of numbers as `shape`, found \"(99999999999999999999,",
        ),
        (
            bytes("2", &[0; 4]),
            y.clone(),
            "`x`: expected a tuple of numbers as `shape`, found \"2, }",
        ),
        (
            npy("|O", false, "(2, 2)", &[0; 4]),
            y.clone(),
            "`x`: expected elements of the type f4, f8, i1 to i8, u1 to u8, bool or U, found `|O`",
        ),
        (
            npy("<f2", false, "(2, 1)", &[0; 4]),
            y.clone(),
            "`x`: expected elements of the type f4, f8, i1 to i8, u1 to u8, bool or U, found `<f2`",
        ),
        (
            npy("<U1", false, "(1, 1)", &[0; 4]),
            bytes("(1,)", &[0]),
            "`x`: expected numbers, found text",
        ),
        (
            npy("', 'x", false, "(1, 1)", &[0; 4]),
            y.clone(),
            "`x`: expected elements of the type",
        ),
        (
            b"\x93NUMPY\x04\x00\x00\x00\x00\x00".to_vec(),
            y.clone(),
            "`x`: expected version 1, 2 or 3 of the format, found 4",
        ),
        (
            b"\x93NUMPY\x01\x00\xff\x00\x00\x00".to_vec(),
            y.clone(),
            "`x`: expected a whole header, found the end after 12 bytes",
        ),
        (
            b"\x93NUMPY\x01\x00\x02\x00{}".to_vec(),
            y.clone(),
            "`x`: expected `descr` in the header, found \"{}\"",
        ),
        (
            b"text".to_vec(),
            y.clone(),
            "`x`: expected an array in the NPY format of NumPy, found other data",
        ),
        (
            x.clone(),
            bytes("(3,)", &[0; 3]),
            "`y`: expected 2 labels as there are signals, found the shape [3]",
        ),
        (
            x.clone(),
            floats("(2,)", &[0.0; 2]),
            "`y`: expected integers or text as labels, found floating-point numbers",
        ),
        (
            x.clone(),
            npy("<U1", false, "(2,)", b"a\0\0\0\0\0\0\0"),
            "`y`, [1]: expected labels that are not empty, found an empty one",
        ),
        (
            x.clone(),
            npy("<U1", false, "(2,)", &[0xff; 8]),
            "`y`, [0]: expected Unicode characters, found others",
        ),
    ];
    for (x, y, message) in cases {
        let error = error_of(&npz(&[("x", x), ("y", y)]), &whole());
        assert!(
            error.starts_with(&format!("F/a.npz, array {message}")),
            "{error}"
        );
    }
    let with = |options: &SignalOptions| {
        error_of(
            &npz(&[
                ("x", x.clone()),
                ("y", y.clone()),
                ("l", bytes("(2,)", &[1, 3])),
            ]),
            options,
        )
    };
    let lengths = SignalOptions {
        length_array: text("l"),
        ..whole()
    };
    assert_eq!(
        with(&lengths),
        "F/a.npz, array `l`, [1]: expected a length from 0 to 2, found 3"
    );
    let missing = SignalOptions {
        group_array: text("g"),
        ..whole()
    };
    assert_eq!(
        with(&missing),
        "F/a.npz: expected an array `g` (`group_array`), found `l`, `x`, `y`"
    );
    let missing = SignalOptions {
        value_array: text("z"),
        ..whole()
    };
    assert_eq!(
        with(&missing),
        "F/a.npz: expected an array `z`, or `z_train` and `z_test`, (`value_array`), found `l`, `x`, `y`"
    );
    let uneven = SignalOptions {
        channels: 3,
        ..whole()
    };
    assert_eq!(
        with(&uneven),
        "F/a.npz, array `x`: `channels`: expected a divisor of the 2 values of a row, found 3"
    );
    let label_file = SignalOptions {
        label_file: text("y.npy"),
        ..whole()
    };
    assert_eq!(
        with(&label_file),
        "F/a.npz: expected no `label_file` for arrays with names, found one"
    );
    let error = error_of(
        &[
            ("x.npy", floats("(1, 1)", &[f32::NAN])),
            ("y.npy", bytes("(1,)", &[0])),
        ],
        &whole(),
    );
    assert_eq!(
        error,
        "F/x.npy, element [0, 0]: expected a finite number, found NaN"
    );
    let folder = folder(&[("x.npy", x)]);
    let error = crate::read_signals(&folder.path().join("x.npy"), &whole())
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("expected a file of labels (`label_file`) for one .npy file, found none"),
        "{error}"
    );
}

#[test]
fn damaged_archives_do_not_pass() {
    let arrays = [
        ("x", bytes("(2, 2)", &[1, 2, 3, 4])),
        ("y", bytes("(2,)", &[0, 1])),
    ];
    for deflated in [false, true] {
        let whole_archive = zip(&arrays, deflated);
        // The comment does not count.
        for end in 0..whole_archive.len() - 2 {
            error_of(&[("a.npz", &whole_archive[..end])], &whole());
        }
        for position in 0..whole_archive.len() {
            let mut archive = whole_archive.clone();
            archive[position] ^= 0x55;
            let folder = folder(&[("a.npz", archive)]);
            // Whatever is there, nothing panics.
            let _ = crate::read_signals(folder.path(), &whole());
        }
    }
    let archive = zip(&arrays, false);
    let directory = archive
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    for (offset, value, message) in [
        (
            8,
            1,
            "F/a.npz, array `x`: expected plain data, found encrypted data",
        ),
        (
            10,
            14,
            "F/a.npz, array `x`: expected stored or deflated data (method 0 or 8), found method 14",
        ),
        (10, 8, "F/a.npz, array `x`: expected whole ZIP data, found "),
        (
            16,
            7,
            "F/a.npz, array `x`: expected whole ZIP data, found another length or checksum than its directory has",
        ),
        (
            23,
            7,
            "F/a.npz, array `x`: expected whole ZIP data, found its end before that of the array",
        ),
        (
            27,
            0xff,
            "F/a.npz, array `x`: expected at most 2147483648 bytes, found 42",
        ),
    ] {
        let mut archive = archive.clone();
        archive[directory + offset] = value;
        let error = error_of(&[("a.npz", archive)], &whole());
        assert!(error.starts_with(message), "{error}");
    }
    let error = error_of(&[("a.npz", "text")], &whole());
    assert_eq!(
        error,
        "F/a.npz: expected a .npz archive of NumPy, which is a whole ZIP archive, found other data"
    );
}
