//! RECIPES.md against the program: every key, its default, its range and its names.

use recurrent::recipe;
use toml::{Table, Value};

/// All that must be given for a recurrent language model.
const LEAST: &str = r#"
[task]
name = "language-model"
[data]
unit = "word"
[model]
cell = "lstm"
embedding_size = 4
hidden_sizes = [4]
[training]
batch_size = 2
chunk_length = 3
epochs = 1
optimizer = { name = "sgd" }
learning_rate = 0.1
[decode]
"#;

/// The sections that another kind of model has in the place of those.
const OTHERS: [(&str, &str, bool); 3] = [
    (
        "feed-forward",
        "kind = 'feed-forward'\ncontext = 2\nembedding_size = 4\nhidden_size = 4",
        true,
    ),
    ("ngram", "kind = 'ngram'\norder = 2", false),
    ("mixture", "kind = 'mixture'\nruns = ['a', 'b']", false),
];

/// All that must be given for the models and data of other tasks, by the kinds that stand for them in headings.
const TASKS: [(&str, &str); 17] = [
    (
        "word-vectors",
        "task.name = 'word-vectors'\ndata.unit = 'word'\nmodel.embedding_size = 4\ntraining.epochs = 1",
    ),
    (
        "classification",
        "task.name = 'classification'\ndata = {}\nmodel.kind = 'naive-bayes'",
    ),
    (
        "network",
        "task.name = 'classification'\ndata = {}\nmodel.pooling = 'last'\nmodel.embedding = { size = 4 }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         model.pretrained = { run = 'a' }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "recurrent",
        "task.name = 'classification'\ndata = {}\nmodel.pooling = 'last'\nmodel.embedding = { size = 4 }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4, 4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "convolutional",
        "task.name = 'classification'\ndata = {}\nmodel.pooling = 'max'\nmodel.embedding = { size = 4 }\n\
         model.encoder = { kind = 'convolutional', filters = [4, 4], widths = [3] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "signals",
        "task.name = 'classification'\ndata.kind = 'signals'\n\
         model.kind = 'nearest-centroid'",
    ),
    (
        "nearest-centroid",
        "task.name = 'classification'\ndata.kind = 'signals'\nmodel.kind = 'nearest-centroid'",
    ),
    (
        "tagging",
        "task.name = 'tagging'\ndata = {}\nmodel.embedding = { size = 4 }\n\
         model.characters = { embedding = { size = 4 }, encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] } }\n\
         model.capitals = { size = 4 }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "most-frequent",
        "task.name = 'tagging'\ndata = {}\nmodel.kind = 'most-frequent'",
    ),
    (
        "perceptron",
        "task.name = 'tagging'\ndata = {}\nmodel.kind = 'perceptron'",
    ),
    (
        "transcription",
        "task.name = 'transcription'\ndata.kind = 'dialled'\nmodel.front = [{ filters = 2 }]\n\
         model.predictor = { embedding_size = 4, cell = 'gru', hidden_sizes = [4], joint_size = 4 }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }\ndecode = {}",
    ),
    (
        "dialled",
        "task.name = 'transcription'\ndata = { kind = 'dialled', sound = { features = {}, spec_augment = {} } }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "sound",
        "task.name = 'transcription'\ndata.kind = 'sound'\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "joined",
        "task.name = 'transcription'\ndata.kind = 'joined'\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "handwritten",
        "task.name = 'transcription'\ndata.kind = 'handwritten'\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "named-images",
        "task.name = 'transcription'\ndata.kind = 'named-images'\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
    (
        "memory",
        "task.name = 'memory'\ndata = { problem = 'copy', steps = 10, examples = [1, 1, 1] }\n\
         model.encoder = { kind = 'recurrent', cell = 'lstm', hidden_sizes = [4] }\n\
         training = { batch_size = 2, epochs = 1, optimizer = 'adam', learning_rate = 0.1 }",
    ),
];
/// All that must be given for a kind of model.
fn least(kind: &str) -> Table {
    if let Some((_, text)) = TASKS.iter().find(|(known, _)| *known == kind) {
        return text.parse().expect("TOML");
    }
    let mut table: Table = LEAST.parse().expect("TOML");
    if let Some((_, model, has_training)) = OTHERS.iter().find(|other| other.0 == kind) {
        let model: Table = model.parse().expect("TOML");
        table.insert("model".to_string(), model.into());
        if !has_training {
            table.remove("training");
        }
    }
    table
}

/// A row of a table of RECIPES.md.
struct Row {
    /// The heading above the table, without the kind.
    section: String,
    /// The kind of model that it is of, where that is not recurrent.
    kind: String,
    /// The key, or the name of an optimizer or schedule.
    key: String,
    /// The cells after the key.
    cells: Vec<String>,
}

/// The rows under headings that `wanted` takes.
fn rows(wanted: impl Fn(&str) -> bool) -> Vec<Row> {
    let (mut section, mut kind) = ("", "");
    let mut rows = Vec::new();
    for line in include_str!("../../../RECIPES.md").lines() {
        if line.starts_with('#') {
            (section, kind) = line.split_once(" of kind ").unwrap_or((line, ""));
            section = section.trim_matches(['#', ' ', '`', '[', ']']);
            kind = kind.trim_matches('`');
        } else if line.starts_with("| `") && wanted(section) {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            rows.push(Row {
                section: section.to_string(),
                kind: kind.to_string(),
                key: cells
                    .next()
                    .unwrap_or_default()
                    .trim_matches('`')
                    .to_string(),
                cells: cells.map(str::to_string).collect(),
            });
        }
    }
    rows
}

/// Sections whose rows are not keys but names to choose from.
const CHOICES: [&str; 2] = ["training.optimizer", "training.schedule"];

/// A section of a recipe, which may stand in another one.
fn section_of<'a>(table: &'a mut Table, section: &str) -> &'a mut Table {
    let part = |table: &'a mut Table, name: &str| {
        // Of a list of tables the first.
        let part = match table.get_mut(name) {
            Some(Value::Array(parts)) => parts.first_mut(),
            part => part,
        };
        let part = part.and_then(Value::as_table_mut);
        part.unwrap_or_else(|| panic!("a section {name}"))
    };
    section.split('.').fold(table, part)
}

