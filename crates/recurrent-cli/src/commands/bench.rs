//! `recurrent bench`.

use super::{Outcome, Threads, print, say};
use clap::builder::PossibleValuesParser;
use recurrent::benchmark::{Measurement, Workload, measure, workloads};
use serde_json::json;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Workloads to run; all where left out
    #[arg(value_name = "NAME", value_parser = names())]
    names: Vec<String>,
    /// Print one JSON object a workload
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    threads: Threads,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(workloads().iter().map(|workload| workload.name.as_str()))
}

pub fn run(arguments: Arguments) -> Outcome {
    arguments.threads.prepare();
    let wanted = |workload: &&Workload| {
        arguments.names.is_empty() || arguments.names.contains(&workload.name)
    };
    let chosen: Vec<&Workload> = workloads().iter().filter(wanted).collect();
    for (number, workload) in chosen.iter().enumerate() {
        let (name, number) = (&workload.name, number + 1);
        say(&format!("{name}, {number} of {}", chosen.len()));
        let measured = measure(workload)?;
        if arguments.json {
            print(&format!("{}\n", json!(measured)))?;
            continue;
        }
        if number == 1 {
            let Measurement { threads, path, .. } = measured;
            print(&format!("threads {threads}, {path}\n{}", line(&HEADER)))?;
        }
        print(&line(&cells(&measured)))?;
    }
    Ok(ExitCode::SUCCESS)
}

const HEADER: [&str; 7] = [
    "workload",
    "ms",
    "forward ms",
    "a second",
    "GFLOP/s",
    "of peak",
    "peak MB",
];

/// What stands under [`HEADER`].
fn cells(measured: &Measurement) -> [String; 7] {
    // Steps take microseconds.
    let time = |ms: f64| format!("{ms:.*}", if ms < 1.0 { 4 } else { 2 });
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_string());
    [
        measured.workload.clone(),
        time(measured.ms),
        or_none(measured.forward_ms.map(time)),
        format!("{:.0}", measured.per_second),
        format!("{:.1}", measured.gflops),
        format!("{:.0} %", measured.peak_fraction * 100.0),
        or_none(measured.peak_rss_mb.map(|mb| format!("{mb:.0}"))),
    ]
}

/// One row: the name to the left, numbers to the right.
fn line(cells: &[impl AsRef<str>; 7]) -> String {
    let [name, numbers @ ..] = cells;
    let numbers: String = numbers
        .iter()
        .map(|number| format!("{:>11}", number.as_ref()))
        .collect();
    format!("{:<19}{numbers}\n", name.as_ref())
}
