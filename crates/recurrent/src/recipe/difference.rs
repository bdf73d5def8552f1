//! What differs between two recipes.

use std::collections::BTreeSet;
use toml::{Table, Value};

/// A setting that is not the same in two recipes.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Its key with its section.
    pub key: String,
    /// The one value, in TOML.
    pub before: String,
    /// The other.
    pub after: String,
}

/// The settings that differ, by the order of their keys.
pub(crate) fn differences(before: &Table, after: &Table) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(section: &str, before: &Table, after: &Table, found: &mut Vec<Difference>) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in keys {
        let key = match section {
            "" => name.clone(),
            section => format!("{section}.{name}"),
        };
        match (before.get(name), after.get(name)) {
            (Some(Value::Table(before)), Some(Value::Table(after))) => {
                compare(&key, before, after, found);
            }
            (before, after) if before != after => found.push(Difference {
                key,
                before: shown(before),
                after: shown(after),
            }),
            _ => {}
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("nothing".to_string(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_added_and_missing_keys_are_found() {
        let table = |text: &str| text.parse::<Table>().expect("a table");
        let before = table("a.b = 1\na.c = 'x'\nd = [1]");
        let after = table("a.b = 2\na.c = 'x'\ne.f = true\nd = [1]");
        let found = differences(&before, &after);
        let texts: Vec<[&str; 3]> = (found.iter())
            .map(|found| [&found.key[..], &found.before, &found.after])
            .collect();
        assert_eq!(texts, [["a.b", "1", "2"], ["e", "nothing", "{ f = true }"]]);
        assert!(differences(&before, &before).is_empty());
    }
}
