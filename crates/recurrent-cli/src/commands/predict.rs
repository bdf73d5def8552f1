//! `recurrent predict`.

mod classification;
mod lines;
mod tagging;

use super::{Failure, Machine, Outcome, print, say};
use lines::Lines;
use recurrent::Error;
use recurrent::classification::Classifier;
use recurrent::report::number_of;
use recurrent::run::RunDirectory;
use recurrent::tagging::Tagger;
use recurrent::task::Config;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained classifier or tagger
    model: PathBuf,
    /// File with a text or sentence a line in UTF-8, standard input where it is - or left out. Of a classifier of signals
    /// a JSON list of steps a line, such as [[0.1,0.2],[0.3,0.4]], of one of images the rows of grey levels from 0 to
    /// 255; or a file of signals as training reads it, a .png or .jpg image, or a folder of images
    input: Option<PathBuf>,
    /// Print a JSON object a line: the probability of every class, or tokens, tags and spans
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    machine: Machine,
}

/// What answers.
enum Model {
    Classifier(Box<Classifier>),
    Tagger(Box<Tagger>),
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    let run = RunDirectory::new(&arguments.model);
    let device = arguments.machine.device;
    let model = match run.config()? {
        Config::Tagging(_) => Model::Tagger(Box::new(Tagger::load(&run, device)?)),
        _ => Model::Classifier(Box::new(Classifier::load(&run, device)?)),
    };
    let start = Instant::now();
    let count = match (&model, &arguments.input) {
        (Model::Classifier(classifier), Some(path)) => {
            match classification::of_file(classifier, path, arguments.json)? {
                Some((out, count)) => {
                    print(&out)?;
                    count
                }
                None => stream(&model, &arguments)?,
            }
        }
        _ => stream(&model, &arguments)?,
    };
    let speed = count as f64 / start.elapsed().as_secs_f64().max(1e-9);
    let what = match &model {
        Model::Classifier(classifier) if !classifier.reads_texts() => "signal",
        Model::Classifier(_) => "text",
        Model::Tagger(_) => "sentence",
    };
    let count = number_of(count as u64, what);
    say(&format!("{count}, {speed:.0} a second"));
    Ok(ExitCode::SUCCESS)
}

/// Answers line by line, and gives the number of lines.
fn stream(model: &Model, arguments: &Arguments) -> Result<usize, Failure> {
    let mut lines = Lines::open(arguments.input.as_deref())?;
    let mut count = 0;
    loop {
        let texts = lines.batch()?;
        if texts.is_empty() {
            return Ok(count);
        }
        count += texts.len();
        print(&answers(model, &lines, texts, arguments.json)?)?;
    }
}

fn answers(model: &Model, lines: &Lines, texts: Vec<String>, json: bool) -> Result<String, Error> {
    match model {
        Model::Classifier(classifier) => classification::answers(classifier, lines, texts, json),
        Model::Tagger(tagger) => tagging::answers(tagger, lines, &texts, json),
    }
}