/// The rows of the recipe's own keys.
fn keys() -> Vec<Row> {
    rows(|section| !CHOICES.contains(&section))
}

/// The least recipe of a kind with one key more or another value.
fn with(kind: &str, section: &str, key: &str, value: Value) -> Table {
    let mut table = least(kind);
    section_of(&mut table, section).insert(key.to_string(), value);
    table
}

/// The error of a recipe, if it has one.
fn refusal(table: &Table) -> Option<String> {
    let parsed = recipe::parse("test", &table.to_string(), "test");
    parsed.err().map(|error| error.to_string())
}

/// A recipe's table with every default.
fn filled(table: &Table) -> Table {
    let recipe = recipe::parse("test", &table.to_string(), "test").expect("a recipe");
    recipe.config.to_toml().parse().expect("TOML")
}

/// The names that could have stood in the place of a wrong one.
fn known(wrong: &Table) -> Vec<String> {
    let message = refusal(wrong).expect("an unknown name");
    let (_, names) = message.split_once("known: ").expect("the known names");
    names.split(", ").map(str::to_string).collect()
}

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}

/// A value of TOML.
fn value(text: &str) -> Value {
    let mut table: Table = format!("value = {text}").parse().expect("TOML");
    table.remove("value").expect("the value")
}

#[test]
fn every_key_is_listed() {
    let sections = ["task", "data", "model", "training", "decode"].map(|section| ("", section));
    let models = OTHERS.map(|(kind, _, _)| (kind, "model"));
    let tasks = [
        ("word-vectors", &["model", "training"][..]),
        ("classification", &["data", "model"]),
        ("signals", &["data"]),
        ("network", &["model", "model.embedding", "model.pretrained"]),
        ("recurrent", &["model.encoder"]),
        ("convolutional", &["model.encoder"]),
        ("nearest-centroid", &["model"]),
        (
            "tagging",
            &["data", "model", "model.characters", "model.capitals"],
        ),
        ("most-frequent", &["model"]),
        ("perceptron", &["model"]),
        ("memory", &["data", "model"]),
        (
            "transcription",
            &["model", "model.predictor", "model.front", "decode"],
        ),
        (
            "dialled",
            &[
                "data",
                "data.sound",
                "data.sound.features",
                "data.sound.spec_augment",
            ],
        ),
        ("sound", &["data"]),
        ("joined", &["data"]),
        ("handwritten", &["data"]),
        ("named-images", &["data"]),
    ];
    let tasks = tasks
        .iter()
        .flat_map(|(kind, sections)| sections.iter().map(|s| (*kind, *s)));
    let others = models.into_iter().chain(tasks);
    for (kind, section) in sections.into_iter().chain(others) {
        let listed = rows(|heading| heading == section).into_iter();
        let listed = listed.filter(|row| row.kind == kind).map(|row| row.key);
        let mut known = known(&with(kind, section, "?", value("0")));
        // The key that says which keys an encoder, or data to transcribe, have.
        let transcribed = ["dialled", "sound", "joined", "handwritten", "named-images"];
        if section == "model.encoder" || section == "data" && transcribed.contains(&kind) {
            known.insert(0, "kind".to_string());
        }
        assert_eq!(listed.collect::<Vec<_>>(), known, "{section} {kind}");
    }
}

