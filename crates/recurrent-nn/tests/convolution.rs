//! Convolutions and pooling over time: PyTorch's numbers, and padding.

mod common;

use burn::tensor::{DType, Tensor, TensorData};
use common::{
    Named, assert_all_close, assert_close, cast, constant, device, fixtures, gradient, leaf,
    normal, parameter_gradients, values,
};
use recurrent_nn::{Convolution, ConvolutionConfig, TimePooling, WindowPooling, load_parameters};
use std::collections::BTreeMap;

/// Sums of up to twenty terms near one.
const DOUBLE: f64 = 1e-14;
/// The same with roundings of 6e-8.
const SINGLE: f64 = 1e-6;

fn lengths(data: &TensorData) -> Vec<usize> {
    data.iter::<i64>().map(|length| length as usize).collect()
}

/// Output and gradients of `forward`, whose parameters `parameters` reads.
fn results(
    x: &TensorData,
    output_weight: &TensorData,
    dtype: DType,
    forward: impl FnOnce(Tensor<3>) -> Tensor<3>,
    parameters: impl FnOnce(&burn::tensor::Gradients) -> Named,
) -> Named {
    let x: Tensor<3> = leaf(x, dtype);
    let output = forward(x.clone());
    let weight = constant(output_weight, dtype);
    let gradients = (output.clone() * weight).sum().backward();
    let mut named = Named::from([
        ("output".into(), values(&output)),
        ("grad/x".into(), gradient(&x, &gradients)),
    ]);
    for (name, values) in parameters(&gradients) {
        named.insert(format!("grad/{name}"), values);
    }
    named
}

/// PyTorch's results of the same names.
fn expected(found: &Named, tensors: &BTreeMap<String, TensorData>) -> Named {
    let names = found.keys();
    names
        .map(|name| (name.clone(), tensors[name].iter().collect()))
        .collect()
}

fn check_convolutions(dtype: DType, tolerance: f64) {
    let cases = fixtures("convolution.safetensors");
    assert_eq!(cases.len(), 5 * 4, "five widths in four configurations");
    for (name, tensors) in cases {
        let [filters, input_size, width] = tensors["weight"].shape()[..] else {
            panic!("three axes");
        };
        let convolution = ConvolutionConfig::new(input_size, filters, width).init(1, &device());
        let parameters = ["weight", "bias"].map(|name| (name.into(), tensors[name].clone()));
        let convolution = load_parameters(cast(convolution, dtype), parameters.into()).unwrap();
        let lengths = lengths(&tensors["lengths"]);
        let found = results(
            &tensors["x"],
            &tensors["output_weight"],
            dtype,
            |x| convolution.forward(x, Some(&lengths)),
            |gradients| parameter_gradients(&convolution, gradients),
        );
        assert_eq!(found.len(), 4);
        assert_all_close(&name, &found, &expected(&found, &tensors), tolerance);
    }
}

fn check_pooling(dtype: DType, tolerance: f64) {
    let cases = fixtures("time_pooling.safetensors");
    assert_eq!(cases.len(), 2 * 5 * 4, "kinds, windows, configurations");
    for (name, tensors) in cases {
        let parts: Vec<&str> = name.split('_').collect();
        let pooling = TimePooling {
            kind: match parts[0] {
                "max" => WindowPooling::Max,
                _ => WindowPooling::Average,
            },
            window: parts[1].parse().unwrap(),
            stride: parts[2].parse().unwrap(),
        };
        let before = lengths(&tensors["lengths"]);
        let after = lengths(&tensors["output_lengths"]);
        let found = results(
            &tensors["x"],
            &tensors["output_weight"],
            dtype,
            |x| {
                let (output, found) = pooling.forward(x, Some(&before));
                assert_eq!(found, after);
                output
            },
            |_| Named::new(),
        );
        assert_all_close(&name, &found, &expected(&found, &tensors), tolerance);
    }
}

#[test]
fn convolutions_in_double_precision() {
    check_convolutions(DType::F64, DOUBLE);
}

#[test]
fn convolutions_in_single_precision() {
    check_convolutions(DType::F32, SINGLE);
}

