//! What holds for all layers: steps equal the sequence, padding has no effect,
//! the rows of a batch do not see each other, dropout keeps the mean.

mod common;

use burn::tensor::{DType, Int, Tensor, TensorData};
use common::{Named, gradient, parameter_gradients};
use common::{assert_close, cast, constant, device, leaf, normal, values};
use recurrent_nn::{
    Cell, Direction, LayerConfig, LayerOptions, LinearConfig, Mode, Precision, Stack, StackConfig,
    StackState, cross_entropy, dropout, load_parameters, noise, ops,
};

const F32: DType = DType::F32;
const F64: DType = DType::F64;

/// A state of drawn values.
fn drawn_state(stack: &Stack, batch: usize, seed: u64, dtype: DType) -> Vec<Tensor<3>> {
    let zeros = stack.zero_state(batch).layers.into_iter().enumerate();
    zeros
        .map(|(k, zero)| leaf(&normal(seed + k as u64, zero.dims(), 1.0), dtype))
        .collect()
}

fn all_values(tensors: &[Tensor<3>]) -> Vec<f64> {
    tensors.iter().flat_map(values).collect()
}

#[test]
fn steps_equal_the_sequence() {
    // The sums of a product may be split otherwise for one row than for many.
    for (dtype, tolerance) in [(F32, 2e-6), (F64, 4e-15)] {
        for cell in Cell::ALL {
            let [time, batch, input_size] = [6, 3, 4];
            let stack = StackConfig::new(cell, input_size, 19, 2).init(1, &device());
            let stack = cast(stack, dtype);
            let input = constant::<3>(&normal(2, [time, batch, input_size], 1.0), dtype);
            let start = drawn_state(&stack, batch, 3, dtype);
            let state = StackState { layers: start };
            let (sequence, last) =
                stack.forward(input.clone(), None, Some(state.clone()), Mode::Inference);

            let mut state = Some(state);
            let mut steps = Vec::new();
            for t in 0..time {
                let x = input.clone().slice(t..t + 1).squeeze_dim::<2>(0);
                let (output, after) = stack.step(x, state);
                assert_eq!(output.dims(), [batch, stack.output_size()]);
                steps.push(output);
                state = Some(after);
            }
            let what = format!("{cell:?} {dtype:?}");
            let steps = values(&Tensor::stack::<3>(steps, 0));
            assert_close(&what, &steps, &values(&sequence), tolerance);
            let state = all_values(&state.unwrap().layers);
            assert_close(&what, &state, &all_values(&last.layers), tolerance);

            // Nor does it matter where a sequence is cut in two.
            let start = drawn_state(&stack, batch, 3, dtype);
            let state = Some(StackState { layers: start });
            let (first, state) =
                stack.forward(input.clone().slice(0..2), None, state, Mode::Inference);
            let (second, state) =
                stack.forward(input.slice(2..time), None, Some(state), Mode::Inference);
            let pieces = values(&Tensor::cat(vec![first, second], 0));
            assert_close(&what, &pieces, &values(&sequence), tolerance);
            let state = all_values(&state.layers);
            assert_close(&what, &state, &all_values(&last.layers), tolerance);
        }
    }
}

#[test]
fn packed_steps_equal_the_sequence() {
    for (cell, layer_norm) in Cell::ALL
        .into_iter()
        .flat_map(|cell| [(cell, false), (cell, true)])
    {
        let config = StackConfig {
            layer_norm,
            ..StackConfig::new(cell, 5, 37, 2)
        };
        let stack = config.init(1, &device());
        let input = constant::<3>(&normal(2, [7, 1, 5], 1.0), F32);
        let (sequence, _) = stack.forward(input.clone(), None, None, Mode::Inference);
        let stepper = stack.stepper(Precision::Full);
        let mut state = stepper.zero_state();
        let mut steps = Vec::new();
        for x in values(&input).chunks_exact(5) {
            let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let output = stepper.step(&x, &mut state);
            steps.extend(output.iter().map(|&x| f64::from(x)));
        }
        // The sums of a product are split otherwise for one row than for many.
        assert_close(&format!("{cell:?}"), &steps, &values(&sequence), 2e-6);
    }
}