#[test]
fn defaults_are_those_of_the_program() {
    for Row {
        section,
        kind,
        key,
        cells,
    } in keys()
    {
        let least = least(&kind);
        assert_eq!(refusal(&least), None);
        let mut filled = filled(&least);
        let found = section_of(&mut filled, &section).get(&key).cloned();
        match &cells[0][..] {
            // What every example of the kind must have has no default to be seen.
            "none" if section_of(&mut least.clone(), &section).contains_key(&key) => {}
            "none" => assert_eq!(found, None, "{section}.{key}"),
            "required" => {
                let mut table = least.clone();
                section_of(&mut table, &section).remove(&key);
                let message = refusal(&table).unwrap_or_default();
                assert!(message.contains(&format!("`{key}`")), "{section}.{key}");
            }
            "a table" => assert!(
                found.is_some_and(|found| found.is_table()),
                "{section}.{key}"
            ),
            text => {
                let listed = value(text.trim_matches('`'));
                assert_eq!(found, Some(listed), "{section}.{key}");
            }
        }
    }
}

/// The ends of a range such as `1 to 9`, `0 to below 1` or `above 0`, and whether they belong to it; none of other values.
fn ends(range: &str) -> [Option<(f64, bool)>; 2] {
    let end = |text: &str| {
        let number = text.rsplit(' ').next()?.parse().ok()?;
        Some((number, !text.contains("above") && !text.contains("below")))
    };
    match range.split_once(" to ") {
        Some((least, most)) => [end(least), end(most)],
        None => [end(range), None],
    }
}

#[test]
fn ranges_are_those_of_the_program() {
    let mut checked = 0;
    for Row {
        section,
        kind,
        key,
        cells,
    } in keys()
    {
        for (end, outward) in ends(&cells[1]).into_iter().zip([-1.0, 1.0]) {
            let Some((number, belongs)) = end else {
                continue;
            };
            // Without a fraction it is a whole number, which every numeric key takes.
            let refused = |number: f64| {
                let value = value(&number.to_string());
                refusal(&with(&kind, &section, &key, value))
            };
            assert_eq!(
                refused(number).is_none(),
                belongs,
                "{section}.{key} = {number}"
            );
            assert!(
                refused(number + outward).is_some(),
                "{section}.{key} beyond {number}"
            );
            checked += 1;
        }
    }
    assert!(checked > 25, "{checked} ends of ranges");
}

#[test]
fn names_are_those_of_the_program() {
    for Row {
        section,
        kind,
        key,
        cells,
    } in keys()
        .into_iter()
        .filter(|row| row.cells[1].starts_with('`'))
    {
        let known = known(&with(&kind, &section, &key, value("\"?\"")));
        assert_eq!(quoted(&cells[1]), known, "{section}.{key}");
    }
    for key in ["optimizer", "schedule"] {
        let rows = rows(|heading| heading == format!("training.{key}"));
        let listed: Vec<&str> = rows.iter().map(|row| &row.key[..]).collect();
        assert_eq!(
            listed,
            known(&with("", "training", key, value("{ name = \"?\" }")))
        );
        for row in &rows {
            check_constants(key, row);
        }
    }
}

/// The constants of an optimizer or schedule are those listed: required ones bare, the others with their default.
fn check_constants(key: &str, row: &Row) {
    let Row {
        key: name, cells, ..
    } = row;
    let mut given = Table::from_iter([("name".to_string(), Value::from(&name[..]))]);
    let mut expected = given.clone();
    for constant in quoted(&cells[0]) {
        match constant.split_once(" = ") {
            Some((constant, default)) => {
                expected.insert(constant.to_string(), value(default));
            }
            None => {
                given.insert(constant.clone(), Value::from(1));
            }
        }
    }
    let filled = filled(&with("", "training", key, given.clone().into()));
    let mut found = filled["training"][key].as_table().expect("a table").clone();
    for required in given.keys().filter(|constant| *constant != "name") {
        let mut less = given.clone();
        less.remove(required);
        let refused = refusal(&with("", "training", key, less.into()));
        assert!(refused.is_some(), "{name} without {required}");
        found.remove(required);
    }
    assert_eq!(found, expected);
}
