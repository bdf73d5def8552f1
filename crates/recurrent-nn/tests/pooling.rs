//! Pooling of a sequence to a vector: PyTorch's numbers, stacks and padding.

mod common;

use burn::tensor::{DType, Tensor, TensorData};
use common::{
    Named, assert_all_close, assert_close, cast, constant, device, fixtures, gradient, leaf,
    normal, parameter_gradients, values,
};
use recurrent_nn::{
    Cell, Mode, Pooling, PoolingConfig, PoolingLayer, StackConfig, load_parameters,
};
use std::collections::BTreeMap;

/// Sums of up to ten terms near one, and elementary functions.
const DOUBLE: f64 = 1e-14;
/// The same with roundings of 6e-8, and elementary functions within 1e-6.
const SINGLE: f64 = 5e-6;

const ALL: [Pooling; 6] = [
    Pooling::Last,
    Pooling::All,
    Pooling::Mean,
    Pooling::Max,
    Pooling::Attention,
    Pooling::Concat,
];

fn layer(pooling: Pooling, steps: usize, bidirectional: bool, dtype: DType) -> PoolingLayer {
    let config = PoolingConfig {
        bidirectional,
        steps,
        attention_size: 5,
        ..PoolingConfig::new(pooling, 6)
    };
    cast(config.init(7, &device()), dtype)
}

fn check(dtype: DType, tolerance: f64) {
    let cases = fixtures("pooling.safetensors");
    assert_eq!(cases.len(), 8 * 4, "eight kinds in four configurations");
    for (name, tensors) in cases {
        let (kind, _) = name.split_once('_').unwrap();
        let pooling = match kind {
            "last" | "last-both" => Pooling::Last,
            "all" => Pooling::All,
            "mean" => Pooling::Mean,
            "max" => Pooling::Max,
            "attention" => Pooling::Attention,
            "concat" | "concat-both" => Pooling::Concat,
            other => panic!("{other}"),
        };
        let mut parameters = BTreeMap::new();
        for parameter in ["projection.weight", "projection.bias", "context"] {
            if let Some(data) = tensors.get(parameter) {
                parameters.insert(format!("attention.{parameter}"), data.clone());
            }
        }
        let states: Tensor<3> = leaf(&tensors["states"], dtype);
        let [time, batch, _] = states.dims();
        let layer = layer(pooling, time, kind.ends_with("-both"), dtype);
        let layer = load_parameters(layer, parameters).unwrap();
        let lengths: Vec<usize> = tensors["lengths"]
            .iter::<i64>()
            .map(|n| n as usize)
            .collect();

        let (output, weights) = layer.forward(states.clone(), Some(&lengths));
        assert_eq!(output.dims(), [batch, layer.output_size()]);
        let output_weight = constant(&tensors["output_weight"], dtype);
        let gradients = (output.clone() * output_weight).sum().backward();
        let mut found = Named::from([
            ("output".into(), values(&output)),
            ("grad/states".into(), gradient(&states, &gradients)),
        ]);
        if let Some(weights) = weights {
            assert_eq!(weights.dims(), [time, batch]);
            found.insert("weights".into(), values(&weights));
        }
        for (parameter, values) in parameter_gradients(&layer, &gradients) {
            found.insert(parameter.replace("attention.", "grad/"), values);
        }
        let is_result =
            |name: &str| ["output", "weights"].contains(&name) || name.starts_with("grad/");
        let expected: Named = tensors
            .iter()
            .filter(|(name, _)| is_result(name))
            .map(|(name, data)| (name.clone(), data.iter().collect()))
            .collect();
        assert_all_close(&name, &found, &expected, tolerance);

        if lengths.iter().all(|&length| length == time) {
            let (without, _) = layer.forward(states, None);
            assert_eq!(values(&without), values(&output));
        }
    }
}

#[test]
fn double_precision() {
    check(DType::F64, DOUBLE);
}

