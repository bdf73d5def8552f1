//! Transducers: torchaudio's numbers, and the compositions beside the kernels. The kernels' own tests compare them with all
//! ways one by one.

mod common;

use burn::tensor::{DType, Tensor, TensorData};
use common::{Named, assert_all_close, assert_close, fixtures, gradient, leaf, normal, values};
use recurrent_nn::{UnalignedReduction, UnalignedTargets, composed, noise, ops};

/// Sums of up to a hundred terms near one in another order, and elementary functions.
const DOUBLE: f64 = 1e-12;
/// torchaudio computes in single precision, logarithms of a hundred.
const SINGLE: f64 = 1e-4;

type Loss = fn(Tensor<4>, &UnalignedTargets, UnalignedReduction) -> Tensor<1>;

fn weights(targets: &UnalignedTargets, reduction: UnalignedReduction) -> Vec<f64> {
    let rows = targets.lengths.len();
    let weight = |&labels: &usize| reduction.weight(rows, labels);
    targets.label_lengths.iter().map(weight).collect()
}

/// The composition as the operation is called.
fn composition(
    logits: Tensor<4>,
    targets: &UnalignedTargets,
    reduction: UnalignedReduction,
) -> Tensor<1> {
    composed::transducer_loss(logits, targets, &weights(targets, reduction))
}

#[test]
fn losses_and_gradients_are_torchaudios() {
    let cases = fixtures("transducer.safetensors");
    assert_eq!(cases.len(), 5);
    for (name, case) in cases {
        let numbers = |part: &str| -> Vec<usize> {
            let all = case[part].iter::<i64>();
            all.map(|number| number as usize).collect()
        };
        let targets = UnalignedTargets {
            blank: numbers("blank")[0],
            lengths: numbers("lengths"),
            labels: numbers("labels"),
            label_lengths: numbers("label_lengths"),
        };
        for loss in [ops::transducer_loss as Loss, composition] {
            for dtype in [DType::F64, DType::F32] {
                let logits: Tensor<4> = leaf(&case["logits"], dtype);
                let found = loss(logits.clone(), &targets, UnalignedReduction::Sum);
                assert_eq!((found.dims(), found.dtype()), ([1], dtype));
                let sum: f64 = case["losses"].iter::<f64>().sum();
                assert_close(&name, &values(&found), &[sum], SINGLE);
                let gradients = found.backward();
                let expected: Vec<f64> = case["grad/logits"].iter().collect();
                assert_close(&name, &gradient(&logits, &gradients), &expected, SINGLE);
            }
        }
    }
}

/// Rows of steps and labels with drawn labels; blank is the last class.
fn drawn(classes: usize, rows: &[(usize, usize)]) -> UnalignedTargets {
    let (lengths, label_lengths): (Vec<_>, Vec<usize>) = rows.iter().copied().unzip();
    let label = |at: usize| noise::mix(3, at as u64) as usize % (classes - 1);
    UnalignedTargets {
        blank: classes - 1,
        lengths,
        labels: (0..label_lengths.iter().sum()).map(label).collect(),
        label_lengths,
    }
}

const ROWS: [&[(usize, usize)]; 5] = [
    &[(5, 2), (3, 3), (2, 0), (1, 4)],
    &[(1, 1)],
    &[(3, 1), (0, 0), (0, 2)],
    &[(0, 1)],
    &[],
];

/// The sizes that rows need: steps and places.
fn sizes(rows: &[(usize, usize)]) -> [usize; 2] {
    let most = |part: fn(&(usize, usize)) -> usize| rows.iter().map(part).max().unwrap_or(0);
    [most(|row| row.0), most(|row| row.1) + 1]
}

#[test]
fn compositions_are_the_kernels() {
    for rows in ROWS {
        let targets = drawn(4, rows);
        let [time, places] = sizes(rows);
        let logits = normal(1, [rows.len(), time, places, 4], 1.0);
        for reduction in [UnalignedReduction::Sum, UnalignedReduction::Labels] {
            let results = |loss: Loss| {
                let logits: Tensor<4> = leaf(&logits, DType::F64);
                let found = loss(logits.clone(), &targets, reduction);
                let gradients = found.backward();
                (values(&found), gradient(&logits, &gradients))
            };
            let (fused, composed) = (results(ops::transducer_loss), results(composition));
            let same = fused.0 == composed.0;
            assert!(
                same || (fused.0[0] - composed.0[0]).abs() < DOUBLE * (1.0 + fused.0[0]),
                "{rows:?}"
            );
            assert_close(&format!("{rows:?}"), &composed.1, &fused.1, DOUBLE);
        }
    }
}

#[test]
fn joint_networks_are_the_same_with_and_without_all_logits() {
    const WIDTH: usize = 3;
    for rows in ROWS {
        let targets = drawn(4, rows);
        let [time, places] = sizes(rows);
        // What lies past a row's steps and labels is read by nobody.
        let padded = |seed, steps: usize, lengths: &[usize]| -> TensorData {
            let data = normal(seed, [steps, rows.len(), WIDTH], 1.0);
            let mut all: Vec<f64> = data.iter().collect();
            for (at, value) in all.iter_mut().enumerate() {
                let (step, row) = (at / WIDTH / rows.len(), at / WIDTH % rows.len());
                if step >= lengths[row] {
                    *value = f64::NAN;
                }
            }
            TensorData::new(all, [steps, rows.len(), WIDTH])
        };
        let told: Vec<usize> = targets
            .label_lengths
            .iter()
            .map(|labels| labels + 1)
            .collect();
        let operands = [padded(1, time, &targets.lengths), padded(2, places, &told)];
        let weight = normal(3, [4, WIDTH], 1.0);
        let bias = normal(4, [4], 1.0);
        let results = |fused: bool| -> Named {
            let [encoder, predictor] = operands.each_ref().map(|data| leaf::<3>(data, DType::F64));
            let (weight, bias) = (leaf::<2>(&weight, DType::F64), leaf::<1>(&bias, DType::F64));
            let parts = (
                encoder.clone(),
                predictor.clone(),
                weight.clone(),
                bias.clone(),
            );
            let reduction = UnalignedReduction::Labels;
            let found = match fused {
                true => ops::joint_loss(parts.0, parts.1, parts.2, parts.3, &targets, reduction),
                false => {
                    let weights = weights(&targets, reduction);
                    composed::joint_loss(parts.0, parts.1, parts.2, parts.3, &targets, &weights)
                }
            };
            let gradients = found.backward();
            let loss = values(&found)[0];
            [
                // A row without steps that has labels makes it infinite in both.
                ("loss", vec![if loss.is_infinite() { -1.0 } else { loss }]),
                ("encoder", gradient(&encoder, &gradients)),
                ("predictor", gradient(&predictor, &gradients)),
                ("weight", gradient(&weight, &gradients)),
                ("bias", gradient(&bias, &gradients)),
            ]
            .map(|(name, values)| (name.to_string(), values))
            .into()
        };
        assert_all_close(
            &format!("{rows:?}"),
            &results(false),
            &results(true),
            DOUBLE,
        );
    }
}
