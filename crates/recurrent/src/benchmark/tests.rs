//! Workloads of small sizes, and the numbers they run on.

use super::*;
use recurrent_nn::{Cell, Precision};

const SHAPE: StackShape = StackShape {
    cell: Cell::Gru,
    input_size: 3,
    hidden_size: 5,
    layers: 2,
    bidirectional: true,
};

fn is_whole(times: &Times) -> bool {
    times.whole > 0.0 && times.forward.is_some_and(|forward| forward > 0.0)
}

#[test]
fn networks_of_any_shape_are_trained() {
    let lengths = [4, 3, 1];
    assert!(is_whole(&tagger::time(&SHAPE, 7, 2, &lengths).unwrap()));
    assert!(is_whole(&classifier::time(&SHAPE, 7, 3, &lengths).unwrap()));
    let shape = StackShape {
        bidirectional: false,
        ..SHAPE
    };
    assert!(is_whole(
        &language_model::time(&shape, 7, [2, 3], Precision::Bf16).unwrap()
    ));
}

#[test]
fn fields_are_timed_at_unequal_lengths() {
    let lengths = [4, 3, 1];
    assert!(is_whole(&crf::time_loss(3, &lengths).unwrap()));
    assert!(is_whole(&ctc::time_loss(3, 1, &lengths).unwrap()));
    assert!(is_whole(&ctc::time_transducer(3, 1, &lengths).unwrap()));
    assert!(ctc::time_beam([3, 1, 2], &lengths).unwrap().whole > 0.0);
    let decoded = crf::time_decode(3, &lengths).unwrap();
    assert!(decoded.whole > 0.0 && decoded.forward.is_none());
}

#[test]
fn rows_are_drawn_evenly_and_apart() {
    let rows = draw_rows(1, &[1000, 0, 1000], 4);
    assert_eq!([0, 1, 2].map(|row| rows[row].len()), [1000, 0, 1000]);
    assert_ne!(rows[0], rows[2]);
    for number in 0..4 {
        let count = rows[0].iter().filter(|&&drawn| drawn == number).count();
        // The standard deviation is 14.
        assert!((180..320).contains(&count), "{number}: {count}");
    }
}
