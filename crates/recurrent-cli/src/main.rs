//! The `recurrent` program: arguments to a typed command, a command to the
//! library, errors to exit codes.
//!
//! Results go to stdout, progress and messages to stderr. Exit codes: 0 done,
//! 1 failed, 2 bad usage or bad input, 130 interrupted.

mod allocator;
mod commands;
mod progress;
mod signals;

use clap::{Parser, Subcommand};
use commands::{
    analogy, bench, compare, evaluate, export, generate, import, inspect, neighbours, predict,
    recipes, score, train,
};
use std::process::ExitCode;

/// Recurrent neural networks from raw sequences to a trained, measured model.
#[derive(Debug, Parser)]
#[command(name = "recurrent", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a recipe and leave a run directory with weights, metrics and a report
    Train(train::Arguments),
    /// Measure a trained model on a split
    Evaluate(evaluate::Arguments),
    /// Tell the class of a text or signal, the tags of a sentence or the text of a recording with a trained model
    Predict(predict::Arguments),
    /// Generate text with a trained model
    Generate(generate::Arguments),
    /// Rank candidate sentences by the probability that a language model gives them
    Score(score::Arguments),
    /// Measure trained models side by side
    Compare(compare::Arguments),
    /// Show the words nearest to a word by its vector
    Neighbours(neighbours::Arguments),
    /// Answer by word vectors: A is to B as C is to what
    Analogy(analogy::Arguments),
    /// Make a run directory of a model in the form of other programs
    Import(import::Arguments),
    /// Write a trained model in the form of other programs
    Export(export::Arguments),
    /// List the built-in recipes, or print one as TOML
    Recipes(recipes::Arguments),
    /// Show layers, parameters, vocabulary and training record of a run or a weight file
    Inspect(inspect::Arguments),
    /// Time the project's own workloads on this machine
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    allocator::keep_pages();
    signals::survive_full_files();
    let outcome = match Arguments::try_parse() {
        Err(error) => commands::usage(error),
        Ok(arguments) => match arguments.command {
            Command::Train(arguments) => train::run(arguments),
            Command::Evaluate(arguments) => evaluate::run(arguments),
            Command::Predict(arguments) => predict::run(arguments),
            Command::Generate(arguments) => generate::run(arguments),
            Command::Score(arguments) => score::run(arguments),
            Command::Compare(arguments) => compare::run(arguments),
            Command::Neighbours(arguments) => neighbours::run(arguments),
            Command::Analogy(arguments) => analogy::run(arguments),
            Command::Import(arguments) => import::run(arguments),
            Command::Export(arguments) => export::run(arguments),
            Command::Recipes(arguments) => recipes::run(arguments),
            Command::Inspect(arguments) => inspect::run(arguments),
            Command::Bench(arguments) => bench::run(arguments),
        },
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
