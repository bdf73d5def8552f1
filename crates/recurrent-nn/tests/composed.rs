//! The fused operations against the compositions of Burn's own: the same
//! results and gradients, up to the order of additions.

mod common;

use burn::tensor::{DType, Int, Tensor, TensorData};
use common::{Named, assert_all_close, assert_close, constant, device, gradient, leaf, values};
use recurrent_nn::ops::{self, has_kernels};
use recurrent_nn::{Cell, Direction, LayerOptions, Rule, composed, cross_entropy, noise};

const F64: DType = DType::F64;
/// Sums of up to a few hundred terms in two orders.
const TOLERANCE: f64 = 1e-13;

/// A layer's operands.
struct Layer {
    input: TensorData,
    matrices: [TensorData; 2],
    biases: [TensorData; 2],
    state: TensorData,
    options: LayerOptions,
}

impl Layer {
    /// Drawn operands of `[T, B, I, H]`.
    fn new([time, batch, input, hidden]: [usize; 4], options: LayerOptions) -> Self {
        let rows = options.cell.gates() * hidden;
        let scale = 1.0 / (hidden as f64).sqrt();
        Self {
            input: common::normal(1, [time, batch, input], 1.0),
            matrices: [
                common::normal(2, [rows, input], scale),
                common::normal(3, [rows, hidden], scale),
            ],
            biases: [
                common::normal(4, [rows], scale),
                common::normal(5, [rows], scale),
            ],
            state: common::normal(6, [options.cell.states(), batch, hidden], 1.0),
            options,
        }
    }

    /// Output and gradients of `layer`, which is given the operands in the
    /// order of [`ops::layer`]; the input has a gradient where `wants_input`.
    fn results(
        &self,
        wants_input: bool,
        layer: impl FnOnce(Tensor<3>, [Tensor<2>; 2], [Tensor<1>; 2], Tensor<3>) -> Tensor<3>,
    ) -> Named {
        let input: Tensor<3> = leaf::<3>(&self.input, F64).set_require_grad(wants_input);
        let matrices = self.matrices.each_ref().map(|data| leaf::<2>(data, F64));
        let biases = self.biases.each_ref().map(|data| leaf::<1>(data, F64));
        let state = leaf::<3>(&self.state, F64);
        let output = layer(
            input.clone(),
            matrices.clone(),
            biases.clone(),
            state.clone(),
        );
        let weight = constant(&common::normal(7, output.dims(), 1.0), F64);
        let gradients = (output.clone() * weight).sum().backward();
        let mut named = Named::from([
            ("output".into(), values(&output)),
            ("weight_ih".into(), gradient(&matrices[0], &gradients)),
            ("weight_hh".into(), gradient(&matrices[1], &gradients)),
            ("bias_ih".into(), gradient(&biases[0], &gradients)),
            ("bias_hh".into(), gradient(&biases[1], &gradients)),
            ("state".into(), gradient(&state, &gradients)),
        ]);
        if wants_input {
            named.insert("input".into(), gradient(&input, &gradients));
        }
        named
    }

    fn composed(&self, wants_input: bool) -> Named {
        self.results(wants_input, |x, [w_x, w_h], [b_x, b_h], s| {
            composed::layer(x, w_x, w_h, b_x, b_h, s, &self.options)
        })
    }

    fn fused(&self, wants_input: bool) -> Named {
        self.results(wants_input, |x, [w_x, w_h], [b_x, b_h], s| {
            ops::layer(x, w_x, w_h, b_x, b_h, s, self.options.clone())
        })
    }
}

fn options(cell: Cell) -> LayerOptions {
    LayerOptions {
        cell,
        direction: Direction::Forward,
        lengths: None,
        recurrent_dropout: None,
        recompute: false,
    }
}

/// Every cell in both directions, with and without recurrent dropout.
fn all_options(lengths: &Option<Vec<usize>>) -> Vec<LayerOptions> {
    let mut all = Vec::new();
    for cell in Cell::ALL {
        for direction in [Direction::Forward, Direction::Reverse] {
            for recurrent_dropout in [None, Some((9, 0.4))] {
                all.push(LayerOptions {
                    cell,
                    direction,
                    lengths: lengths.clone(),
                    recurrent_dropout,
                    recompute: false,
                });
            }
        }
    }
    all
}

/// Lengths between zero and `T`; the first row is empty, the second full.
fn unequal(time: usize, batch: usize) -> Vec<usize> {
    let drawn = |row| (noise::uniform(8, row as u64) * (time + 1) as f64) as usize;
    (0..batch)
        .map(|row| match row {
            0 => 0,
            1 => time,
            _ => drawn(row),
        })
        .collect()
}

#[test]
fn the_device_of_these_tests_has_kernels() {
    assert!(has_kernels(&device()));
}

