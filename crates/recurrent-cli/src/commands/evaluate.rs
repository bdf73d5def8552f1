//! `recurrent evaluate`.

use super::{Machine, Outcome, columns, print, say};
use recurrent::language_model::{Predictor, Split};
use recurrent::run::RunDirectory;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained model
    model: PathBuf,
    /// Other text than the model's own: file, or folder with train, valid and test files
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Column of a table that holds the text; its number from 0 where there is no header
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Which part [default: test, or valid where there is no test part]
    #[arg(long, value_name = "train|valid|test|all")]
    split: Option<Split>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    let run = RunDirectory::new(&arguments.model);
    let predictor = Predictor::load(&run, arguments.machine.device)?;
    let (data, column) = (arguments.data.as_deref(), arguments.column.as_deref());
    let mut split = arguments.split.unwrap_or(Split::Test);
    let mut corpus = predictor.corpus(data, column, split)?;
    if arguments.split.is_none() && corpus.split(split).is_empty() {
        split = Split::Valid;
        corpus = predictor.corpus(data, column, split)?;
    }
    if arguments.split.is_none() {
        say(&format!(
            "the {} split of {}; --split all measures the whole text",
            split.as_str(),
            corpus.source
        ));
    }
    let found = predictor.evaluate(&corpus, split)?;
    let task = predictor.config().task.name.as_str();
    let split = split.as_str();
    if arguments.json {
        let object = json!({
            "task": task,
            "data": corpus.source,
            "split": split,
            "metrics": {
                "cross_entropy": found.cross_entropy,
                "perplexity": found.perplexity(),
                "bits_per_symbol": found.bits_per_symbol(),
                "symbols": found.symbols,
            }
        });
        print(&format!("{object}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![
        ("task".to_string(), task.to_string()),
        ("data".to_string(), corpus.source.clone()),
        ("split".to_string(), split.to_string()),
        (
            "cross entropy, nats".to_string(),
            format!("{:.4}", found.cross_entropy),
        ),
        (
            "perplexity".to_string(),
            format!("{:.4}", found.perplexity()),
        ),
        (
            "bits a symbol".to_string(),
            format!("{:.4}", found.bits_per_symbol()),
        ),
        ("symbols".to_string(), found.symbols.to_string()),
    ];
    if let (Some(floor), None) = (&corpus.floor, &arguments.data) {
        let bits = floor.cross_entropy / std::f64::consts::LN_2;
        rows.push((
            "entropy of the source, bits".to_string(),
            format!("{bits:.4}"),
        ));
    }
    print(&columns(&rows))?;
    Ok(ExitCode::SUCCESS)
}
