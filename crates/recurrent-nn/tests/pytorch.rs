//! Outputs, final states and every gradient against PyTorch's, by name.

mod common;

use burn::tensor::{DType, Gradients, Tensor, TensorData};
use common::{Named, assert_all_close, constant, device, gradient, leaf, parameter_gradients};
use recurrent_nn::{
    Cell, Direction, LayerConfig, LayerOptions, Mode, StackConfig, StackState, composed,
    load_parameters,
};
use std::collections::BTreeMap;

/// Sums of up to a few hundred terms near one, added in another order than
/// PyTorch's: some tens of roundings of 1e-16.
const DOUBLE: f64 = 2e-14;
/// The same with roundings of 6e-8, and elementary functions within 1e-6.
const SINGLE: f64 = 5e-6;

/// A case of the fixtures.
struct Case {
    name: String,
    cell: Cell,
    layers: usize,
    directions: Vec<Direction>,
    tensors: BTreeMap<String, TensorData>,
}

/// What a forward pass leaves: output, the states of the layers and directions,
/// and where the gradients of the parameters are.
type Pass = (Tensor<3>, Vec<Tensor<3>>, Box<dyn Fn(&Gradients) -> Named>);

fn cases() -> Vec<Case> {
    let cells = [
        ("elman_tanh", Cell::ElmanTanh),
        ("elman_relu", Cell::ElmanRelu),
        ("elman_logistic", Cell::ElmanLogistic),
        ("lstm", Cell::Lstm),
        ("gru", Cell::Gru),
        ("gru_before", Cell::GruResetBefore),
    ];
    let files = ["layers.safetensors", "layers_wide.safetensors"];
    let named = files.into_iter().flat_map(common::fixtures);
    let cases: Vec<Case> = named
        .map(|(name, tensors)| {
            let (cell, configuration) = name.rsplit_once('_').unwrap();
            let (_, cell) = cells.into_iter().find(|(known, _)| *known == cell).unwrap();
            let has = |parameter: &str| tensors.contains_key(parameter);
            let directions = match configuration {
                "reverse" => vec![Direction::Reverse],
                _ if has("weight_ih_l0_reverse") => vec![Direction::Forward, Direction::Reverse],
                _ => vec![Direction::Forward],
            };
            Case {
                cell,
                layers: 1 + usize::from(has("weight_ih_l1")),
                directions,
                name,
                tensors,
            }
        })
        .collect();
    assert_eq!(cases.len(), 6 * 10, "six cells in ten configurations");
    cases
}

impl Case {
    fn size(&self, name: &str, axis: usize) -> usize {
        self.tensors[name].shape()[axis]
    }

    fn lengths(&self) -> Vec<usize> {
        let lengths = self.tensors["lengths"].iter::<i64>();
        lengths.map(|length| length as usize).collect()
    }

    /// `h`, and `c` where the cell has a memory.
    fn states(&self) -> Vec<&'static str> {
        ["h", "c"][..self.cell.states()].to_vec()
    }

    /// The parameters of the fixture, whose names `suffix` is taken from.
    fn parameters(&self, suffix: &str) -> BTreeMap<String, TensorData> {
        let all = self.tensors.iter();
        all.filter(|(name, _)| name.starts_with("weight_") || name.starts_with("bias_"))
            .map(|(name, data)| (name.replace(suffix, ""), data.clone()))
            .collect()
    }

    /// PyTorch's results by name.
    fn expected(&self) -> Named {
        let is_result =
            |name: &str| ["output", "hn", "cn"].contains(&name) || name.starts_with("grad/");
        let results = self.tensors.iter().filter(|(name, _)| is_result(name));
        results
            .map(|(name, data)| (name.clone(), data.iter().collect()))
            .collect()
    }

    /// The same results of this crate, the layers run by `forward`.
    fn run(
        &self,
        dtype: DType,
        forward: impl Fn(&Self, DType, Tensor<3>, Vec<Tensor<3>>) -> Pass,
    ) -> Named {
        let input: Tensor<3> = leaf(&self.tensors["input"], dtype);
        let initial: Vec<Tensor<3>> = self
            .states()
            .iter()
            .map(|part| leaf(&self.tensors[&format!("{part}0")], dtype))
            .collect();
        let part = |tensor: &Tensor<3>, k: usize| tensor.clone().slice(k..k + 1);
        let before = (0..self.layers * self.directions.len())
            .map(|k| Tensor::cat(initial.iter().map(|x| part(x, k)).collect(), 0))
            .collect();
        let (output, after, parameters) = forward(self, dtype, input.clone(), before);

        let mut results = vec![("output".to_string(), output)];
        for (s, name) in self.states().iter().enumerate() {
            let parts = after.iter().map(|state| part(state, s)).collect();
            results.push((format!("{name}n"), Tensor::cat(parts, 0)));
        }
        let losses = results.iter().map(|(name, result)| {
            let weight = constant(&self.tensors[&format!("{name}_weight")], dtype);
            (result.clone() * weight).sum()
        });
        let gradients = losses.reduce(|a, b| a + b).unwrap().backward();

        let mut named: Named = results
            .iter()
            .map(|(name, result)| (name.clone(), common::values(result)))
            .collect();
        let mut insert = |name: String, values| named.insert(format!("grad/{name}"), values);
        insert("input".into(), gradient(&input, &gradients));
        for (part, leaf) in self.states().iter().zip(&initial) {
            insert(format!("{part}0"), gradient(leaf, &gradients));
        }
        for (name, values) in parameters(&gradients) {
            insert(name, values);
        }
        named
    }
}