#[test]
fn a_packed_linear_map_is_the_map() {
    let map = LinearConfig::new(9, 130).init(1, &device());
    let x = constant::<2>(&normal(2, [1, 9], 1.0), F32);
    let mut found = vec![0.0; 130];
    let row: Vec<f32> = values(&x).iter().map(|&x| x as f32).collect();
    map.stepper(Precision::Full).step(&row, &mut found);
    let found: Vec<f64> = found.into_iter().map(f64::from).collect();
    assert_close("linear", &found, &values(&map.forward(x)), 2e-6);
}

#[test]
#[should_panic(expected = "need the whole sequence")]
fn a_bidirectional_stack_has_no_step() {
    let config = StackConfig {
        bidirectional: true,
        ..StackConfig::new(Cell::Gru, 2, 3, 1)
    };
    let input = constant::<2>(&normal(1, [1, 2], 1.0), F32);
    config.init(1, &device()).step(input, None);
}

/// A stack and a batch drawn from a seed.
struct Drawn {
    what: String,
    stack: Stack,
    time: usize,
    input_size: usize,
    lengths: Vec<usize>,
    seed: u64,
}

impl Drawn {
    fn new(seed: u64) -> Self {
        let below = |position: u64, end: usize| (noise::mix(seed, position) % end as u64) as usize;
        let cell = Cell::ALL[below(0, 6)];
        let (time, batch, input_size) = (1 + below(1, 6), 1 + below(2, 6), 1 + below(3, 7));
        let layers = 1 + below(4, 2) as u64;
        let mut config = StackConfig {
            hidden_sizes: (0..layers).map(|k| 1 + below(5 + k, 20)).collect(),
            bidirectional: below(7, 2) == 1,
            dropout: 0.3,
            layer_norm: below(8, 2) == 1,
            ..StackConfig::new(cell, input_size, 1, 1)
        };
        config.recurrence.recurrent_dropout = 0.3;
        let lengths: Vec<usize> = (0..batch as u64).map(|b| below(10 + b, time + 1)).collect();
        Self {
            what: format!("case {seed}: {lengths:?} of {time}, {config:?}"),
            stack: config.init(seed, &device()),
            time,
            input_size,
            lengths,
            seed,
        }
    }

    /// Drawn values `[T, B, width]` with `padding` past each row's end.
    fn padded(&self, seed: u64, time: usize, width: usize, padding: f64) -> TensorData {
        let batch = self.lengths.len();
        let drawn = normal::<3>(noise::mix(self.seed, seed), [self.time, batch, width], 1.0);
        let drawn: Vec<f64> = drawn.iter().collect();
        let at = |i: usize| {
            let valid = i / width / batch < self.lengths[i / width % batch];
            if valid { drawn[i] } else { padding }
        };
        let count = time * batch * width;
        TensorData::new(
            (0..count).map(at).collect::<Vec<f64>>(),
            [time, batch, width],
        )
    }

    /// Output, states and all gradients with `more` positions of padding in
    /// each row, which hold `padding`, and into which the gradient `padding` flows.
    fn results(&self, mode: Mode, more: usize, padding: f64) -> Named {
        let (stack, time) = (&self.stack, self.time + more);
        let data = self.padded(1, time, self.input_size, padding);
        let input = leaf::<3>(&data, F32);
        let states = drawn_state(stack, self.lengths.len(), self.seed, F32);
        let state = Some(StackState {
            layers: states.clone(),
        });
        let (output, after) = stack.forward(input.clone(), Some(&self.lengths), state, mode);
        let weight = self.padded(2, time, stack.output_size(), padding);
        let mut loss = (output.clone() * constant(&weight, F32)).sum();
        for (k, state) in after.layers.iter().enumerate() {
            let weight = constant(&normal(100 + k as u64, state.dims(), 1.0), F32);
            loss = loss + (state.clone() * weight).sum();
        }
        let gradients = loss.backward();
        let mut named = parameter_gradients(stack, &gradients);
        named.insert("output".into(), values(&output));
        named.insert("states".into(), all_values(&after.layers));
        named.insert("input".into(), gradient(&input, &gradients));
        for (k, state) in states.iter().enumerate() {
            named.insert(format!("state {k}"), gradient(state, &gradients));
        }
        named
    }
}

