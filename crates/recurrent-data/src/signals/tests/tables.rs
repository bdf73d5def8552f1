//! Tables of a step a row, and of a series a row.

use super::*;

fn long() -> SignalOptions {
    SignalOptions {
        series_column: text("s"),
        label_column: text("l"),
        ..whole()
    }
}

fn beside() -> SignalOptions {
    SignalOptions {
        label_file: text("labels.csv"),
        ..long()
    }
}

fn wide() -> SignalOptions {
    SignalOptions {
        label_column: text("l"),
        ..whole()
    }
}

#[test]
fn rows_of_a_series_are_its_steps() {
    let table = "s,x,l,y,g\n1,1,b,2,G\n2,5,a,6,H\n1, 3 ,b,4,G\n";
    let options = SignalOptions {
        group_column: text("g"),
        ..long()
    };
    let signals = read(&[("t.csv", table)], &options);
    assert_eq!(values(&signals), [&[5.0, 6.0][..], &[1.0, 2.0, 3.0, 4.0]]);
    assert_eq!(
        signals.channel_names,
        Some(vec!["x".to_owned(), "y".to_owned()])
    );
    assert_eq!(signals.groups, Some(vec!["H".to_owned(), "G".to_owned()]));

    let options = SignalOptions {
        channel_columns: Some(vec!["y".to_owned()]),
        time_column: text("x"),
        ..long()
    };
    let table = "s\tx\tl\ty\n1\t10\tb\t1\n1\t9\tb\t2\n1\t-1e3\tb\t3\n";
    let signals = read(&[("t.tsv.gz", table)], &options);
    assert_eq!(values(&signals), [[3.0, 2.0, 1.0]]);
    let table = table.replace("10", "9.0");
    assert_eq!(
        error_of(&[("t.tsv", table)], &options),
        "F/t.tsv, line 3, column `x`: expected a time for each step of series `1`, found 9 again"
    );
}

#[test]
fn labels_may_be_in_another_file() {
    let files = [
        ("t.csv", "s,x\n1,1\n2,5\n1,3\n"),
        ("labels.csv", "l,s,more\na,2,x\nb,1,\nc,3,z\n"),
    ];
    let signals = read(&files, &beside());
    assert_eq!(values(&signals), [&[5.0][..], &[1.0, 3.0]]);
    // The third series has no steps.
    assert_eq!((signals.dropped, signals.groups), (1, None));
    let grouped = SignalOptions {
        group_column: text("more"),
        ..beside()
    };
    let error = error_of(&files, &grouped);
    assert_eq!(
        error,
        "F/labels.csv, line 3, column `more`: expected a group, found an empty field"
    );
    let files = [
        ("train.csv", "s,x\n1,1\n"),
        ("test.csv", "s,x\n2,5\n"),
        ("labels.csv", files[1].1),
    ];
    let folder = folder(&files);
    let splits = read_signals(folder.path(), &beside()).unwrap();
    assert_eq!(
        (splits.train.len(), splits.test.labels, splits.train.dropped),
        (1, vec!["a".to_owned()], 0)
    );

    let cases = [
        (
            "l,s\na,2\n",
            "F/t.csv, line 2, column `s`: expected a label for series `1` in F/labels.csv, found none",
        ),
        (
            "l,s\na,1\nb,1\n",
            "F/labels.csv, line 3, column `s`: expected one row for each series, found another for `1`",
        ),
        (
            "l,s\n,1\n",
            "F/labels.csv, line 2, column `l`: expected a label, found an empty field",
        ),
        (
            "m,s\na,1\n",
            "F/labels.csv, line 1: no column `l`; columns: m, s",
        ),
    ];
    for (labels, message) in cases {
        assert_eq!(
            error_of(
                &[("t.csv", "s,x\n1,1\n"), ("labels.csv", labels)],
                &beside()
            ),
            message
        );
    }
    let error = error_of(&[("t.csv", "s,x\n1,1\n")], &beside());
    assert_eq!(error, "F/labels.csv: does not exist");
}

