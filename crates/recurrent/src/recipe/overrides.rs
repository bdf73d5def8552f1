//! Changes of single settings.

use super::Recipe;
use super::explain::{explain, nearest};
use crate::Error;
use crate::task::Config;

impl Recipe {
    /// Changes settings, each `section.key=value` with the value in TOML: a text
    /// may stand without quotes, and `none` takes an optional key away. A new
    /// `name` of a schedule or optimizer drops the old one's constants, a path the
    /// recipe's generated text, a cell that is not an LSTM the recipe's forget bias, another kind of encoder or data
    /// the settings of the old one. A kind of model that has other keys and needs none of them stands alone, in the
    /// place of the recipe's model and its training.
    /// The recipe is checked once all are made.
    ///
    /// # Errors
    /// Where a key is unknown, or a value has the wrong type or range; the
    /// recipe is then as before.
    pub fn set<S: AsRef<str>>(&mut self, assignments: &[S]) -> Result<(), Error> {
        let own = self.config.to_table();
        let mut table = own.clone();
        for assignment in assignments {
            drop_replaced(&mut table, assignment.as_ref());
            replace_model(&mut table, assignment.as_ref());
            replace_section(&mut table, &own, assignment.as_ref());
        }
        // The settings that another kind needs may come after it.
        let mut problems: Vec<(String, String)> = Vec::new();
        for assignment in assignments {
            let assignment = assignment.as_ref();
            let place = |message: String| Error::Recipe {
                place: format!("--set {assignment}"),
                message,
            };
            assign(&mut table, assignment).map_err(place)?;
            if let Err(error) = Config::parse(&table.to_string()) {
                problems.push((assignment.to_string(), explain(error.message())));
            }
        }
        let config = Config::parse(&table.to_string()).map_err(|error| {
            let message = explain(error.message());
            // Unknown keys and wrong types are told at the assignment that has them.
            let first = problems.iter().find(|(_, problem)| *problem == message);
            let assignment = first.map_or("", |(assignment, _)| assignment);
            Error::Recipe {
                place: format!("--set {assignment}").trim_end().to_string(),
                message,
            }
        })?;
        config.check()?;
        self.config = config;
        let texts = assignments.iter().map(|text| text.as_ref().to_string());
        self.overrides.extend(texts);
        Ok(())
    }
}

/// Puts another kind of model, which has other keys, in the place of the recipe's own with its training, where it needs
/// nothing but its kind.
fn replace_model(table: &mut toml::Table, assignment: &str) {
    let Some(("model.kind", kind)) = assignment
        .split_once('=')
        .map(|(key, kind)| (key.trim(), kind))
    else {
        return;
    };
    let kind = kind.trim().trim_matches(['"', '\'']);
    let of_kind = |mut model: toml::Table| {
        model.insert("kind".to_string(), kind.into());
        toml::Value::from(model)
    };
    let mut kept = table.clone();
    if let Some(toml::Value::Table(model)) = table.get("model") {
        kept.insert("model".to_string(), of_kind(model.clone()));
    }
    let mut replaced = table.clone();
    replaced.insert("model".to_string(), of_kind(toml::Table::new()));
    replaced.remove("training");
    let fits = |table: &toml::Table| Config::parse(&table.to_string()).is_ok();
    if !fits(&kept) && fits(&replaced) {
        *table = replaced;
    }
}

/// Leaves of an encoder, or of the data, only what goes with another kind that has other keys.
fn replace_section(table: &mut toml::Table, recipe: &toml::Table, assignment: &str) {
    let Some((key, kind)) = assignment.split_once('=') else {
        return;
    };
    let (section, kept): (_, &[&str]) = match key.trim().rsplit_once('.') {
        Some((section @ "data", "kind")) => (section, &["path", "seed"]),
        Some((section, "kind")) if section.ends_with(".encoder") => (section, &[]),
        _ => return,
    };
    let kind = toml::Value::from(kind.trim().trim_matches(['"', '\'']));
    let mut changed = recipe.clone();
    let before =
        section_mut(&mut changed, section).map(|own| own.insert("kind".to_string(), kind.clone()));
    let is_another = before.is_some_and(|before| before != Some(kind));
    if is_another
        && Config::parse(&changed.to_string()).is_err()
        && let Some(own) = section_mut(table, section)
    {
        own.retain(|name, _| kept.contains(&name));
    }
}

/// A section by its path.
fn section_mut<'a>(table: &'a mut toml::Table, path: &str) -> Option<&'a mut toml::Table> {
    path.split('.').try_fold(table, |table, part| {
        table.get_mut(part).and_then(toml::Value::as_table_mut)
    })
}

/// Takes the settings away that an assignment leaves without a use.
fn drop_replaced(table: &mut toml::Table, assignment: &str) {
    let Some((key, value)) = assignment.split_once('=') else {
        return;
    };
    let value = value.trim().trim_matches(['"', '\'']);
    let (section, names): (_, &[&str]) = match key.trim() {
        "data.path" if value != "none" => ("data", &["grammar_characters", "grammar_seed"]),
        key => match key.rsplit_once('.') {
            Some((section, "cell")) if value != "lstm" => (section, &["forget_bias"]),
            _ => return,
        },
    };
    let Some(section) = section_mut(table, section) else {
        return;
    };
    let generated = section.contains_key("grammar_characters");
    for name in names {
        section.remove(*name);
    }
    // What it says of the generated text is not true of another.
    if generated && let Some(toml::Value::Table(task)) = table.get_mut("task") {
        task.remove("description");
    }
}

/// What is wrong with a key of training of a recipe whose model has none.
fn untrained(table: &toml::Table, key: &str) -> String {
    let model = table.get("model").and_then(toml::Value::as_table);
    let kind = model.and_then(|model| model.get("kind")?.as_str());
    let kind = kind.unwrap_or("model");
    format!(
        "expected a model that is trained in steps for `{key}`, found a {kind}, which has no [training]"
    )
}

/// Whether a recipe knows a key, and whether it may lack it, in contrast to one that has a default or of which `none` is a
/// value. What cannot be told may be taken away.
fn without(table: &toml::Table, path: &[&str], key: &str) -> (bool, bool) {
    let section = path.join(".");
    let parse = |table: &toml::Table| Config::parse(&table.to_string()).ok();
    let mut less = table.clone();
    let mut more = table.clone();
    for (table, value) in [(&mut less, None), (&mut more, Some("none"))] {
        if let Some(section) = section_mut(table, &section) {
            section.remove(key);
            if let Some(value) = value {
                section.insert(key.to_string(), value.into());
            }
        }
    }
    let Some(config) = parse(&less) else {
        return (false, true);
    };
    let mut filled = config.to_table();
    let lacks = section_mut(&mut filled, &section).is_none_or(|section| !section.contains_key(key));
    (parse(&more).is_some(), lacks)
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
    let (is_known, is_optional) = match value.trim() {
        "none" => without(table, &path, last),
        _ => (false, false),
    };
    let mut place = table;
    for (depth, parent) in path.into_iter().enumerate() {
        if depth == 0 && !place.contains_key(parent) {
            if parent == "training" {
                return Err(untrained(place, key.trim()));
            }
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
    if value == "none" && is_optional && (place.remove(last).is_some() || is_known) {
        return Ok(());
    }
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
    let parsed = parsed.and_then(|mut table| table.remove("value"));
    let text = || toml::Value::String(value.to_string());
    place.insert(last.to_string(), parsed.unwrap_or_else(text));
    Ok(())
}
