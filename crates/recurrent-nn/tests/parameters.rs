//! Parameters by PyTorch's names, and the values they start from.

mod common;

use burn::module::Module;
use burn::tensor::{DType, Device, Tensor, TensorData};
use common::{cast, constant, device, normal, parameter_gradients, parameter_values, values};
use recurrent_nn::{
    Cell, Initializer, LayerConfig, Linear, LinearConfig, Mode, Stack, StackConfig, StackState,
    load_parameters, parameters,
};
use std::collections::BTreeMap;

/// A stack inside a larger module.
#[derive(Module, Debug)]
struct Network {
    rnn: Stack,
    heads: Vec<Linear>,
}

fn network(device: &Device) -> Network {
    let head = |seed| LinearConfig::new(3, 2).init(seed, device);
    Network {
        rnn: StackConfig::new(Cell::Gru, 4, 3, 1).init(1, device),
        heads: vec![head(2), head(3)],
    }
}

fn names<M: Module>(module: &M) -> Vec<String> {
    parameters(module).into_iter().map(|p| p.name).collect()
}

fn data<M: Module>(module: &M) -> BTreeMap<String, TensorData> {
    let named = parameters(module).into_iter();
    named.map(|p| (p.name, p.data)).collect()
}

#[test]
fn a_bidirectional_stack_has_pytorchs_names_and_shapes() {
    let config = StackConfig {
        bidirectional: true,
        ..StackConfig::new(Cell::Lstm, 4, 3, 2)
    };
    let found: Vec<(String, Vec<usize>)> = parameters(&config.init(1, &device()))
        .into_iter()
        .map(|p| (p.name, p.data.shape().to_vec()))
        .collect();
    // The order of `torch.nn.LSTM(4, 3, 2, bidirectional=True).named_parameters()`.
    let expected = [
        ("weight_ih_l0", vec![12, 4]),
        ("weight_hh_l0", vec![12, 3]),
        ("bias_ih_l0", vec![12]),
        ("bias_hh_l0", vec![12]),
        ("weight_ih_l0_reverse", vec![12, 4]),
        ("weight_hh_l0_reverse", vec![12, 3]),
        ("bias_ih_l0_reverse", vec![12]),
        ("bias_hh_l0_reverse", vec![12]),
        ("weight_ih_l1", vec![12, 6]),
        ("weight_hh_l1", vec![12, 3]),
        ("bias_ih_l1", vec![12]),
        ("bias_hh_l1", vec![12]),
        ("weight_ih_l1_reverse", vec![12, 6]),
        ("weight_hh_l1_reverse", vec![12, 3]),
        ("bias_ih_l1_reverse", vec![12]),
        ("bias_hh_l1_reverse", vec![12]),
    ];
    let expected = expected.map(|(name, shape)| (name.to_string(), shape));
    assert_eq!(found, expected);
}

#[test]
fn names_inside_a_module_have_its_fields_before_them() {
    let expected = [
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "rnn.bias_ih_l0",
        "rnn.bias_hh_l0",
        "heads.0.weight",
        "heads.0.bias",
        "heads.1.weight",
        "heads.1.bias",
    ];
    assert_eq!(names(&network(&device())), expected);
}

#[test]
fn parameters_load_by_name_and_keep_their_gradients() {
    for device in [device(), Device::flex()] {
        let from = data(&network(&device))
            .into_iter()
            .enumerate()
            .map(|(seed, (name, data))| {
                let count = data.num_elements();
                let values: Vec<f64> = normal(seed as u64, [count], 1.0).iter().collect();
                let values: Vec<f32> = values.into_iter().map(|x| x as f32).collect();
                (name, TensorData::new(values, data.shape().clone()))
            });
        let from: BTreeMap<_, _> = from.collect();
        let loaded = load_parameters(network(&device), from.clone()).unwrap();
        assert_eq!(data(&loaded), from);

        let input = Tensor::<3>::ones([2, 1, 4], &device);
        let (output, _) = loaded.rnn.forward(input, None, None, Mode::Inference);
        assert_eq!(output.is_autodiff(), device.is_autodiff());
        if device.is_autodiff() {
            let gradients = parameter_gradients(&loaded.rnn, &output.sum().backward());
            assert!(gradients.values().flatten().any(|&g| g != 0.0));
        }
    }
}