#[test]
fn pooling_in_double_precision() {
    check_pooling(DType::F64, DOUBLE);
}

#[test]
fn pooling_in_single_precision() {
    check_pooling(DType::F32, SINGLE);
}

fn convolution(width: usize) -> Convolution {
    cast(
        ConvolutionConfig::new(3, 4, width).init(2, &device()),
        DType::F64,
    )
}

const POOLINGS: [TimePooling; 2] = [
    TimePooling {
        kind: WindowPooling::Max,
        window: 3,
        stride: 2,
    },
    TimePooling {
        kind: WindowPooling::Average,
        window: 2,
        stride: 2,
    },
];

#[test]
fn rows_do_not_depend_on_each_other() {
    let x = constant::<3>(&normal(1, [5, 4, 3], 1.0), DType::F64);
    let lengths = [5, 0, 2, 3];
    let check = |together: &Tensor<3>, row: usize, alone: Tensor<3>| {
        let [time, _, _] = alone.dims();
        let own = together.clone().slice([0..time, row..row + 1]);
        assert_close("valid", &values(&alone), &values(&own), DOUBLE);
        let [all, _, _] = together.dims();
        let rest = together.clone().slice([time..all, row..row + 1]);
        assert!(values(&rest).iter().all(|&x| x == 0.0));
    };
    for (row, &length) in lengths.iter().enumerate() {
        if length == 0 {
            continue;
        }
        let own = x.clone().slice([0..length, row..row + 1]);
        for width in [2, 5, 8] {
            let convolution = convolution(width);
            let together = convolution.forward(x.clone(), Some(&lengths));
            check(&together, row, convolution.forward(own.clone(), None));
        }
        for pooling in POOLINGS {
            let (together, _) = pooling.forward(x.clone(), Some(&lengths));
            check(&together, row, pooling.forward(own.clone(), None).0);
        }
    }
}

#[test]
fn padding_is_not_read_and_takes_no_gradient() {
    let lengths = [3, 0, 1];
    let x = normal(3, [3, 3, 3], 1.0);
    let mut filled: Vec<f64> = x.iter().collect();
    for (place, state) in filled.chunks_mut(3).enumerate() {
        if place / 3 >= lengths[place % 3] {
            state.fill(f64::NAN);
        }
    }
    let filled = TensorData::new(filled, [3, 3, 3]);
    let check = |run: &dyn Fn(&TensorData) -> Named| {
        let found = run(&filled);
        assert_eq!(found, run(&x));
        for (place, state) in found["grad/x"].chunks(3).enumerate() {
            let valid = place / 3 < lengths[place % 3];
            assert!(valid || state.iter().all(|&x| x == 0.0));
        }
    };
    let convolution = convolution(3);
    check(&|x| {
        results(
            x,
            &normal(4, [3, 3, 4], 1.0),
            DType::F64,
            |x| convolution.forward(x, Some(&lengths)),
            |gradients| parameter_gradients(&convolution, gradients),
        )
    });
    for pooling in POOLINGS {
        check(&|x| {
            results(
                x,
                &normal(4, [2, 3, 3], 1.0),
                DType::F64,
                |x| pooling.forward(x, Some(&lengths)).0,
                |_| Named::new(),
            )
        });
    }
}

#[test]
fn batches_of_nothing_stay_so() {
    for (time, batch) in [(0, 2), (3, 0)] {
        let x = || constant::<3>(&normal(1, [time, batch, 3], 1.0), DType::F64);
        assert_eq!(convolution(3).forward(x(), None).dims(), [time, batch, 4]);
        let (pooled, after) = TimePooling::new(WindowPooling::Max, 2).forward(x(), None);
        assert_eq!(pooled.dims(), [time.div_ceil(2), batch, 3]);
        assert_eq!(after, vec![time.div_ceil(2); batch]);
    }
}

#[test]
fn weights_start_as_pytorchs() {
    let found = common::parameter_values(&ConvolutionConfig::new(3, 50, 4).init(1, &device()));
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["bias", "weight"]);
    let bound = 1.0 / 12f64.sqrt();
    for values in found.values() {
        let most = values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        assert!(most <= bound && most > 0.9 * bound);
    }
}
