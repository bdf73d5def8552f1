//! `recurrent neighbours`.

use super::Outcome;
use super::vectors::{Source, show};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Words whose neighbours are looked for
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
}

pub fn run(arguments: Arguments) -> Outcome {
    let vectors = arguments.source.open()?;
    for word in &arguments.words {
        let near = arguments
            .source
            .found(vectors.nearest(word, arguments.source.count()))?;
        show(word, &near, arguments.source.json)?;
    }
    Ok(ExitCode::SUCCESS)
}
