//! `recurrent bench` as its users run it.

mod common;

use common::{recurrent, run};
use serde_json::Value;

#[test]
fn a_workload_is_one_object() {
    let mut command = recurrent();
    command.args(["bench", "lstm_step_128", "--json", "--threads", "1"]);
    let found = run(&mut command);
    found.succeeds();
    assert!(found.err.contains("lstm_step_128"), "{}", found.err);
    assert_eq!(found.out.lines().count(), 1, "{}", found.out);
    let object: Value = serde_json::from_str(&found.out).expect("one object");
    let keys: Vec<&String> = object.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "workload",
            "ms",
            "forward_ms",
            "per_second",
            "gflops",
            "peak_fraction",
            "threads",
            "path",
            "peak_rss_mb"
        ]
    );
    assert_eq!(object["workload"], "lstm_step_128");
    assert_eq!(object["forward_ms"], Value::Null);
    assert_eq!(object["threads"], 1);
    let path = object["path"].as_str().expect("a text");
    assert!(["avx512", "avx2", "portable"].contains(&path), "{path}");

    let number = |key: &str| object[key].as_f64().expect("a number");
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
    assert!(number("ms") > 0.0 && number("peak_fraction") > 0.0);
    assert!(near(number("per_second") * number("ms"), 1e3));
    // 4 x 128 x (128 + 128) multiplications and additions a step.
    assert!(near(
        number("gflops") * 1e9,
        number("per_second") * 262_144.0
    ));
}

#[test]
fn taggers_and_fields_are_timed_with_and_without_gradients() {
    // Tokens, and multiplications of a token, as the table's sizes have them.
    for (name, tokens, multiplications) in [
        ("tagger_train", 865.0, 3.0 * 164_400.0),
        ("crf_20", 1_600.0, 3.0 * 400.0),
        ("crf_20_packed", 945.0, 3.0 * 400.0),
        ("crf_20_decode", 1_600.0, 400.0),
    ] {
        let found = run(recurrent().args(["bench", name, "--json"]));
        found.succeeds();
        let object: Value = serde_json::from_str(&found.out).expect("one object");
        let number = |key: &str| object[key].as_f64().expect("a number");
        assert_eq!(object["workload"], name);
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
        let rate = number("per_second");
        assert!(near(rate * number("ms"), tokens * 1e3), "{name}: {object}");
        let flops = number("gflops") * 1e9;
        assert!(
            near(flops, rate * 2.0 * multiplications),
            "{name}: {object}"
        );
        match name {
            "crf_20_decode" => assert_eq!(object["forward_ms"], Value::Null),
            _ => assert!(number("forward_ms") > 0.0, "{name}: {object}"),
        }
    }
}

#[test]
fn rounded_weights_are_told_with_their_error() {
    let mut command = recurrent();
    command.args(["bench", "lstm_step_512_bf16", "--json"]);
    let found = run(&mut command);
    found.succeeds();
    let object: Value = serde_json::from_str(&found.out).expect("one object");
    let error = object["rounding_error"].as_f64().expect("a number");
    // Weights below 1/sqrt(512) change by up to one part in 256.
    assert!(error > 0.0 && error < 2e-2, "{error}");
}

#[test]
fn a_table_names_the_machine_and_the_workload() {
    let found = run(recurrent().args(["bench", "gru_step_256", "--threads", "1"]));
    found.succeeds();
    let lines: Vec<&str> = found.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", found.out);
    assert!(lines[0].starts_with("threads 1, "), "{}", found.out);
    assert!(lines[1].starts_with("workload"), "{}", found.out);
    assert!(lines[2].starts_with("gru_step_256"), "{}", found.out);
}

#[test]
fn an_unknown_workload_is_told_with_those_that_exist() {
    let found = run(recurrent().args(["bench", "lm_ptb_smal", "--json"]));
    found.is_bad_input(&["'lm_ptb_smal'", "exists: 'lm_ptb_small'", "gru_packed"]);
    assert_eq!(found.out, "");
}
