//! The classes of texts or signals.

use super::lines::Lines;
use recurrent::Error;
use recurrent::classification::Classifier;
use recurrent::data::Signal;
use serde_json::json;

/// The answers to lines, a line each.
pub fn answers(
    classifier: &Classifier,
    lines: &Lines,
    texts: Vec<String>,
    json: bool,
) -> Result<String, Error> {
    let inputs = match classifier.reads_texts() {
        true => classifier.texts(texts)?,
        false => classifier.signals(signals(lines, &texts)?)?,
    };
    let mut out = String::new();
    for found in classifier.predict(&inputs) {
        let label = &classifier.classes()[found.class];
        out += &match json {
            true => {
                let pairs = classifier.classes().iter().zip(&found.probabilities);
                let all: serde_json::Map<_, _> =
                    pairs.map(|(class, &p)| (class.clone(), p.into())).collect();
                json!({ "label": label, "probabilities": all }).to_string()
            }
            // A line is one answer, whatever the label.
            false => {
                let label = label.replace(char::is_control, " ");
                format!("{label}\t{:.4}", found.probabilities[found.class])
            }
        };
        out.push('\n');
    }
    Ok(out)
}

/// Signals of the last lines, each a JSON list of steps, which are lists of numbers of one length.
fn signals(lines: &Lines, texts: &[String]) -> Result<Vec<Signal>, Error> {
    let first = lines.number() + 1 - texts.len();
    let one = |(offset, line): (usize, &String)| {
        let wrong = |found: String| Error::Setting {
            key: format!("{}:{}", lines.place(), first + offset),
            expected:
                "a JSON list of steps, which are lists of numbers of one length, at least one"
                    .to_string(),
            found,
        };
        let steps: Vec<Vec<f32>> =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
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
    texts.iter().enumerate().map(one).collect()
}
