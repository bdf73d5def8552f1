//! The `.ts` format, and folders.

use super::*;

const HEADER: &str =
    "# about\n@problemName p\n@timeStamps false\n@dimensions 2\n@classLabel true a b c\n@data\n";

fn ts(cases: &str) -> Vec<(&'static str, String)> {
    vec![("x.ts", format!("{HEADER}{cases}"))]
}

#[test]
fn channels_become_vectors() {
    for name in ["x.ts", "x.TS.gz"] {
        let content =
            "@CLASSLABEL TRUE 1 2\r\n@data\r\n% c\r\n1, 2,3:-4,5e-1,6:2\r\n\r\n7:8:1\r\n::1\r\n";
        let signals = read(&[(name, content)], &whole());
        assert_eq!(
            values(&signals),
            [&[7.0, 8.0][..], &[1.0, -4.0, 2.0, 0.5, 3.0, 6.0]]
        );
        assert_eq!(
            (signals.labels.clone(), signals.lengths()),
            (vec!["1".to_owned(), "2".to_owned()], vec![1, 3])
        );
        assert_eq!((signals.channels, signals.dropped), (2, 1));
    }
}

#[test]
fn any_class_will_do_where_none_is_listed() {
    let signals = read(
        &[(
            "x.ts",
            "@univariate true\n@classLabel true\n@data\n1,2:up\n",
        )],
        &whole(),
    );
    assert_eq!(
        (signals.labels, signals.channels),
        (vec!["up".to_owned()], 1)
    );
}

#[test]
fn mistakes_name_the_line_and_the_value() {
    let cases = [
        (
            "1:2,3:a\n",
            "line 7, channel 2: expected 1 steps as in channel 1, found 2",
        ),
        ("1:2:a\n1:2:3:a\n", "line 8: expected 2 channels, found 3"),
        ("1:a\n", "line 7: expected 2 channels, found 1"),
        (
            "1,2:3,?:a\n",
            "line 7, channel 2, step 2: expected a number, found `?`",
        ),
        (
            "1,2:3,:a\n",
            "line 7, channel 2, step 2: expected a number, found an empty field",
        ),
        (
            "1,NaN:3,4:a\n",
            "line 7, channel 1, step 2: expected a finite number, found NaN",
        ),
        (
            "1,1e39:3,4:a\n",
            "line 7, channel 1, step 2: expected a finite number, found 1e39",
        ),
        (
            "1:2:d\n",
            "line 7: expected one of the classes a, b, c at the end, found `d`",
        ),
        (
            "1,2\n",
            "line 7: expected channels and a class parted by `:`, found no `:`",
        ),
    ];
    for (cases, message) in cases {
        assert_eq!(error_of(&ts(cases), &whole()), format!("F/x.ts, {message}"));
    }
    assert_eq!(
        error_of(&ts(""), &whole()),
        "F/x.ts: expected cases below `@data`, found none"
    );
    let error = error_of(&ts(":2:a\n"), &whole());
    assert!(
        error.ends_with("channel 2: expected 0 steps as in channel 1, found 1"),
        "{error}"
    );
    let error = error_of(&ts("::a\n"), &whole());
    assert_eq!(
        error,
        "F: expected signals for training, found none (0 for validation, 0 for test, 1 without steps)"
    );
}

