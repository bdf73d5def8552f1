//! `recurrent generate`.

use super::options::{ANY, number, whole};
use super::{Machine, Outcome, print};
use recurrent::Error;
use recurrent::language_model::Predictor;
use recurrent::nn::Precision;
use recurrent::run::RunDirectory;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained model
    model: PathBuf,
    /// Text to continue [default: decode.prompt of the model's recipe, or none]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    prompt: Option<String>,
    /// Symbols to generate [default: decode.length of the model's recipe, or 300]
    #[arg(long, value_name = "N", value_parser = whole(1..=100_000_000), allow_negative_numbers = true)]
    length: Option<u64>,
    /// Divides the logits; 0 takes the most probable symbol [default: decode.temperature, or 1]
    #[arg(long, value_name = "X", value_parser = number, allow_negative_numbers = true)]
    temperature: Option<f64>,
    /// Sample from the most probable N symbols [default: decode.top_k, or all]
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true)]
    top_k: Option<u64>,
    /// Sample from the fewest symbols that have probability X together [default: decode.top_p, or all]
    #[arg(long, value_name = "X", value_parser = number, allow_negative_numbers = true)]
    top_p: Option<f64>,
    /// Draw `<unk>` too, which stands for what is not in the vocabulary [default: decode.unknown, or not]
    #[arg(long)]
    unknown: bool,
    /// How weights are kept: bf16 reads half as much, its error is up to 1/512 of a weight
    /// [default: decode.precision, or full]
    #[arg(long, value_name = "full|bf16", value_parser = precision)]
    precision: Option<Precision>,
    /// Seed of the sampler [default: decode.seed, or 1]
    #[arg(long, value_name = "N", value_parser = whole(ANY), allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    machine: Machine,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    let run = RunDirectory::new(&arguments.model);
    let predictor = Predictor::load(&run, arguments.machine.device)?;
    let mut config = predictor.config().decode.clone();
    config.prompt = arguments.prompt.or(config.prompt);
    config.length = arguments.length.map_or(config.length, |n| n as usize);
    config.temperature = arguments.temperature.unwrap_or(config.temperature);
    config.top_k = arguments.top_k.map(|n| n as usize).or(config.top_k);
    config.top_p = arguments.top_p.or(config.top_p);
    config.unknown |= arguments.unknown;
    config.precision = arguments.precision.unwrap_or(config.precision);
    config.seed = arguments.seed.unwrap_or(config.seed);
    let generator = predictor.generate(&config).map_err(with_option)?;
    if let Some(prompt) = &config.prompt {
        print(prompt)?;
    }
    for piece in generator {
        print(&piece?)?;
    }
    print("\n")?;
    Ok(ExitCode::SUCCESS)
}

/// A setting by its option too.
fn with_option(error: Error) -> Error {
    match error {
        Error::Setting {
            key,
            expected,
            found,
        } => {
            let option = key.trim_start_matches("decode.").replace('_', "-");
            Error::Setting {
                key: format!("--{option} ({key})"),
                expected,
                found,
            }
        }
        other => other,
    }
}

fn precision(text: &str) -> Result<Precision, String> {
    match text {
        "full" => Ok(Precision::Full),
        "bf16" => Ok(Precision::Bf16),
        _ => Err("expected full or bf16".to_string()),
    }
}
