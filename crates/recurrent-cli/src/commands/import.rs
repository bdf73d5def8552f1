//! `recurrent import`.

use super::options::{ANY, whole};
use super::{Outcome, command_line, print, say};
use recurrent::language_model::import_arpa;
use recurrent::run::Existing;
use std::path::PathBuf;
use std::process::ExitCode;

/// Roundings of other programs come to less.
const SOUND: f64 = 1e-2;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// N-gram model: an ARPA file, plain or gzip, or one in the binary form
    file: PathBuf,
    /// Run directory to make of it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Leave out the n-grams of higher orders
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true)]
    order: Option<u64>,
    /// Replace the run that the directory holds
    #[arg(long)]
    force: bool,
}

pub fn run(arguments: Arguments) -> Outcome {
    let existing = match arguments.force {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let order = arguments.order.map(|order| order as usize);
    let (file, out) = (&arguments.file, &arguments.out);
    let found = import_arpa(file, order, out, existing, &command_line())?;
    if found.deviation > SOUND {
        say(&format!(
            "the probabilities after some contexts of {} do not sum to 1: they are off by up to {:.3}",
            file.display(),
            found.deviation
        ));
    }
    print(&format!(
        "{}: an n-gram model of order {}\n",
        out.display(),
        found.order
    ))?;
    Ok(ExitCode::SUCCESS)
}
