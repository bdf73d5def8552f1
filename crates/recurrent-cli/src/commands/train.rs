//! `recurrent train`.

use super::options::{ANY, whole};
use super::{Failure, Machine, Outcome, columns, command_line, print, say};
use crate::progress::Progress;
use crate::signals;
use recurrent::recipe::{self, Recipe};
use recurrent::report::{duration, number_of};
use recurrent::run::{Existing, RunDirectory};
use recurrent::{Error, TrainOptions, training::Stop};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

/// Exit code of a run that was asked to stop.
const INTERRUPTED: u8 = 130;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A built-in recipe (see `recurrent recipes`) or a TOML file; may be left out with --resume --out DIR
    #[arg(required_unless_present = "resume")]
    recipe: Option<String>,
    /// File or folder to learn from: texts, labelled examples, tagged sentences; plain or gzip
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Column of a table that holds the text; its number from 0 where there is no header
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Column of a table that holds the label of a text
    #[arg(long, value_name = "NAME")]
    label_column: Option<String>,
    /// Make tags right that break their scheme, by the spans that they mark
    #[arg(long)]
    repair: bool,
    #[arg(
        long,
        value_name = "DIR",
        help = "Run directory [default: runs/RECIPE]"
    )]
    out: Option<PathBuf>,
    /// Change a setting of the recipe; may be repeated
    #[arg(long, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// Go on from the last checkpoint of the run directory, by its own recipe; --set changes how it trains
    #[arg(long, conflicts_with = "force")]
    resume: bool,
    /// Replace the run that the directory holds
    #[arg(long)]
    force: bool,
    /// Seed of weights and dropout, or of the order in which a classifier learns
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    let mut recipe = match (&arguments.recipe, &arguments.out) {
        (Some(recipe), _) => recipe::load(recipe)?,
        (None, Some(out)) => RunDirectory::new(out).recipe()?,
        (None, None) => {
            return Err(Failure::Library(Error::Setting {
                key: "--out".to_string(),
                expected: "the directory of the run to go on with, or its RECIPE".to_string(),
                found: "neither".to_string(),
            }));
        }
    };
    change(&mut recipe, &arguments)?;
    let out = arguments
        .out
        .unwrap_or_else(|| PathBuf::from("runs").join(&recipe.name));
    let stop = Stop::default();
    let mut progress = Progress::new(&recipe.config);
    let (asked, steps_go_on) = (stop.clone(), progress.steps_go_on());
    signals::on_stop(move || {
        if asked.ask() || !steps_go_on.load(Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
        say("\nfinishing this step and saving; press again to stop at once");
    });
    let options = TrainOptions {
        existing: match (arguments.resume, arguments.force) {
            (true, _) => Existing::Resume,
            (_, true) => Existing::Replace,
            _ => Existing::Refuse,
        },
        device: arguments.machine.device,
        command: command_line(),
        stop,
        ..TrainOptions::new(out.clone())
    };
    let outcome = recurrent::train(&recipe, &options, &mut progress)?;
    let Some(results) = outcome.results else {
        let steps = number_of(outcome.steps, "step");
        say(&format!("interrupted after {steps}; go on with --resume"));
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let mut rows = results.rows;
    rows.push(("steps".to_string(), outcome.steps.to_string()));
    rows.push(("training time".to_string(), duration(outcome.seconds)));
    rows.push(("run directory".to_string(), out.display().to_string()));
    let report = out.join("report.html").display().to_string();
    rows.push(("report".to_string(), report));
    print(&columns(&rows))?;
    let sample = results.sample.trim_end();
    if !sample.is_empty() {
        print(&format!("\nsample:\n{sample}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Changes a recipe as the arguments say. A mistake in an option is told by the option.
fn change(recipe: &mut Recipe, arguments: &Arguments) -> Result<(), Error> {
    let texts = [
        ("--data", "data.path", &arguments.data),
        ("--column", "data.column", &arguments.column),
        (
            "--label-column",
            "data.label_column",
            &arguments.label_column,
        ),
    ];
    let texts = texts.into_iter().filter_map(|(option, key, text)| {
        let text = text.as_ref()?;
        Some((format!("{option} {text}"), key, quoted(text)))
    });
    let mut options: Vec<(String, &str, String)> = texts.collect();
    if arguments.repair {
        check_repair(&arguments.set)?;
        options.push(("--repair".to_string(), "data.repair", "true".to_string()));
    }
    let assignment = |(_, key, value): &(String, &str, String)| format!("{key}={value}");
    let mut changes: Vec<String> = options.iter().map(assignment).collect();
    changes.extend(arguments.set.iter().cloned());
    if let Some(seed) = arguments.seed {
        // What has no training by gradients has its seed in the model.
        let mut changed = recipe.clone();
        changed
            .set(&changes)
            .map_err(|error| by_option(error, &options))?;
        let key = match changed.config.to_toml().contains("\n[training]") {
            true => "training.seed",
            false => "model.seed",
        };
        options.push((format!("--seed {seed}"), key, seed.to_string()));
        changes.push(format!("{key}={seed}"));
    }
    recipe
        .set(&changes)
        .map_err(|error| by_option(error, &options))
}

/// An error in a change that an option stands for, by what was written: `options` are options, keys and values.
fn by_option(error: Error, options: &[(String, &str, String)]) -> Error {
    match error {
        Error::Recipe { place, message } => {
            let mut all = options.iter();
            let own = all.find(|(_, key, value)| place == format!("--set {key}={value}"));
            Error::Recipe {
                place: own.map_or(place, |(option, _, _)| option.clone()),
                message,
            }
        }
        other => other,
    }
}

/// Fails where a setting takes back what `--repair` asks for.
fn check_repair(set: &[String]) -> Result<(), Error> {
    let key_and_value = |change: &String| {
        let (key, value) = change.split_once('=')?;
        Some((key.trim().to_string(), value.trim().to_string()))
    };
    let mut pairs = set.iter().filter_map(key_and_value);
    match pairs.find(|(key, value)| key == "data.repair" && value != "true") {
        Some((key, value)) => Err(Error::Setting {
            key: "--repair".to_string(),
            expected: format!("no other --set {key}"),
            found: value,
        }),
        None => Ok(()),
    }
}

/// A TOML text.
fn quoted(text: &str) -> String {
    // The escapes of a JSON text are those of a TOML one.
    serde_json::Value::from(text).to_string()
}
