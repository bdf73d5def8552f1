//! `recurrent export`.

use super::{Outcome, print};
use recurrent::DeviceName;
use recurrent::language_model::{Predictor, export_arpa};
use recurrent::run::RunDirectory;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained model
    model: PathBuf,
    /// Form of the file: arpa for n-gram models
    #[arg(long, value_name = "arpa", value_parser = ["arpa"])]
    format: String,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(arguments: Arguments) -> Outcome {
    let run = RunDirectory::new(&arguments.model);
    let predictor = Predictor::load(&run, DeviceName::Cpu)?;
    export_arpa(&predictor, &arguments.out)?;
    print(&format!("{}\n", arguments.out.display()))?;
    Ok(ExitCode::SUCCESS)
}
