//! `recurrent compare`.

use super::options::check_output;
use super::{Machine, Outcome, print, say};
use recurrent::compare::{self, Compared};
use recurrent::language_model::Split;
use recurrent::report::{self, duration};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directories of trained language models
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Other text than each model's own: file, or folder with train, valid and test files
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Which part to measure on
    #[arg(long, value_name = "train|valid|test|all", default_value = "test")]
    split: Split,
    /// Print a JSON object a run
    #[arg(long)]
    json: bool,
    /// Write a page with the comparison as bars
    #[arg(long, value_name = "FILE.html")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    if let Some(plot) = &arguments.plot {
        check_output("--plot", plot, &[])?;
    }
    let (split, device) = (arguments.split, arguments.machine.device);
    let mut all = Vec::new();
    for run in &arguments.runs {
        say(&format!("measuring {}", run.display()));
        let data = arguments.data.as_deref();
        all.push(compare::measure(run, data, split, device)?);
    }
    let comparable = compare::is_comparable(&all);
    if !comparable {
        say(compare::INCOMPARABLE);
    }
    let all = compare::ranked(all);
    if let Some(path) = &arguments.plot {
        report::write(path, &compare::page(&all, split))?;
    }
    let text = match arguments.json {
        true => all
            .iter()
            .map(|one| format!("{}\n", object(one, split, comparable)))
            .collect(),
        false => table(&all),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn object(one: &Compared, split: Split, comparable: bool) -> serde_json::Value {
    json!({
        "run": one.run.display().to_string(),
        "recipe": one.recipe,
        "data": one.source,
        "split": split.as_str(),
        "comparable": comparable,
        "cross_entropy": one.evaluation.cross_entropy,
        "perplexity": one.evaluation.perplexity(),
        "bits_per_symbol": one.evaluation.bits_per_symbol(),
        "symbols": one.evaluation.symbols,
        "vocabulary": one.vocabulary,
        "parameters": one.parameters,
        "bytes": one.bytes,
        "training_seconds": one.training_seconds,
        "symbols_per_second": one.symbols_per_second,
    })
}

/// The runs as lines.
fn table(all: &[Compared]) -> String {
    let head = [
        "run",
        "perplexity",
        "bits",
        "parameters",
        "MB",
        "training",
        "symbols/s",
    ];
    let mut rows = vec![head.map(str::to_string)];
    for (one, name) in all.iter().zip(compare::names(all)) {
        let time = one.training_seconds.map_or("unknown".to_string(), duration);
        rows.push([
            name,
            format!("{:.2}", one.evaluation.perplexity()),
            format!("{:.4}", one.evaluation.bits_per_symbol()),
            one.parameters.to_string(),
            format!("{:.1}", one.bytes as f64 / 1e6),
            time,
            compare::three_digits(one.symbols_per_second).to_string(),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ") + "\n"
    };
    rows.iter().map(line).collect()
}
