//! Softmax cross entropy against PyTorch's.

mod common;

use burn::tensor::{DType, Int, Tensor};
use common::{assert_close, constant, device, fixtures, gradient, leaf, values};
use recurrent_nn::{composed, cross_entropy, ops};

type Loss = fn(Tensor<2>, Tensor<1, Int>, Tensor<1>, f64) -> Tensor<1>;

/// Compares the loss, the loss of logits without gradient, and the gradient of
/// three times the loss in every case.
fn check(dtype: DType, loss: Loss, tolerance: f64) {
    let cases = fixtures("losses.safetensors");
    let names: Vec<&str> = cases.keys().map(String::as_str).collect();
    let expected = [
        "extreme",
        "masked",
        "plain",
        "smoothed",
        "smoothed_masked",
        "wide",
    ];
    assert_eq!(names, expected);
    for (name, tensors) in cases {
        let numbers = |name: &str| tensors[name].iter::<f64>().collect::<Vec<_>>();
        let targets = || Tensor::from_data(tensors["targets"].clone(), &device());
        let mask = || constant(&tensors["mask"], dtype);
        let smoothing = numbers("label_smoothing")[0];

        let logits = leaf(&tensors["logits"], dtype);
        let found = loss(logits.clone(), targets(), mask(), smoothing);
        assert_eq!((found.dims(), found.dtype()), ([1], dtype));
        assert_close(&name, &values(&found), &numbers("loss"), tolerance);

        let untracked = loss(logits.clone().detach(), targets(), mask(), smoothing);
        assert_close(&name, &values(&untracked), &numbers("loss"), tolerance);

        let gradients = found.mul_scalar(3.0).backward();
        let thrice: Vec<f64> = numbers("grad").iter().map(|g| 3.0 * g).collect();
        let what = format!("{name}/grad");
        assert_close(&what, &gradient(&logits, &gradients), &thrice, tolerance);
    }
}

fn fused(logits: Tensor<2>, targets: Tensor<1, Int>, mask: Tensor<1>, smoothing: f64) -> Tensor<1> {
    cross_entropy(logits, targets, Some(mask), smoothing)
}

/// Sums of up to a thousand terms in another order, exponentials within a few
/// units in the last place.
const DOUBLE: f64 = 1e-14;
/// Exponentials within 1e-6, in numerator and sum.
const SINGLE: f64 = 2e-6;

#[test]
fn kernels_in_double_precision() {
    check(DType::F64, fused, DOUBLE);
}

#[test]
fn kernels_in_single_precision() {
    check(DType::F32, fused, SINGLE);
}

#[test]
fn compositions_in_double_precision() {
    check(DType::F64, composed::cross_entropy, DOUBLE);
}

#[test]
fn compositions_in_single_precision() {
    check(DType::F32, composed::cross_entropy, SINGLE);
}

#[test]
fn losses_of_rows_sum_to_that_of_the_batch() {
    for (name, tensors) in fixtures("losses.safetensors") {
        let logits: Tensor<2> = constant(&tensors["logits"], DType::F32);
        let classes: Vec<usize> = tensors["targets"]
            .iter::<i64>()
            .map(|x| x as usize)
            .collect();
        let found = ops::row_cross_entropies(logits.clone(), &classes);
        for (row, (&class, found)) in classes.iter().zip(found).enumerate() {
            let row = logits.clone().slice(row..row + 1);
            let target = Tensor::from_data([class as i64], &device());
            let alone = values(&cross_entropy(row, target, None, 0.0));
            assert_close(&name, &[found], &alone, SINGLE);
        }
    }
}
