//! `recurrent predict`.

mod classification;
mod lines;
mod tagging;
mod transcription;

use super::{Failure, Machine, Outcome, print, say};
use lines::Lines;
use recurrent::Error;
use recurrent::classification::Classifier;
use recurrent::report::number_of;
use recurrent::run::RunDirectory;
use recurrent::tagging::Tagger;
use recurrent::task::Config;
use recurrent::transcription::Transcriber;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained classifier, tagger or transcriber
    model: PathBuf,
    /// File with a text or sentence a line in UTF-8, standard input where it is - or left out. Of a classifier of signals
    /// a JSON list of steps a line, such as [[0.1,0.2],[0.3,0.4]], of one of images the rows of grey levels from 0 to
    /// 255; or a file of signals as training reads it, a .png or .jpg image, or a folder of images. Of a transcriber a WAV
    /// or FLAC file, an image, or a folder of such files
    input: Option<PathBuf>,
    /// Print a JSON object a line: the probability of every class, tokens, tags and spans, or texts with their symbols
    #[arg(long)]
    json: bool,
    /// Of a transcriber: read samples of 16 bits (PCM, little-endian, one channel) as they arrive and print what is heard
    #[arg(long)]
    stream: bool,
    /// Samples a second of a stream
    #[arg(long, value_name = "HZ", default_value = "16000", requires = "stream")]
    rate: u32,
    /// Of a transcriber: the most texts of each file, best first
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "stream", value_parser = clap::value_parser!(u32).range(1..=1000))]
    n_best: u32,
    /// Of a transcriber: print where the symbols of this text are in the file, instead of texts
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["stream", "n_best"])]
    align: Option<String>,
    /// Of a transcriber: change a setting of [decode]; may be repeated
    #[arg(long, value_name = "decode.KEY=VALUE")]
    set: Vec<String>,
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
        Config::Transcription(_) => {
            let transcriber = Transcriber::load_with(&run, device, &arguments.set)?;
            return transcribe(&transcriber, &arguments);
        }
        config if arguments.is_of_transcriber() => {
            return Err(Error::Setting {
                key: "--stream, --n-best, --align or --set".to_string(),
                expected: "the run of a transcriber".to_string(),
                found: format!("one of the task {}", config.task().name.as_str()),
            }
            .into());
        }
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

impl Arguments {
    /// Whether an option is given that is for transcribers alone.
    fn is_of_transcriber(&self) -> bool {
        self.stream || self.n_best > 1 || self.align.is_some() || !self.set.is_empty()
    }
}

fn transcribe(transcriber: &Transcriber, arguments: &Arguments) -> Outcome {
    if arguments.stream {
        transcription::stream(transcriber, arguments)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(text) = &arguments.align {
        transcription::align(transcriber, arguments, text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let start = Instant::now();
    let count = transcription::of_file(transcriber, arguments)?;
    let seconds = start.elapsed().as_secs_f64();
    say(&format!(
        "{count} {} in {seconds:.2} s",
        if count == 1 { "file" } else { "files" }
    ));
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
