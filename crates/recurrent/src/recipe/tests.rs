//! Recipes that are right, and what is said of those that are not.

use super::*;
use crate::language_model::{Estimator, ModelConfig, RecurrentConfig};
use crate::training::TrainingConfig;

/// The recurrent network of a recipe and its training.
fn network(recipe: &Recipe) -> (&RecurrentConfig, &TrainingConfig) {
    let Config::LanguageModel(config) = &recipe.config else {
        panic!("a language model");
    };
    let Estimator::Network(network) = &config.estimator else {
        panic!("a network");
    };
    let ModelConfig::Recurrent(model) = &network.model else {
        panic!("a recurrent one");
    };
    (model, &network.training)
}

fn message(result: Result<impl std::fmt::Debug, Error>) -> String {
    result.expect_err("an error").to_string()
}

#[test]
fn every_built_in_recipe_is_valid_and_described() {
    for (name, description) in list() {
        load(&name).expect("a valid recipe");
        assert!(!description.is_empty(), "{name}");
    }
    assert!(message(load("char-ln")).contains("did you mean `char-lm`?"));
}

#[test]
fn overrides_are_checked() {
    let mut recipe = load("char-lm").expect("a recipe");
    recipe
        .set(&["model.hidden_sizes=[7, 8]", "training.learning_rate = 0.25"])
        .expect("a list and a number");
    recipe
        .set(&["model.cell=gru"])
        .expect("a text without quotes");
    assert_eq!(network(&recipe).0.hidden_sizes, [7, 8]);
    assert_eq!(network(&recipe).1.learning_rate, 0.25);
    let mut fails = |change: &str| message(recipe.set(&[change]));
    assert!(fails("model.hiden_sizes=[7]").contains("did you mean `hidden_sizes`?"));
    assert!(fails("modle.cell=gru").contains("did you mean `model`?"));
    assert!(fails("model.cell=lstn").contains("did you mean `lstm`?"));
    assert!(fails("model.cell=LSTM").contains("did you mean `lstm`?"));
    for (change, words) in [
        (
            "training.epochs=many",
            "expected a whole number of at least 0, found the text \"many\"",
        ),
        (
            "training.epochs=-1",
            "expected a whole number of at least 0, found -1",
        ),
        (
            "training.learning_rate=[1]",
            "expected a number, found a list",
        ),
        (
            "model.hidden_sizes=64",
            "expected a list, found 64; write [64]",
        ),
        ("model.tie_weights=1", "expected true or false, found 1"),
        ("data.fractions=[1.0]", "expected a list of 3"),
        ("training.schedule=plateau", "missing key `factor`"),
        ("training.optimizer=adan", "did you mean `adam`?"),
        ("training.optimizer=3", "expected a name or a table"),
        ("model.input_initializer=3", "expected a name"),
        ("model.input_initializer=uniform", "{ uniform = 0.1 }"),
        ("data.fractions=[0, 0, 0, 1]", "found one of 4"),
        ("training.learning_rate=1001", "at most 1000"),
    ] {
        let found = fails(change);
        assert!(found.contains(words), "{found}");
    }
    assert!(fails("training.epochs=0").contains("training.epochs: expected"));
    assert!(fails("nonsense").contains("expected section.key=value"));
    assert!(fails("model=3").contains("expected section.key=value"));
    assert_eq!(recipe.overrides.len(), 3);
}

#[test]
fn a_setting_without_a_use_is_refused_by_its_key() {
    for (changes, key) in [
        (
            &["model.cell=gru", "model.forget_bias=1"][..],
            "model.forget_bias",
        ),
        (&["model.dropout=0.1"], "model.dropout"),
        (
            &[
                "model.tie_weights=true",
                "model.embedding_size=128",
                "model.output_initializer=zeros",
            ],
            "model.output_initializer",
        ),
        (
            &["data.path=a.txt", "data.grammar_characters=[1, 1, 1]"],
            "data.grammar_characters",
        ),
        (
            &["data.path=a.txt", "data.grammar_seed=2"],
            "data.grammar_seed",
        ),
    ] {
        let mut recipe = load("char-lm").expect("a recipe");
        let found = message(recipe.set(changes));
        assert!(found.starts_with(&format!("{key}: expected ")), "{found}");
    }
    let text = text("char-lm").expect("a recipe");
    let both = text.replace("[data]", "[data]\npath = \"a.txt\"");
    let found = message(parse("mine", &both, "mine.toml"));
    assert!(found.contains("data.grammar_characters"), "{found}");
}