#[test]
fn padding_changes_no_bit() {
    for drawn in (0..120).map(Drawn::new) {
        for mode in [Mode::Inference, Mode::Training { seed: 7 }] {
            let clean = drawn.results(mode, 0, 0.0);
            let finite = clean.values().flatten().all(|x| x.is_finite());
            assert!(finite, "{}", drawn.what);
            for padding in [f64::NAN, f64::INFINITY, 1e30] {
                let dirty = drawn.results(mode, 0, padding);
                assert_eq!(dirty, clean, "{} {mode:?} {padding}", drawn.what);
            }
            // Longer rows of padding make longer results, with zeros in them.
            let batch = drawn.lengths.len();
            for (name, mut found) in drawn.results(mode, 2, f64::NAN) {
                let expected = &clean[&name];
                let width = match name.as_str() {
                    "output" => drawn.stack.output_size(),
                    "input" => drawn.input_size,
                    _ => 0,
                };
                let rest = found.split_off(found.len() - 2 * batch * width);
                assert!(rest.iter().all(|&x| x == 0.0), "{} {name}", drawn.what);
                assert_eq!(&found, expected, "{} {mode:?} {name}", drawn.what);
            }
        }
    }
}

#[test]
fn results_past_a_rows_end_are_zero_and_its_state_waits() {
    for drawn in (0..60).map(Drawn::new) {
        let results = drawn.results(Mode::Training { seed: 7 }, 0, f64::NAN);
        for (name, width) in [
            ("output", drawn.stack.output_size()),
            ("input", drawn.input_size),
        ] {
            for (i, row) in results[name].chunks(width).enumerate() {
                let (t, b) = (i / drawn.lengths.len(), i % drawn.lengths.len());
                let zero = row.iter().all(|&x| x == 0.0);
                assert!(zero || t < drawn.lengths[b], "{} {name}", drawn.what);
            }
        }
        // A row without steps keeps its state.
        let batch = drawn.lengths.len();
        let before = drawn_state(&drawn.stack, batch, drawn.seed, F32);
        let mut after = results["states"].iter();
        for state in before {
            let width = state.dims()[2];
            for (i, row) in values(&state).chunks(width).enumerate() {
                let found: Vec<f64> = after.by_ref().take(width).copied().collect();
                assert_eq!(
                    found == row,
                    drawn.lengths[i % batch] == 0,
                    "{}",
                    drawn.what
                );
            }
        }
    }
}

#[test]
fn a_row_alone_gives_what_it_gives_in_a_batch() {
    for drawn in (0..60).map(Drawn::new) {
        let data = drawn.padded(1, drawn.time, drawn.input_size, f64::NAN);
        let input = constant::<3>(&data, F32);
        let mode = Mode::Inference;
        let (all, states) = drawn
            .stack
            .forward(input.clone(), Some(&drawn.lengths), None, mode);
        for (b, &length) in drawn.lengths.iter().enumerate().filter(|(_, n)| **n > 0) {
            let of_row = |x: &Tensor<3>| x.clone().slice_dim(1, b..b + 1);
            let alone = of_row(&input).slice(0..length);
            let (output, state) = drawn.stack.forward(alone, None, None, mode);
            let expected = values(&of_row(&all).slice(0..length));
            // The sums of a product may be split otherwise for one row than for many.
            assert_close(&drawn.what, &values(&output), &expected, 2e-6);
            let expected: Vec<_> = states.layers.iter().map(of_row).collect();
            let expected = all_values(&expected);
            assert_close(&drawn.what, &all_values(&state.layers), &expected, 2e-6);
        }
    }
}

