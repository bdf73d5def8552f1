//! The measures of a tagger.

use super::{Arguments, refuse_adaptation, say_split};
use crate::commands::{Outcome, columns, print, say};
use recurrent::Error;
use recurrent::language_model::Split;
use recurrent::run::RunDirectory;
use recurrent::tagging::{TagMeasures, Tagger};
use serde_json::{Value, json};
use std::process::ExitCode;

pub fn run(run: &RunDirectory, arguments: &Arguments) -> Outcome {
    refuse_adaptation(arguments, "tagger")?;
    if let Some(column) = arguments
        .column
        .as_ref()
        .or(arguments.label_column.as_ref())
    {
        return Err(Error::Setting {
            key: "--column or --label-column".to_string(),
            expected: "nothing for a tagger, whose columns are those of its recipe".to_string(),
            found: column.clone(),
        }
        .into());
    }
    let tagger = Tagger::load(run, arguments.machine.device)?;
    let asked = arguments.split.unwrap_or(Split::Test);
    let corpus = tagger.corpus(arguments.data.as_deref(), arguments.repair, asked)?;
    if let Some(note) = corpus.repair_note() {
        say(&note);
    }
    if let Some(note) = corpus.others_note() {
        say(&note);
    }
    let split = arguments.split.unwrap_or_else(|| corpus.measured());
    if arguments.split.is_none() {
        say_split(split, &corpus.source);
    }
    let sentences = corpus.split(split)?;
    let found = tagger.tag_ids(&sentences.words, &|n| corpus.place(split, n))?;
    let found = tagger.measure(&sentences, &found)?;
    let text = match arguments.json {
        true => format!("{}\n", object(&corpus.source, split, &found)),
        false => {
            let mut rows = vec![
                ("task".to_string(), "tagging".to_string()),
                ("data".to_string(), corpus.source.clone()),
                ("split".to_string(), split.as_str().to_string()),
            ];
            rows.extend(found.rows());
            columns(&rows)
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn object(source: &str, split: Split, found: &TagMeasures) -> Value {
    let mut object = json!({
        "task": "tagging",
        "data": source,
        "split": split.as_str(),
        "metrics": { "accuracy": found.accuracy(), "words": found.words },
        "tags": found.names,
        "confusion": found.confusion,
    });
    if let Some(spans) = &found.spans {
        let all = spans.micro();
        let metrics = &mut object["metrics"];
        metrics["precision"] = all.precision().into();
        metrics["recall"] = all.recall().into();
        metrics["f1"] = all.f1().into();
        metrics["macro_f1"] = spans.macro_f1().into();
        let kinds = spans.kinds.iter().map(|(kind, counts)| {
            let measures = json!({
                "precision": counts.precision(),
                "recall": counts.recall(),
                "f1": counts.f1(),
                "spans": counts.gold,
            });
            (kind.clone(), measures)
        });
        object["spans"] = Value::Object(kinds.collect());
    }
    object
}