#[test]
fn double_precision_loads_without_rounding() {
    let stack = cast(
        StackConfig::new(Cell::Lstm, 4, 3, 2).init(1, &device()),
        DType::F64,
    );
    let third = |data: &TensorData| {
        let values: Vec<f64> = data.iter::<f64>().map(|x| x / 3.0).collect();
        TensorData::new(values, data.shape().clone())
    };
    let from: BTreeMap<_, _> = data(&stack)
        .iter()
        .map(|(n, d)| (n.clone(), third(d)))
        .collect();
    let loaded = load_parameters(stack, from.clone()).unwrap();
    assert_eq!(data(&loaded), from);

    // Into single precision they are rounded once.
    let stack = StackConfig::new(Cell::Lstm, 4, 3, 2).init(1, &device());
    let loaded = load_parameters(stack, from.clone()).unwrap();
    for (name, data) in data(&loaded) {
        assert_eq!(data, from[&name].clone().convert::<f32>());
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let stack = || StackConfig::new(Cell::Gru, 4, 3, 2).init(1, &device());
    let mut missing = data(&stack());
    missing.remove("bias_hh_l1");
    let error = load_parameters(stack(), missing).unwrap_err();
    assert_eq!(error.to_string(), "parameter `bias_hh_l1` is missing");

    let mut more = data(&stack());
    more.insert("bias_hh_l2".into(), more["bias_hh_l1"].clone());
    let error = load_parameters(stack(), more).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter `bias_hh_l2` is not one of the model"
    );

    let mut turned = data(&stack());
    let weight = turned["weight_ih_l0"].clone();
    turned.insert(
        "weight_ih_l0".into(),
        TensorData::new(weight.iter::<f32>().collect(), [4, 9]),
    );
    let error = load_parameters(stack(), turned).unwrap_err();
    let expected = "parameter `weight_ih_l0` has shape [4, 9], expected [9, 4]";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn weights_are_a_function_of_the_seed() {
    let config = StackConfig {
        bidirectional: true,
        ..StackConfig::new(Cell::Gru, 3, 3, 2)
    };
    let [first, again, other] =
        [1, 1, 2].map(|seed| parameter_values(&config.init(seed, &device())));
    assert_eq!(first, again);
    let bound = 1.0 / 3f64.sqrt();
    for (name, values) in &first {
        assert_ne!(values, &other[name], "{name}");
        assert!(values.iter().all(|x| x.abs() <= bound), "{name}");
        // No two parameters start alike.
        assert_eq!(first.values().filter(|v| *v == values).count(), 1, "{name}");
    }
}

#[test]
fn the_forget_bias_lands_on_the_forget_gate() {
    let config = |cell, forget_bias| {
        let mut config = LayerConfig::new(cell, 2, 3);
        config.recurrence.forget_bias = forget_bias;
        config
    };
    for cell in Cell::ALL {
        let start = |bias| parameter_values(&config(cell, bias).init(1, &device()));
        let (without, with) = (start(0.0), start(1.5));
        for (name, values) in &without {
            for (i, (before, after)) in values.iter().zip(&with[name]).enumerate() {
                // PyTorch's order: input, forget, cell, output.
                let forget = cell == Cell::Lstm && name == "bias_ih" && (3..6).contains(&i);
                let expected = if forget { before + 1.5 } else { *before };
                // The sum is rounded to single precision.
                assert!((after - expected).abs() < 2e-7, "{cell:?} {name}[{i}]");
            }
        }
    }

    // All other weights zero, an open forget gate keeps the memory, and a
    // closed one forgets it.
    for (bias, kept) in [(50.0, 1.0), (-50.0, 0.0)] {
        let mut layer = config(Cell::Lstm, bias);
        layer.recurrence.input_initializer = Initializer::Zeros;
        layer.recurrence.recurrent_initializer = Initializer::Zeros;
        layer.recurrence.bias_initializer = Initializer::Zeros;
        let state = normal::<3>(1, [2, 4, 3], 1.0);
        let input = constant::<3>(&normal(2, [5, 4, 2], 1.0), DType::F32);
        let before = constant::<3>(&state, DType::F32);
        let (_, after) =
            layer
                .init(1, &device())
                .forward(input, None, Some(before.clone()), Mode::Inference);
        let memory = |state: Tensor<3>| values(&state.slice(1..2));
        let expected: Vec<f64> = memory(before).iter().map(|c| c * kept).collect();
        common::assert_close("memory", &memory(after), &expected, 1e-6);
    }
}

#[test]
fn rectified_units_that_start_at_the_identity_keep_their_state() {
    let stack = StackConfig::identity_relu(2, 5, 2).init(1, &device());
    for (name, values) in parameter_values(&stack) {
        match &name[..name.len() - 3] {
            "weight_hh" => {
                let identity = |i: usize| if i / 5 == i % 5 { 1.0 } else { 0.0 };
                assert_eq!(values, (0..25).map(identity).collect::<Vec<_>>(), "{name}");
            }
            "weight_ih" => {
                // Uniform with a standard deviation of 0.001.
                let bound = 0.001 * 3f64.sqrt() * (1.0 + 1e-7);
                let [least, most] =
                    [f64::min, f64::max].map(|f| values.iter().copied().fold(0.0, f));
                assert!(-bound <= least && least < 0.0, "{name}: {least}");
                assert!(0.0 < most && most <= bound, "{name}: {most}");
            }
            _ => assert!(values.iter().all(|&b| b == 0.0), "{name}"),
        }
    }
    // Without input the first layer stays where it is.
    let state = || constant::<3>(&normal(2, [1, 3, 5], 1.0), DType::F32).abs();
    let states = StackState {
        layers: vec![state(), state()],
    };
    let input = Tensor::zeros([50, 3, 2], &device());
    let (_, after) = stack.forward(input, None, Some(states), Mode::Inference);
    assert_eq!(values(&after.layers[0]), values(&state()));
}
