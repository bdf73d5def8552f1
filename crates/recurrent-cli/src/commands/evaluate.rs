//! `recurrent evaluate`.

mod classification;
mod memory;
mod tagging;
mod transcription;

use super::options::{ANY, number, whole};
use super::{Machine, Outcome, columns, print, say};
use crate::progress::Reading;
use recurrent::Error;
use recurrent::language_model::{Corpus, DynamicConfig, Evaluation, Predictor, Split};
use recurrent::run::RunDirectory;
use recurrent::task::Config;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Fails where an option is given that is for language models alone.
fn refuse_adaptation(arguments: &Arguments, what: &str) -> Result<(), Error> {
    let cache = arguments.cache.map(|size| ("--cache", size.to_string()));
    let dynamic = arguments
        .dynamic
        .map(|rate| ("--dynamic", rate.to_string()));
    match cache.or(dynamic) {
        Some((option, found)) => Err(Error::Setting {
            key: option.to_string(),
            expected: format!("nothing for a {what}"),
            found,
        }),
        None => Ok(()),
    }
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained model
    model: PathBuf,
    /// Other data than the model's own: a file, or a folder with train, valid and test files
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Column of a table that holds the text; its number from 0 where there is no header
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Column of a table that holds the label, of a classifier
    #[arg(long, value_name = "NAME")]
    label_column: Option<String>,
    /// Make tags right that break their scheme, of a tagger
    #[arg(long)]
    repair: bool,
    /// Which part [default: test, or valid where there is no test part]
    #[arg(long, value_name = "train|valid|test|all")]
    split: Option<Split>,
    /// Read with a continuous cache of the last N hidden states (Grave et al. 2017)
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true)]
    cache: Option<u64>,
    /// How much the likeness of a cached state to the present one counts, 0 for not at all
    /// [default: the best on the valid split]
    #[arg(long, value_name = "X", value_parser = number, allow_negative_numbers = true, requires = "cache", conflicts_with = "dynamic")]
    cache_theta: Option<f64>,
    /// The cache's part of the probability [default: the best on the valid split]
    #[arg(long, value_name = "X", value_parser = number, allow_negative_numbers = true, requires = "cache", conflicts_with = "dynamic")]
    cache_weight: Option<f64>,
    /// Learn from the text after predicting it, at this learning rate (dynamic evaluation)
    #[arg(long, value_name = "RATE", value_parser = number, allow_negative_numbers = true, conflicts_with = "cache")]
    dynamic: Option<f64>,
    /// Symbols that dynamic evaluation predicts before it learns from them
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true, default_value = "5", requires = "dynamic")]
    dynamic_chunk: u64,
    /// Change a setting of [decode], of a transcriber; may be repeated
    #[arg(long, value_name = "decode.KEY=VALUE")]
    set: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    let run = RunDirectory::new(&arguments.model);
    let config = run.config()?;
    if arguments.repair && !matches!(config, Config::Tagging(_)) {
        return Err(Error::Setting {
            key: "--repair".to_string(),
            expected: "the run of a tagger".to_string(),
            found: format!("one of the task {}", config.task().name.as_str()),
        }
        .into());
    }
    if !arguments.set.is_empty() && !matches!(config, Config::Transcription(_)) {
        return Err(Error::Setting {
            key: "--set".to_string(),
            expected: "the run of a transcriber".to_string(),
            found: format!("one of the task {}", config.task().name.as_str()),
        }
        .into());
    }
    match config {
        Config::Classification(_) => return classification::run(&run, &arguments),
        Config::Tagging(_) => return tagging::run(&run, &arguments),
        Config::Transcription(_) => return transcription::run(&run, &arguments),
        Config::Memory(_) => return memory::run(&run, &arguments),
        _ => {}
    }
    if let Some(column) = &arguments.label_column {
        return Err(Error::Setting {
            key: "--label-column".to_string(),
            expected: "nothing, as the model is no classifier".to_string(),
            found: column.clone(),
        }
        .into());
    }
    let predictor = Predictor::load(&run, arguments.machine.device)?;
    let (data, column) = (arguments.data.as_deref(), arguments.column.as_deref());
    let mut split = arguments.split.unwrap_or(Split::Test);
    let mut corpus = predictor.corpus(data, column, split)?;
    if arguments.split.is_none() {
        split = Split::measured(!corpus.split(split).is_empty());
        if split == Split::Valid {
            corpus = predictor.corpus(data, column, split)?;
        }
        say_split(split, &corpus.source);
    }
    let (found, adaptation) = measure(&arguments, &predictor, &corpus, split)?;
    let task = predictor.config().task.name.as_str();
    let split = split.as_str();
    if arguments.json {
        let mut object = json!({
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
        if let Some((name, settings)) = adaptation {
            object[name] = settings.into_iter().collect();
        }
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
    if let Some((name, settings)) = adaptation {
        let settings = settings
            .iter()
            .map(|(name, value)| format!("{name} {value}"));
        rows.push((name.to_string(), settings.collect::<Vec<_>>().join(", ")));
    }
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

/// Says what is measured where that was not asked for.
fn say_split(split: Split, source: &str) {
    let split = split.as_str();
    say(&format!(
        "the {split} split of {source}; --split all measures the whole text"
    ));
}

/// What the model adapted itself with: its name, names and values of settings.
type Adaptation = (&'static str, Vec<(String, serde_json::Value)>);

/// The loss over a split as the arguments ask for it.
fn measure(
    arguments: &Arguments,
    predictor: &Predictor,
    corpus: &Corpus,
    split: Split,
) -> Result<(Evaluation, Option<Adaptation>), Error> {
    let setting = |name: &str, value: serde_json::Value| (name.to_string(), value);
    if let Some(size) = arguments.cache {
        let (theta, weight) = (arguments.cache_theta, arguments.cache_weight);
        let (data, column) = (arguments.data.as_deref(), arguments.column.as_deref());
        let valid = match (theta, weight) {
            // Nothing is fitted.
            (Some(_), Some(_)) => None,
            _ => Some(predictor.corpus(data, column, Split::Valid)?),
        };
        let fitted = valid.as_ref().unwrap_or(corpus);
        let mut progress = Reading::new();
        let cache = predictor
            .fit_cache(
                fitted,
                Split::Valid,
                size as usize,
                [theta, weight],
                |done, all| progress.read(done, all),
            )
            .map_err(with_option)?;
        progress.finish();
        let mut progress = Reading::new();
        let read = |done, all| progress.read(done, all);
        let found = predictor.evaluate_with_cache(corpus, split, cache, read)?;
        progress.finish();
        let settings = vec![
            setting("states", size.into()),
            setting("theta", cache.theta.into()),
            setting("weight", cache.weight.into()),
        ];
        return Ok((found, Some(("cache", settings))));
    }
    let Some(rate) = arguments.dynamic else {
        return Ok((predictor.evaluate(corpus, split)?, None));
    };
    let chunk = arguments.dynamic_chunk as usize;
    let mut progress = Reading::new();
    let config = DynamicConfig { rate, chunk };
    let found = predictor
        .evaluate_dynamically(corpus, split, config, |done, all| progress.read(done, all))
        .map_err(with_option)?;
    progress.finish();
    let settings = vec![setting("rate", rate.into()), setting("chunk", chunk.into())];
    Ok((found, Some(("dynamic", settings))))
}

/// A setting by its option.
fn with_option(error: Error) -> Error {
    match error {
        Error::Setting {
            key,
            expected,
            found,
        } => Error::Setting {
            key: match key.as_str() {
                "cache.size" => "--cache".to_string(),
                "dynamic.rate" => "--dynamic".to_string(),
                other => match other.split_once('.') {
                    Some((part @ ("cache" | "dynamic"), name)) => format!("--{part}-{name}"),
                    _ => key,
                },
            },
            expected,
            found,
        },
        other => other,
    }
}
