//! `recurrent recipes`.

use super::{Outcome, columns, print};
use recurrent::recipe;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print this recipe as TOML
    name: Option<String>,
}

pub fn run(arguments: Arguments) -> Outcome {
    match arguments.name {
        Some(name) => print(recipe::text(&name)?)?,
        None => print(&columns(&recipe::list()))?,
    }
    Ok(ExitCode::SUCCESS)
}
