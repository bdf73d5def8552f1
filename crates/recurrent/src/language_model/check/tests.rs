//! What is refused, and by which key.

use crate::language_model::{Estimator, NetworkConfig};
use crate::recipe::{Recipe, load};
use crate::task::Config;

fn network(recipe: &Recipe) -> &NetworkConfig {
    let Config::LanguageModel(config) = &recipe.config else {
        panic!("a language model");
    };
    match &config.estimator {
        Estimator::Network(network) => network,
        _ => panic!("a network"),
    }
}

#[test]
fn the_output_layer_counts_by_the_width_of_the_last_layer() {
    let mut recipe = load("char-lm").expect("a recipe");
    let sizes = ["model.embedding_size=1", "model.hidden_sizes=[4096]"];
    recipe.set(&sizes).expect("sizes");
    let step = ["training.batch_size=1", "training.chunk_length=1"];
    recipe.set(&step).expect("a step of one symbol");
    network(&recipe)
        .check_size(100_000)
        .expect("0.5e9 parameters");
    let error = network(&recipe).check_size(1_000_000).expect_err("4e9");
    assert!(error.to_string().contains("model.hidden_sizes"), "{error}");
}

#[test]
fn a_step_must_fit_in_memory() {
    let mut recipe = load("char-lm").expect("a recipe");
    network(&recipe).check_memory(100, 1e9).expect("fits");
    recipe
        .set(&["training.chunk_length=65536", "model.hidden_sizes=[4096]"])
        .expect("in range");
    let error = network(&recipe)
        .check_memory(100, 64e9)
        .expect_err("too much");
    assert!(error.to_string().contains("64.0 GB"), "{error}");
}
