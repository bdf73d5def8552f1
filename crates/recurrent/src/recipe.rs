//! Recipes: TOML files that say everything about a run.
//!
//! A recipe is checked key by key before anything runs. [`Recipe::set`] changes
//! one key as the command line's `--set section.key=value` does.

mod difference;
mod explain;
mod overrides;

pub(crate) use difference::{Difference, differences};

use crate::Error;
use crate::task::Config;
use explain::{explain, nearest};
use recurrent_data::io_problem;
use serde::Serialize;
use std::path::Path;

/// Built-in recipes: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("adding", include_str!("recipes/adding.toml")),
    ("awd-lstm", include_str!("recipes/awd-lstm.toml")),
    (
        "awd-lstm-small",
        include_str!("recipes/awd-lstm-small.toml"),
    ),
    ("basic-motions", include_str!("recipes/basic-motions.toml")),
    ("char-lm", include_str!("recipes/char-lm.toml")),
    ("char-lm-ptb", include_str!("recipes/char-lm-ptb.toml")),
    (
        "char-lm-shakespeare",
        include_str!("recipes/char-lm-shakespeare.toml"),
    ),
    ("char-lm-tang", include_str!("recipes/char-lm-tang.toml")),
    ("copy", include_str!("recipes/copy.toml")),
    ("dtmf", include_str!("recipes/dtmf.toml")),
    ("digits", include_str!("recipes/digits.toml")),
    ("digits-stream", include_str!("recipes/digits-stream.toml")),
    ("words-ink", include_str!("recipes/words-ink.toml")),
    ("captcha", include_str!("recipes/captcha.toml")),
    ("har-lstm", include_str!("recipes/har-lstm.toml")),
    ("imdb-lm", include_str!("recipes/imdb-lm.toml")),
    ("lm-mixture", include_str!("recipes/lm-mixture.toml")),
    (
        "mnist-pixels-irnn",
        include_str!("recipes/mnist-pixels-irnn.toml"),
    ),
    ("mnist-rows", include_str!("recipes/mnist-rows.toml")),
    ("ner-lstm-crf", include_str!("recipes/ner-lstm-crf.toml")),
    ("ner-zh", include_str!("recipes/ner-zh.toml")),
    ("ngram5-kn", include_str!("recipes/ngram5-kn.toml")),
    ("nnlm", include_str!("recipes/nnlm.toml")),
    ("pos-lstm", include_str!("recipes/pos-lstm.toml")),
    ("questions", include_str!("recipes/questions.toml")),
    ("rnn-elman", include_str!("recipes/rnn-elman.toml")),
    (
        "sentiment-keras",
        include_str!("recipes/sentiment-keras.toml"),
    ),
    (
        "sentiment-lm-lstm",
        include_str!("recipes/sentiment-lm-lstm.toml"),
    ),
    (
        "sentiment-lstm",
        include_str!("recipes/sentiment-lstm.toml"),
    ),
    ("sentiment-nb", include_str!("recipes/sentiment-nb.toml")),
    (
        "sentiment-nbsvm",
        include_str!("recipes/sentiment-nbsvm.toml"),
    ),
    ("sentiment-svm", include_str!("recipes/sentiment-svm.toml")),
    ("sentiment-zh", include_str!("recipes/sentiment-zh.toml")),
    ("vowels", include_str!("recipes/vowels.toml")),
    (
        "word-lm-ptb-small",
        include_str!("recipes/word-lm-ptb-small.toml"),
    ),
    ("word-vectors", include_str!("recipes/word-vectors.toml")),
];

/// A recipe with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Name of a built-in recipe, or the file's name without its ending.
    pub name: String,
    /// The settings.
    pub config: Config,
    /// Changes made by [`Recipe::set`], as given.
    pub overrides: Vec<String>,
}

/// Names and descriptions of the built-in recipes.
pub fn list() -> Vec<(String, String)> {
    BUILT_IN
        .iter()
        .map(|(name, text)| {
            let description = Config::parse(text)
                .map(|config| config.task().description.clone())
                .unwrap_or_default();
            ((*name).to_string(), description)
        })
        .collect()
}

/// The text of a built-in recipe.
///
/// # Errors
/// Where there is none of that name.
pub fn text(name: &str) -> Result<&'static str, Error> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
        .ok_or_else(|| Error::NoRecipe {
            name: name.to_string(),
            near: nearest(name, BUILT_IN.iter().map(|(known, _)| *known)),
        })
}

/// The built-in recipe of a name, or the recipe in a file.
///
/// # Errors
/// Where there is neither, or the file is not a recipe.
pub fn load(name_or_file: &str) -> Result<Recipe, Error> {
    let path = Path::new(name_or_file);
    if name_or_file.ends_with(".toml") || path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|error| Error::Recipe {
            place: name_or_file.to_string(),
            message: format!(
                "cannot read it: {}{}",
                io_problem(&error),
                hint(name_or_file)
            ),
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        return parse(&name, &text, name_or_file).map_err(|error| match error {
            Error::Recipe { place, message } => Error::Recipe {
                place,
                message: format!("{message}{}", hint(name_or_file)),
            },
            other => other,
        });
    }
    parse(name_or_file, text(name_or_file)?, name_or_file)
}

/// What a file may be that has not the name of a recipe.
fn hint(file: &str) -> &'static str {
    match file.ends_with(".toml") {
        true => "",
        false => "; expected a recipe in TOML: a text to learn from is given with --data",
    }
}

/// A recipe from its text; `place` is what errors call it.
///
/// # Errors
/// Where the text is not TOML, a key is unknown or has the wrong type, or a
/// value is out of range.
pub fn parse(name: &str, text: &str, place: &str) -> Result<Recipe, Error> {
    let config = Config::parse(text).map_err(|error| Error::Recipe {
        place: match error.span() {
            Some(span) => format!("{place}:{}", line(text, span.start)),
            None => place.to_string(),
        },
        message: explain(error.message()),
    })?;
    config.check()?;
    Ok(Recipe {
        name: name.to_string(),
        config,
        overrides: Vec::new(),
    })
}

/// The name of an enum's value in recipes.
pub(crate) fn name_of(value: &impl Serialize) -> String {
    match toml::Value::try_from(value) {
        Ok(toml::Value::String(name)) => name,
        // A value with constants of its own is shown with them.
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Line of a byte offset, from 1.
fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests;
