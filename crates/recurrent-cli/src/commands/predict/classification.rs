//! The classes of texts or signals.

use super::lines::Lines;
use recurrent::Error;
use recurrent::classification::{Classifier, Inputs, SignalFiles};
use recurrent::data::Signal;
use serde_json::json;
use std::path::{Path, PathBuf};

/// The answers to lines, a line each.
pub fn answers(
    classifier: &Classifier,
    lines: &Lines,
    texts: Vec<String>,
    json: bool,
) -> Result<String, Error> {
    let inputs = match classifier.reads_texts() {
        true => classifier.texts(texts)?,
        false => classifier.signals(signals(lines, &texts)?, &|line| lines.place(line))?,
    };
    written(classifier, &inputs, None, json)
}

/// The answers to a file of signals or images, a line each, and their number; none where it is not one.
pub fn of_file(
    classifier: &Classifier,
    path: &Path,
    json: bool,
) -> Result<Option<(String, usize)>, Error> {
    let Some(SignalFiles { inputs, files }) = classifier.signals_of(path)? else {
        return Ok(None);
    };
    let out = written(classifier, &inputs, files.as_deref(), json)?;
    Ok(Some((out, inputs.len())))
}

/// What is predicted, a line each, with the file of each where it has its own.
fn written(
    classifier: &Classifier,
    inputs: &Inputs,
    files: Option<&[PathBuf]>,
    json: bool,
) -> Result<String, Error> {
    let mut out = String::new();
    for (n, found) in classifier.predict(inputs)?.into_iter().enumerate() {
        let file = files.map(|files| files[n].display().to_string());
        let label = &classifier.classes()[found.class];
        out += &match json {
            true => {
                let pairs = classifier.classes().iter().zip(&found.probabilities);
                let all: serde_json::Map<_, _> =
                    pairs.map(|(class, &p)| (class.clone(), p.into())).collect();
                let mut answer = json!({ "label": label, "probabilities": all });
                if let Some(file) = file {
                    answer["file"] = file.into();
                }
                answer.to_string()
            }
            // A line is one answer, whatever the label.
            false => {
                let label = label.replace(char::is_control, " ");
                let file = file.map(|file| format!("\t{file}")).unwrap_or_default();
                format!("{label}\t{:.4}{file}", found.probabilities[found.class])
            }
        };
        out.push('\n');
    }
    Ok(out)
}

/// Signals of the last lines, each a JSON list of steps, which are lists of numbers of one length.
fn signals(lines: &Lines, texts: &[String]) -> Result<Vec<Signal>, Error> {
    let one = |(number, line): (usize, &String)| {
        let wrong = |found: String| Error::Setting {
            key: lines.place(number),
            expected:
                "a JSON list of steps, which are lists of numbers of one length, at least one"
                    .to_string(),
            found,
        };
        let steps: Vec<Vec<f32>> = serde_json::from_str(line).map_err(|error| {
            let column = error.column().saturating_sub(1);
            let rest: String = line.chars().skip(column).take(20).collect();
            wrong(match rest.is_empty() {
                true => "the end of the line".to_string(),
                false => format!("`{rest}` at character {}", column + 1),
            })
        })?;
        let width = steps.first().map_or(0, Vec::len);
        if width == 0 {
            return Err(wrong("none".to_string()));
        }
        if let Some(step) = steps.iter().position(|step| step.len() != width) {
            let found = format!("{} numbers in step {}", steps[step].len(), step + 1);
            return Err(wrong(found));
        }
        let finite = |step: &Vec<f32>| step.iter().all(|x| x.is_finite());
        if let Some(step) = steps.iter().position(|step| !finite(step)) {
            return Err(wrong(format!("a number too large in step {}", step + 1)));
        }
        Ok(Signal {
            steps: steps.len(),
            values: steps.concat(),
        })
    };
    (1..).zip(texts).map(one).collect()
}
