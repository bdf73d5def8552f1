//! Language models of every kind, from recipe to generated text.

mod common;

use common::{recurrent, run};
use std::fs;
use std::path::Path;
use std::process::Command;

const DATA: &str = "[task]\nname = \"language-model\"\n[data]\nunit = \"word\"\n\
                    grammar_characters = [20000, 3000, 3000]\n";

const FEED_FORWARD: &str = "[model]\nkind = \"feed-forward\"\ncontext = 2\nembedding_size = 8\n\
                            hidden_size = 12\ndirect_connections = true\n[training]\n\
                            batch_size = 4\nchunk_length = 20\nepochs = 3\nlearning_rate = 0.01\n\
                            optimizer = \"adam\"\n";

const NGRAM: &str = "[model]\nkind = \"ngram\"\norder = 3\n";

/// The training of a recipe of these sections.
fn train(folder: &Path, model: &str) -> Command {
    let recipe = folder.join("recipe.toml");
    fs::write(&recipe, format!("{DATA}{model}")).expect("a recipe");
    let mut command = recurrent();
    command.args(["train", "--threads", "1"]).arg(recipe);
    command.arg("--out").arg(folder.join("run"));
    command
}

/// The perplexity that `evaluate --json` tells.
fn perplexity(folder: &Path, split: &str) -> f64 {
    let mut command = recurrent();
    command.arg("evaluate").arg(folder.join("run"));
    let found = run(command.args(["--split", split, "--json"]));
    found.succeeds();
    let object: serde_json::Value = serde_json::from_str(&found.out).expect("JSON");
    object["metrics"]["perplexity"].as_f64().expect("a number")
}

#[test]
fn every_kind_is_trained_evaluated_inspected_and_writes() {
    for (model, layer) in [(FEED_FORWARD, "linear, tanh"), (NGRAM, "n-grams")] {
        let folder = tempfile::tempdir().expect("a folder");
        run(train(folder.path(), model)).succeeds();
        // The vocabulary has about 60 words.
        let found = perplexity(folder.path(), "test");
        assert!(found < 20.0, "{layer}: {found}");
        let out = folder.path().join("run");
        let generated = run(recurrent()
            .arg("generate")
            .arg(&out)
            .args(["--length", "20"]));
        generated.succeeds();
        assert!(generated.out.split_whitespace().count() >= 10);
        let inspected = run(recurrent().arg("inspect").arg(&out));
        inspected.succeeds();
        assert!(inspected.out.contains(layer), "{}", inspected.out);
        let report = fs::read_to_string(out.join("report.html")).expect("a report");
        assert!(report.contains("validation perplexity"));
        // A finished run that is resumed comes to the same.
        run(train(folder.path(), model).arg("--resume")).succeeds();
        assert_eq!(perplexity(folder.path(), "test"), found);
    }
}

#[test]
fn longer_ngrams_are_better() {
    let perplexities = [1, 2, 4].map(|order| {
        let folder = tempfile::tempdir().expect("a folder");
        let model = NGRAM.replace('3', &order.to_string());
        run(train(folder.path(), &model)).succeeds();
        perplexity(folder.path(), "valid")
    });
    assert!(perplexities.is_sorted_by(|a, b| a > b), "{perplexities:?}");
}

#[test]
fn what_another_kind_has_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (model, words) in [
        (
            NGRAM.replace('3', "8"),
            "model.order: expected a number from 1 to 7, found 8",
        ),
        (
            format!("{NGRAM}hidden_size = 4\n"),
            "unknown key `hidden_size`",
        ),
        (
            format!("{NGRAM}[training]\nepochs = 1\n"),
            "unknown key `training`",
        ),
        (
            format!("{NGRAM}minimum_counts = [2]\n"),
            "model.minimum_counts",
        ),
        (NGRAM.replace("ngram", "ngrams"), "did you mean `ngram`?"),
        (
            FEED_FORWARD.replace("context = 2", "context = 0"),
            "model.context",
        ),
        (
            FEED_FORWARD.replace("hidden_size = 12", "hidden_size = 8\ntie_weights = true"),
            "model.direct_connections: expected false, as model.tie_weights is true",
        ),
        (
            FEED_FORWARD.replace("hidden_size = 12\n", ""),
            "missing key `hidden_size`",
        ),
    ] {
        run(train(folder.path(), &model)).is_bad_input(&[words]);
    }
}

#[test]
fn a_model_of_another_vocabulary_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    run(train(folder.path(), NGRAM)).succeeds();
    let out = folder.path().join("run");
    let path = out.join("vocabulary.json");
    let text = fs::read_to_string(&path).expect("a vocabulary");
    let other = text.replacen("the", "teh", 1);
    assert_ne!(other, text);
    fs::write(&path, other).expect("written");
    run(recurrent().arg("evaluate").arg(&out)).is_bad_input(&["vocabulary.json", "model.ngram"]);
    fs::write(&path, text).expect("written");
    fs::write(out.join("model.ngram"), "no model").expect("written");
    run(recurrent().arg("evaluate").arg(&out)).is_bad_input(&["model.ngram"]);
    fs::remove_file(out.join("model.ngram")).expect("removed");
    run(recurrent().arg("evaluate").arg(&out)).is_bad_input(&["no model.ngram yet"]);
}

