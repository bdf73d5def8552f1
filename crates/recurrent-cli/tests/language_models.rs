//! What trained language models are used for: candidates ranked, models mixed and compared, caches
//! and weights that follow a text.

mod common;

use common::{Run, recurrent, run};
use recurrent::DeviceName;
use recurrent::language_model::{CacheConfig, Predictor, Split};
use recurrent::run::RunDirectory;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

const DATA: &str = "[task]\nname = \"language-model\"\n[data]\nunit = \"word\"\n\
                    grammar_characters = [40000, 6000, 6000]\n";

const LSTM: &str = "[model]\ncell = \"lstm\"\nembedding_size = 12\nhidden_sizes = [16]\n[training]\n\
                    batch_size = 4\nchunk_length = 20\nepochs = 2\nlearning_rate = 0.01\noptimizer = \"adam\"\n";

const NGRAM: &str = "[model]\nkind = \"ngram\"\norder = 3\n";

/// A folder with the runs `lstm` and `ngram`, trained once for all tests.
fn models() -> &'static Path {
    static MODELS: OnceLock<TempDir> = OnceLock::new();
    let folder = MODELS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, model) in [("lstm", LSTM), ("ngram", NGRAM)] {
            train(folder.path(), name, &format!("{DATA}{model}")).succeeds();
        }
        folder
    });
    folder.path()
}

fn train(folder: &Path, name: &str, recipe: &str) -> Run {
    let path = folder.join(format!("{name}.toml"));
    fs::write(&path, recipe).expect("a recipe");
    let mut command = recurrent();
    command.args(["train", "--threads", "1"]).arg(path);
    run(command.arg("--out").arg(folder.join(name)))
}

fn mixture(folder: &Path, runs: [&Path; 2], more: &str) -> Run {
    let runs = runs.map(|run| format!("{:?}", run.display().to_string()));
    let [first, second] = runs;
    let model = format!("[model]\nkind = \"mixture\"\nruns = [{first}, {second}]\n{more}");
    train(folder, "mixture", &format!("{DATA}{model}"))
}

/// The lines of JSON that a command prints.
fn json(arguments: &[&str], paths: &[PathBuf]) -> Vec<Value> {
    let found = run(recurrent().args(arguments).args(paths));
    found.succeeds();
    let lines = found.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn perplexity(run: &Path, more: &[&str]) -> f64 {
    let arguments = [&["evaluate", "--json"], more].concat();
    let found = json(&arguments, &[run.to_path_buf()]);
    found[0]["metrics"]["perplexity"]
        .as_f64()
        .expect("a number")
}

#[test]
fn sentences_rank_above_their_words_in_another_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("candidates.txt");
    fs::write(&file, "cats. the see dogs\nthe dogs see cats.\n").expect("candidates");
    for model in ["lstm", "ngram"] {
        let paths = [models().join(model), file.clone()];
        let found = json(&["score", "--json"], &paths);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0]["line"], 2, "{model}");
        assert_eq!(found[0]["rank"], 1);
        for line in &found {
            let surprisals = line["surprisals"].as_array().expect("a list");
            let sum: f64 = surprisals.iter().filter_map(Value::as_f64).sum();
            let log_probability = line["log_probability"].as_f64().expect("a number");
            assert!((sum + log_probability).abs() < 1e-9);
            let mean = (sum / surprisals.len() as f64).exp();
            assert!((mean - line["perplexity"].as_f64().expect("a number")).abs() < 1e-9);
            assert_eq!(surprisals.len(), 5, "four words and the end of the line");
        }
    }
}

#[test]
fn scores_are_shown_symbol_by_symbol() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, page) = (folder.path().join("one.txt"), folder.path().join("a.html"));
    fs::write(&file, "the dogs see cats.\n").expect("candidates");
    let mut command = recurrent();
    command.arg("score").arg(models().join("lstm")).arg(&file);
    let found = run(command.arg("--plot").arg(&page));
    found.succeeds();
    assert!(found.out.contains("perplexity") && found.out.contains("the dogs see cats."));
    let page = fs::read_to_string(page).expect("a page");
    assert_eq!(page.matches(" bits\">").count(), 5);
    assert!(page.contains(">dogs </span>"));
}

