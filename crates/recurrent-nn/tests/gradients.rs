//! Gradients of a layer against finite differences.

mod common;

use burn::tensor::{DType, TensorData};
use common::{Named, assert_all_close, cast, constant, device, gradient, leaf, normal};
use recurrent_nn::{Cell, Direction, Layer, LayerConfig, Mode, load_parameters, parameters};
use std::collections::BTreeMap;

const LENGTHS: [usize; 3] = [3, 0, 2];
/// Dropout is on: the same seed gives the same units at every call.
const MODE: Mode = Mode::Training { seed: 3 };
/// Where rounding of the loss over the step and the third derivative times its
/// square are both near 1e-10.
const STEP: f64 = 1e-5;

/// Input, state and parameters of a layer by name.
type Operands = BTreeMap<String, TensorData>;

/// A loss of all results, and the gradients of all operands.
fn loss_and_gradients(layer: &Layer, operands: &Operands) -> (f64, Named) {
    let mut weights = operands.clone();
    weights.retain(|name, _| name != "input" && name != "state");
    let layer = load_parameters(layer.clone(), weights).unwrap();
    let operand = |name: &str| leaf::<3>(&operands[name], DType::F64);
    let (input, before) = (operand("input"), operand("state"));
    let state = Some(before.clone());
    let (output, after) = layer.forward(input.clone(), Some(&LENGTHS), state, MODE);
    let weight = |seed, shape| constant::<3>(&normal(seed, shape, 1.0), DType::F64);
    let (output_weight, state_weight) = (weight(3, output.dims()), weight(4, after.dims()));
    let loss = (output * output_weight).sum() + (after * state_weight).sum();
    let gradients = loss.backward();
    let mut named = common::parameter_gradients(&layer, &gradients);
    named.insert("input".into(), gradient(&input, &gradients));
    named.insert("state".into(), gradient(&before, &gradients));
    (loss.into_scalar(), named)
}

/// Central differences of the loss in every element of every operand.
fn differences(layer: &Layer, operands: &Operands) -> Named {
    let difference = |name: &String, data: &TensorData, i: usize| {
        let at = |step: f64| {
            let mut values: Vec<f64> = data.iter().collect();
            values[i] += step;
            let mut moved = operands.clone();
            moved.insert(name.clone(), TensorData::new(values, data.shape().clone()));
            loss_and_gradients(layer, &moved).0
        };
        (at(STEP) - at(-STEP)) / (2.0 * STEP)
    };
    let named = operands.iter();
    named
        .map(|(name, data)| {
            let all = (0..data.num_elements()).map(|i| difference(name, data, i));
            (name.clone(), all.collect())
        })
        .collect()
}

fn operands(layer: &Layer) -> Operands {
    let named = parameters(layer).into_iter();
    let mut operands: Operands = named.map(|p| (p.name, p.data)).collect();
    operands.insert("input".into(), normal(1, [3, 3, 2], 1.0));
    operands.insert(
        "state".into(),
        normal(2, [layer.cell().states(), 3, 3], 1.0),
    );
    operands
}

#[test]
fn recomputed_activations_change_no_bit() {
    for cell in Cell::ALL {
        let mut config = LayerConfig::new(cell, 2, 3);
        config.recurrence.recurrent_dropout = 0.4;
        let stored = cast(config.init(5, &device()), DType::F64);
        config.recurrence.recompute = true;
        let recomputed = cast(config.init(5, &device()), DType::F64);
        let operands = operands(&stored);
        let (loss, gradients) = loss_and_gradients(&stored, &operands);
        assert_eq!(
            loss_and_gradients(&recomputed, &operands),
            (loss, gradients)
        );
    }
}

#[test]
fn gradients_are_the_limits_of_differences() {
    for cell in Cell::ALL {
        for direction in [Direction::Forward, Direction::Reverse] {
            let mut config = LayerConfig::new(cell, 2, 3);
            config.direction = direction;
            config.recurrence.recurrent_dropout = 0.4;
            let layer = cast(config.init(5, &device()), DType::F64);
            let operands = operands(&layer);
            let (_, found) = loss_and_gradients(&layer, &operands);
            let expected = differences(&layer, &operands);
            assert_all_close(&format!("{cell:?} {direction:?}"), &found, &expected, 1e-8);
        }
    }
}
