//! What a parser says, in the words of a recipe.

/// The parser's message in plain words, with the nearest known name where it meets an
/// unknown one.
pub(super) fn explain(message: &str) -> String {
    let message = message.trim();
    if let Some(names) = message.strip_prefix("unknown field ") {
        return unknown("key", names);
    }
    if let Some(names) = message.strip_prefix("unknown variant ") {
        return unknown("value", names);
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("missing key {name}");
    }
    match message {
        "wanted string or table" => {
            return "expected a name, or a table of a name and its value".to_string();
        }
        "wanted exactly 1 element, more than 1 element" => {
            return "expected one name, found several".to_string();
        }
        "invalid type: unit variant, expected newtype variant" => {
            return "expected a value with this name, as in { uniform = 0.1 }".to_string();
        }
        "invalid type: unit variant, expected string only" => {
            return "expected a name, found another kind of value".to_string();
        }
        _ => {}
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid "];
    let wrong = wrong.iter().find_map(|start| message.strip_prefix(start));
    let Some((found, expected)) = wrong.and_then(|rest| rest.split_once(", expected ")) else {
        return message.to_string();
    };
    let hint = match (expected, plain(found)) {
        ("a sequence", Some(value)) => format!("; write [{value}]"),
        _ => String::new(),
    };
    let (expected, found) = (wanted(expected), given(found));
    format!("expected {expected}, found {found}{hint}")
}

/// An unknown name, quoted, before the known ones, quoted too.
fn unknown(what: &str, names: &str) -> String {
    let quoted: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
    let [found, known @ ..] = quoted.as_slice() else {
        return format!("unknown {what} {names}");
    };
    let near = nearest(found, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?"));
    let known = match known {
        [] => "none".to_string(),
        known => known.join(", "),
    };
    let near = near.unwrap_or_default();
    format!("unknown {what} `{found}`{near}; known: {known}")
}

/// What a parser expects.
fn wanted(parser: &str) -> String {
    match parser {
        "usize" | "u64" | "u32" => "a whole number of at least 0".to_string(),
        "f64" => "a number".to_string(),
        "a string" | "string" => "a text".to_string(),
        "a boolean" => "true or false".to_string(),
        "a sequence" => "a list".to_string(),
        "fewer elements in array" => "a shorter list".to_string(),
        other if other.starts_with("struct ") => "a section with keys".to_string(),
        other => match other.strip_prefix("an array of length ") {
            Some(length) => format!("a list of {length}"),
            None => other.to_string(),
        },
    }
}

/// What a parser has found.
fn given(parser: &str) -> String {
    match parser {
        "sequence" => "a list".to_string(),
        "map" => "a table".to_string(),
        other => match (plain(other), other.strip_prefix("string ")) {
            (Some(value), _) => value.to_string(),
            (None, Some(text)) => text_or_number(text),
            (None, None) => match other.strip_prefix("length ") {
                Some(length) => format!("one of {length}"),
                None => other.to_string(),
            },
        },
    }
}

/// A quoted text that a parser has found. Whole numbers that TOML cannot hold reach it so.
fn text_or_number(text: &str) -> String {
    let bare = text.trim_matches('"');
    match (bare.parse::<i128>(), bare.parse::<i64>()) {
        (Ok(_), Err(_)) => format!("{bare}; a whole number is at most {}", i64::MAX),
        _ => format!("the text {text}"),
    }
}

/// A number or truth value that a parser has found.
fn plain(parser: &str) -> Option<&str> {
    let kinds = ["integer `", "floating point `", "boolean `"];
    let value = kinds.iter().find_map(|kind| parser.strip_prefix(kind))?;
    value.strip_suffix('`')
}

/// The known name that is nearest to `name`, if any is near; case does not count.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    known
        .map(|candidate| (strsim::damerau_levenshtein(&name, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()) / 2)
        .map(|(_, candidate)| candidate.to_string())
}