#[test]
fn candidates_that_are_none_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("candidates.txt");
    let model = models().join("ngram");
    let score = |text: &[u8]| {
        fs::write(&file, text).expect("written");
        run(recurrent().arg("score").arg(&model).arg(&file))
    };
    let mut over = recurrent();
    over.arg("score").arg(&model).arg(&file).arg("--plot");
    fs::write(&file, "the dogs see cats.\n").expect("written");
    run(over.arg(&file)).is_bad_input(&["--plot", "another file than the one that is read"]);
    score(b"").is_bad_input(&["candidates.txt", "expected candidates, one a line"]);
    score(b"the dog\n\nthe cat\n").is_bad_input(&["candidates.txt:2", "found nothing"]);
    score(b"the dog\nthe zebra\n").is_bad_input(&["candidates.txt:2", "zebra"]);
    score(b"the dog\n\xff\n").is_bad_input(&["candidates.txt", "UTF-8", "line 2"]);
    fs::remove_file(&file).expect("removed");
    run(recurrent().arg("score").arg(&model).arg(&file)).is_bad_input(&["candidates.txt"]);
}

#[test]
fn a_mixture_is_no_worse_than_its_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = ["lstm", "ngram"].map(|name| models().join(name));
    mixture(folder.path(), [&runs[0], &runs[1]], "").succeeds();
    let mixed = folder.path().join("mixture");
    let valid = |run: &Path| perplexity(run, &["--split", "valid"]);
    let best = valid(&runs[0]).min(valid(&runs[1]));
    let found = valid(&mixed);
    assert!(found <= best + 1e-6, "{found} against {best}");
    // It is a model like any other.
    let mut command = recurrent();
    command.arg("generate").arg(&mixed).args(["--length", "20"]);
    let text = run(&mut command);
    text.succeeds();
    assert!(text.out.split_whitespace().count() >= 10);
    let inspected = run(recurrent().arg("inspect").arg(&mixed));
    inspected.succeeds();
    assert!(inspected.out.contains("model 1"), "{}", inspected.out);
    // With all weight on one model it is that model, whichever way it is read.
    mixture(
        folder.path(),
        [&runs[0], &runs[1]],
        "weights = [0.0, 1.0]\n",
    )
    .is_bad_input(&["already holds a run"]);
    fs::remove_dir_all(&mixed).expect("removed");
    mixture(
        folder.path(),
        [&runs[0], &runs[1]],
        "weights = [0.0, 1.0]\n",
    )
    .succeeds();
    assert!((valid(&mixed) - valid(&runs[1])).abs() < 1e-9);
    let file = folder.path().join("candidates.txt");
    fs::write(&file, "the dogs see cats.\n").expect("candidates");
    let score = |run: &Path| json(&["score", "--json"], &[run.to_path_buf(), file.clone()]);
    let of = |lines: Vec<Value>| lines[0]["log_probability"].as_f64().expect("a number");
    assert!((of(score(&mixed)) - of(score(&runs[1]))).abs() < 1e-4);
}

#[test]
fn mixtures_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let lstm = models().join("lstm");
    let other = format!("{DATA}vocabulary_limit = 20\n{NGRAM}");
    train(folder.path(), "other", &other).succeeds();
    let other = folder.path().join("other");
    mixture(folder.path(), [&lstm, &other], "").is_bad_input(&[
        "other/vocabulary.json",
        "share a vocabulary",
        "found 20",
    ]);
    let weights = "weights = [0.5, 0.6]\n";
    mixture(folder.path(), [&lstm, &lstm], weights).is_bad_input(&["model.weights", "[0.5, 0.6]"]);
    mixture(folder.path(), [&lstm, &lstm], "").succeeds();
    let own = folder.path().join("mixture");
    let recipe = folder.path().join("mixture.toml");
    let change = format!("model.runs=[{0:?}, {0:?}]", own.display().to_string());
    let mut again = recurrent();
    again
        .arg("train")
        .arg(recipe)
        .args(["--force", "--set", &change]);
    run(again.arg("--out").arg(&own)).is_bad_input(&["model.runs: expected other run"]);
    run(recurrent().arg("evaluate").arg(&own)).succeeds();
    fs::remove_dir_all(&own).expect("removed");
    let missing = folder.path().join("missing");
    mixture(folder.path(), [&lstm, &missing], "").is_bad_input(&["missing", "found nothing"]);
    assert!(!folder.path().join("mixture/config.toml").exists());
    let limited = DATA.to_string() + "vocabulary_limit = 20\n";
    let model = format!("[model]\nkind = \"mixture\"\nruns = [{lstm:?}, {lstm:?}]\n");
    train(folder.path(), "limited", &(limited + &model))
        .is_bad_input(&["data.vocabulary_limit: expected nothing"]);
    let bytes = DATA.replace("word", "byte");
    train(folder.path(), "bytes", &(bytes + &model))
        .is_bad_input(&["data.unit: expected word, as of", "found byte"]);
    let one = "[model]\nkind = \"mixture\"\nruns = [\"a\"]\n";
    train(folder.path(), "one", &format!("{DATA}{one}"))
        .is_bad_input(&["model.runs", "2 to 64 run directories, found 1"]);
}

