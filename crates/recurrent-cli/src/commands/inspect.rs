//! `recurrent inspect`.

use super::{Outcome, columns, print};
use recurrent::report::{Loss, duration};
use recurrent::training::TrainingRecord;
use recurrent::{Error, inspect};
use std::path::PathBuf;
use std::process::ExitCode;

/// Names of classes that are shown.
const CLASSES: usize = 40;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory, or weight file (.safetensors)
    path: PathBuf,
}

pub fn run(arguments: Arguments) -> Outcome {
    let text = if arguments.path.is_file() {
        file(&arguments.path)?
    } else {
        directory(&arguments.path)?
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn directory(path: &std::path::Path) -> Result<String, Error> {
    let content = inspect::run(path)?;
    let mut rows = vec![[
        "layer".to_string(),
        "kind".to_string(),
        "output shape".to_string(),
        "parameters".to_string(),
    ]];
    let mut total = 0;
    for layer in &content.layers {
        total += layer.parameters;
        rows.push([
            layer.name.clone(),
            layer.kind.clone(),
            layer.output_shape.clone(),
            layer.parameters.to_string(),
        ]);
    }
    rows.push([
        "total".to_string(),
        String::new(),
        String::new(),
        total.to_string(),
    ]);
    let mut facts = vec![("task".to_string(), content.task.name.as_str().to_string())];
    if let Some(size) = content.vocabulary {
        facts.push(("vocabulary".to_string(), format!("{size} symbols")));
        facts.push(("symbols".to_string(), some(&content.symbols, size)));
    }
    if let Some(channels) = content.channels {
        facts.push(("channels".to_string(), channels.to_string()));
    }
    if !content.classes.is_empty() {
        let (shown, all) = (content.classes.iter().take(CLASSES), content.classes.len());
        let shown: Vec<String> = shown.cloned().collect();
        facts.push((
            "classes".to_string(),
            format!("{all}: {}", some(&shown, all)),
        ));
    }
    facts.extend(record(content.record, Some(content.loss)));
    if let Some(seconds) = content.seconds {
        facts.push(("training time".to_string(), duration(seconds)));
    }
    Ok(format!("{}\n{}", table(&rows), columns(&facts)))
}

/// Some of `all` names.
fn some(shown: &[String], all: usize) -> String {
    let more = if all > shown.len() { " ..." } else { "" };
    format!("{}{more}", shown.join(" "))
}

fn file(path: &std::path::Path) -> Result<String, Error> {
    let (tensors, found) = inspect::file(path).map_err(what_it_takes)?;
    let mut total = 0;
    let mut rows = vec![[
        "tensor".to_string(),
        "shape".to_string(),
        "elements".to_string(),
    ]];
    for tensor in tensors {
        let elements: usize = tensor.shape.iter().product();
        total += elements;
        rows.push([
            tensor.name,
            format!("{:?}", tensor.shape),
            elements.to_string(),
        ]);
    }
    rows.push(["total".to_string(), String::new(), total.to_string()]);
    Ok(format!(
        "{}\n{}",
        table(&rows),
        columns(&record(found, None))
    ))
}

/// A file may be of another kind altogether.
fn what_it_takes(error: Error) -> Error {
    match error {
        Error::Weights { path, message } => Error::Weights {
            path,
            message: format!("{message}; inspect takes a run directory or a .safetensors file"),
        },
        other => other,
    }
}

/// The record of weights; without settings beside them it is not known what their losses are.
fn record(record: Option<TrainingRecord>, loss: Option<Loss>) -> Vec<(String, String)> {
    let Some(record) = record else {
        return Vec::new();
    };
    let mut rows = vec![
        ("trained for".to_string(), record.task),
        ("steps".to_string(), record.step.to_string()),
        ("epochs".to_string(), record.epoch.to_string()),
    ];
    if let Some((best, step)) = record.best {
        let told = loss.map_or_else(|| format!("{best:.6}"), |loss| loss.told(best));
        let text = format!("{told}, at step {step}");
        rows.push(("best validation".to_string(), text));
    }
    rows
}

/// Columns as wide as their widest entry, the last to the right.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| {
                if column + 1 == N {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:width$}")
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