#[test]
fn what_a_recipe_sets_for_another_cell_or_text_goes_with_it() {
    let mut recipe = load("char-lm").expect("a recipe");
    recipe
        .set(&["model.cell=gru", "data.path=a.txt"])
        .expect("a cell and a path");
    assert_eq!(network(&recipe).0.forget_bias, 0.0);
    let Config::LanguageModel(config) = &recipe.config else {
        panic!("a language model");
    };
    assert_eq!(config.data.grammar_characters, None);
    let mut recipe = load("char-lm").expect("a recipe");
    recipe.set(&["model.cell=lstm"]).expect("the same cell");
    assert_eq!(network(&recipe).0.forget_bias, 1.0);
}

#[test]
fn another_kind_of_encoder_or_data_takes_the_settings_of_the_old_one_away() {
    let mut recipe = load("sentiment-lstm").expect("a recipe");
    let convolutional = [
        "model.encoder.kind=convolutional",
        "model.encoder.filters=[8]",
        "model.encoder.widths=[3]",
    ];
    recipe.set(&convolutional).expect("a text CNN");
    // The kind that it has already changes nothing.
    let Config::Classification(config) = &recipe.config else {
        panic!("a classifier");
    };
    let before = config.data.clone();
    let again = [&convolutional[..], &["data.kind=texts"]].concat();
    let mut other = load("sentiment-lstm").expect("a recipe");
    other.set(&again).expect("a text CNN");
    let Config::Classification(config) = &other.config else {
        panic!("a classifier");
    };
    assert_eq!(config.data, before);
    let lacking = message(recipe.set(&["model.encoder.kind=recurrent"]));
    assert!(lacking.contains("missing key `cell`"), "{lacking}");
    let recurrent = [
        "model.encoder.kind=recurrent",
        "model.encoder.cell=gru",
        "model.encoder.hidden_sizes=[8]",
    ];
    recipe.set(&recurrent).expect("a recurrent encoder");
    recipe
        .set(&["data.kind=signals", "model.embedding=none"])
        .expect("signals have none of the settings of texts");
}

#[test]
fn a_column_may_be_a_number() {
    let mut recipe = load("sentiment-lstm").expect("a recipe");
    recipe
        .set(&["data.column=3", "data.label_column=0"])
        .expect("numbers of columns");
    let Config::Classification(config) = &recipe.config else {
        panic!("a classifier");
    };
    let toml = config.to_toml();
    assert!(toml.contains("column = \"3\""), "{toml}");
    let mut signals = load("vowels").expect("a recipe");
    signals
        .set(&["data.channel_columns=[1, \"ax\"]"])
        .expect("a number and a name");
    let found = message(recipe.set(&["data.column=[3]"]));
    assert!(
        found.contains("the name or the number of a column"),
        "{found}"
    );
}

#[test]
fn overrides_that_need_each_other_are_made_together() {
    let mut recipe = load("char-lm").expect("a recipe");
    assert!(recipe.set(&["model.tie_weights=true"]).is_err());
    let both = ["model.tie_weights=true", "model.embedding_size=128"];
    recipe.set(&both).expect("equal widths");
    let clip = ["training.clip_norm=none", "training.clip_value=1"];
    recipe.set(&clip).expect("one limit for the other");
    assert_eq!(network(&recipe).1.clip_norm, None);
    recipe
        .set(&["training.schedule.name=constant"])
        .expect("no constants left");
    recipe
        .set(&["training.optimizer.name=sgd"])
        .expect("no constants left");
}

#[test]
fn a_name_alone_stands_for_its_constants() {
    let mut recipe = load("char-lm").expect("a recipe");
    recipe
        .set(&["training.schedule=constant", "training.optimizer=adamw"])
        .expect("names");
    let alone = recipe.config.clone();
    recipe
        .set(&[
            "training.schedule={ name = \"constant\" }",
            "training.optimizer={ name = \"adamw\", beta_1 = 0.9 }",
        ])
        .expect("tables");
    assert_eq!(recipe.config, alone);
    let found = message(recipe.set(&["training.schedule.factor=0.5"]));
    assert!(found.contains("unknown key `factor`"), "{found}");
}

#[test]
fn errors_of_a_file_name_the_line() {
    let text = text("char-lm")
        .expect("a recipe")
        .replace("chunk_length", "chunk_lenght");
    let message = message(parse("mine", &text, "mine.toml"));
    assert!(message.starts_with("mine.toml:"), "{message}");
    assert!(
        message.contains("did you mean `chunk_length`?"),
        "{message}"
    );
}
