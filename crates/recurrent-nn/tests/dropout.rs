//! What is dropped together: elements, units of a row, symbols, weights.

mod common;

use burn::module::Module;
use burn::tensor::{DType, Int, Tensor, TensorData};
use common::{constant, device, normal, parameter_gradients, values};
use recurrent_nn::{
    Cell, DropoutKind, EmbeddingConfig, Initializer, LayerConfig, Mode, StackConfig,
    load_parameters, parameters,
};

const TRAINING: Mode = Mode::Training { seed: 7 };

/// Which elements of ones `[4, 5, 40]` are kept, the others being zero.
fn kept(kind: DropoutKind, probability: f64) -> Vec<bool> {
    let ones = Tensor::<3>::ones([4, 5, 40], &device());
    let dropped = values(&kind.apply(ones, probability, TRAINING));
    let keep = 1.0 / (1.0 - probability);
    assert!(dropped.iter().all(|&x| x == 0.0 || (x - keep).abs() < 1e-6));
    dropped.into_iter().map(|x| x > 0.0).collect()
}

#[test]
fn variational_dropout_is_the_same_at_every_step() {
    let all = kept(DropoutKind::Variational, 0.3);
    let steps: Vec<&[bool]> = all.chunks(200).collect();
    assert!(steps.iter().all(|step| step == &steps[0]));
    let [first, second] = [&steps[0][..40], &steps[0][40..80]];
    assert_ne!(first, second, "rows have noise of their own");
    // Five standard errors of 200 draws.
    let part = steps[0].iter().filter(|&&kept| kept).count() as f64 / 200.0;
    assert!((part - 0.7).abs() < 5.0 * 0.458 / 14.1, "{part}");
}

#[test]
fn independent_dropout_is_another_at_every_step() {
    let all = kept(DropoutKind::Independent, 0.3);
    assert_ne!(all[..200], all[200..400]);
}

#[test]
fn nothing_is_dropped_in_inference() {
    let x = constant::<3>(&normal(1, [3, 2, 4], 1.0), DType::F32);
    for kind in [DropoutKind::Independent, DropoutKind::Variational] {
        let found = kind.apply(x.clone(), 0.5, Mode::Inference);
        assert_eq!(values(&found), values(&x));
    }
}

#[test]
fn all_occurrences_of_a_symbol_are_dropped_together() {
    let config = EmbeddingConfig {
        vocabulary: 50,
        size: 3,
        initializer: Initializer::Uniform(1.0),
    };
    let embedding = config.init(1, &device());
    let ids: Vec<i32> = (0..100).map(|i| i % 50).collect();
    let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [20, 5]), &device());
    let whole = values(&embedding.forward(ids.clone(), 0.4, Mode::Inference));
    let found = values(&embedding.forward(ids, 0.4, TRAINING));
    let mut dropped = 0;
    for (found, whole) in found.chunks(3).zip(whole.chunks(3)) {
        let gone = found.iter().all(|&x| x == 0.0);
        dropped += usize::from(gone);
        for (found, whole) in found.iter().zip(whole) {
            let expected = if gone { 0.0 } else { whole / 0.6 };
            assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
        }
    }
    assert_eq!(found[..150], found[150..], "the second reading of the same");
    assert!((20..60).contains(&dropped), "{dropped} of 100");
}

#[test]
fn weight_dropout_is_a_layer_with_some_recurrent_weights_gone() {
    // A rectified unit at zero hides which of its weights are dropped.
    let cells = Cell::ALL
        .into_iter()
        .filter(|&cell| cell != Cell::ElmanRelu);
    for cell in cells {
        let mut config = LayerConfig::new(cell, 3, 8);
        config.recurrence.weight_dropout = 0.5;
        let layer = config.init(1, &device().autodiff());
        let input = constant::<3>(&normal(2, [6, 2, 3], 1.0), DType::F32);
        let tracked = Tensor::from_inner(input.clone());
        let (output, _) = layer.forward(tracked, None, None, TRAINING);
        let gradients = (output.clone() * output.clone()).sum().backward();
        let gradients = parameter_gradients(&layer, &gradients);
        // A dropped weight has no gradient; what is left is scaled by two.
        let gradient = &gradients["weight_hh"];
        let gone = gradient.iter().filter(|&&g| g == 0.0).count();
        let part = gone as f64 / gradient.len() as f64;
        assert!((part - 0.5).abs() < 0.2, "{cell:?}: {part}");

        let layer = layer.valid();
        let mut weights: std::collections::BTreeMap<_, _> = parameters(&layer)
            .into_iter()
            .map(|parameter| (parameter.name, parameter.data))
            .collect();
        let recurrent = &weights["weight_hh"];
        let masked: Vec<f32> = (recurrent.iter::<f32>())
            .zip(gradient)
            .map(|(weight, &g)| if g == 0.0 { 0.0 } else { 2.0 * weight })
            .collect();
        let masked = TensorData::new(masked, recurrent.shape().clone());
        weights.insert("weight_hh".to_string(), masked);
        let plain = LayerConfig::new(cell, 3, 8).init(1, &device());
        let plain = load_parameters(plain, weights).expect("the same shapes");
        let (expected, _) = plain.forward(input, None, None, Mode::Inference);
        common::assert_close(
            &format!("{cell:?}"),
            &values(&output),
            &values(&expected),
            1e-6,
        );
    }
}

#[test]
fn a_stack_drops_between_layers_by_its_kind() {
    let outputs = [DropoutKind::Independent, DropoutKind::Variational].map(|kind| {
        let config = StackConfig {
            dropout: 0.5,
            dropout_kind: kind,
            ..StackConfig::new(Cell::Lstm, 3, 6, 2)
        };
        let input = constant::<3>(&normal(2, [5, 2, 3], 1.0), DType::F32);
        let (output, _) = config
            .init(1, &device())
            .forward(input, None, None, TRAINING);
        values(&output)
    });
    assert_ne!(outputs[0], outputs[1]);
}
