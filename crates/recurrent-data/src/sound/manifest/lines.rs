//! The utterances of one manifest.

use std::path::{Path, PathBuf};

use super::Utterance;
use super::layout::Form;
use crate::DataError;
use crate::Encoding;
use crate::readers::{Column, MOST_BYTES, json_field, json_object, read_decoded, refuse_empty};

/// What helps where a manifest is not UTF-8.
const ADVICE: &str = "leave out what is no text";

/// Reads a manifest, which has at least one utterance.
pub(super) fn read(path: &Path) -> Result<Vec<Utterance>, DataError> {
    let content = read_decoded(path, MOST_BYTES, Encoding::Utf8, ADVICE)?;
    refuse_empty(path, content.as_bytes())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut utterances = Vec::new();
    for (line, number) in content.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let mut utterance = match Form::of(path) {
            Some(Form::Json) => of_json(path, folder, line, number)?,
            Some(Form::Ids) => {
                of_id(folder, line).map_err(|problem| wrong(path, number, problem))?
            }
            _ => of_tab(folder, line).map_err(|problem| wrong(path, number, problem))?,
        };
        if !utterance.path.is_file() {
            let found = utterance.path.display();
            let problem = format!("expected a file of sound, found none at {found}");
            return Err(wrong(path, number, problem));
        }
        utterance.place = (path.to_owned(), number);
        utterances.push(utterance);
    }
    match utterances.is_empty() {
        false => Ok(utterances),
        true => Err(DataError::Manifest {
            path: path.to_owned(),
            problem: "expected utterances, found blank lines".to_owned(),
        }),
    }
}

fn wrong(path: &Path, line: u64, problem: String) -> DataError {
    DataError::Utterance {
        path: path.to_owned(),
        line,
        problem,
    }
}

fn of_json(path: &Path, folder: &Path, line: &str, number: u64) -> Result<Utterance, DataError> {
    let object = json_object(path, line, number)?;
    let field = |name: &'static str, scalars| {
        let column = Column {
            name: Some(name),
            holds: name,
            option: name,
            scalars,
        };
        json_field(path, &object, number, column)
    };
    let speaker = object.get("speaker").filter(|value| !value.is_null());
    Ok(Utterance {
        path: folder.join(field("audio", false)?),
        text: field("text", false)?.trim().to_owned(),
        speaker: speaker.map(|_| field("speaker", true)).transpose()?,
        ..Utterance::default()
    })
}

fn of_tab(folder: &Path, line: &str) -> Result<Utterance, String> {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields[..] {
        [file, text] if !file.trim().is_empty() => Ok(Utterance {
            path: folder.join(file.trim()),
            text: text.trim().to_owned(),
            ..Utterance::default()
        }),
        [_, _] => Err("expected a file before the tab, found none".to_owned()),
        _ => Err(format!(
            "expected a file and a text parted by one tab, found {} tabs",
            fields.len() - 1
        )),
    }
}

fn of_id(folder: &Path, line: &str) -> Result<Utterance, String> {
    let line = line.trim();
    let Some((id, text)) = line.split_once(char::is_whitespace) else {
        return Err("expected an id, a space and a text, found no space".to_owned());
    };
    let of_kind = |extension: &str| folder.join(format!("{id}.{extension}"));
    let file: PathBuf = match of_kind("wav") {
        file if file.is_file() => file,
        _ => of_kind("flac"),
    };
    let parts: Vec<&str> = id.split('-').collect();
    Ok(Utterance {
        path: file,
        text: text.trim().to_owned(),
        speaker: match parts[..] {
            [speaker, _, _] => Some(speaker.to_owned()),
            _ => None,
        },
        ..Utterance::default()
    })
}
