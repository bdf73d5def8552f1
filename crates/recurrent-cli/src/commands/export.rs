//! `recurrent export`.

use super::vectors::format as vector_format;
use super::{Outcome, print};
use recurrent::language_model::{Predictor, export_arpa};
use recurrent::run::RunDirectory;
use recurrent::{DeviceName, word_vectors};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained model; of word vectors also a file
    model: PathBuf,
    /// Form of the file: arpa of n-gram models, the others of word vectors
    #[arg(long, value_name = "FORM", value_parser = ["arpa", "word2vec", "word2vec-binary", "glove"])]
    format: String,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(arguments: Arguments) -> Outcome {
    let (model, out) = (&arguments.model, &arguments.out);
    match vector_format(&arguments.format) {
        Ok(format) => {
            let vectors = word_vectors::open(model, None)?;
            vectors.write(out, format).map_err(recurrent::Error::from)?;
        }
        Err(_) => {
            let predictor = Predictor::load(&RunDirectory::new(model), DeviceName::Cpu)?;
            export_arpa(&predictor, out)?;
        }
    }
    print(&format!("{}\n", out.display()))?;
    Ok(ExitCode::SUCCESS)
}
