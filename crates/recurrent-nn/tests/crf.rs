//! Conditional random fields: pytorch-crf's numbers, and the definition.

mod common;

use burn::module::Module;
use burn::tensor::{DType, Int, Tensor, TensorData};
use common::{
    Named, assert_all_close, assert_close, cast, constant, device, fixtures, gradient, leaf,
    normal, parameter_gradients, values,
};
use recurrent_nn::{
    Crf, CrfConfig, CrfConstraint, CrfReduction, composed, load_parameters, noise, ops, parameters,
};
use std::collections::BTreeMap;

/// Sums of up to a few hundred terms near one in another order, and elementary functions.
const DOUBLE: f64 = 1e-13;
/// The inputs are exact in single precision and so are sums; results are rounded.
const SINGLE: f64 = 1e-6;
/// Without the kernels sums are rounded too; those of scores of a hundred in the fifth digit.
const SINGLE_COMPOSED: f64 = 2e-5;

const PARAMETERS: [&str; 3] = ["start_transitions", "end_transitions", "transitions"];

type Loss = fn(Tensor<3>, Tensor<2>, Tensor<1>, Tensor<1>, Tensor<2, Int>, &[usize]) -> Tensor<1>;

/// Numbers of a case of the fixtures, or such as are drawn in their place.
struct Case {
    tensors: BTreeMap<String, TensorData>,
}

impl Case {
    /// A drawn case of `V` tags, `T` steps and rows of some lengths.
    fn drawn(classes: usize, time: usize, lengths: &[usize]) -> Self {
        let batch = lengths.len();
        let labels = (0..(time * batch) as u64).map(|i| noise::mix(5, i) as i64 & 0xffff);
        let labels: Vec<i64> = labels.map(|label| label % classes as i64).collect();
        let lengths: Vec<i64> = lengths.iter().map(|&length| length as i64).collect();
        let tensors = [
            ("emissions", normal(1, [time, batch, classes], 1.0)),
            ("transitions", normal(2, [classes, classes], 1.0)),
            ("start_transitions", normal(3, [classes], 1.0)),
            ("end_transitions", normal(4, [classes], 1.0)),
            ("tags", TensorData::new(labels, [time, batch])),
            ("lengths", TensorData::new(lengths, [batch])),
        ];
        Self {
            tensors: tensors.map(|(name, data)| (name.into(), data)).into(),
        }
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.tensors[name].iter().collect()
    }

    fn lengths(&self) -> Vec<usize> {
        let lengths = self.tensors["lengths"].iter::<i64>();
        lengths.map(|length| length as usize).collect()
    }

    fn tags(&self) -> Tensor<2, Int> {
        Tensor::from_data(self.tensors["tags"].clone(), &device())
    }

    fn crf(&self, dtype: DType) -> Crf {
        let tags = self.tensors["start_transitions"].shape()[0];
        let crf = cast(CrfConfig { tags }.init(1, &device()), dtype);
        let named = PARAMETERS.map(|name| (name.to_string(), self.tensors[name].clone()));
        load_parameters(crf, named.into()).unwrap()
    }

    /// Loss and gradients of the operation.
    fn results(&self, dtype: DType, loss: Loss) -> Named {
        let emissions: Tensor<3> = leaf(&self.tensors["emissions"], dtype);
        let transitions: Tensor<2> = leaf(&self.tensors["transitions"], dtype);
        let [start, end] = ["start_transitions", "end_transitions"]
            .map(|name| leaf::<1>(&self.tensors[name], dtype));
        let found = loss(
            emissions.clone(),
            transitions.clone(),
            start.clone(),
            end.clone(),
            self.tags(),
            &self.lengths(),
        );
        assert_eq!((found.dims(), found.dtype()), ([1], dtype));
        let gradients = found.backward();
        [
            ("rows_loss", values(&found)),
            ("grad/emissions", gradient(&emissions, &gradients)),
            ("grad/transitions", gradient(&transitions, &gradients)),
            ("grad/start_transitions", gradient(&start, &gradients)),
            ("grad/end_transitions", gradient(&end, &gradients)),
        ]
        .map(|(name, values)| (name.to_string(), values))
        .into()
    }
}

