//! The optimizer over a module: clipping, refused gradients, its state.

mod common;

use burn::module::Module;
use burn::tensor::{DType, Gradients, Tensor};
use common::{
    Named, assert_all_close, cast, constant, device, normal, parameter_gradients, parameter_values,
};
use recurrent_nn::{
    Average, Cell, Clip, Error, Linear, LinearConfig, Mode, Optimizer, OptimizerConfig, Rule,
    Stack, StackConfig,
};
use std::collections::BTreeMap;

const F32: DType = DType::F32;
const F64: DType = DType::F64;
const ADAM: Rule = Rule::Adam {
    beta_1: 0.9,
    beta_2: 0.99,
    epsilon: 1e-8,
    decoupled: false,
};
const DESCENT: Rule = Rule::Sgd { momentum: 0.0 };

#[derive(Module, Debug)]
struct Network {
    rnn: Stack,
    head: Linear,
}

fn network(dtype: DType) -> Network {
    let network = Network {
        rnn: StackConfig::new(Cell::Lstm, 4, 5, 2).init(1, &device()),
        head: LinearConfig::new(5, 3).init(2, &device()),
    };
    cast(network, dtype)
}

/// A loss that every parameter has a part in; `seed` draws the data.
fn loss(network: &Network, seed: u64) -> Tensor<1> {
    let dtype = network.head.weight.val().dtype();
    let input = constant::<3>(&normal(seed, [4, 2, 4], 1.0), dtype);
    let target = constant::<2>(&normal(seed + 1000, [8, 3], 1.0), dtype);
    let (output, _) = network.rnn.forward(input, None, None, Mode::Inference);
    let error = network.head.forward(output.reshape([8, 5])) - target;
    (error.clone() * error).sum()
}

fn config(rule: Rule, clip: Option<Clip>) -> OptimizerConfig {
    OptimizerConfig {
        rule,
        weight_decay: 0.0,
        clip,
    }
}

/// Steps `numbers` of a training.
fn train(
    mut network: Network,
    optimizer: &mut Optimizer,
    numbers: std::ops::Range<u64>,
) -> Network {
    for number in numbers {
        let gradients = loss(&network, number).backward();
        (network, _) = optimizer.step(network, gradients, 0.01).unwrap();
    }
    network
}

/// Euclidean norm of all values together.
fn norm(named: &Named) -> f64 {
    named.values().flatten().map(|x| x * x).sum::<f64>().sqrt()
}

/// One step of plain descent at rate 0.1 with `clip`: parameters before and
/// after, gradients, and the norm that the step gives back.
fn descend(clip: Option<Clip>) -> (Named, Named, Named, f64) {
    let network = network(F64);
    let gradients = loss(&network, 1).backward();
    let before = parameter_values(&network);
    let named = parameter_gradients(&network, &gradients);
    let mut optimizer = config(DESCENT, clip).init();
    let (network, norm) = optimizer.step(network, gradients, 0.1).unwrap();
    (before, parameter_values(&network), named, norm)
}

/// `p - 0.1 clip(g)` of every element.
fn descended(before: &Named, gradients: &Named, clip: impl Fn(f64) -> f64) -> Named {
    let update = |name: &String, values: &Vec<f64>| {
        let gradient = gradients[name].iter();
        values
            .iter()
            .zip(gradient)
            .map(|(p, g)| p - 0.1 * clip(*g))
            .collect()
    };
    let named = before.iter();
    named
        .map(|(name, values)| (name.clone(), update(name, values)))
        .collect()
}

// A handful of roundings of 1e-16.
const TOLERANCE: f64 = 1e-15;

#[test]
fn clipping_by_norm_scales_all_gradients_together() {
    let (before, plain, gradients, found) = descend(None);
    let expected = norm(&gradients);
    assert!(
        (found - expected).abs() <= 1e-14 * expected,
        "{found} {expected}"
    );
    let unclipped = descended(&before, &gradients, |g| g);
    assert_all_close("no clip", &plain, &unclipped, TOLERANCE);

    for limit in [0.25 * expected, 1e-3, 2.0 * expected] {
        let (_, after, _, norm) = descend(Some(Clip::Norm(limit)));
        assert_eq!(norm, found, "the norm is that before clipping");
        let factor = (limit / expected).min(1.0);
        let clipped = descended(&before, &gradients, |g| g * factor);
        assert_all_close(&format!("norm {limit}"), &after, &clipped, TOLERANCE);
        // The bound does what it says where it is reached, nothing elsewhere.
        assert_eq!(after == plain, limit > expected);
    }
}

