//! `recurrent export`.

use super::options::check_output;
use super::vectors::format as vector_format;
use super::{Outcome, print};
use recurrent::data::WordVectorFormat;
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
    #[arg(long, value_name = "arpa|word2vec|word2vec-binary|glove", value_parser = form)]
    format: Form,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What can be written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Arpa,
    Vectors(WordVectorFormat),
}

fn form(text: &str) -> Result<Form, String> {
    match text {
        "arpa" => Ok(Form::Arpa),
        _ => {
            let vectors = vector_format(text).map_err(|error| format!("{error}, or arpa"))?;
            Ok(Form::Vectors(vectors))
        }
    }
}

pub fn run(arguments: Arguments) -> Outcome {
    let (model, out) = (&arguments.model, &arguments.out);
    check_output("--out", out, std::slice::from_ref(model))?;
    match arguments.format {
        Form::Vectors(format) => {
            let vectors = word_vectors::open(model, None)?;
            vectors.write(out, format).map_err(recurrent::Error::from)?;
        }
        Form::Arpa => {
            let predictor = Predictor::load(&RunDirectory::new(model), DeviceName::Cpu)?;
            export_arpa(&predictor, out)?;
        }
    }
    print(&format!("{}\n", out.display()))?;
    Ok(ExitCode::SUCCESS)
}
