//! Files without labels, with labels that are left aside, and with columns in another order.

use super::*;

fn long() -> SignalOptions {
    SignalOptions {
        series_column: text("s"),
        label_column: text("l"),
        group_column: text("g"),
        ..whole()
    }
}

/// The signals of a file that is not for training, or the message without the path of the temporary folder.
fn unlabelled(name: &str, content: &str, options: &SignalOptions) -> Result<Vec<Signal>, String> {
    let folder = folder(&[(name, content)]);
    match read_unlabelled(&folder.path().join(name), options) {
        Ok(found) => Ok(found.expect("signals by their name").signals),
        Err(error) => Err(error
            .to_string()
            .replace(&folder.path().display().to_string(), "F")),
    }
}

/// Signals of `C` channels from their values.
fn signals(channels: usize, values: &[&[f32]]) -> Result<Vec<Signal>, String> {
    let signal = |values: &&[f32]| Signal {
        values: values.to_vec(),
        steps: values.len() / channels,
        name: None,
    };
    Ok(values.iter().map(signal).collect())
}

/// The same, with the names 1, 2, .. of series.
fn series(channels: usize, values: &[&[f32]]) -> Result<Vec<Signal>, String> {
    let mut signals = signals(channels, values)?;
    for (signal, number) in signals.iter_mut().zip(1..) {
        signal.name = Some(number.to_string());
    }
    Ok(signals)
}

#[test]
fn tables_need_no_labels() {
    let expected = series(2, &[&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]]);
    for table in [
        "s,x,y\n1,1,2\n2,5,6\n1,3,4\n",
        "s,x,l,y\n1,1,b,2\n2,5,,6\n1,3,other,4\n",
        "g,s,x,l,y\n,1,1,b,2\n,2,5,,6\n,1,3,,4\n",
    ] {
        assert_eq!(unlabelled("t.csv", table, &long()), expected, "{table}");
    }
    let beside = SignalOptions {
        label_file: text("absent.csv"),
        ..long()
    };
    let table = "s,x,y\n1,1,2\n2,5,6\n1,3,4\n";
    assert_eq!(unlabelled("t.csv", table, &beside), expected);

    let wide = SignalOptions {
        label_column: text("l"),
        ..whole()
    };
    let expected = signals(1, &[&[5.0, 6.0], &[3.0, 4.0]]);
    for table in ["a,b\n5,6\n3,4\n", "a,l,b\n5,x,6\n3,,4\n"] {
        assert_eq!(unlabelled("t.csv", table, &wide), expected, "{table}");
    }
    // Without a header the label is last, or is not there.
    let numbered = SignalOptions {
        label_column: text("2"),
        ..whole()
    };
    for table in ["5,6\n3,4\n", "5,6,x\n3,4,y\n"] {
        assert_eq!(unlabelled("t.csv", table, &numbered), expected, "{table}");
    }
}

#[test]
fn cases_need_no_classes() {
    let expected = signals(2, &[&[1.0, 3.0, 2.0, 4.0]]);
    for cases in [
        "@data\n1,2:3,4\n",
        "@classLabel false\n@data\n1,2:3,4\n",
        "@classLabel true a b\n@data\n1,2:3,4:?\n",
    ] {
        assert_eq!(unlabelled("t.ts", cases, &whole()), expected, "{cases}");
    }
}

#[test]
fn channels_that_are_known_are_found_by_their_names() {
    let known = SignalOptions {
        channel_names: Some(vec!["y".to_owned(), "x".to_owned()]),
        ..long()
    };
    let expected = series(2, &[&[2.0, 1.0, 4.0, 3.0]]);
    for table in [
        "s,x,y\n1,1,2\n1,3,4\n",
        "y,more,s,x\n2,a,1,1\n4,b,1,3\n",
        "y,l,s,x,g\n2,a,1,1,\n4,,1,3,\n",
    ] {
        assert_eq!(unlabelled("t.csv", table, &known), expected, "{table}");
    }
    assert_eq!(
        unlabelled("t.csv", "s,x,z\n1,1,2\n", &known).unwrap_err(),
        "F/t.csv, line 1: no column `y`; columns: s, x, z"
    );
    // Labelled signals are read by them too.
    let labelled = read(&[("t.csv", "s,z,x,l,g,y\n1,0,1,b,G,2\n")], &known);
    assert_eq!(values(&labelled), [[2.0, 1.0]]);
    // What was asked for goes before, and a table without a header has positions.
    let asked = SignalOptions {
        channel_columns: Some(vec!["x".to_owned()]),
        ..known.clone()
    };
    let table = "s,x,y\n1,1,2\n";
    assert_eq!(unlabelled("t.csv", table, &asked), series(1, &[&[1.0]]));
    let numbered = SignalOptions {
        series_column: text("0"),
        label_column: None,
        group_column: None,
        ..known
    };
    let table = "1,5,6\n1,7,8\n";
    let expected = series(2, &[&[5.0, 6.0, 7.0, 8.0]]);
    assert_eq!(unlabelled("t.csv", table, &numbered), expected);
}