#[test]
fn reverse_is_forward_on_the_turned_sequence() {
    for cell in Cell::ALL {
        let layer = |direction| {
            let layer = LayerConfig {
                direction,
                ..LayerConfig::new(cell, 3, 5)
            };
            layer.init(1, &device())
        };
        let input = constant::<3>(&normal(2, [4, 2, 3], 1.0), F32);
        let turned = input.clone().flip([0]);
        let (output, state) = layer(Direction::Reverse).forward(input, None, None, Mode::Inference);
        let (expected, expected_state) =
            layer(Direction::Forward).forward(turned, None, None, Mode::Inference);
        assert_eq!(values(&output), values(&expected.flip([0])), "{cell:?}");
        assert_eq!(values(&state), values(&expected_state), "{cell:?}");
    }
}

#[test]
fn a_sequence_without_steps_leaves_the_state() {
    for cell in Cell::ALL {
        let stack = StackConfig::new(cell, 4, 5, 2).init(1, &device());
        let before = drawn_state(&stack, 3, 2, F32);
        let state = Some(StackState {
            layers: before.clone(),
        });
        let input = Tensor::<3>::zeros([0, 3, 4], &device());
        let (output, after) = stack.forward(input, None, state, Mode::Inference);
        assert_eq!(output.dims(), [0, 3, 5]);
        assert_eq!(all_values(&after.layers), all_values(&before), "{cell:?}");
    }
}

/// Stacks of two layers with one of the two kinds of dropout.
fn with_dropout(cell: Cell) -> [Stack; 2] {
    [(0.5, 0.0), (0.0, 0.5)].map(|(between, recurrent)| {
        let mut config = StackConfig {
            dropout: between,
            ..StackConfig::new(cell, 4, 6, 2)
        };
        config.recurrence.recurrent_dropout = recurrent;
        config.init(1, &device())
    })
}

#[test]
fn dropout_is_a_function_of_the_seed() {
    for cell in Cell::ALL {
        let input = constant::<3>(&normal(2, [5, 3, 4], 1.0), F32);
        let run = |stack: &Stack, mode| values(&stack.forward(input.clone(), None, None, mode).0);
        let plain = StackConfig::new(cell, 4, 6, 2).init(1, &device());
        let expected = run(&plain, Mode::Inference);
        assert_eq!(run(&plain, Mode::Training { seed: 1 }), expected);
        for stack in with_dropout(cell) {
            assert_eq!(run(&stack, Mode::Inference), expected, "{cell:?}");
            let [first, again, other] = [1, 1, 2].map(|seed| run(&stack, Mode::Training { seed }));
            assert_eq!(first, again, "{cell:?}");
            assert_ne!(first, other, "{cell:?}");
            assert_ne!(first, expected, "{cell:?}");
        }
    }
}

#[test]
fn the_last_layers_output_is_not_dropped() {
    let config = StackConfig {
        dropout: 0.5,
        ..StackConfig::new(Cell::Lstm, 4, 6, 1)
    };
    let stack = config.init(1, &device());
    let input = constant::<3>(&normal(2, [5, 3, 4], 1.0), F32);
    let run = |mode| values(&stack.forward(input.clone(), None, None, mode).0);
    assert_eq!(run(Mode::Training { seed: 1 }), run(Mode::Inference));
}

#[test]
fn the_parts_of_a_network_have_noise_of_their_own() {
    let mode = Mode::Training { seed: 5 };
    assert_ne!(mode.part(0), mode.part(1));
    assert_ne!(mode.part(0), mode);
    assert_eq!(mode.part(3), mode.part(3));
    assert_eq!(Mode::Inference.part(3), Mode::Inference);
    let x = constant::<2>(&TensorData::ones::<f64, _>([10, 10]), F32);
    let run = |mode| values(&dropout(x.clone(), 0.5, mode));
    assert_ne!(run(mode.part(0)), run(mode.part(1)));
}