#[test]
fn mistakes_name_the_line_and_the_column() {
    let cases = [
        (
            "1,b,x\n",
            "line 3, column `x`: expected a number, found `x`",
        ),
        (
            "1,b,\n",
            "line 3, column `x`: expected a number, found an empty field",
        ),
        (
            "1,b,inf\n",
            "line 3, column `x`: expected a finite number, found inf",
        ),
        (
            "1,c,1\n",
            "line 3, column `l`: expected `b` as in the first row of series `1`, found `c`",
        ),
        (
            "1,,1\n",
            "line 3, column `l`: expected a label, found an empty field",
        ),
        (
            ",b,1\n",
            "line 3, column `s`: expected a series, found an empty field",
        ),
        (
            "1,b\n",
            "line 3: expected 3 fields as in the first row, found 2",
        ),
    ];
    for (row, message) in cases {
        let table = format!("s,l,x\n1,b,1\n{row}");
        assert_eq!(
            error_of(&[("t.csv", table)], &long()),
            format!("F/t.csv, {message}")
        );
    }
    let table = [("t.csv", "s,l,x,g,t\n1,b,1,G,1\n1,b,2,H,x\n")];
    let grouped = SignalOptions {
        group_column: text("g"),
        ..long()
    };
    let error = error_of(&table, &grouped);
    assert!(
        error.ends_with("column `g`: expected `G` as in the first row of series `1`, found `H`"),
        "{error}"
    );
    let timed = SignalOptions {
        channel_columns: Some(vec!["x".to_owned()]),
        time_column: text("t"),
        ..long()
    };
    let error = error_of(&table, &timed);
    assert!(
        error.ends_with("line 3, column `t`: expected a time as a number, found `x`"),
        "{error}"
    );
    let twice = SignalOptions {
        time_column: text("s"),
        ..long()
    };
    let error = error_of(&table, &twice);
    assert_eq!(
        error,
        "F/t.csv: expected another column for each option, found `s` twice"
    );
    let none = SignalOptions {
        channel_columns: Some(Vec::new()),
        ..long()
    };
    assert_eq!(
        error_of(&table, &none),
        "F/t.csv: expected at least one column of values, found none"
    );
    let unlabelled = SignalOptions {
        label_column: None,
        ..long()
    };
    let error = error_of(&table, &unlabelled);
    assert!(
        error.contains("that holds the label (`label_column`), found none; columns: s, l, x, g, t"),
        "{error}"
    );
    let arrays = SignalOptions {
        channels: 2,
        ..long()
    };
    let error = error_of(&table, &arrays);
    assert_eq!(
        error,
        "F/t.csv: expected no `channels` for a table with a step a row, found one"
    );
    for (content, message) in [
        ("", "F/t.csv: expected text, found an empty file"),
        ("\n\n", "F/t.csv: expected records, found blank lines"),
        (
            "s,l,x\n",
            "F/t.csv, line 1: expected rows below the header, found none",
        ),
    ] {
        assert_eq!(error_of(&[("t.csv", content)], &long()), message);
    }
}

#[test]
fn a_row_may_be_a_series() {
    let signals = read(&[("t.csv", "a,l,b\n1,y,2\n3,x,4\n")], &wide());
    assert_eq!(values(&signals), [[3.0, 4.0], [1.0, 2.0]]);
    assert_eq!((signals.channels, signals.lengths()), (1, vec![2, 2]));
    let headless = SignalOptions {
        label_column: text("2"),
        channels: 2,
        ..whole()
    };
    let signals = read(&[("t.csv", "0,0,7\n0,1,6\n")], &headless);
    assert_eq!(
        (values(&signals), signals.lengths()),
        (vec![&[0.0, 1.0][..], &[0.0, 0.0]], vec![1, 1])
    );

    let error = error_of(&[("t.csv", "0,0,7\n0,1e99,6\n")], &headless);
    assert_eq!(
        error,
        "F/t.csv, line 2, column 1: expected a finite number, found 1e99"
    );
    let error = error_of(&[("t.csv", "0,0,7,1\n")], &headless);
    assert_eq!(
        error,
        "F/t.csv: `channels`: expected a divisor of the 3 columns of values, found 2"
    );
    let error = error_of(&[("t.csv", "l\n1\n")], &wide());
    assert_eq!(
        error,
        "F/t.csv: expected at least one column of values, found none"
    );
    let error = error_of(&[("t.csv", "l,a\n1,2\n")], &whole());
    assert!(
        error.contains("(`label_column`), found none; columns: l, a"),
        "{error}"
    );
    let labels = SignalOptions {
        label_file: text("labels.csv"),
        ..wide()
    };
    let error = error_of(&[("t.csv", "l,a\n1,2\n")], &labels);
    assert_eq!(
        error,
        "F/t.csv: expected no `label_file` for a table with a series a row (without `series_column`), found one"
    );
    let files = [
        ("train.csv", "s,l,a,b\n1,x,2,3\n"),
        ("test.csv", "s,l,b,a\n1,x,2,3\n"),
    ];
    let error = error_of(&files, &long());
    assert_eq!(
        error,
        "F/test.csv: expected a, b as channels as in F/train.csv, found b, a"
    );
}
