//! Convolutions over steps and features, and layer normalisation: PyTorch's numbers.

mod common;

use burn::module::Param;
use burn::tensor::{DType, Tensor, TensorData};
use common::{
    Named, assert_all_close, assert_close, constant, device, fixtures, gradient, leaf, normal,
    values,
};
use recurrent_nn::{GridConvolution, GridConvolutionConfig, LayerNorm};
use std::collections::BTreeMap;

/// Sums of a few dozen terms near one in another order.
const DOUBLE: f64 = 1e-12;

type Case = BTreeMap<String, TensorData>;

fn numbers(case: &Case, name: &str) -> Vec<f64> {
    case[name].iter().collect()
}

fn sizes(case: &Case, name: &str) -> Vec<usize> {
    let all = case[name].iter::<i64>();
    all.map(|number| number as usize).collect()
}

/// The three pairs that a case's name begins with.
fn pairs(name: &str) -> [[usize; 2]; 3] {
    let mut parts = name.split(['x', '_']).map_while(|part| part.parse().ok());
    std::array::from_fn(|_| std::array::from_fn(|_| parts.next().unwrap()))
}

fn convolution(case: &Case, [kernel, stride, window]: [[usize; 2]; 3]) -> GridConvolution {
    let config = GridConvolutionConfig {
        channels: 2,
        features: 5,
        filters: 3,
        kernel,
        stride,
        window,
    };
    let mut grid = config.init(1, &device());
    assert_eq!(config.parameters(), 3 * (2 * kernel[0] * kernel[1] + 1));
    let output: Vec<usize> = case["output"].shape().iter().copied().collect();
    assert_eq!(config.output_size(), output[2]);
    let (x, found) = (case["x"].shape()[0], output[0]);
    assert_eq!(config.steps(x), found);
    grid.weight = Param::from_tensor(leaf(&case["weight"], DType::F64));
    grid.bias = Param::from_tensor(leaf(&case["bias"], DType::F64));
    grid
}

#[test]
fn convolutions_over_steps_and_features_are_pytorchs() {
    let cases = fixtures("grid.safetensors");
    assert_eq!(cases.len(), 16);
    for (name, case) in cases {
        let grid = convolution(&case, pairs(&name));
        let x: Tensor<3> = leaf(&case["x"], DType::F64);
        let (output, lengths) = grid.forward(x.clone(), &sizes(&case, "lengths"));
        assert_eq!(lengths, sizes(&case, "output_lengths"), "{name}");
        let weight: Tensor<3> = constant(&case["output_weight"], DType::F64);
        let gradients = (output.clone() * weight).sum().backward();
        let found: Named = [
            ("output", values(&output)),
            ("grad/x", gradient(&x, &gradients)),
            ("grad/weight", gradient(&grid.weight.val(), &gradients)),
            ("grad/bias", gradient(&grid.bias.val(), &gradients)),
        ]
        .map(|(name, values)| (name.to_string(), values))
        .into();
        let expected = found.keys().map(|key| (key.clone(), numbers(&case, key)));
        assert_all_close(&name, &found, &expected.collect(), DOUBLE);
    }
}

#[test]
fn a_row_does_not_depend_on_its_batch_and_padding_is_not_read() {
    let config = GridConvolutionConfig {
        channels: 1,
        features: 7,
        filters: 4,
        kernel: [3, 3],
        stride: [1, 1],
        window: [2, 2],
    };
    let grid = config.init(3, &device());
    let x = normal(1, [9, 2, 7], 1.0);
    let (both, lengths) = grid.forward(constant(&x, DType::F32), &[9, 5]);
    assert_eq!(lengths, [5, 3]);
    let mut filled: Vec<f64> = x.iter().collect();
    for (at, value) in filled.iter_mut().enumerate() {
        if at / 14 >= 5 && at / 7 % 2 == 1 {
            *value = 1e9;
        }
    }
    let filled = TensorData::new(filled, [9, 2, 7]);
    let (same, _) = grid.forward(constant(&filled, DType::F32), &[9, 5]);
    assert_eq!(values(&same), values(&both));
    let second: Tensor<3> = constant::<3>(&x, DType::F32).slice([0..5, 1..2]);
    let (alone, lengths) = grid.forward(second, &[5]);
    assert_eq!(lengths, [3]);
    let expected: Tensor<3> = both.slice([0..3, 1..2]);
    assert_close("alone", &values(&alone), &values(&expected), 1e-6);
    // Nothing at all.
    let (none, lengths) = grid.forward(Tensor::zeros([0, 2, 7], &device()), &[0, 0]);
    assert_eq!((none.dims(), lengths), ([0, 2, 16], vec![0, 0]));
}

#[test]
fn layer_normalisation_is_pytorchs() {
    let cases = fixtures("layer_norm.safetensors");
    assert_eq!(cases.len(), 3);
    for (name, case) in cases {
        let norm = LayerNorm {
            weight: Param::from_tensor(leaf(&case["weight"], DType::F64)),
            bias: Param::from_tensor(leaf(&case["bias"], DType::F64)),
        };
        let x: Tensor<3> = leaf(&case["x"], DType::F64);
        let output = norm.forward(x.clone());
        let weight: Tensor<3> = constant(&case["output_weight"], DType::F64);
        let gradients = (output.clone() * weight).sum().backward();
        let found: Named = [
            ("output", values(&output)),
            ("grad/x", gradient(&x, &gradients)),
            ("grad/weight", gradient(&norm.weight.val(), &gradients)),
            ("grad/bias", gradient(&norm.bias.val(), &gradients)),
        ]
        .map(|(name, values)| (name.to_string(), values))
        .into();
        for (key, found) in found {
            // With one feature the gradient of the input is zero, up to rounding of numbers of about one.
            let expected = numbers(&case, &key);
            let most = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            match most < 1e-9 {
                true => assert!(found.iter().all(|x| x.abs() < 1e-9), "{name}/{key}"),
                false => assert_close(&format!("{name}/{key}"), &found, &expected, DOUBLE),
            }
        }
        // One step at a time, in single precision.
        let features = case["x"].shape()[2];
        let steps: Vec<f32> = case["x"].iter().collect();
        let stepper = norm.stepper();
        let found = steps.chunks(features).flat_map(|step| stepper.step(step));
        let found: Vec<f64> = found.map(f64::from).collect();
        assert_close(&name, &found, &numbers(&case, "output"), 1e-6);
    }
}