#[test]
fn every_smoothing_is_trained_measured_and_used() {
    for (smoothing, file) in [
        ("kneser-ney", "model.ngram"),
        ("additive", "model.counts"),
        ("stupid-backoff", "model.counts"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        // With `<unk>` there is no symbol that the training text lacks.
        let model = format!("vocabulary_limit = 100\n{NGRAM}smoothing = \"{smoothing}\"\n");
        let trained = run(train(folder.path(), &model));
        trained.succeeds();
        assert!(
            trained.out.contains("order 3: test n-grams unseen"),
            "{}",
            trained.out
        );
        let out = folder.path().join("run");
        assert!(out.join(file).exists());
        let found = perplexity(folder.path(), "test");
        // The vocabulary has about 150 words.
        assert!((1.0..60.0).contains(&found), "{smoothing}: {found}");
        let generated = run(recurrent()
            .arg("generate")
            .arg(&out)
            .args(["--length", "20"]));
        generated.succeeds();
        run(recurrent().arg("inspect").arg(&out)).succeeds();
        run(train(folder.path(), &model).arg("--resume")).succeeds();
        assert_eq!(perplexity(folder.path(), "test"), found);
    }
}

#[test]
fn maximum_likelihood_has_an_infinite_perplexity_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = format!("{NGRAM}smoothing = \"additive\"\ndelta = 0.0\n");
    let trained = run(train(folder.path(), &model));
    trained.succeeds();
    assert!(
        trained.err.contains("have a probability of 0"),
        "{}",
        trained.err
    );
    assert!(trained.out.contains("perplexity"), "{}", trained.out);
    let out = folder.path().join("run");
    assert!(out.join("report.html").exists());
    let evaluated = run(recurrent().arg("evaluate").arg(&out));
    evaluated.succeeds();
    assert!(evaluated.out.contains("inf"), "{}", evaluated.out);
    run(recurrent().arg("compare").arg(&out)).succeeds();
}

#[test]
fn counts_go_on_with_their_own_text_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text.repeat(200)).expect("a text");
        path
    };
    let (own, other) = (text("own", "a b c d a c\n"), text("other", "d c b a\n"));
    let recipe = DATA.replace("grammar_characters = [20000, 3000, 3000]\n", "");
    let path = folder.path().join("recipe.toml");
    fs::write(&path, format!("{recipe}{NGRAM}")).expect("a recipe");
    let train = |data: &Path, more: &[&str]| {
        let mut command = recurrent();
        command.arg("train").arg(&path).arg("--data").arg(data);
        command.arg("--out").arg(folder.path().join("run"));
        run(command.args(more))
    };
    train(&own, &[]).succeeds();
    let model = || fs::read(folder.path().join("run/model.ngram")).expect("a model");
    let before = model();
    train(&other, &["--resume"]).is_bad_input(&["data.path: expected", "own", "other"]);
    // What cannot be counted leaves the run that is there.
    for fractions in ["[1.0, 0.0, 0.0]", "[0.0, 1.0, 0.0]"] {
        let fractions = format!("data.fractions={fractions}");
        train(&own, &["--force", "--set", &fractions]).is_bad_input(&["own", "split"]);
    }
    assert!(model() == before);
    train(&own, &["--resume"]).succeeds();
    assert!(model() == before);
}

#[test]
fn counts_are_made_and_used_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    run(train(folder.path(), NGRAM).args(["--device", "cuda"])).is_bad_input(&["cuda"]);
    assert!(!folder.path().join("run").exists());
    run(train(folder.path(), NGRAM)).succeeds();
    let out = folder.path().join("run");
    let generate = |more: [&str; 2]| run(recurrent().arg("generate").arg(&out).args(more));
    generate(["--precision", "bf16"]).is_bad_input(&["--precision", "counts have no weights"]);
    generate(["--device", "cuda"]).is_bad_input(&["cuda"]);
}

#[test]
fn discounts_that_cannot_be_estimated_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let recipe = DATA.replace("word", "character");
    let recipe = recipe.replace("grammar_characters = [20000, 3000, 3000]\n", "");
    let path = folder.path().join("recipe.toml");
    fs::write(&path, format!("{recipe}{NGRAM}")).expect("a recipe");
    let text = folder.path().join("text");
    fs::write(&text, "abcabd\n".repeat(100)).expect("a text");
    let mut command = recurrent();
    command.arg("train").arg(path).arg("--data").arg(text);
    let trained = run(command.arg("--out").arg(folder.path().join("run")));
    trained.succeeds();
    let told = "order 1 has too few n-grams of small counts";
    assert!(trained.err.contains(told), "{}", trained.err);
}