#[test]
fn single_precision() {
    check(DType::F32, SINGLE);
}

#[test]
fn the_last_state_is_the_final_state_of_a_stack() {
    let config = StackConfig {
        bidirectional: true,
        ..StackConfig::new(Cell::Gru, 4, 3, 2)
    };
    let stack = config.init(1, &device());
    let lengths = [5, 0, 2, 1];
    let input = constant(&normal(2, [5, 4, 4], 1.0), DType::F32);
    let (states, after) = stack.forward(input, Some(&lengths), None, Mode::Inference);
    let (found, _) = layer(Pooling::Last, 0, true, DType::F32).forward(states, Some(&lengths));
    let finals: Vec<Tensor<3>> = after.layers[2..].to_vec();
    assert_eq!(values(&found), values(&Tensor::cat(finals, 2)));
}

#[test]
fn padding_is_not_read_and_takes_no_gradient() {
    let lengths = [3, 0, 1];
    let states = normal(3, [3, 3, 6], 1.0);
    let mut filled: Vec<f64> = states.iter().collect();
    for (place, state) in filled.chunks_mut(6).enumerate() {
        if place / 3 >= lengths[place % 3] {
            state.fill(f64::NAN);
        }
    }
    let filled = TensorData::new(filled, [3, 3, 6]);
    for pooling in ALL {
        let run = |states: &TensorData| {
            let layer = layer(pooling, 4, false, DType::F64);
            let states: Tensor<3> = leaf(states, DType::F64);
            let (vector, _) = layer.forward(states.clone(), Some(&lengths));
            let weight = constant(&normal(4, vector.dims(), 1.0), DType::F64);
            let gradients = (vector.clone() * weight).sum().backward();
            let mut named = parameter_gradients(&layer, &gradients);
            named.insert("states".into(), gradient(&states, &gradients));
            named.insert("vector".into(), values(&vector));
            named
        };
        let found = run(&filled);
        assert_eq!(found, run(&states), "{pooling:?}");
        let width = found["vector"].len() / 3;
        assert!(found["vector"][width..2 * width].iter().all(|&x| x == 0.0));
        for (place, state) in found["states"].chunks(6).enumerate() {
            let valid = place / 3 < lengths[place % 3];
            assert!(valid || state.iter().all(|&x| x == 0.0), "{pooling:?}");
        }
    }
}

#[test]
fn rows_do_not_depend_on_each_other() {
    let states = constant::<3>(&normal(5, [4, 3, 6], 1.0), DType::F64);
    let lengths = [4, 2, 0];
    for pooling in ALL {
        let layer = layer(pooling, 5, false, DType::F64);
        let (together, _) = layer.forward(states.clone(), Some(&lengths));
        for (row, &length) in lengths.iter().enumerate() {
            let own = states.clone().slice([0..length, row..row + 1]);
            let (alone, _) = layer.forward(own, None);
            let expected = values(&together.clone().slice(row..row + 1));
            assert_close(&format!("{pooling:?}"), &values(&alone), &expected, DOUBLE);
        }
    }
}

#[test]
fn batches_of_nothing_give_zeros() {
    for pooling in ALL {
        let layer = layer(pooling, 2, false, DType::F32);
        for (time, batch) in [(0, 3), (2, 0)] {
            let states = constant::<3>(&normal(6, [time, batch, 6], 1.0), DType::F32);
            let (vector, weights) = layer.forward(states, None);
            assert_eq!(vector.dims(), [batch, layer.output_size()]);
            assert!(values(&vector).iter().all(|&x| x == 0.0));
            assert!(weights.is_none_or(|weights| weights.dims() == [time, batch]));
        }
    }
}

#[test]
#[should_panic(expected = "3 steps where pooling has room for 2")]
fn more_steps_than_there_is_room_for() {
    let states = constant(&normal(7, [3, 1, 6], 1.0), DType::F32);
    layer(Pooling::All, 2, false, DType::F32).forward(states, None);
}
