//! The measures of a network with a problem of long memory.

use super::{Arguments, refuse_adaptation};
use crate::commands::{Outcome, columns, print};
use recurrent::Error;
use recurrent::language_model::Split;
use recurrent::memory_problems::MemoryModel;
use recurrent::run::RunDirectory;
use serde_json::json;
use std::process::ExitCode;

pub fn run(run: &RunDirectory, arguments: &Arguments) -> Outcome {
    refuse_adaptation(arguments, "network with generated sequences")?;
    let given = [&arguments.data, &arguments.column, &arguments.label_column];
    if let Some(found) = given.into_iter().flatten().next() {
        return Err(Error::Setting {
            key: "--data, --column or --label-column".to_string(),
            expected: "nothing, as the sequences are generated".to_string(),
            found: found.clone(),
        }
        .into());
    }
    let split = arguments.split.unwrap_or(Split::Test);
    let model = MemoryModel::load(run, arguments.machine.device)?;
    let (found, source) = (model.measure(split), model.config().data.source());
    if arguments.json {
        let object = json!({
            "task": "memory",
            "data": source,
            "split": split.as_str(),
            "metrics": {
                "loss": found.loss,
                "baseline": found.baseline,
                "accuracy": found.accuracy,
                "solved": found.is_solved(),
                "sequences": found.examples,
            }
        });
        print(&format!("{object}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![
        ("task".to_string(), "memory".to_string()),
        ("data".to_string(), source),
        ("split".to_string(), split.as_str().to_string()),
    ];
    rows.extend(found.rows());
    print(&columns(&rows))?;
    Ok(ExitCode::SUCCESS)
}
