//! Labelled signals of public data sets, which have known sizes.

mod common;

use std::collections::BTreeSet;

use common::shared_data;
use recurrent_data::{
    ImageOrder, LabelledSignals, SignalOptions, Splits, Standardiser, draw_batches, read_signals,
    sorted_batches,
};

fn sizes(splits: &Splits<LabelledSignals>) -> [usize; 3] {
    [&splits.train, &splits.valid, &splits.test].map(LabelledSignals::len)
}

fn distinct(strings: &[String]) -> BTreeSet<&str> {
    strings.iter().map(String::as_str).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An option that takes no validation part from the training part.
fn as_it_is() -> SignalOptions {
    SignalOptions {
        valid_fraction: 0.0,
        ..SignalOptions::default()
    }
}

#[test]
fn vowels_are_of_any_length() {
    let Some(path) = shared_data("japanese-vowels") else {
        return;
    };
    let splits = read_signals(&path, &as_it_is()).unwrap();
    assert_eq!(sizes(&splits), [270, 0, 370]);
    let Splits { train, test, .. } = &splits;
    assert_eq!((train.channels, test.channels), (12, 12));
    assert_eq!(distinct(&train.labels).len(), 9);
    let lengths = [train.lengths(), test.lengths()].concat();
    assert_eq!(
        (lengths.iter().min(), lengths.iter().max()),
        (Some(&7), Some(&29))
    );
    assert_eq!((train.dropped, &train.groups), (0, &None));

    // The first case of the file, wherever it went: its first value, and the first of its second channel.
    let first = train
        .signals
        .iter()
        .find(|signal| signal.values[0] == 1.860936);
    let first = first.unwrap();
    assert_eq!((first.steps, first.values[1]), (20, -0.207383));
    assert_eq!(first.values[12], 1.891651);

    let splits = read_signals(&path, &SignalOptions::default()).unwrap();
    assert_eq!(sizes(&splits), [243, 27, 370]);
    let order = |seed| {
        let options = SignalOptions { seed, ..as_it_is() };
        read_signals(&path, &options).unwrap().train.labels
    };
    assert_ne!(order(0), order(1));
    assert_eq!(order(1), order(1));
}

#[test]
fn vowels_are_standardised_and_batched() {
    let Some(path) = shared_data("japanese-vowels") else {
        return;
    };
    let Splits {
        mut train,
        mut test,
        ..
    } = read_signals(&path, &as_it_is()).unwrap();
    let standardiser = Standardiser::fit(&train).unwrap();
    standardiser.apply_all(&mut train).unwrap();
    standardiser.apply_all(&mut test).unwrap();
    let again = Standardiser::fit(&train).unwrap();
    assert!(again.means().iter().all(|mean| mean.abs() < 1e-6));
    assert!(
        again
            .deviations()
            .iter()
            .all(|deviation| (deviation - 1.0).abs() < 1e-6)
    );
    let near = Standardiser::fit(&test).unwrap();
    assert!(near.means().iter().all(|mean| mean.abs() < 0.5));

    let lengths = train.lengths();
    let batches = draw_batches(&lengths, 16, 0).unwrap();
    assert_eq!(batches.concat().len(), 270);
    for positions in &batches {
        let batch = train.batch(positions);
        assert_eq!((batch.rows(), batch.width), (positions.len(), 12));
        for (b, &position) in positions.iter().enumerate() {
            assert_eq!(batch.row(b), train.signals[position].values);
        }
    }
    let batches = sorted_batches(&lengths, 16, 200).unwrap();
    let steps = batches
        .iter()
        .map(|positions| train.batch(positions).steps * positions.len());
    assert!(steps.max() <= Some(200));
}

#[test]
fn motions_are_all_of_one_length() {
    let Some(path) = shared_data("basic-motions") else {
        return;
    };
    let splits = read_signals(&path, &as_it_is()).unwrap();
    assert_eq!(sizes(&splits), [40, 0, 40]);
    for part in [&splits.train, &splits.test] {
        assert_eq!(part.channels, 6);
        assert!(part.lengths().iter().all(|&length| length == 100));
        let classes = ["Badminton", "Running", "Standing", "Walking"];
        assert_eq!(distinct(&part.labels), BTreeSet::from(classes));
    }
    let one = read_signals(&path.join("BasicMotions_TEST.ts.gz"), &as_it_is()).unwrap();
    assert_eq!(sizes(&one), [32, 4, 4]);
    let framed = SignalOptions {
        frame: 8,
        ..as_it_is()
    };
    let framed = read_signals(&path, &framed).unwrap();
    assert_eq!(
        (framed.test.channels, framed.test.signals[0].steps),
        (48, 13)
    );
    let end = splits.test.signals[0].values.len() - 4 * 6;
    assert_eq!(
        framed.test.signals[0].values[12 * 48..][..24],
        splits.test.signals[0].values[end..]
    );
    assert_eq!(framed.test.signals[0].values[12 * 48 + 24..], [0.0; 24]);
}

fn exercises() -> SignalOptions {
    SignalOptions {
        series_column: text("series"),
        label_file: text("labels.csv"),
        label_column: text("exercise"),
        group_column: text("subject"),
        ..SignalOptions::default()
    }
}

#[test]
fn exercises_are_tested_on_one_person_at_a_time() {
    let Some(path) = shared_data("har-watch") else {
        return;
    };
    let mut tested = BTreeSet::new();
    let mut count = 0;
    for part in [1, 2, 10] {
        let options = SignalOptions {
            fold: Some([part, 10]),
            ..exercises()
        };
        let splits = read_signals(&path, &options).unwrap();
        assert_eq!(sizes(&splits).iter().sum::<usize>(), 140);
        let groups = |part: &LabelledSignals| -> BTreeSet<String> {
            part.groups.iter().flatten().cloned().collect()
        };
        let [train, valid, test] = [&splits.train, &splits.valid, &splits.test].map(groups);
        assert_eq!([train.len(), valid.len(), test.len()], [8, 1, 1]);
        assert_eq!(
            [&train, &valid, &test]
                .into_iter()
                .flatten()
                .collect::<BTreeSet<_>>()
                .len(),
            10
        );
        let steps = [&splits.train, &splits.valid, &splits.test]
            .map(|part| part.lengths().iter().sum::<usize>());
        assert_eq!(steps.iter().sum::<usize>(), 244_102);
        let names = ["ax", "ay", "az", "wx", "wy", "wz"].map(str::to_owned);
        assert_eq!(splits.test.channel_names, Some(names.to_vec()));
        assert_eq!(distinct(&splits.train.labels).len(), 7);
        count += splits.test.len();
        tested.extend(test);
    }
    let all = tested.iter().map(|group| group.parse().unwrap());
    let all: BTreeSet<u32> = all.collect();
    // The groups are sorted as numbers.
    assert_eq!((all.len(), all.last()), (3, Some(&10)));
    assert!(count < 60);

    // A file by its path finds its labels too; no person is in two parts.
    let splits = read_signals(&path.join("signals.csv.gz"), &exercises()).unwrap();
    let groups = |part: &LabelledSignals| distinct(part.groups.as_ref().unwrap()).len();
    assert_eq!(
        [
            groups(&splits.train),
            groups(&splits.valid),
            groups(&splits.test)
        ],
        [8, 1, 1]
    );
}

#[test]
fn small_digits_are_rows_of_a_table() {
    let Some(path) = shared_data("digits") else {
        return;
    };
    let options = SignalOptions {
        label_column: text("64"),
        channels: 8,
        ..SignalOptions::default()
    };
    let splits = read_signals(&path, &options).unwrap();
    assert_eq!(sizes(&splits), [1437, 180, 180]);
    assert_eq!(
        (splits.train.channels, splits.train.signals[0].steps),
        (8, 8)
    );
    assert_eq!(distinct(&splits.train.labels).len(), 10);
    let options = SignalOptions {
        channels: 1,
        ..options
    };
    let splits = read_signals(&path, &options).unwrap();
    assert_eq!(
        (splits.train.channels, splits.train.signals[0].steps),
        (1, 64)
    );
}

#[test]
fn handwritten_digits_are_rows_or_pixels() {
    let Some(path) = shared_data("mnist") else {
        return;
    };
    let rows = read_signals(&path, &SignalOptions::default()).unwrap();
    assert_eq!(sizes(&rows), [54_000, 6_000, 10_000]);
    assert_eq!((rows.test.channels, rows.test.signals[0].steps), (28, 28));
    assert_eq!(rows.test.labels[..5], ["7", "2", "1", "0", "4"]);
    let values = rows.test.signals.iter().flat_map(|signal| &signal.values);
    assert!(values.clone().all(|value| (0.0..=1.0).contains(value)));
    assert_eq!(values.copied().fold(0.0, f32::max), 1.0);

    let test = path.join("t10k-images-idx3-ubyte.gz");
    let read = |image_order, permutation_seed| {
        let options = SignalOptions {
            image_order,
            permutation_seed,
            fractions: [1.0, 0.0, 0.0],
            ..SignalOptions::default()
        };
        read_signals(&test, &options).unwrap().train
    };
    let pixels = read(ImageOrder::Pixels, 0);
    assert_eq!(
        (pixels.len(), pixels.channels, pixels.signals[0].steps),
        (10_000, 1, 784)
    );
    let permuted = read(ImageOrder::PermutedPixels, 0);
    assert_eq!(permuted.labels, pixels.labels);
    assert_ne!(permuted.signals[0], pixels.signals[0]);
    let other = read(ImageOrder::PermutedPixels, 1);
    assert_ne!(permuted.signals[0], other.signals[0]);
    let sorted = |signals: &LabelledSignals| {
        let mut values = signals.signals[0].values.clone();
        values.sort_by(f32::total_cmp);
        values
    };
    assert_eq!(sorted(&permuted), sorted(&pixels));
}

#[test]
fn the_first_handwritten_digit_is_a_5() {
    let Some(path) = shared_data("mnist") else {
        return;
    };
    let options = SignalOptions {
        fractions: [1.0, 0.0, 0.0],
        ..SignalOptions::default()
    };
    let digits = read_signals(&path.join("train-images-idx3-ubyte.gz"), &options).unwrap();
    assert_eq!(digits.train.len(), 60_000);
    let count = |label: &str| {
        digits
            .train
            .labels
            .iter()
            .filter(|found| *found == label)
            .count()
    };
    assert_eq!([count("0"), count("5"), count("9")], [5_923, 5_421, 5_949]);
    // Row 5 of the first image of the file, a 5, wherever the shuffle brought it.
    let row: [u8; 28] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127,
        0, 0, 0, 0,
    ];
    let row = row.map(|level| f32::from(level) / 255.0);
    let of_row = |position: &usize| digits.train.signals[*position].values[5 * 28..6 * 28] == row;
    let found = (0..60_000).find(of_row).unwrap();
    assert_eq!(digits.train.labels[found], "5");
}