#[test]
fn headers_are_read_or_refused() {
    let cases = [
        (
            "@data\n1:a\n",
            "F/x.ts, line 1: expected `@classLabel true` and the classes before `@data`, found none",
        ),
        (
            "@classLabel false\n@data\n",
            "F/x.ts, line 2: expected `@classLabel true`",
        ),
        (
            "@timestamps true\n",
            "F/x.ts, line 1: expected values without time stamps",
        ),
        (
            "@targetlabel true\n",
            "F/x.ts, line 1: expected classes, found `@targetLabel true`",
        ),
        (
            "@dimension 0\n",
            "F/x.ts, line 1: expected a number above 0 after `@dimension`, found `0`",
        ),
        (
            "@univariate maybe\n",
            "F/x.ts, line 1: expected true or false after `@univariate`, found `maybe`",
        ),
        (
            "1,2:a\n",
            "F/x.ts, line 1: expected a line that begins with `@` before `@data`, found none",
        ),
        (
            "@classLabel true a\n",
            "F/x.ts: expected a line `@data`, found none",
        ),
        ("", "F/x.ts: expected text, found an empty file"),
        (
            "@equalLength true\n@seriesLength 3\n@classLabel true a\n@data\n1,2:a\n",
            "F/x.ts, line 5: expected 3 steps as `@seriesLength` says, found 2",
        ),
    ];
    for (content, message) in cases {
        let error = error_of(&[("x.ts", content)], &whole());
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn folders_are_told_by_their_files() {
    let case = "@classLabel true\n@data\n1,2:3,4:a\n";
    let splits = |files: &[(&str, &str)]| read_signals(folder(files).path(), &whole());
    let files = [
        ("x_TRAIN.ts", case),
        ("x_TEST.ts.gz", case),
        ("x_dev.ts", case),
        ("README.md", ""),
        ("x.arff", ""),
    ];
    let splits = splits(&files).unwrap();
    assert_eq!(
        [splits.train.len(), splits.valid.len(), splits.test.len()],
        [1, 1, 1]
    );

    let other = "@classLabel true\n@data\n1,2:a\n";
    let error = error_of(&[("train.ts", case), ("test.ts", other)], &whole());
    assert_eq!(
        error,
        "F/test.ts: expected 2 channels as in F/train.ts, found 1"
    );
    let error = error_of(&[("train.ts", case), ("test.csv", other)], &whole());
    assert!(
        error.starts_with("F: expected files of one kind, found `test.csv` and `train.ts`"),
        "{error}"
    );
    let error = error_of(&[("train.ts", case), ("other.ts", case)], &whole());
    assert!(error.contains("found 0 for `test`"), "{error}");
    let error = error_of(&[("x.txt", case)], &whole());
    assert!(error.starts_with("F: expected a .ts, .csv"), "{error}");
    assert!(error.contains("found none; files there: x.txt"), "{error}");
    let options = SignalOptions {
        fold: Some([1, 2]),
        ..whole()
    };
    let error = error_of(&[("train.ts", case), ("test.ts", case)], &options);
    assert_eq!(
        error,
        "F: `fold`: expected signals without a test part of their own, found F/test.ts"
    );
}

#[test]
fn paths_that_are_no_data_are_named() {
    let error = |path: &Path| read_signals(path, &whole()).unwrap_err().to_string();
    assert_eq!(
        error(Path::new("nowhere/x.ts")),
        "nowhere/x.ts: does not exist"
    );
    assert_eq!(error(Path::new("nowhere/x")), "nowhere/x: does not exist");
    let folder = folder(&[("x.wav", "")]);
    let error = error(&folder.path().join("x.wav"));
    assert!(
        error.ends_with("found a name that says none of these"),
        "{error}"
    );
}

#[test]
fn options_for_other_files_are_refused() {
    let given = [
        (
            "series_column",
            SignalOptions {
                series_column: text("s"),
                ..whole()
            },
        ),
        (
            "label_column",
            SignalOptions {
                label_column: text("s"),
                ..whole()
            },
        ),
        (
            "channels",
            SignalOptions {
                channels: 2,
                ..whole()
            },
        ),
        (
            "value_array",
            SignalOptions {
                value_array: text("s"),
                ..whole()
            },
        ),
        (
            "image_order",
            SignalOptions {
                image_order: ImageOrder::Pixels,
                ..whole()
            },
        ),
    ];
    for (name, options) in given {
        let error = error_of(&ts("1:2:a\n"), &options);
        assert_eq!(
            error,
            format!("F/x.ts: expected no `{name}` for a .ts file, found one")
        );
    }
    for (name, options) in [
        (
            "channels",
            SignalOptions {
                channels: 0,
                ..whole()
            },
        ),
        (
            "frame",
            SignalOptions {
                frame: 0,
                ..whole()
            },
        ),
    ] {
        assert_eq!(
            error_of(&ts("1:2:a\n"), &options),
            format!("`{name}`: expected at least 1, found 0")
        );
    }
    let options = SignalOptions {
        fold: Some([3, 2]),
        ..whole()
    };
    assert!(error_of(&ts("1:2:a\n"), &options).starts_with("`fold`: expected [k, n]"));
    let options = SignalOptions {
        fractions: [0.5; 3],
        ..whole()
    };
    assert!(error_of(&ts("1:2:a\n"), &options).starts_with("`fractions`"));
}
