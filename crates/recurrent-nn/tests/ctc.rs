//! Connectionist temporal classification: PyTorch's numbers, and the composition beside the kernel. The kernel's own tests
//! compare it with all paths one by one.

mod common;

use burn::tensor::{DType, Tensor, TensorData};
use common::{
    Named, assert_all_close, assert_close, constant, fixtures, gradient, leaf, normal, values,
};
use recurrent_nn::ops::{self, ctc_row_losses};
use recurrent_nn::{UnalignedReduction, UnalignedTargets, composed, noise};
use std::collections::BTreeMap;

/// Sums of up to a few hundred terms near one in another order, and elementary functions.
const DOUBLE: f64 = 1e-12;
/// Logarithms of a hundred, each rounded, over up to sixty steps.
const SINGLE: f64 = 1e-5;

const REDUCTIONS: [(&str, UnalignedReduction); 2] = [
    ("sum", UnalignedReduction::Sum),
    ("labels", UnalignedReduction::Labels),
];

type Loss = fn(Tensor<3>, &UnalignedTargets, UnalignedReduction) -> Tensor<1>;

/// The composition as the operation is called.
fn composition(
    logits: Tensor<3>,
    targets: &UnalignedTargets,
    reduction: UnalignedReduction,
) -> Tensor<1> {
    let rows = targets.lengths.len();
    let weight = |&labels: &usize| reduction.weight(rows, labels);
    let weights: Vec<f64> = targets.label_lengths.iter().map(weight).collect();
    composed::ctc_loss(logits, targets, &weights)
}

/// Losses and gradients of all reductions.
fn results(logits: &TensorData, targets: &UnalignedTargets, dtype: DType, loss: Loss) -> Named {
    let mut named = Named::new();
    for (name, reduction) in REDUCTIONS {
        let logits: Tensor<3> = leaf(logits, dtype);
        let found = loss(logits.clone(), targets, reduction);
        assert_eq!((found.dims(), found.dtype()), ([1], dtype));
        named.insert(format!("{name}_loss"), values(&found));
        let gradients = found.backward();
        named.insert(format!("grad/{name}"), gradient(&logits, &gradients));
    }
    named
}

/// The targets of a case of the fixtures.
fn targets(case: &BTreeMap<String, TensorData>) -> UnalignedTargets {
    let numbers = |name: &str| -> Vec<usize> {
        let all = case[name].iter::<i64>();
        all.map(|number| number as usize).collect()
    };
    UnalignedTargets {
        blank: numbers("blank")[0],
        lengths: numbers("lengths"),
        labels: numbers("labels"),
        label_lengths: numbers("label_lengths"),
    }
}

/// Compares losses and gradients with PyTorch's.
fn check(dtype: DType, loss: Loss, tolerance: f64) {
    let cases = fixtures("ctc.safetensors");
    let names: Vec<&str> = cases.keys().map(String::as_str).collect();
    assert_eq!(names, ["full", "one_step", "peaky", "unequal", "wide"]);
    for (name, case) in cases {
        let found = results(&case["logits"], &targets(&case), dtype, loss);
        let expected = found
            .keys()
            .map(|key| (key.clone(), case[key].iter().collect()));
        assert_all_close(&name, &found, &expected.collect(), tolerance);
    }
}

#[test]
fn kernels_in_double_precision() {
    check(DType::F64, ops::ctc_loss, DOUBLE);
}

#[test]
fn kernels_in_single_precision() {
    check(DType::F32, ops::ctc_loss, SINGLE);
}

#[test]
fn compositions_in_double_precision() {
    check(DType::F64, composition, DOUBLE);
}

#[test]
fn compositions_in_single_precision() {
    check(DType::F32, composition, SINGLE);
}

/// Rows of steps and labels; the labels are drawn from all but blank, the last class.
fn drawn(classes: usize, rows: &[(usize, usize)]) -> (TensorData, UnalignedTargets) {
    let time = rows.iter().map(|row| row.0).max().unwrap_or(0);
    let (lengths, label_lengths): (Vec<_>, Vec<usize>) = rows.iter().copied().unzip();
    let label = |at: usize| noise::mix(3, at as u64) as usize % (classes - 1);
    let targets = UnalignedTargets {
        blank: classes - 1,
        lengths,
        labels: (0..label_lengths.iter().sum()).map(label).collect(),
        label_lengths,
    };
    (normal(1, [time, rows.len(), classes], 1.0), targets)
}

#[test]
fn compositions_are_the_kernels() {
    // Rows of no steps, of no labels, of neither, and one that does not fit.
    for rows in [
        &[(6, 2), (0, 0), (3, 0), (5, 3)][..],
        &[(1, 1)],
        &[(4, 2), (2, 5), (0, 1)],
        &[(0, 0), (0, 0)],
        &[(0, 1)],
        &[],
    ] {
        let (logits, targets) = drawn(4, rows);
        let fused = results(&logits, &targets, DType::F64, ops::ctc_loss);
        let composed = results(&logits, &targets, DType::F64, composition);
        for (name, fused) in &fused {
            if fused == &[f64::INFINITY] {
                assert_eq!(&composed[name], fused, "{name} of {rows:?}");
            } else {
                assert_close(
                    &format!("{name} of {rows:?}"),
                    &composed[name],
                    fused,
                    DOUBLE,
                );
            }
        }
    }
}

#[test]
fn rows_have_their_losses_without_a_gradient() {
    let (logits, targets) = drawn(5, &[(7, 3), (2, 3), (4, 0)]);
    let losses = ctc_row_losses(constant(&logits, DType::F32), &targets);
    assert!(losses[0] > 0.0 && losses[1] == f64::INFINITY && losses[2] > 0.0);
    let possible = UnalignedTargets::new(4, &[7, 0, 4], [&targets.labels[..3], &[], &[]]);
    let sum = ops::ctc_loss(
        constant(&logits, DType::F64),
        &possible,
        UnalignedReduction::Sum,
    );
    // The losses come from single precision.
    assert_close("sum", &[losses[0] + losses[2]], &values(&sum), 1e-6);
}

#[test]
fn padding_is_not_read() {
    let (logits, targets) = drawn(4, &[(5, 2), (3, 1), (0, 0)]);
    let mut filled: Vec<f64> = logits.iter().collect();
    for (at, value) in filled.iter_mut().enumerate() {
        let (step, row) = (at / 12, at / 4 % 3);
        if step >= targets.lengths[row] {
            *value = f64::NAN;
        }
    }
    let filled = TensorData::new(filled, [5, 3, 4]);
    for loss in [ops::ctc_loss as Loss, composition] {
        let expected = results(&logits, &targets, DType::F64, loss);
        assert_eq!(results(&filled, &targets, DType::F64, loss), expected);
    }
}