fn cases() -> BTreeMap<String, Case> {
    let cases = fixtures("crf.safetensors").into_iter();
    let cases: BTreeMap<String, Case> = cases
        .map(|(name, tensors)| (name, Case { tensors }))
        .collect();
    let names: Vec<&str> = cases.keys().map(String::as_str).collect();
    let expected = ["b1", "full", "large", "one_tag", "t1", "unequal", "wide"];
    assert_eq!(names, expected);
    cases
}

/// Compares loss and gradients of an operation with pytorch-crf's.
fn check(dtype: DType, loss: Loss, tolerance: f64) {
    for (name, case) in cases() {
        let found = case.results(dtype, loss);
        let expected = found.keys().map(|key| (key.clone(), case.numbers(key)));
        assert_all_close(&name, &found, &expected.collect(), tolerance);
    }
}

#[test]
fn kernels_in_double_precision() {
    check(DType::F64, ops::crf_loss, DOUBLE);
}

#[test]
fn kernels_in_single_precision() {
    check(DType::F32, ops::crf_loss, SINGLE);
}

#[test]
fn compositions_in_double_precision() {
    check(DType::F64, composed::crf_loss, DOUBLE);
}

#[test]
fn compositions_in_single_precision() {
    check(DType::F32, composed::crf_loss, SINGLE_COMPOSED);
}

#[test]
fn the_layer_has_pytorch_crfs_reductions_paths_and_marginals() {
    for (name, case) in cases() {
        for (dtype, tolerance) in [(DType::F64, DOUBLE), (DType::F32, SINGLE)] {
            let crf = case.crf(dtype);
            let lengths = case.lengths();
            let emissions = || -> Tensor<3> { leaf(&case.tensors["emissions"], dtype) };
            for (reduction, expected) in [
                (CrfReduction::Rows, "rows_loss"),
                (CrfReduction::Steps, "steps_loss"),
            ] {
                let loss = crf.loss(emissions(), case.tags(), &lengths, reduction);
                assert_close(&name, &values(&loss), &case.numbers(expected), tolerance);
                let untracked = untracked_loss(&case, reduction, dtype);
                assert_eq!(untracked, values(&loss));
            }
            let marginals = crf.marginals(emissions(), &lengths, None);
            assert_eq!(marginals.dtype(), dtype);
            let expected = case.numbers("marginals");
            assert_close(&name, &values(&marginals), &expected, tolerance);

            let best = case.numbers("best");
            let found = crf.decode(emissions(), &lengths, None);
            for (row, (tags, &length)) in found.iter().zip(&lengths).enumerate() {
                let column = best.iter().skip(row).step_by(lengths.len()).take(length);
                assert_eq!(tags, &column.map(|&tag| tag as usize).collect::<Vec<_>>());
            }
        }
    }
}

/// The loss where nothing takes a gradient.
fn untracked_loss(case: &Case, reduction: CrfReduction, dtype: DType) -> Vec<f64> {
    let emissions = constant(&case.tensors["emissions"], dtype);
    let crf = case.crf(dtype).no_grad();
    values(&crf.loss(emissions, case.tags(), &case.lengths(), reduction))
}

#[test]
fn compositions_are_the_kernels() {
    for (classes, time, lengths) in [
        (3, 6, &[6, 0, 1, 4][..]),
        (9, 1, &[1, 0]),
        (20, 30, &[30, 17]),
        (2, 3, &[0, 0]),
    ] {
        let case = Case::drawn(classes, time, lengths);
        let fused = case.results(DType::F64, ops::crf_loss);
        let composed = case.results(DType::F64, composed::crf_loss);
        assert_all_close("composed", &composed, &fused, DOUBLE);
    }
}