/// Whether the mean of each element over `draws` is the expected one, within
/// five standard errors.
fn assert_mean(what: &str, draws: &[Vec<f64>], expected: &[f64]) {
    let count = draws.len() as f64;
    for (i, expected) in expected.iter().enumerate() {
        let mean = draws.iter().map(|draw| draw[i]).sum::<f64>() / count;
        let square = |draw: &Vec<f64>| (draw[i] - mean).powi(2);
        let variance = draws.iter().map(square).sum::<f64>() / count;
        assert!(variance > 0.0, "{what}[{i}] is not random");
        let error = (mean - expected).abs();
        assert!(
            error < 5.0 * (variance / count).sqrt(),
            "the mean of {what}[{i}] is {mean}, expected {expected}"
        );
    }
}

#[test]
fn dropout_keeps_the_mean() {
    let modes = || (0..4000).map(|seed| Mode::Training { seed });
    let x = constant::<2>(&normal(1, [3, 4], 1.0), F32);
    for probability in [0.1, 0.5, 0.8] {
        let draw = |mode| values(&dropout(x.clone(), probability, mode));
        assert_mean(
            "dropout",
            &modes().map(draw).collect::<Vec<_>>(),
            &values(&x),
        );
    }

    // Rectified units whose operands are all positive are linear, so that the
    // mean of a stack's output is its output without dropout.
    let positive = |seed, shape| constant::<3>(&normal(seed, shape, 1.0), F32).abs();
    for stack in with_dropout(Cell::ElmanRelu) {
        let weights = recurrent_nn::parameters(&stack).into_iter().map(|weight| {
            let values: Vec<f64> = weight.data.iter::<f64>().map(f64::abs).collect();
            (
                weight.name,
                TensorData::new(values, weight.data.shape().clone()),
            )
        });
        let stack = load_parameters(stack, weights.collect()).unwrap();
        let run = |mode| {
            let layers = vec![positive(3, [1, 2, 6]), positive(4, [1, 2, 6])];
            let state = Some(StackState { layers });
            values(&stack.forward(positive(2, [1, 2, 4]), None, state, mode).0)
        };
        let draws: Vec<_> = modes().map(run).collect();
        assert_mean("stack", &draws, &run(Mode::Inference));
    }
}

#[test]
fn shapes_that_disagree_are_refused() {
    let matrix = |rows, columns| Tensor::<2>::zeros([rows, columns], &device());
    let vector = |length| Tensor::<1>::zeros([length], &device());
    let refused = |call: &dyn Fn()| {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
        assert!(caught.is_err());
    };
    refused(&|| drop(ops::linear(matrix(2, 3), matrix(4, 5), vector(4))));
    refused(&|| drop(ops::linear(matrix(2, 3), matrix(4, 3), vector(5))));
    let targets = || Tensor::<1, Int>::zeros([3], &device());
    refused(&|| drop(cross_entropy(matrix(2, 4), targets(), None, 0.0)));
    refused(&|| drop(cross_entropy(matrix(3, 4), targets(), Some(vector(2)), 0.0)));
    // The transposed weight has as many elements.
    let layer = |weight_ih: Tensor<2>, states: usize| {
        ops::layer(
            Tensor::zeros([2, 1, 3], &device()),
            weight_ih,
            matrix(20, 5),
            vector(20),
            vector(20),
            Tensor::zeros([states, 1, 5], &device()),
            LayerOptions {
                cell: Cell::Lstm,
                direction: Direction::Forward,
                lengths: None,
                recurrent_dropout: None,
                recompute: false,
            },
        )
    };
    assert_eq!(layer(matrix(20, 3), 2).dims(), [4, 1, 5]);
    refused(&|| drop(layer(matrix(3, 20), 2)));
    refused(&|| drop(layer(matrix(20, 3), 1)));
}
