//! `recurrent analogy`.

use super::Outcome;
use super::vectors::{Source, show};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// What is to B,
    a: String,
    /// as C is to what is looked for
    b: String,
    /// What is to the words that are looked for as A is to B
    c: String,
}

pub fn run(arguments: Arguments) -> Outcome {
    let vectors = arguments.source.open()?;
    let (a, b, c) = (&arguments.a, &arguments.b, &arguments.c);
    let found = vectors.analogy([a, b, c], arguments.source.count());
    let found = arguments.source.found(found)?;
    show(
        &format!("{a} : {b} = {c} : ?"),
        &found,
        arguments.source.json,
    )?;
    Ok(ExitCode::SUCCESS)
}
