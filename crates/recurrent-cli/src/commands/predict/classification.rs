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
    let place = |line| lines.place(line);
    let inputs = match classifier.reads_texts() {
        true => classifier.texts(texts, &place)?,
        false => classifier.signals(signals(lines, &texts)?, &place)?,
    };
    told(classifier, &inputs, None, json)
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
    let out = told(classifier, &inputs, files.as_deref(), json)?;
    Ok(Some((out, inputs.len())))
}

/// What is predicted, a line each, with the file of each where it has its own.
fn told(
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
        let steps: Vec<Vec<f64>> =
            serde_json::from_str(line).map_err(|error| wrong(written(line, &error)))?;
        let width = steps.first().map_or(0, Vec::len);
        if width == 0 {
            return Err(wrong("none".to_string()));
        }
        if let Some(step) = steps.iter().position(|step| step.len() != width) {
            let found = format!("{} numbers in step {}", steps[step].len(), step + 1);
            return Err(wrong(found));
        }
        let all = (1..)
            .zip(&steps)
            .flat_map(|(n, step)| step.iter().map(move |&x| (n, x)));
        let large = all.clone().find(|(_, x)| !(*x as f32).is_finite());
        if let Some((step, value)) = large {
            return Err(wrong(format!(
                "the number {value:e} in step {step}, which is too large"
            )));
        }
        Ok(Signal {
            steps: steps.len(),
            values: all.map(|(_, x)| x as f32).collect(),
            name: None,
        })
    };
    (1..).zip(texts).map(one).collect()
}

/// What stands where a parser had enough of a line: a word or number as a whole.
fn written(line: &str, error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "the end of the line".to_string();
    }
    let is_end = |c: char| c.is_whitespace() || "[]{},:".contains(c);
    let mut start = error.column().saturating_sub(1).min(line.len());
    while !line.is_char_boundary(start) {
        start -= 1;
    }
    // The last character of a word, or the first one after it.
    if line[start..].starts_with(is_end) && !line[..start].ends_with(is_end) {
        start = line[..start]
            .char_indices()
            .next_back()
            .map_or(0, |(at, _)| at);
    }
    let mut before = line[..start].char_indices().rev();
    let before = before
        .find(|(_, c)| is_end(*c))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let word: String = line[before..]
        .split(is_end)
        .next()
        .unwrap_or_default()
        .chars()
        .take(20)
        .collect();
    match line[start..].chars().next() {
        None => "the end of the line".to_string(),
        Some(own) if is_end(own) || word.is_empty() => {
            format!("`{own}` at character {}", line[..start].chars().count() + 1)
        }
        Some(_) => format!(
            "`{word}` at character {}",
            line[..before].chars().count() + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn words_are_shown_as_they_were_written() {
        for (line, found) in [
            ("[[1,null]]", "`null` at character 5"),
            ("[[1e999]]", "`1e999` at character 3"),
            ("[[1,é]]", "`é` at character 5"),
            ("up", "`up` at character 1"),
            ("[[1,2", "the end of the line"),
            ("[[1,]]", "`]` at character 5"),
            ("[[1],2]", "`2` at character 6"),
        ] {
            let error = serde_json::from_str::<Vec<Vec<f64>>>(line).unwrap_err();
            assert_eq!(written(line, &error), found, "{line}");
        }
    }
}