#[test]
fn clipping_by_value_moves_each_element_into_the_range() {
    let (before, plain, gradients, found) = descend(None);
    let all: Vec<f64> = gradients.values().flatten().map(|g| g.abs()).collect();
    let limit = 0.1 * all.iter().copied().fold(0.0, f64::max);
    let above = all.iter().filter(|g| **g > limit).count();
    assert!(0 < above && above < all.len());

    let (_, after, _, norm) = descend(Some(Clip::Value(limit)));
    assert_eq!(norm, found, "the norm is that before clipping");
    let clipped = descended(&before, &gradients, |g| g.clamp(-limit, limit));
    assert_all_close("value", &after, &clipped, TOLERANCE);
    assert_ne!(after, plain);
}

#[test]
fn a_gradient_that_is_not_finite_is_refused() {
    for clip in [None, Some(Clip::Norm(1.0)), Some(Clip::Value(1.0))] {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut optimizer = config(ADAM, clip).init();
            let network = train(network(F32), &mut optimizer, 0..2);
            let before = parameter_values(&network);
            let state = optimizer.state();

            // One parameter's gradient is enough.
            let bias = network.head.bias.val().sum().mul_scalar(bad);
            let gradients: Gradients = (loss(&network, 2) + bias).backward();
            let error = optimizer.step(network, gradients, 0.01);
            let (network, error) = error.err().unwrap();
            let Error::NotFinite { norm } = error else {
                panic!("expected a gradient that is not finite, found: {error}");
            };
            assert!(!norm.is_finite());
            assert_eq!(parameter_values(&network), before);
            assert_eq!(optimizer.state(), state);
            assert_eq!(optimizer.steps(), 2);

            // It goes on as if the step had never been tried.
            let network = train(network, &mut optimizer, 2..3);
            let mut other = config(ADAM, clip).init();
            let expected = train(self::network(F32), &mut other, 0..3);
            assert_eq!(parameter_values(&network), parameter_values(&expected));
        }
    }
}

#[test]
fn a_resumed_optimizer_goes_on_bit_for_bit() {
    let rules = [
        DESCENT,
        Rule::Sgd { momentum: 0.9 },
        Rule::RmsProp {
            decay: 0.95,
            epsilon: 1e-6,
        },
        ADAM,
    ];
    for dtype in [F32, F64] {
        for rule in rules {
            let config = OptimizerConfig {
                weight_decay: 0.01,
                ..config(rule, Some(Clip::Norm(1.0)))
            };
            let mut optimizer = config.init();
            let network = train(network(dtype), &mut optimizer, 0..3);
            let resumed = Optimizer::resume(config, 3, optimizer.state(), &network);
            let mut resumed = resumed.unwrap();
            assert_eq!(resumed.steps(), 3);
            assert_eq!(resumed.state(), optimizer.state(), "{rule:?} {dtype:?}");

            let expected = train(network.clone(), &mut optimizer, 3..6);
            let network = train(network, &mut resumed, 3..6);
            let what = format!("{rule:?} {dtype:?}");
            assert_eq!(
                parameter_values(&network),
                parameter_values(&expected),
                "{what}"
            );
            assert_eq!(resumed.state(), optimizer.state(), "{what}");
            assert_eq!(resumed.steps(), 6);
        }
    }
}

#[test]
fn the_state_has_the_parameters_names() {
    let mut optimizer = config(ADAM, None).init();
    let network = train(network(F32), &mut optimizer, 0..1);
    let state = optimizer.state();
    let values = parameter_values(&network);
    assert!(state.keys().eq(values.keys()));
    for (name, data) in state {
        assert_eq!(data.shape().to_vec(), [2, values[&name].len()], "{name}");
    }

    let mut optimizer = config(DESCENT, None).init();
    train(network, &mut optimizer, 0..1);
    assert!(optimizer.state().is_empty());
}

