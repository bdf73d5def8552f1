//! Recipes: TOML files that say everything about a run.
//!
//! A recipe is checked key by key before anything runs. [`Recipe::set`] changes
//! one key as the command line's `--set section.key=value` does.

use crate::Error;
use crate::language_model::LanguageModelConfig;
use std::path::Path;

/// Built-in recipes: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("char-lm", include_str!("recipes/char-lm.toml")),
    (
        "char-lm-shakespeare",
        include_str!("recipes/char-lm-shakespeare.toml"),
    ),
    ("char-lm-tang", include_str!("recipes/char-lm-tang.toml")),
    (
        "word-lm-ptb-small",
        include_str!("recipes/word-lm-ptb-small.toml"),
    ),
];

/// A recipe with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Name of a built-in recipe, or the file's name without its ending.
    pub name: String,
    /// The settings.
    pub config: LanguageModelConfig,
    /// Changes made by [`Recipe::set`], as given.
    pub overrides: Vec<String>,
}

/// Names and descriptions of the built-in recipes.
pub fn list() -> Vec<(String, String)> {
    BUILT_IN
        .iter()
        .map(|(name, text)| {
            let config: Option<LanguageModelConfig> = toml::from_str(text).ok();
            let description = config
                .map(|config| config.task.description)
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
            message: format!("cannot read it: {error}"),
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        return parse(&name, &text, name_or_file);
    }
    parse(name_or_file, text(name_or_file)?, name_or_file)
}

/// A recipe from its text; `place` is what errors call it.
///
/// # Errors
/// Where the text is not TOML, a key is unknown or has the wrong type, or a
/// value is out of range.
pub fn parse(name: &str, text: &str, place: &str) -> Result<Recipe, Error> {
    let config: LanguageModelConfig = toml::from_str(text).map_err(|error| Error::Recipe {
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

impl Recipe {
    /// Changes settings, each `section.key=value` with the value in TOML: a text
    /// may stand without quotes, and `none` takes an optional key away. A new
    /// `name` of a schedule or optimizer drops the old one's constants. The
    /// recipe is checked once all are made.
    ///
    /// # Errors
    /// Where a key is unknown, or a value has the wrong type or range; the
    /// recipe is then as before.
    pub fn set<S: AsRef<str>>(&mut self, assignments: &[S]) -> Result<(), Error> {
        let mut table = self.config.to_table();
        for assignment in assignments {
            let assignment = assignment.as_ref();
            let place = |message: String| Error::Recipe {
                place: format!("--set {assignment}"),
                message,
            };
            assign(&mut table, assignment).map_err(place)?;
            // Unknown keys and wrong types are told at the assignment that has them.
            let checked: Result<LanguageModelConfig, toml::de::Error> = table.clone().try_into();
            checked.map_err(|error| place(explain(error.message())))?;
        }
        let config: LanguageModelConfig =
            table
                .try_into()
                .map_err(|error: toml::de::Error| Error::Recipe {
                    place: "--set".to_string(),
                    message: explain(error.message()),
                })?;
        config.check()?;
        self.config = config;
        let texts = assignments.iter().map(|text| text.as_ref().to_string());
        self.overrides.extend(texts);
        Ok(())
    }
}

/// Makes one assignment in a recipe's table.
fn assign(table: &mut toml::Table, assignment: &str) -> Result<(), String> {
    const FORM: &str = "expected section.key=value";
    let (key, value) = assignment.split_once('=').ok_or(FORM)?;
    let mut path: Vec<&str> = key.trim().split('.').collect();
    let last = path.pop().ok_or(FORM)?;
    if path.is_empty() || last.is_empty() {
        return Err(FORM.to_string());
    }
    let mut place = table;
    for (depth, parent) in path.into_iter().enumerate() {
        if depth == 0 && !place.contains_key(parent) {
            let near = nearest(parent, place.keys().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            return Err(format!(
                "unknown section `{parent}`{}",
                hint.unwrap_or_default()
            ));
        }
        let entry = place
            .entry(parent.to_string())
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        place = match entry {
            toml::Value::Table(inner) => inner,
            _ => return Err(format!("`{parent}` has no keys of its own")),
        };
        if last == "name" && depth > 0 {
            place.clear();
        }
    }
    let value = value.trim();
    if value == "none" && place.remove(last).is_some() {
        return Ok(());
    }
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
    let parsed = parsed.and_then(|mut table| table.remove("value"));
    let text = || toml::Value::String(value.to_string());
    place.insert(last.to_string(), parsed.unwrap_or_else(text));
    Ok(())
}

/// Line of a byte offset, from 1.
fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// A parser's message with the nearest known key where it names an unknown one.
fn explain(message: &str) -> String {
    let message = message.trim();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    if let (true, [found, known @ ..]) = (unknown, quoted.as_slice())
        && let Some(near) = nearest(found, known.iter().copied())
    {
        let what = if message.starts_with("unknown field") {
            "key"
        } else {
            "value"
        };
        return format!(
            "unknown {what} `{found}`; did you mean `{near}`? known: {}",
            known.join(", ")
        );
    }
    message.replace("unknown field", "unknown key")
}

/// The known name that is nearest to `name`, if any is near.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .map(|(_, candidate)| candidate.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<impl std::fmt::Debug, Error>) -> String {
        result.expect_err("an error").to_string()
    }

    #[test]
    fn every_built_in_recipe_is_valid_and_described() {
        for (name, description) in list() {
            load(&name).expect("a valid recipe");
            assert!(!description.is_empty(), "{name}");
        }
        assert!(message(load("char-ln")).contains("did you mean `char-lm`?"));
    }

    #[test]
    fn overrides_are_checked() {
        let mut recipe = load("char-lm").expect("a recipe");
        recipe
            .set(&["model.hidden_sizes=[7, 8]", "training.learning_rate = 0.25"])
            .expect("a list and a number");
        recipe
            .set(&["model.cell=gru"])
            .expect("a text without quotes");
        assert_eq!(recipe.config.model.hidden_sizes, [7, 8]);
        assert_eq!(recipe.config.training.learning_rate, 0.25);
        let mut fails = |change: &str| message(recipe.set(&[change]));
        assert!(fails("model.hiden_sizes=[7]").contains("did you mean `hidden_sizes`?"));
        assert!(fails("modle.cell=gru").contains("did you mean `model`?"));
        assert!(fails("model.cell=lstn").contains("did you mean `lstm`?"));
        assert!(fails("training.epochs=many").contains("invalid type"));
        assert!(fails("training.epochs=0").contains("training.epochs: expected"));
        assert!(fails("nonsense").contains("expected section.key=value"));
        assert!(fails("model=3").contains("expected section.key=value"));
        assert_eq!(recipe.overrides.len(), 3);
    }

    #[test]
    fn overrides_that_need_each_other_are_made_together() {
        let mut recipe = load("char-lm").expect("a recipe");
        assert!(recipe.set(&["model.tie_weights=true"]).is_err());
        let both = ["model.tie_weights=true", "model.embedding_size=128"];
        recipe.set(&both).expect("equal widths");
        let clip = ["training.clip_norm=none", "training.clip_value=1"];
        recipe.set(&clip).expect("one limit for the other");
        assert_eq!(recipe.config.training.clip_norm, None);
        recipe
            .set(&["training.schedule.name=constant"])
            .expect("no constants left");
        recipe
            .set(&["training.optimizer.name=sgd"])
            .expect("no constants left");
    }

    #[test]
    fn errors_of_a_file_name_the_line() {
        let text = text("char-lm")
            .expect("a recipe")
            .replace("chunk_length", "chunk_lenght");
        let message = message(parse("mine", &text, "mine.toml"));
        assert!(message.starts_with("mine.toml:"), "{message}");
        assert!(
            message.contains("did you mean `chunk_length`?"),
            "{message}"
        );
    }
}