#[test]
fn gradients_are_the_limits_of_differences() {
    const STEP: f64 = 1e-5;
    let mut case = Case::drawn(3, 4, &[4, 0, 2]);
    let crf = case.crf(DType::F64);
    let emissions: Tensor<3> = leaf(&case.tensors["emissions"], DType::F64);
    let loss = |case: &Case| {
        let emissions = constant(&case.tensors["emissions"], DType::F64);
        let steps = CrfReduction::Steps;
        let crf = case.crf(DType::F64);
        values(&crf.loss(emissions, case.tags(), &case.lengths(), steps))[0]
    };
    let found = crf.loss(
        emissions.clone(),
        case.tags(),
        &case.lengths(),
        CrfReduction::Steps,
    );
    let gradients = found.mul_scalar(3.0).backward();
    let mut named = parameter_gradients(&crf, &gradients);
    named.insert("emissions".into(), gradient(&emissions, &gradients));
    assert_eq!(named.len(), 4);
    for (name, found) in named {
        let before = case.tensors[&name].clone();
        let moved = |case: &mut Case, i: usize, step: f64| {
            let mut values: Vec<f64> = before.iter().collect();
            values[i] += step;
            let data = TensorData::new(values, before.shape().clone());
            case.tensors.insert(name.clone(), data);
            3.0 * loss(case)
        };
        let differences: Vec<f64> = (0..found.len())
            .map(|i| (moved(&mut case, i, STEP) - moved(&mut case, i, -STEP)) / (2.0 * STEP))
            .collect();
        assert_close(&name, &found, &differences, 1e-8);
        case.tensors.insert(name, before);
    }
}

/// All sequences of a row's length with their scores.
fn sequences(case: &Case, row: usize) -> Vec<(Vec<usize>, f64)> {
    let [emissions, transitions, start, end] = [
        "emissions",
        "transitions",
        "start_transitions",
        "end_transitions",
    ]
    .map(|name| case.numbers(name));
    let (classes, lengths) = (start.len(), case.lengths());
    let (length, batch) = (lengths[row], lengths.len());
    (0..classes.pow(length as u32))
        .map(|number| {
            let digit = |t: usize| number / classes.pow(t as u32) % classes;
            let tags: Vec<usize> = (0..length).map(digit).collect();
            let emitted = tags.iter().enumerate();
            let emitted = emitted.map(|(t, tag)| emissions[(t * batch + row) * classes + tag]);
            let moved = tags.windows(2).map(|w| transitions[w[0] * classes + w[1]]);
            let ends = start[tags[0]] + end[tags[length - 1]];
            let score = emitted.chain(moved).sum::<f64>() + ends;
            (tags, score)
        })
        .collect()
}

/// The second tag never follows the first, the third never starts and the first never ends.
fn rule(from: Option<usize>, to: Option<usize>) -> bool {
    !matches!(
        (from, to),
        (Some(0), Some(1)) | (None, Some(2)) | (Some(0), None)
    )
}

#[test]
fn all_sequences_one_by_one() {
    let case = Case::drawn(3, 5, &[5, 3, 1, 4]);
    let crf = case.crf(DType::F64);
    let lengths = case.lengths();
    let emissions = || -> Tensor<3> { constant(&case.tensors["emissions"], DType::F64) };
    let tags: Vec<usize> = case
        .numbers("tags")
        .iter()
        .map(|&tag| tag as usize)
        .collect();
    let mut loss = 0.0;
    for row in 0..4 {
        let all = sequences(&case, row);
        let partition: f64 = all.iter().map(|(_, score)| score.exp()).sum();
        let truth: Vec<usize> = (0..lengths[row]).map(|t| tags[t * 4 + row]).collect();
        let (_, score) = all.iter().find(|(tags, _)| *tags == truth).unwrap();
        loss += (partition.ln() - score) / 4.0;

        for constraint in [None, Some(CrfConstraint::new(3, rule))] {
            let legal = |tags: &[usize]| {
                let inner = tags.windows(2).all(|w| rule(Some(w[0]), Some(w[1])));
                inner && rule(None, tags.first().copied()) && rule(tags.last().copied(), None)
            };
            let allowed: Vec<&(Vec<usize>, f64)> = all
                .iter()
                .filter(|(tags, _)| constraint.is_none() || legal(tags))
                .collect();
            let best = allowed.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            let decoded = crf.decode(emissions(), &lengths, constraint.as_ref());
            assert_eq!(decoded[row], best.0);

            let partition: f64 = allowed.iter().map(|(_, score)| score.exp()).sum();
            let marginals = values(&crf.marginals(emissions(), &lengths, constraint.as_ref()));
            for t in 0..lengths[row] {
                for tag in 0..3 {
                    let with = allowed.iter().filter(|(tags, _)| tags[t] == tag);
                    let expected = with.map(|(_, score)| score.exp()).sum::<f64>() / partition;
                    let found = marginals[(t * 4 + row) * 3 + tag];
                    assert!((found - expected).abs() < DOUBLE, "{row} {t} {tag}");
                }
            }
        }
    }
    let found = crf.loss(emissions(), case.tags(), &lengths, CrfReduction::Rows);
    assert_close("loss", &values(&found), &[loss], DOUBLE);
}

