//! `recurrent compare`.

use super::options::check_output;
use super::{Machine, Outcome, print, say};
use recurrent::compare::{self, Compared, Quality};
use recurrent::language_model::Split;
use recurrent::report::{self, duration};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directories of trained models of one task
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
    compare::check_tasks(&arguments.runs)?;
    arguments.machine.device.device()?;
    if let Some(plot) = &arguments.plot {
        let mut inputs = compare::data_paths(&arguments.runs);
        inputs.extend(arguments.data.as_ref().map(PathBuf::from));
        check_output("--plot", plot, &inputs)?;
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
    let mut object = json!({
        "run": one.run.display().to_string(),
        "recipe": one.recipe,
        "data": one.source,
        "split": split.as_str(),
        "comparable": comparable,
        "vocabulary": one.vocabulary,
        "parameters": one.parameters,
        "bytes": one.bytes,
        "training_seconds": one.training_seconds,
    });
    let quality = match one.quality {
        Quality::LanguageModel(found) => json!({
            "cross_entropy": found.cross_entropy,
            "perplexity": found.perplexity(),
            "bits_per_symbol": found.bits_per_symbol(),
            "symbols": found.symbols,
        }),
        Quality::Classification {
            accuracy,
            macro_f1,
            log_loss,
            examples,
        } => json!({
            "accuracy": accuracy,
            "macro_f1": macro_f1,
            "log_loss": log_loss,
            "examples": examples,
        }),
        Quality::Tagging {
            f1,
            accuracy,
            words,
        } => json!({
            "f1": f1,
            "accuracy": accuracy,
            "words": words,
        }),
        Quality::Transcription {
            label_error_rate,
            exact,
            texts,
        } => json!({
            "label_error_rate": label_error_rate,
            "exact": exact,
            "texts": texts,
        }),
        Quality::Memory(found) => json!({
            "loss": found.loss,
            "baseline": found.baseline,
            "accuracy": found.accuracy,
            "sequences": found.examples,
        }),
    };
    if let (Some(object), Some(quality)) = (object.as_object_mut(), quality.as_object()) {
        object.extend(quality.clone());
        let speed = format!("{}_per_second", one.quality.unit());
        object.insert(speed, one.per_second.into());
    }
    object
}

/// The runs as lines.
fn table(all: &[Compared]) -> String {
    let of_task: &[&str] = match all.first().map(|one| one.quality) {
        Some(Quality::Classification { .. }) => &["accuracy", "macro F1", "log loss"],
        Some(Quality::Tagging { .. }) => &["F1", "accuracy"],
        Some(Quality::Transcription { .. }) => &["label errors", "exact"],
        Some(Quality::Memory(_)) => &["loss", "without memory", "copied"],
        _ => &["perplexity", "bits"],
    };
    let unit = all.first().map_or("symbols", |one| one.quality.unit());
    let speed = format!("{unit}/s");
    let head = [&["run"], of_task, &["parameters", "MB", "training", &speed]].concat();
    let mut rows: Vec<Vec<String>> = vec![head.iter().map(ToString::to_string).collect()];
    for (one, name) in all.iter().zip(compare::names(all)) {
        let mut row = vec![name];
        match one.quality {
            Quality::LanguageModel(found) => row.extend([
                format!("{:.2}", found.perplexity()),
                format!("{:.4}", found.bits_per_symbol()),
            ]),
            Quality::Classification {
                accuracy,
                macro_f1,
                log_loss,
                ..
            } => row.extend([
                format!("{:.2} %", 100.0 * accuracy),
                format!("{:.2} %", 100.0 * macro_f1),
                format!("{log_loss:.4}"),
            ]),
            Quality::Tagging { f1, accuracy, .. } => row.extend([
                f1.map_or("-".to_string(), |f1| format!("{:.2} %", 100.0 * f1)),
                format!("{:.2} %", 100.0 * accuracy),
            ]),
            Quality::Transcription {
                label_error_rate,
                exact,
                ..
            } => row.extend([
                format!("{:.2} %", 100.0 * label_error_rate),
                format!("{:.2} %", 100.0 * exact),
            ]),
            Quality::Memory(found) => row.extend([
                format!("{:.6}", found.loss),
                format!("{:.6}", found.baseline),
                (found.accuracy).map_or("-".to_string(), |share| format!("{:.2} %", 100.0 * share)),
            ]),
        }
        row.extend([
            one.parameters.to_string(),
            format!("{:.1}", one.bytes as f64 / 1e6),
            one.training_seconds.map_or("unknown".to_string(), duration),
            compare::three_digits(one.per_second).to_string(),
        ]);
        rows.push(row);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| width(column).unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ") + "\n"
    };
    rows.iter().map(line).collect()
}