/// The layers as a module: a stack, or a layer where the direction is reverse.
fn module(case: &Case, dtype: DType, input: Tensor<3>, states: Vec<Tensor<3>>) -> Pass {
    let (input_size, hidden_size) = (case.size("input", 2), case.size("h0", 2));
    let lengths = case.lengths();
    if case.directions == [Direction::Reverse] {
        let layer = LayerConfig {
            direction: Direction::Reverse,
            ..LayerConfig::new(case.cell, input_size, hidden_size)
        }
        .init(1, &device());
        let layer = load_parameters(common::cast(layer, dtype), case.parameters("_l0")).unwrap();
        let state = states.into_iter().next();
        let (output, state) = layer.forward(input, Some(&lengths), state, Mode::Inference);
        let gradients = move |gradients: &Gradients| {
            let named = parameter_gradients(&layer, gradients).into_iter();
            named
                .map(|(name, values)| (format!("{name}_l0"), values))
                .collect()
        };
        return (output, vec![state], Box::new(gradients));
    }
    let stack = StackConfig {
        bidirectional: case.directions.len() == 2,
        ..StackConfig::new(case.cell, input_size, hidden_size, case.layers)
    }
    .init(1, &device());
    let stack = load_parameters(common::cast(stack, dtype), case.parameters("none")).unwrap();
    let state = Some(StackState { layers: states });
    let (output, state) = stack.forward(input, Some(&lengths), state, Mode::Inference);
    let gradients = move |gradients: &Gradients| parameter_gradients(&stack, gradients);
    (output, state.layers, Box::new(gradients))
}

/// The layers as compositions of Burn's operations.
fn compositions(case: &Case, dtype: DType, input: Tensor<3>, states: Vec<Tensor<3>>) -> Pass {
    let mut matrices: BTreeMap<String, Tensor<2>> = BTreeMap::new();
    let mut biases: BTreeMap<String, Tensor<1>> = BTreeMap::new();
    let mut states = states.into_iter();
    let mut after = Vec::new();
    let mut x = input;
    for number in 0..case.layers {
        let mut outputs = Vec::new();
        for (place, &direction) in case.directions.iter().enumerate() {
            let suffix = ["", "_reverse"][place];
            let name = |weight: &str| format!("{weight}_l{number}{suffix}");
            for weight in ["weight_ih", "weight_hh"].map(name) {
                matrices.insert(weight.clone(), leaf(&case.tensors[&weight], dtype));
            }
            for bias in ["bias_ih", "bias_hh"].map(name) {
                biases.insert(bias.clone(), leaf(&case.tensors[&bias], dtype));
            }
            let packed = composed::layer(
                x.clone(),
                matrices[&name("weight_ih")].clone(),
                matrices[&name("weight_hh")].clone(),
                biases[&name("bias_ih")].clone(),
                biases[&name("bias_hh")].clone(),
                states.next().unwrap(),
                &LayerOptions {
                    cell: case.cell,
                    direction,
                    lengths: Some(case.lengths()),
                    recurrent_dropout: None,
                    recompute: false,
                },
            );
            let (time, end) = (x.dims()[0], packed.dims()[0]);
            outputs.push(packed.clone().slice(0..time));
            after.push(packed.slice(time..end));
        }
        x = Tensor::cat(outputs, 2);
    }
    let gradients = move |gradients: &Gradients| {
        let matrices = matrices.iter();
        let biases = biases.iter();
        matrices
            .map(|(name, leaf)| (name.clone(), gradient(leaf, gradients)))
            .chain(biases.map(|(name, leaf)| (name.clone(), gradient(leaf, gradients))))
            .collect()
    };
    (x, after, Box::new(gradients))
}

#[test]
fn modules_in_double_precision() {
    for case in cases() {
        let found = case.run(DType::F64, module);
        assert_all_close(&case.name, &found, &case.expected(), DOUBLE);
    }
}

#[test]
fn modules_in_single_precision() {
    for case in cases() {
        let found = case.run(DType::F32, module);
        assert_all_close(&case.name, &found, &case.expected(), SINGLE);
    }
}

#[test]
fn compositions_in_double_precision() {
    for case in cases() {
        let found = case.run(DType::F64, compositions);
        assert_all_close(&case.name, &found, &case.expected(), DOUBLE);
    }
}

#[test]
fn compositions_in_single_precision() {
    for case in cases() {
        let found = case.run(DType::F32, compositions);
        assert_all_close(&case.name, &found, &case.expected(), SINGLE);
    }
}
