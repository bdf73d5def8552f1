//! Trains a small character model on the built-in language and lets it write.
//!
//! ```text
//! cargo run --release -p recurrent --example train_character_model
//! ```

use recurrent::language_model::{Predictor, train};
use recurrent::run::{Existing, RunDirectory};
use recurrent::{DeviceName, Error, TrainOptions, recipe};

fn main() -> Result<(), Error> {
    let mut recipe = recipe::load("char-lm")?;
    recipe.set(&[
        "data.grammar_characters=[100000, 10000, 10000]",
        "model.hidden_sizes=[64]",
        "training.batch_size=16",
        "training.epochs=2",
    ])?;

    let mut options = TrainOptions::new(std::env::temp_dir().join("recurrent-example"));
    options.existing = Existing::Replace;
    let outcome = train(&recipe, &options, &mut ())?;
    if let Some(results) = outcome.results {
        println!("validation perplexity {:.3}", results.valid.perplexity());
    }

    let predictor = Predictor::load(&RunDirectory::new(&options.out), DeviceName::Cpu)?;
    let mut decode = predictor.config().decode.clone();
    decode.prompt = Some("the cat".to_string());
    decode.length = 100;
    print!("the cat");
    for piece in predictor.generate(&decode)? {
        print!("{}", piece?);
    }
    println!();
    Ok(())
}