#[test]
fn keys_of_another_smoothing_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (keys, words) in [
        (
            "delta = 0.1",
            "model.delta: expected nothing, as model.smoothing is kneser-ney",
        ),
        ("alpha = 0.1", "model.alpha"),
        (
            "smoothing = \"additive\"\nprune = 0.1",
            "model.prune: expected 0, as model.smoothing is additive",
        ),
        (
            "smoothing = \"additive\"\nminimum_counts = [1, 2]",
            "model.minimum_counts",
        ),
        (
            "smoothing = \"additive\"\ndelta = -1.0",
            "model.delta: expected a number of at least 0",
        ),
        (
            "smoothing = \"stupid-backoff\"\nalpha = 0.0",
            "model.alpha: expected above 0 to 1",
        ),
        ("smoothing = \"imported\"", "model.smoothing"),
    ] {
        run(train(folder.path(), &format!("{NGRAM}{keys}\n"))).is_bad_input(&[words]);
    }
}

#[test]
fn a_pruned_model_is_smaller() {
    let size = |prune: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        run(train(folder.path(), &format!("{NGRAM}prune = {prune}\n"))).succeeds();
        let file = fs::metadata(folder.path().join("run/model.ngram")).expect("a model");
        (file.len(), perplexity(folder.path(), "test"))
    };
    let (whole, pruned) = (size("0.0"), size("1e-5"));
    assert!(pruned.0 < whole.0);
    assert!(
        (pruned.1 / whole.1 - 1.0).abs() < 0.1,
        "{} and {}",
        whole.1,
        pruned.1
    );
}

#[test]
fn models_go_out_as_arpa_and_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    run(train(folder.path(), NGRAM)).succeeds();
    let (out, file) = (folder.path().join("run"), folder.path().join("model.arpa"));
    let export = |run_of: &Path| {
        let mut command = recurrent();
        command
            .arg("export")
            .arg(run_of)
            .args(["--format", "arpa", "--out"]);
        run(command.arg(&file))
    };
    let import = |out: &Path, more: &[&str]| {
        let mut command = recurrent();
        command.arg("import").arg(&file).arg("--out").arg(out);
        run(command.args(more))
    };
    export(&out).succeeds();
    let back = folder.path().join("back");
    import(&back, &[]).succeeds();
    let score = |of: &Path| {
        let candidates = folder.path().join("candidates.txt");
        fs::write(&candidates, "the dogs see cats.\ncats. the see dogs\n").expect("written");
        let found = run(recurrent()
            .args(["score", "--json"])
            .arg(of)
            .arg(candidates));
        found.succeeds();
        let first = found.out.lines().next().unwrap_or_default().to_string();
        let object: serde_json::Value = serde_json::from_str(&first).expect("JSON");
        object["log_probability"].as_f64().expect("a number")
    };
    assert!((score(&back) - score(&out)).abs() < 1e-4);
    import(&back, &[]).is_bad_input(&["already holds a run"]);
    let own = out.join("model.ngram");
    let mut command = recurrent();
    command.arg("export").arg(&out).args(["--format", "arpa"]);
    run(command.arg("--out").arg(&own)).is_bad_input(&["--out", "none of a run's own"]);
    let text = fs::read_to_string(&file).expect("a file");
    let odd = text.replacen("\tthe\t-", "\tthe\t", 1);
    assert_ne!(odd, text);
    fs::write(&file, odd).expect("written");
    let imported = import(&folder.path().join("odd"), &[]);
    imported.succeeds();
    assert!(imported.err.contains("do not sum to 1"), "{}", imported.err);
    fs::write(&file, text).expect("written");
    let short = folder.path().join("short");
    import(&short, &["--order", "4"]).is_bad_input(&["from 1 to 3, the order of", "found 4"]);
    assert!(!short.exists());
    import(&short, &["--order", "2"]).succeeds();
    let inspected = run(recurrent().arg("inspect").arg(&short));
    inspected.succeeds();
    assert!(!inspected.out.contains("order 3"), "{}", inspected.out);
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, text.replacen("\\2-grams:", "\\two-grams:", 1)).expect("written");
    let line = text
        .lines()
        .position(|line| line == "\\2-grams:")
        .expect("a section")
        + 1;
    let place = format!("model.arpa, line {line}: expected");
    import(&folder.path().join("bad"), &[]).is_bad_input(&[&place]);
    run(train(folder.path(), FEED_FORWARD).arg("--force")).succeeds();
    export(&out).is_bad_input(&["model.smoothing", "backoff weights"]);
    let write = |to: &str| {
        let mut command = recurrent();
        command.arg("export").arg(&back);
        run(command.args(["--format", "arpa", "--out", to]))
    };
    write("/nowhere/model.arpa").is_bad_input(&["--out: expected a file in a folder"]);
    // The write fails where the model and the options are fine.
    #[cfg(target_os = "linux")]
    {
        let failed = write("/dev/full");
        assert_eq!(failed.code, Some(1), "{}", failed.err);
        assert!(
            failed.err.contains("/dev/full: cannot be written"),
            "{}",
            failed.err
        );
    }
}
