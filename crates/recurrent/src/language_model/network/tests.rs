//! A network read in one piece, in chunks and step by step.

use super::*;
use burn::tensor::TensorData;
use recurrent_nn::{Cell, Precision};

const VOCABULARY: usize = 7;

fn feed_forward(direct: bool) -> ModelConfig {
    let text = format!(
        "kind = 'feed-forward'\ncontext = 3\nembedding_size = 4\nhidden_size = 5\n\
         direct_connections = {direct}"
    );
    let config: FeedForwardConfig = toml::from_str(&text).expect("a network");
    config.into()
}

fn recurrent(cell: Cell) -> ModelConfig {
    let text = "cell = 'lstm'\nembedding_size = 4\nhidden_sizes = [5, 4]\ntie_weights = true";
    let config: RecurrentConfig = toml::from_str(text).expect("a network");
    RecurrentConfig { cell, ..config }.into()
}

fn configs() -> [ModelConfig; 4] {
    [
        feed_forward(false),
        feed_forward(true),
        recurrent(Cell::Lstm),
        recurrent(Cell::ElmanTanh),
    ]
}

/// Symbols `[T, B]`.
fn symbols(steps: usize, batch: usize) -> Vec<i32> {
    (0..steps * batch)
        .map(|i| (noise(i) * VOCABULARY as f64) as i32)
        .collect()
}

fn noise(i: usize) -> f64 {
    recurrent_nn::noise::uniform(5, i as u64)
}

fn tensor(ids: &[i32], batch: usize) -> Tensor<2, Int> {
    let shape = [ids.len() / batch, batch];
    Tensor::from_data(TensorData::new(ids.to_vec(), shape), &Device::flex())
}

fn rows(logits: Tensor<2>) -> Vec<f32> {
    logits.into_data().iter::<f32>().collect()
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        // Sums of a few products in another order.
        assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
    }
}

#[test]
fn chunks_give_what_the_whole_gives() {
    let (steps, batch) = (9, 2);
    let ids = symbols(steps, batch);
    for config in configs() {
        let model = LanguageModel::new(&config, VOCABULARY, 3, &Device::flex());
        let read = |ids, state| model.forward(ids, None, state, Mode::Inference);
        let whole = rows(read(tensor(&ids, batch), None).logits);
        // Chunks shorter and longer than a window, and a state that went through a checkpoint.
        let (mut state, mut found) = (None, Vec::new());
        for chunk in [0..1, 1..2, 2..7, 7..9] {
            let ids = &ids[chunk.start * batch..chunk.end * batch];
            let forward = read(tensor(ids, batch), state.take());
            found.extend(rows(forward.logits));
            state = ModelState::from_data(forward.state.to_data(), &Device::flex());
        }
        close(&found, &whole);
    }
}

#[test]
fn steps_give_what_the_whole_gives() {
    let ids = symbols(9, 1);
    for config in configs() {
        let model = LanguageModel::new(&config, VOCABULARY, 3, &Device::flex());
        let whole = model.forward(tensor(&ids, 1), None, None, Mode::Inference);
        let whole = rows(whole.logits);
        let stepper = model.stepper(Precision::Full);
        let mut state = stepper.start();
        let mut logits = vec![0.0; VOCABULARY];
        for (id, expected) in ids.iter().zip(whole.chunks(VOCABULARY)) {
            stepper.step(*id as u32, &mut state, &mut logits);
            close(&logits, expected);
        }
    }
}

#[test]
fn rows_go_on_from_their_own_ends() {
    let batch = 2;
    let ids = symbols(8, batch);
    let lengths = [3, 5];
    for config in configs() {
        let model = LanguageModel::new(&config, VOCABULARY, 3, &Device::flex());
        let first = tensor(&ids[..5 * batch], batch);
        let read = model.forward(first, Some(&lengths), None, Mode::Inference);
        let rest = tensor(&ids[5 * batch..], batch);
        let read = model.forward(rest, None, Some(read.state), Mode::Inference);
        let found = rows(read.logits);
        for (row, &length) in lengths.iter().enumerate() {
            let own = |step: &usize| ids[step * batch + row];
            let steps: Vec<usize> = (0..length).chain(5..8).collect();
            let alone: Vec<i32> = steps.iter().map(own).collect();
            let alone = model.forward(tensor(&alone, 1), None, None, Mode::Inference);
            let alone = rows(alone.logits);
            for step in 0..3 {
                let at = (step * batch + row) * VOCABULARY;
                let expected = (length + step) * VOCABULARY;
                close(
                    &found[at..at + VOCABULARY],
                    &alone[expected..expected + VOCABULARY],
                );
            }
        }
    }
}

#[test]
fn the_window_is_that_of_its_equation() {
    let config = feed_forward(true);
    let model = LanguageModel::new(&config, VOCABULARY, 3, &Device::flex());
    let LanguageModel::FeedForward(network) = &model else {
        panic!("a window");
    };
    let values = |tensor: Tensor<2>| rows(tensor);
    let bias = |tensor: Tensor<1>| tensor.into_data().iter::<f32>().collect::<Vec<f32>>();
    let embedding = values(network.embedding.weight.val());
    let (h, d) = (
        values(network.hidden.weight.val()),
        bias(network.hidden.bias.val()),
    );
    let (u, b) = (
        values(network.output.weight(&network.embedding)),
        bias(network.output.bias.val()),
    );
    let ids = [4, 1, 6, 2];
    let read = model.forward(tensor(&ids, 1), None, None, Mode::Inference);
    let found = rows(read.logits);
    for step in 0..ids.len() {
        // The oldest of three symbols first, zeros before the text.
        let mut x = Vec::new();
        for back in (0..3).rev() {
            match step.checked_sub(back) {
                Some(at) => x.extend_from_slice(&embedding[ids[at] as usize * 4..][..4]),
                None => x.extend([0.0; 4]),
            }
        }
        let dot = |w: &[f32], x: &[f32]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
        let mut read: Vec<f32> = (0..5)
            .map(|i| (d[i] + dot(&h[i * 12..][..12], &x)).tanh())
            .collect();
        read.extend(x);
        let expected: Vec<f32> = (0..VOCABULARY)
            .map(|i| b[i] + dot(&u[i * 17..][..17], &read))
            .collect();
        close(&found[step * VOCABULARY..][..VOCABULARY], &expected);
    }
}

#[test]
fn parameters_are_counted_before_they_are_made() {
    for config in configs() {
        let model = LanguageModel::new(&config, VOCABULARY, 3, &Device::flex());
        let found: usize = parameters(&model)
            .iter()
            .map(|parameter| parameter.data.num_elements())
            .sum();
        assert_eq!(config.parameters(VOCABULARY), found);
        let listed: u64 = (model.layers(&config).iter())
            .map(|layer| layer.parameters)
            .sum();
        assert_eq!(listed, found as u64);
    }
}
