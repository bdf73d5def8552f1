//! Files of signals that are not those of training: without labels, with their columns in another order.

mod common;

use common::{Run, recurrent, run};
use std::fs;
use std::path::{Path, PathBuf};

const RECIPE: &str = "[task]\nname = \"classification\"\n[data]\nkind = \"signals\"\nseries_column = \"id\"\n\
    label_column = \"class\"\nstandardise = true\n[model]\nkind = \"nearest-centroid\"\n";

/// A table of rising and falling series; columns are written in the order of `columns`.
fn table(path: PathBuf, columns: &[&str], count: usize) -> PathBuf {
    let mut text = columns.join(",") + "\n";
    for (n, step) in (0..count).flat_map(|n| (0..4).map(move |step| (n, step))) {
        let sign = [1.0, -1.0][n % 2];
        let field = |column: &&str| match *column {
            "id" => format!("s{n}"),
            "class" => ["up", "down"][n % 2].to_string(),
            "slope" => (sign * (step + n % 3) as f64).to_string(),
            "offset" => (100.0 + (n * 7 % 5) as f64).to_string(),
            _ => "note".to_string(),
        };
        text += &(columns.iter().map(field).collect::<Vec<_>>().join(",") + "\n");
    }
    fs::write(&path, text).expect("written");
    path
}

fn call(command: &str, model: &Path, rest: &[&Path]) -> Run {
    let mut program = recurrent();
    run(program.arg(command).arg(model).args(rest))
}

#[test]
fn columns_have_their_names_and_need_no_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let recipe = path("slopes.toml");
    fs::write(&recipe, RECIPE).expect("written");
    let learned = table(
        path("learned.csv"),
        &["id", "slope", "offset", "class"],
        120,
    );
    let out = path("out");
    let mut command = recurrent();
    command.arg("train").arg(&recipe).arg("--data").arg(learned);
    run(command.arg("--out").arg(&out)).succeeds();

    // A channel that says nothing leaves mistakes, which name their series.
    let odd = table(path("odd.csv"), &["id", "offset", "class"], 120);
    let mut command = recurrent();
    command.arg("train").arg(&recipe).arg("--data").arg(odd);
    run(command.arg("--out").arg(path("odd"))).succeeds();
    let report = fs::read_to_string(path("odd").join("report.html")).expect("a report");
    assert!(report.contains("\nseries s"), "no mistake with a series");

    let same = table(path("same.csv"), &["id", "slope", "offset", "class"], 10);
    let expected = call("predict", &out, &[&same]);
    expected.succeeds();
    let answers: Vec<&str> = expected.out.lines().map(|line| &line[..2]).collect();
    assert_eq!(answers, ["up", "do"].repeat(5));
    for columns in [
        &["id", "slope", "offset"][..],
        &["offset", "id", "slope"],
        &["class", "offset", "remark", "slope", "id"],
    ] {
        let other = table(path("other.csv"), columns, 10);
        let found = call("predict", &out, &[&other]);
        found.succeeds();
        assert_eq!(found.out, expected.out, "{columns:?}");
    }

    let split = [Path::new("--split"), Path::new("all"), Path::new("--data")];
    let moved = table(path("moved.csv"), &["class", "offset", "slope", "id"], 10);
    let found = call("evaluate", &out, &[split[0], split[1], split[2], &moved]);
    found.succeeds();
    assert!(found.out.contains("accuracy"), "{}", found.out);
    let less = table(path("less.csv"), &["id", "class", "slope"], 10);
    for found in [
        call("predict", &out, &[&less]),
        call("evaluate", &out, &[split[0], split[1], split[2], &less]),
    ] {
        found.is_bad_input(&["less.csv, line 1: no column `offset`; columns: id, class, slope"]);
    }
}