#[test]
fn layers() {
    // One of everything, a register's width and beside it, more rows than threads.
    let sizes = [
        [1, 1, 1, 1],
        [1, 4, 3, 5],
        [6, 1, 4, 16],
        [7, 5, 3, 17],
        [5, 9, 19, 37],
        [3, 33, 8, 40],
    ];
    for [time, batch, input, hidden] in sizes {
        for lengths in [None, Some(unequal(time, batch)), Some(vec![0; batch])] {
            for options in all_options(&lengths) {
                let what = format!("{time} {batch} {input} {hidden} {options:?}");
                let layer = Layer::new([time, batch, input, hidden], options);
                assert_all_close(&what, &layer.fused(true), &layer.composed(true), TOLERANCE);
            }
        }
    }
}

#[test]
fn wide_layers() {
    // Steps long enough for threads to share rows, and for them to share units.
    for (size, cell) in [
        ([2, 16, 5, 96], Cell::Lstm),
        ([2, 3, 5, 211], Cell::Lstm),
        ([2, 3, 5, 211], Cell::Gru),
        ([2, 3, 5, 211], Cell::GruResetBefore),
        ([2, 3, 5, 330], Cell::ElmanTanh),
    ] {
        let layer = Layer::new(size, options(cell));
        let what = format!("{cell:?} {size:?}");
        assert_all_close(&what, &layer.fused(true), &layer.composed(true), TOLERANCE);
    }
}

#[test]
fn layers_without_steps_or_rows() {
    for cell in Cell::ALL {
        for [time, batch] in [[0, 3], [2, 0], [0, 0]] {
            for lengths in [None, Some(vec![0; batch])] {
                let options = LayerOptions {
                    lengths,
                    ..options(cell)
                };
                let layer = Layer::new([time, batch, 4, 5], options);
                let results = layer.fused(true);
                // The state goes through, and its gradient; no other is there.
                let state: Vec<f64> = layer.state.iter().collect();
                let above = common::normal(7, [cell.states(), batch, 5], 1.0);
                assert_eq!(results["output"], state);
                assert_eq!(results["state"], above.iter().collect::<Vec<f64>>());
                assert!(results["input"].is_empty());
                for name in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] {
                    let zero = results[name].iter().all(|&g| g == 0.0);
                    assert!(zero, "{cell:?} {name}");
                }
                let [w_x, w_h] = layer.matrices.each_ref().map(|data| constant(data, F64));
                let [b_x, b_h] = layer.biases.each_ref().map(|data| constant(data, F64));
                let (x, s) = (constant(&layer.input, F64), constant(&layer.state, F64));
                let output = composed::layer(x, w_x, w_h, b_x, b_h, s, &layer.options);
                assert_eq!(values(&output), state);
            }
        }
    }
}

#[test]
fn an_input_without_gradient_leaves_the_other_gradients() {
    for cell in Cell::ALL {
        let lengths = Some(vec![3, 0, 2, 4]);
        let layer = Layer::new(
            [4, 4, 3, 5],
            LayerOptions {
                lengths,
                ..options(cell)
            },
        );
        let mut all = layer.fused(true);
        all.remove("input");
        assert_eq!(layer.fused(false), all, "{cell:?}");
    }
}

/// The same values as a window on a wider tensor.
fn window<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let width = x.dims()[D - 1];
    Tensor::cat(vec![x.ones_like(), x], D - 1).narrow(D - 1, width, width)
}

#[test]
fn operands_that_are_views() {
    for cell in Cell::ALL {
        let layer = Layer::new([3, 2, 4, 5], options(cell));
        let views = layer.results(true, |x, matrices, biases, state| {
            let [w_x, w_h] = matrices.map(window);
            let [b_x, b_h] = biases.map(window);
            ops::layer(window(x), w_x, w_h, b_x, b_h, window(state), options(cell))
        });
        assert_eq!(views, layer.fused(true), "{cell:?}");

        // Batch-first input seen as time-major.
        let swapped = |x: Tensor<3>| x.reshape([2, 3, 4]).swap_dims(0, 1);
        let views = layer.results(true, |x, [w_x, w_h], [b_x, b_h], state| {
            ops::layer(swapped(x), w_x, w_h, b_x, b_h, state, options(cell))
        });
        let expected = layer.results(true, |x, [w_x, w_h], [b_x, b_h], state| {
            composed::layer(swapped(x), w_x, w_h, b_x, b_h, state, &options(cell))
        });
        assert_all_close(&format!("{cell:?}"), &views, &expected, TOLERANCE);
    }
}

#[test]
fn linear_maps() {
    for [rows, width, height] in [[1, 1, 1], [7, 5, 3], [3, 16, 17], [40, 33, 130], [0, 3, 4]] {
        for wants_input in [true, false] {
            let run = |linear: fn(Tensor<2>, Tensor<2>, Tensor<1>) -> Tensor<2>| {
                let x = leaf::<2>(&common::normal(1, [rows, width], 1.0), F64);
                let x = x.set_require_grad(wants_input);
                let weight = leaf::<2>(&common::normal(2, [height, width], 1.0), F64);
                let bias = leaf::<1>(&common::normal(3, [height], 1.0), F64);
                let y = linear(x.clone(), weight.clone(), bias.clone());
                let above = constant(&common::normal(4, [rows, height], 1.0), F64);
                let gradients = (y.clone() * above).sum().backward();
                let mut named = Named::from([
                    ("y".into(), values(&y)),
                    ("weight".into(), gradient(&weight, &gradients)),
                    ("bias".into(), gradient(&bias, &gradients)),
                ]);
                if wants_input {
                    named.insert("x".into(), gradient(&x, &gradients));
                }
                named
            };
            let what = format!("{rows} {width} {height}");
            assert_all_close(&what, &run(ops::linear), &run(composed::linear), TOLERANCE);
        }
    }
}

