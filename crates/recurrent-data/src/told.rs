//! What the system and parsers say, in the words of the program.

use std::io;

use serde_json::error::Category;

/// What the system says of a file, without its number.
pub fn io_problem(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase());
    first
        .into_iter()
        .flatten()
        .chain(characters)
        .collect::<String>()
}

/// What is wrong with a JSON text: what was expected and what was found.
pub fn json_problem(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("expected JSON to its end, found the end of the text at {place}"),
        Category::Syntax => format!("expected JSON, found something else at {place}"),
        Category::Data | Category::Io => {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            let found = ["invalid type: ", "invalid value: ", "invalid "];
            let found = found.iter().find_map(|start| text.strip_prefix(start));
            match found.and_then(|rest| rest.split_once(", expected ")) {
                Some((found, expected)) => format!("expected {expected}, found {found} at {place}"),
                None => match text.strip_prefix("missing field ") {
                    Some(name) => format!("expected {name}, found none"),
                    None => text.to_owned(),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_is_wrong_without_a_number() {
        let error = std::fs::read("/nowhere/at/all").unwrap_err();
        assert_eq!(io_problem(&error), "no such file or directory");
        assert_eq!(io_problem(&io::Error::other("Odd")), "odd");
    }

    #[test]
    fn json_is_told_by_what_was_expected_and_found() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct One {
            #[allow(dead_code, reason = "only read from JSON")]
            key: u32,
        }
        for (text, problem) in [
            (
                "{\"key\":",
                "expected JSON to its end, found the end of the text at line 1, column 7",
            ),
            (
                "{\n\"key\": x}",
                "expected JSON, found something else at line 2, column 8",
            ),
            (
                "{\"key\":\"a\"}",
                "expected u32, found string \"a\" at line 1, column 10",
            ),
            ("{}", "expected `key`, found none"),
            ("{\"other\":1}", "unknown field `other`, expected `key`"),
        ] {
            let error = serde_json::from_str::<One>(text).unwrap_err();
            assert_eq!(json_problem(&error), problem);
        }
    }
}