#[test]
fn what_no_sequence_is_allowed_for_has_no_tags() {
    let case = Case::drawn(3, 4, &[4, 0, 1]);
    let crf = case.crf(DType::F64);
    let emissions = || -> Tensor<3> { constant(&case.tensors["emissions"], DType::F64) };
    // The first tag is the one that starts, and never the last.
    let never_alone = CrfConstraint::new(3, |from, to| match (from, to) {
        (None, to) => to == Some(0),
        (from, None) => from != Some(0),
        _ => true,
    });
    let decoded = crf.decode(emissions(), &[4, 0, 1], Some(&never_alone));
    assert_eq!(decoded.iter().map(Vec::len).collect::<Vec<_>>(), [4, 0, 0]);
    assert!(decoded[0][0] == 0 && decoded[0][3] != 0);
    let marginals = values(&crf.marginals(emissions(), &[4, 0, 1], Some(&never_alone)));
    assert_eq!(marginals[6..9], [0.0; 3]);
}

#[test]
fn padding_is_not_read() {
    let case = Case::drawn(3, 4, &[4, 0, 2]);
    let lengths = case.lengths();
    let mut filled = Case::drawn(3, 4, &lengths);
    let mut emissions = case.numbers("emissions");
    let mut tags: Vec<i64> = case.tensors["tags"].iter().collect();
    for (place, tag) in tags.iter_mut().enumerate() {
        if place / 3 >= lengths[place % 3] {
            *tag = -100;
            emissions[place * 3..][..3].fill(f64::NAN);
        }
    }
    let emissions = TensorData::new(emissions, [4, 3, 3]);
    filled.tensors.insert("emissions".into(), emissions);
    let tags = TensorData::new(tags, [4, 3]);
    filled.tensors.insert("tags".into(), tags);
    for loss in [ops::crf_loss as Loss, composed::crf_loss] {
        let expected = case.results(DType::F64, loss);
        assert_eq!(filled.results(DType::F64, loss), expected);
    }
}

#[test]
fn a_batch_of_no_steps_has_no_loss() {
    for (time, lengths) in [(2, &[0, 0][..]), (0, &[0, 0]), (2, &[])] {
        let case = Case::drawn(3, time, lengths);
        for loss in [ops::crf_loss as Loss, composed::crf_loss] {
            let crf = case.crf(DType::F64);
            let found = loss(
                constant(&case.tensors["emissions"], DType::F64),
                crf.transitions.val(),
                crf.start_transitions.val(),
                crf.end_transitions.val(),
                case.tags(),
                lengths,
            );
            assert_eq!(values(&found), [0.0]);
        }
        let emissions = constant(&case.tensors["emissions"], DType::F64);
        let decoded = case.crf(DType::F64).decode(emissions, lengths, None);
        assert_eq!(decoded, vec![Vec::<usize>::new(); lengths.len()]);
    }
}

#[test]
fn parameters_have_pytorch_crfs_names_and_start_small() {
    let parameters = parameters(&CrfConfig { tags: 7 }.init(3, &device()));
    let names: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, PARAMETERS);
    let mut all = Vec::new();
    for parameter in &parameters {
        all.extend(parameter.data.iter::<f64>());
    }
    assert_eq!(all.len(), 7 + 7 + 49);
    let most = all.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    assert!(most <= 0.1 && most > 0.09);
    assert_ne!(all[..7], all[7..14]);
}