#[test]
fn a_mixture_knows_its_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let lstm = models().join("lstm");
    let recipe = |order: u32| format!("{DATA}{}", NGRAM.replace('3', &order.to_string()));
    train(folder.path(), "own", &recipe(2)).succeeds();
    let own = folder.path().join("own");
    mixture(folder.path(), [&lstm, &own], "").succeeds();
    let mixed = folder.path().join("mixture");
    run(recurrent().arg("evaluate").arg(&mixed)).succeeds();
    fs::remove_dir_all(&own).expect("removed");
    train(folder.path(), "own", &recipe(4)).succeeds();
    run(recurrent().arg("evaluate").arg(&mixed)).is_bad_input(&[
        "mixture/config.toml: expected",
        "own as it was when the mixture was trained",
    ]);
}

#[test]
fn runs_are_compared_in_one_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("comparison.html");
    let runs = ["ngram", "lstm"].map(|name| models().join(name));
    let mut command = recurrent();
    let found = run(command.arg("compare").args(&runs).arg("--plot").arg(&page));
    found.succeeds();
    let rows: Vec<&str> = found.out.lines().collect();
    assert_eq!(rows.len(), 3, "{}", found.out);
    for (row, object) in json(&["compare", "--json"], &runs).iter().enumerate() {
        let expected = perplexity(&runs[row], &["--split", "test"]);
        assert_eq!(object["perplexity"].as_f64(), Some(expected));
        for number in [
            "parameters",
            "bytes",
            "symbols_per_second",
            "training_seconds",
        ] {
            assert!(object[number].as_f64().is_some_and(|n| n > 0.0), "{number}");
        }
    }
    let page = fs::read_to_string(page).expect("a page");
    assert_eq!(
        page.matches("--w:100.0").count(),
        5,
        "a longest bar a figure"
    );
    assert!(!found.err.contains("cannot be held"));
    let bytes = folder.path().join("bytes");
    let recipe = format!("{DATA}{NGRAM}").replace("word", "byte");
    train(folder.path(), "bytes", &recipe).succeeds();
    let mixed = run(recurrent().arg("compare").arg(&runs[0]).arg(&bytes));
    mixed.succeeds();
    assert!(mixed.err.contains("cannot be held against each other"));
    // As many symbols of as many, but another text.
    let other = format!("{DATA}grammar_seed = 2\n{NGRAM}");
    train(folder.path(), "other", &other).succeeds();
    let other = folder.path().join("other");
    let mixed = run(recurrent().arg("compare").arg(&runs[0]).arg(&other));
    assert!(mixed.err.contains("cannot be held against each other"));
}

#[test]
fn without_any_weight_a_cache_changes_nothing() {
    let lstm = models().join("lstm");
    let plain = perplexity(&lstm, &[]);
    let none = [
        "--cache",
        "50",
        "--cache-theta",
        "0.5",
        "--cache-weight",
        "0",
    ];
    assert!((perplexity(&lstm, &none) - plain).abs() < 1e-6 * plain);
    // On the split that it is fitted on it cannot be worse.
    let valid = ["--split", "valid"];
    let fitted = perplexity(&lstm, &["--split", "valid", "--cache", "50"]);
    // Expectation maximisation comes near a weight of 0, not to it.
    let plain = perplexity(&lstm, &valid);
    assert!(fitted <= plain * (1.0 + 1e-4), "{fitted} for {plain}");
}