#[test]
fn a_state_that_does_not_fit_is_named() {
    let mut optimizer = config(ADAM, None).init();
    let network = train(network(F32), &mut optimizer, 0..1);
    let resume = |rule, state| Optimizer::resume(config(rule, None), 1, state, &network);

    let error = resume(ADAM, BTreeMap::new()).unwrap_err();
    assert_eq!(error, Error::MissingState);

    let error = resume(Rule::Sgd { momentum: 0.9 }, optimizer.state()).unwrap_err();
    let expected = "optimizer state of `rnn.weight_ih_l0` has shape [2, 80], expected [1, 80]";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn parameters_without_gradient_stay() {
    let network = network(F32);
    let before = parameter_values(&network);
    let weight = network.head.weight.val();
    let gradients = (weight.clone() * weight).sum().backward();
    let config = OptimizerConfig {
        weight_decay: 0.1,
        ..config(ADAM, None)
    };
    let (network, _) = config.init().step(network, gradients, 0.01).unwrap();
    for (name, values) in parameter_values(&network) {
        assert_eq!(values == before[&name], name != "head.weight", "{name}");
    }
}

#[test]
fn a_parameter_without_gradient_has_no_state_and_resumes() {
    let network = network(F32);
    let gradients = |network: &Network| {
        let weight = network.head.weight.val();
        (weight.clone() * weight).sum().backward()
    };
    let mut optimizer = config(ADAM, None).init();
    let given = gradients(&network);
    let (network, _) = optimizer.step(network, given, 0.01).unwrap();
    let state = optimizer.state();
    assert!(state.keys().eq(["head.weight"]));
    let mut resumed = Optimizer::resume(config(ADAM, None), 1, state, &network).unwrap();
    let given = gradients(&network);
    let (one, _) = optimizer.step(network.clone(), given, 0.01).unwrap();
    let given = gradients(&network);
    let (other, _) = resumed.step(network, given, 0.01).unwrap();
    assert_eq!(parameter_values(&one), parameter_values(&other));
}

#[test]
fn a_clone_of_the_module_keeps_its_values() {
    let network = network(F32);
    let copy = network.clone();
    let before = parameter_values(&network);
    let network = train(network, &mut config(ADAM, None).init(), 0..2);
    assert_ne!(parameter_values(&network), before);
    assert_eq!(parameter_values(&copy), before);
}

#[test]
fn training_lowers_the_loss() {
    let mut optimizer = config(ADAM, Some(Clip::Norm(5.0))).init();
    let mut network = network(F32);
    let first: f64 = loss(&network, 1).into_scalar();
    for _ in 0..300 {
        let gradients = loss(&network, 1).backward();
        (network, _) = optimizer.step(network, gradients, 0.02).unwrap();
    }
    let last: f64 = loss(&network, 1).into_scalar();
    assert!(last < 0.05 * first, "from {first} to {last}");
}

#[test]
fn an_average_is_the_mean_of_the_weights_it_was_given() {
    for dtype in [F32, F64] {
        let mut optimizer = config(DESCENT, None).init();
        let mut network = network(dtype);
        let mut average = Average::default();
        assert_eq!(
            parameter_values(&average.apply(network.clone())),
            parameter_values(&network)
        );
        let mut sums: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for number in 0..5 {
            network = train(network, &mut optimizer, number..number + 1);
            average.add(&network);
            for (name, values) in parameter_values(&network) {
                let sum = sums.entry(name).or_insert_with(|| vec![0.0; values.len()]);
                sum.iter_mut().zip(&values).for_each(|(sum, x)| *sum += x);
            }
        }
        let before = parameter_values(&network);
        let found = parameter_values(&average.apply(network.clone()));
        let mean = sums
            .into_iter()
            .map(|(name, sum)| (name, sum.iter().map(|x| x / 5.0).collect()))
            .collect();
        // Rounding of five updates of values below one.
        let tolerance = if dtype == F32 { 1e-6 } else { 1e-14 };
        assert_all_close("mean", &found, &mean, tolerance);
        assert_eq!(parameter_values(&network), before);

        let resumed = Average::resume(average.count(), average.state(), &network).unwrap();
        assert_eq!(resumed.count(), 5);
        assert_eq!(parameter_values(&resumed.apply(network.clone())), found);
        let mut state = average.state();
        state.remove("head.weight");
        let missing = Average::resume(5, state, &network);
        assert!(matches!(missing, Err(Error::MissingState)));
    }
}
