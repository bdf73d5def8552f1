//! The measures of a transcriber.

use super::{Arguments, refuse_adaptation, say_split};
use crate::commands::{Outcome, columns, print};
use recurrent::Error;
use recurrent::language_model::Split;
use recurrent::run::RunDirectory;
use recurrent::transcription::{SplitResults, TextMeasures, Transcriber};
use serde_json::{Value, json};
use std::process::ExitCode;

pub fn run(run: &RunDirectory, arguments: &Arguments) -> Outcome {
    refuse_adaptation(arguments, "transcriber")?;
    if let Some(column) = (arguments.column.as_ref()).or(arguments.label_column.as_ref()) {
        return Err(Error::Setting {
            key: "--column or --label-column".to_string(),
            expected: "nothing for a transcriber".to_string(),
            found: column.clone(),
        }
        .into());
    }
    let transcriber = Transcriber::load_with(run, arguments.machine.device, &arguments.set)?;
    let corpus = transcriber.corpus(arguments.data.as_deref())?;
    let split = match arguments.split {
        Some(split) => split,
        None if corpus.test.is_empty() => Split::Valid,
        None => Split::Test,
    };
    if arguments.split.is_none() {
        say_split(split, &corpus.source);
    }
    let utterances = corpus.split(split)?;
    let found = SplitResults::of(&transcriber, &utterances, split.as_str())?;
    // A split that is asked for has sequences.
    let Some(found) = found else {
        return Ok(ExitCode::SUCCESS);
    };
    let text = match arguments.json {
        true => format!("{}\n", object(&corpus.source, split, &found)),
        false => {
            let mut rows = vec![
                ("task".to_string(), "transcription".to_string()),
                ("data".to_string(), corpus.source.clone()),
            ];
            rows.extend(found.rows());
            columns(&rows)
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn measures(found: &TextMeasures) -> Value {
    json!({
        "label_error_rate": found.label_error_rate(),
        "word_error_rate": found.word_error_rate(),
        "character_error_rate": found.rates.characters.rate(),
        "sentence_accuracy": found.rates.sentence_accuracy(),
        "exact": found.exact_share(),
        "substitutions": found.labels.substitutions,
        "deletions": found.labels.deletions,
        "insertions": found.labels.insertions,
        "texts": found.texts(),
    })
}

fn object(source: &str, split: Split, found: &SplitResults) -> Value {
    let methods = found.methods.iter().map(|(method, texts, seconds)| {
        let mut object = measures(texts);
        object["seconds"] = (*seconds).into();
        (method.as_str().to_string(), object)
    });
    json!({
        "task": "transcription",
        "data": source,
        "split": split.as_str(),
        "metrics": measures(found.measures()),
        "methods": Value::Object(methods.collect()),
        "seconds_of_sound": found.seconds[0],
        "seconds": found.seconds[1],
    })
}
