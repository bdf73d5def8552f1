//! `recurrent score`.

use super::options::check_output;
use super::{Machine, Outcome, print};
use recurrent::Error;
use recurrent::data::io_problem;
use recurrent::language_model::{LineScore, Predictor};
use recurrent::nn::Precision;
use recurrent::report::{self, Shade, ShadedText};
use recurrent::run::RunDirectory;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

/// Most bytes of a list of candidates.
const MOST_BYTES: u64 = 1 << 30;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run directory of a trained language model
    model: PathBuf,
    /// File with a candidate a line; standard input where it is - or left out
    input: Option<PathBuf>,
    /// Rank by the probability of the whole line, or by that of a symbol on average
    #[arg(long, value_name = "line|symbol", value_enum, default_value_t)]
    by: By,
    /// Print a JSON object a line, with the surprisal of every symbol
    #[arg(long)]
    json: bool,
    /// Write a page that shows the surprisal of every symbol
    #[arg(long, value_name = "FILE.html")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    machine: Machine,
}

/// What candidates are ranked by.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum By {
    #[default]
    Line,
    Symbol,
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.machine.prepare();
    if let Some(plot) = &arguments.plot {
        check_output("--plot", plot, arguments.input.as_slice())?;
    }
    let run = RunDirectory::new(&arguments.model);
    let predictor = Predictor::load(&run, arguments.machine.device)?;
    let (place, text) = read(arguments.input)?;
    let model = predictor.scorer(Precision::Full);
    let mut scored = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = format!("{place}:{}", number + 1);
        scored.push((number + 1, line, predictor.score(&model, line, &place)?));
    }
    if scored.is_empty() {
        return Err(Error::Setting {
            key: place,
            expected: "candidates, one a line".to_string(),
            found: "nothing".to_string(),
        }
        .into());
    }
    let key = |score: &LineScore| match arguments.by {
        By::Line => score.log_probability(),
        By::Symbol => score.mean_log_probability(),
    };
    scored.sort_by(|a, b| key(&b.2).total_cmp(&key(&a.2)));
    if let Some(path) = &arguments.plot {
        let lines = scored.iter().map(|(number, _, score)| {
            let title = format!("Line {number}: ln p {:.3}", score.log_probability());
            ShadedText {
                title,
                shade: Shade::Surprisal,
                symbols: predictor.shown(&score.ids),
                values: score.surprisals.clone(),
            }
        });
        let title = format!("Surprisal by {}", arguments.model.display());
        let page = report::shaded_page(&title, &lines.collect::<Vec<_>>());
        report::write(path, &page)?;
    }
    for (rank, (number, line, score)) in scored.iter().enumerate() {
        let text = match arguments.json {
            true => json!({
                "rank": rank + 1,
                "line": number,
                "text": line,
                "log_probability": score.log_probability(),
                "perplexity": score.perplexity(),
                "unknown": score.unknown,
                "symbols": score.ids.iter().map(|&id| predictor.vocabulary().symbol(id)).collect::<Vec<_>>(),
                "surprisals": score.surprisals,
            })
            .to_string(),
            false => format!(
                "{:>4}  {:>10.3}  {:>10.2}  {:>7}  {line}",
                rank + 1,
                score.log_probability(),
                score.perplexity(),
                score.unknown
            ),
        };
        if rank == 0 && !arguments.json {
            print("rank        ln p  perplexity  unknown  candidate\n")?;
        }
        print(&format!("{text}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The candidates and what errors call their source.
fn read(input: Option<PathBuf>) -> Result<(String, String), Error> {
    let mut bytes = Vec::new();
    let (place, read) = match input.filter(|path| path.as_os_str() != "-") {
        None => {
            let read = std::io::stdin()
                .lock()
                .take(MOST_BYTES + 1)
                .read_to_end(&mut bytes);
            ("standard input".to_string(), read)
        }
        Some(path) => {
            let file = std::fs::File::open(&path);
            let read = file.and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
            (path.display().to_string(), read)
        }
    };
    let bad = |expected: &str, found: String| Error::Setting {
        key: place.clone(),
        expected: expected.to_string(),
        found,
    };
    read.map_err(|error| bad("a readable file", io_problem(&error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(bad("at most 1 GiB of candidates", "more".to_string()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        bad("text in UTF-8", format!("other bytes in line {line}"))
    })?;
    Ok((place, text))
}
