//! The measures of a classifier.

use super::{Arguments, refuse_adaptation, say_split};
use crate::commands::{Outcome, columns, print};
use recurrent::classification::{Classifier, Measures};
use recurrent::language_model::Split;
use recurrent::run::RunDirectory;
use serde_json::{Value, json};
use std::process::ExitCode;

pub fn run(run: &RunDirectory, arguments: &Arguments) -> Outcome {
    refuse_adaptation(arguments, "classifier")?;
    let classifier = Classifier::load(run, arguments.machine.device)?;
    let names = [&arguments.column, &arguments.label_column].map(|name| name.as_deref());
    let asked = arguments.split.unwrap_or(Split::Test);
    let corpus = classifier.corpus(arguments.data.as_deref(), names, asked)?;
    let split = arguments.split.unwrap_or_else(|| corpus.measured().0);
    if arguments.split.is_none() {
        say_split(split, &corpus.source);
    }
    let examples = corpus.split(split)?;
    let found = classifier.measure(&examples, &classifier.predict(&examples.inputs)?);
    let text = match arguments.json {
        true => format!("{}\n", object(&classifier, &corpus.source, split, &found)),
        false => {
            let mut rows = vec![
                ("task".to_string(), "classification".to_string()),
                ("data".to_string(), corpus.source.clone()),
                ("split".to_string(), split.as_str().to_string()),
            ];
            rows.extend(found.rows(classifier.classes()));
            columns(&rows)
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn object(classifier: &Classifier, source: &str, split: Split, found: &Measures) -> Value {
    let classes = classifier.classes().iter().zip(found.classes());
    let classes: serde_json::Map<_, _> = classes
        .map(|(name, class)| {
            let measures = json!({
                "precision": class.precision,
                "recall": class.recall,
                "f1": class.f1,
                "examples": class.support,
            });
            (name.clone(), measures)
        })
        .collect();
    json!({
        "task": "classification",
        "data": source,
        "split": split.as_str(),
        "metrics": {
            "accuracy": found.accuracy(),
            "macro_f1": found.macro_f1(),
            "log_loss": found.log_loss,
            "calibration_error": found.calibration_error(),
            "examples": found.count(),
        },
        "classes": classes,
        "confusion": found.confusion,
    })
}