#[test]
fn cross_entropies() {
    let masks = |rows: usize| -> [Option<Vec<f64>>; 4] {
        let fraction = |i| noise::uniform(3, i as u64);
        [
            None,
            Some((0..rows).map(|i| (i % 2) as f64).collect()),
            Some((0..rows).map(fraction).collect()),
            Some(vec![0.0; rows]),
        ]
    };
    for [rows, classes] in [[1, 1], [1, 9], [6, 2], [5, 16], [7, 17], [30, 1003]] {
        for mask in masks(rows) {
            for smoothing in [0.0, 0.1] {
                let drawn = |i| (noise::uniform(2, i) * classes as f64) as i64;
                let targets: Vec<i64> = (0..rows as u64).map(drawn).collect();
                let run = |fused: bool| {
                    let targets = TensorData::new(targets.clone(), [rows]);
                    let targets = Tensor::<1, Int>::from_data(targets, &device());
                    let logits = leaf::<2>(&common::normal(1, [rows, classes], 3.0), F64);
                    let weights = |mask: &Vec<f64>| {
                        constant::<1>(&TensorData::new(mask.clone(), [rows]), F64)
                    };
                    let mask = mask.as_ref().map(weights);
                    let loss = if fused {
                        cross_entropy(logits.clone(), targets, mask, smoothing)
                    } else {
                        let ones = || weights(&vec![1.0; rows]);
                        let mask = mask.unwrap_or_else(ones);
                        composed::cross_entropy(logits.clone(), targets, mask, smoothing)
                    };
                    let gradients = loss.clone().mul_scalar(-0.5).backward();
                    [values(&loss), gradient(&logits, &gradients)]
                };
                let what = format!("{rows} {classes} {mask:?} {smoothing}");
                let ([loss, gradient], [expected, composed]) = (run(true), run(false));
                // A single class has no loss: what stands there is rounding.
                if classes > 1 {
                    assert_close(&what, &loss, &expected, TOLERANCE);
                    assert_close(&what, &gradient, &composed, TOLERANCE);
                } else {
                    let zero = |x: &f64| x.abs() < 1e-15;
                    assert!(loss.iter().chain(&gradient).all(zero), "{what}");
                }
            }
        }
    }
}

#[test]
fn updates() {
    let adam = |decoupled| Rule::Adam {
        beta_1: 0.9,
        beta_2: 0.99,
        epsilon: 1e-8,
        decoupled,
    };
    let rules = [
        Rule::Sgd { momentum: 0.0 },
        Rule::Sgd { momentum: 0.9 },
        Rule::RmsProp {
            decay: 0.95,
            epsilon: 1e-6,
        },
        adam(false),
        adam(true),
    ];
    // The last size is shared by threads.
    for (rule, count) in rules
        .into_iter()
        .flat_map(|rule| [1, 16, 17, 40_001].map(|count| (rule, count)))
    {
        for weight_decay in [0.0, 0.1] {
            let start = constant::<1>(&common::normal(1, [count], 1.0), F64).inner();
            let slots = rule.state_size();
            let shape = if slots == 0 { [1, 1] } else { [slots, count] };
            let state = Tensor::<2>::zeros(shape, (&start.device(), F64));
            let mut fused = (start.clone(), state.clone());
            let mut composed = (start.clone(), state);
            for number in 1..=5 {
                let step = recurrent_kernels::optimizer::Step {
                    rule,
                    number,
                    learning_rate: 0.01 * number as f64,
                    weight_decay,
                    gradient_scale: 0.5,
                };
                let gradients = constant::<1>(&common::normal(1 + number, [count], 1.0), F64);
                let gradients = gradients.inner();
                fused = ops::update(fused.0, gradients.clone(), fused.1, step);
                composed = composed::update(composed.0, gradients, composed.1, step);
                let what = format!("{rule:?} {count} {weight_decay} step {number}");
                assert_close(&what, &values(&fused.0), &values(&composed.0), TOLERANCE);
                if slots > 0 {
                    assert_close(&what, &values(&fused.1), &values(&composed.1), TOLERANCE);
                }
            }
            assert_ne!(values(&fused.0), values(&start));
        }
    }
}

#[test]
fn sums_of_squares() {
    for count in [0, 1, 17, 1000, 70_001] {
        let data = common::normal(1, [count], 1.0);
        let expected: f64 = data.iter::<f64>().map(|x| x * x).sum();
        let found = ops::sum_of_squares(constant(&data, F64).inner());
        assert_close(&count.to_string(), &values(&found), &[expected], TOLERANCE);
    }
}