#[test]
fn a_cache_and_dynamic_evaluation_follow_a_text_of_another_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("text.txt");
    fs::write(&file, "the shy dogs see two shy cats.\n".repeat(60)).expect("a text");
    let lstm = models().join("lstm");
    let measured = |more: &[&str]| {
        let text = file.to_str().expect("a path");
        perplexity(&lstm, &[&["--data", text, "--split", "all"], more].concat())
    };
    let plain = measured(&[]);
    let cached = [
        "--cache",
        "50",
        "--cache-theta",
        "1",
        "--cache-weight",
        "0.3",
    ];
    let cached = measured(&cached);
    assert!(cached < 0.8 * plain, "{cached} for {plain}");
    let followed = measured(&["--dynamic", "0.3"]);
    assert!(followed < 0.8 * plain, "{followed} for {plain}");
    // A rate too small to move a weight leaves the model as it is.
    assert!((measured(&["--dynamic", "1e-30"]) - plain).abs() < 1e-5 * plain);
}

#[test]
fn no_symbol_is_predicted_by_weights_that_have_seen_it() {
    let lstm = models().join("lstm");
    let plain = perplexity(&lstm, &[]);
    // All is one chunk, which is learned from when all is predicted.
    let one = perplexity(&lstm, &["--dynamic", "1", "--dynamic-chunk", "65536"]);
    assert!((one - plain).abs() < 1e-5 * plain, "{one} for {plain}");
    let learned = perplexity(&lstm, &["--dynamic", "1", "--dynamic-chunk", "20"]);
    assert!((learned - plain).abs() > 1e-3 * plain, "{learned}");
}

#[test]
fn a_cache_holds_what_came_before_and_nothing_else() {
    let run = RunDirectory::new(models().join("lstm"));
    let model = Predictor::load(&run, DeviceName::Cpu).expect("a model");
    let corpus = model.corpus(None, None, Split::Test).expect("a text");
    let surprisals = model.surprisals(&corpus, Split::Test).expect("a text");
    let (size, theta, weight) = (7, 0.0, 0.4);
    let cache = CacheConfig {
        size,
        theta,
        weight,
    };
    let found = model
        .evaluate_with_cache(&corpus, Split::Test, cache, |_, _| ())
        .expect("an evaluation");
    // Where all states are alike the cache is the frequency among the last symbols.
    let targets = &corpus.test[1..];
    let expected = targets.iter().enumerate().map(|(t, symbol)| {
        let of_model = (-surprisals[t]).exp();
        let window = &targets[t.saturating_sub(size)..t];
        let same = window.iter().filter(|&other| other == symbol).count();
        let of_cache = match window.len() {
            0 => of_model,
            length => same as f64 / length as f64,
        };
        -((1.0 - weight) * of_model + weight * of_cache).ln()
    });
    let expected = expected.sum::<f64>() / targets.len() as f64;
    assert!(
        (found.cross_entropy - expected).abs() < 1e-9,
        "{} for {expected}",
        found.cross_entropy
    );
}

#[test]
fn adaptation_that_cannot_be_is_refused() {
    let (lstm, ngram) = (models().join("lstm"), models().join("ngram"));
    let evaluate =
        |run_of: &Path, more: &[&str]| run(recurrent().arg("evaluate").arg(run_of).args(more));
    evaluate(&ngram, &["--cache", "5"]).is_bad_input(&["expected a network for a cache"]);
    evaluate(&ngram, &["--dynamic", "1"]).is_bad_input(&["expected a network for dynamic"]);
    evaluate(&lstm, &["--cache", "0"]).is_bad_input(&["--cache: expected", "found 0"]);
    evaluate(&lstm, &["--cache", "5", "--cache-theta", "nan"]).is_bad_input(&["--cache-theta"]);
    evaluate(&lstm, &["--cache", "5", "--cache-weight", "2"]).is_bad_input(&["--cache-weight"]);
    evaluate(&lstm, &["--dynamic", "-1"]).is_bad_input(&["--dynamic: expected a learning rate"]);
    let chunk = ["--dynamic", "1", "--dynamic-chunk", "0"];
    evaluate(&lstm, &chunk).is_bad_input(&["--dynamic-chunk"]);
    evaluate(&lstm, &["--cache", "5", "--dynamic", "1"]).is_bad_input(&["cannot be used with"]);
    let unused = ["--dynamic", "1", "--cache-weight", "0.5"];
    evaluate(&lstm, &unused).is_bad_input(&["cannot be used with"]);
}
