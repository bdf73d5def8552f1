//! The program as its users run it: exit codes, messages, files.

mod common;

use common::{Run, recurrent, run, small, small_on};
use std::fs;

#[test]
fn train_evaluate_generate_inspect() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let trained = run(small(&out));
    trained.succeeds();
    assert!(
        trained.out.contains("validation perplexity"),
        "{}",
        trained.out
    );
    assert!(
        trained.out.contains("entropy of the source"),
        "{}",
        trained.out
    );
    assert!(trained.out.contains("sample:"), "{}", trained.out);
    assert!(trained.err.contains("symbols/s"), "{}", trained.err);
    for name in [
        "config.toml",
        "vocabulary.json",
        "metrics.jsonl",
        "model.safetensors",
        "report.html",
    ] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains("<svg") && !report.contains("http://") || report.contains("w3.org"));

    let evaluated = run(recurrent().arg("evaluate").arg(&out).arg("--json"));
    evaluated.succeeds();
    let object: serde_json::Value = serde_json::from_str(&evaluated.out).expect("one object");
    assert_eq!(object["task"], "language-model");
    assert_eq!(object["split"], "test");
    let metric = |name: &str| object["metrics"][name].as_f64().expect("a number");
    assert!((metric("cross_entropy").exp() - metric("perplexity")).abs() < 1e-9);
    let bits = metric("cross_entropy") / std::f64::consts::LN_2;
    assert!((bits - metric("bits_per_symbol")).abs() < 1e-9);
    assert!(metric("symbols") >= 999.0);

    let mut wrong = small(&out);
    wrong.args(["--resume", "--set", "training.batch_size=2"]);
    run(&mut wrong).succeeds(); // at an epoch's end the next one may be read otherwise
    let all = run(recurrent()
        .arg("evaluate")
        .arg(&out)
        .args(["--split", "all", "--json"]));
    all.succeeds();
    let object: serde_json::Value = serde_json::from_str(&all.out).expect("one object");
    assert!(
        object["metrics"]["symbols"].as_u64() >= Some(7999),
        "{object}"
    );
    assert!(evaluated.err.contains("--split all"), "{}", evaluated.err);
    run(recurrent()
        .args(["train", "char-lm-tang", "--resume", "--out"])
        .arg(&out))
    .is_bad_input(&["RECIPE", "`char-lm`"]);

    let generate = |seed: &str| {
        let mut command = recurrent();
        command.arg("generate").arg(&out);
        command.args([
            "--prompt", "the cat", "--length", "40", "--top-k", "5", "--seed", seed,
        ]);
        run(&mut command)
    };
    let text = generate("7");
    text.succeeds();
    assert!(text.out.starts_with("the cat"));
    assert!(text.out.chars().count() >= "the cat".len() + 40);
    assert_eq!(text.out, generate("7").out);
    assert_ne!(text.out, generate("8").out);

    let inspected = run(recurrent().arg("inspect").arg(&out));
    inspected.succeeds();
    assert!(inspected.out.contains("embedding") && inspected.out.contains("total"));
    let file = run(recurrent()
        .arg("inspect")
        .arg(out.join("model.safetensors")));
    file.succeeds();
    assert!(file.out.contains("rnn.weight_ih_l0"), "{}", file.out);
}

#[test]
fn recipes_are_listed_and_printed() {
    let listed = run(recurrent().arg("recipes"));
    listed.succeeds();
    assert!(listed.out.contains("char-lm") && listed.out.contains("word-lm-ptb-small"));
    let printed = run(recurrent().args(["recipes", "char-lm"]));
    printed.succeeds();
    assert!(printed.out.contains("[model]"));
    run(recurrent().args(["recipes", "char-ml"])).is_bad_input(&["did you mean `char-lm`?"]);
}

#[test]
fn text_files_tables_and_folders_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let sentence = "a small text that is read again and again.\n";
    let text = sentence.repeat(60);
    let plain = folder.path().join("plain.txt");
    fs::write(&plain, &text).expect("writes");
    let table = folder.path().join("table.tsv");
    fs::write(
        &table,
        format!("id\ttext\n{}", format!("1\t{sentence}").repeat(60)),
    )
    .expect("writes");
    let splits = folder.path().join("splits");
    fs::create_dir(&splits).expect("creates");
    for name in ["train", "valid", "test"] {
        let file = fs::File::create(splits.join(format!("{name}.txt.gz"))).expect("creates");
        let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).expect("writes");
        gzip.finish().expect("ends");
    }
    for (name, path, more) in [
        ("plain", plain, None),
        ("table", table, Some("data.column=text")),
        ("splits", splits, None),
    ] {
        for unit in ["character", "byte", "word"] {
            let out = folder.path().join(format!("{name}-{unit}"));
            let mut command = small_on(&path, &out);
            command.args(["--set", &format!("data.unit={unit}")]);
            command.args([
                "--set",
                "training.batch_size=2",
                "--set",
                "training.chunk_length=5",
            ]);
            command.args(["--set", "training.epochs=1"]);
            if let Some(more) = more {
                command.args(["--set", more]);
            }
            run(&mut command).succeeds();
            let mut evaluate = recurrent();
            evaluate.arg("evaluate").arg(&out).arg("--data").arg(&path);
            if more.is_some() {
                evaluate.args(["--column", "text"]);
            }
            run(&mut evaluate).succeeds();
        }
    }
}

#[test]
fn bad_usage_and_bad_input_are_said_once_with_exit_code_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, content: &[u8]| {
        fs::write(path(name), content).expect("writes");
        path(name)
    };
    let train_on = |data: &std::path::Path| run(small_on(data, &path("never")));
    train_on(&path("missing.txt")).is_bad_input(&["missing.txt"]);
    train_on(&write("empty.txt", b"")).is_bad_input(&["empty.txt", "empty"]);
    train_on(&write("latin.txt", b"caf\xe9 au lait, caf\xe9"))
        .is_bad_input(&["latin.txt", "byte 3"]);
    train_on(&write("short.txt", b"too short a text")).is_bad_input(&[
        "short.txt, train split",
        "training.batch_size x training.chunk_length + 1 = 4 x 10 + 1",
        "found 14",
    ]);
    train_on(&write("table.csv", b"a,b\n1,2\n")).is_bad_input(&["table.csv", "a", "b"]);

    let set = |change: &str| {
        let mut command = small(&path("never"));
        command.args(["--set", change]);
        run(&mut command)
    };
    set("model.hiden_sizes=[4]").is_bad_input(&["hiden_sizes", "did you mean `hidden_sizes`?"]);
    set("training.epochs=soon").is_bad_input(&["training.epochs"]);
    set("training.learning_rate=-1").is_bad_input(&["training.learning_rate", "above 0", "-1"]);
    set("model.hidden_sizes=[60000]").is_bad_input(&["model.hidden_sizes", "parameters"]);
    set("decode.temperature=-2").is_bad_input(&["decode.temperature"]);
    set("training.seed=99999999999999999999").is_bad_input(&["at most 9223372036854775807"]);
    let mut limited = small(&path("never"));
    limited.args(["--set", "data.unit=byte"]);
    run(limited.args(["--set", "data.vocabulary_limit=9"]))
        .is_bad_input(&["data.vocabulary_limit", "data.unit is byte"]);
    run(recurrent()
        .arg("train")
        .arg(write("a.txt", b"a text to learn\n")))
    .is_bad_input(&["a.txt", "--data"]);
    run(recurrent().args(["train", "--resume"])).is_bad_input(&["--out"]);
    let recipe = write(
        "mine.toml",
        b"[task]\nname = \"language-model\"\n[data]\nunit = 3\n",
    );
    run(recurrent().arg("train").arg(recipe)).is_bad_input(&["mine.toml:4"]);
    run(recurrent().args(["train", "char-lmm"])).is_bad_input(&["did you mean `char-lm`?"]);
    let mut cuda = small(&path("never"));
    run(cuda.args(["--device", "cuda"])).is_bad_input(&["--features cuda"]);
    run(recurrent().args(["train"])).is_bad_input(&["RECIPE"]);
    run(recurrent().arg("evaluate").arg(folder.path())).is_bad_input(&["config.toml"]);
    assert!(!path("never").exists(), "nothing was written");
}

/// A trained run to spoil.
fn trained(folder: &std::path::Path) -> std::path::PathBuf {
    let out = folder.join("run");
    run(&mut small(&out)).succeeds();
    out
}

#[test]
fn a_run_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = trained(folder.path());
    let weights = fs::read(out.join("model.safetensors")).expect("reads");
    run(&mut small(&out)).is_bad_input(&["--resume", "--force"]);
    assert_eq!(
        fs::read(out.join("model.safetensors")).expect("reads"),
        weights
    );
    run(small(&out).arg("--force")).succeeds();
    // The same recipe on the same threads gives the same weights.
    let again: Run = run(recurrent().arg("inspect").arg(&out));
    again.succeeds();
}

#[test]
fn prompts_must_be_in_the_vocabulary() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = trained(folder.path());
    let mut command = recurrent();
    command
        .arg("generate")
        .arg(&out)
        .args(["--prompt", "Ünknown"]);
    run(&mut command).is_bad_input(&["1 distinct symbol is not", "Ü", "--prompt"]);

    // A prompt may begin as an option does.
    let mut command = recurrent();
    command.arg("generate").arg(&out).args(["--prompt", "-5"]);
    run(&mut command).is_bad_input(&["the prompt", "5"]);

    // Also where the vocabulary has an unknown symbol.
    let words = folder.path().join("words");
    let mut train = small(&words);
    train.args([
        "--set",
        "data.unit=word",
        "--set",
        "data.vocabulary_limit=20",
    ]);
    run(&mut train).succeeds();
    let mut command = recurrent();
    command
        .arg("generate")
        .arg(&words)
        .args(["--prompt", "the zyzzy"]);
    run(&mut command).is_bad_input(&["zyzzy"]);
}

#[test]
fn the_unknown_symbol_is_drawn_only_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = folder.path().join("words");
    let mut train = small(&words);
    for change in ["data.unit=word", "data.vocabulary_limit=9"] {
        train.args(["--set", change]);
    }
    run(&mut train).succeeds();
    let generate = || {
        let mut command = recurrent();
        command.arg("generate").arg(&words);
        command
    };
    let known = run(&mut generate());
    known.succeeds();
    assert!(!known.out.contains("<unk>"), "{}", known.out);
    let all = run(generate().arg("--unknown"));
    all.succeeds();
    assert!(all.out.contains("<unk>"), "{}", all.out);
}

#[test]
fn settings_without_a_use_beside_generated_text_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(small(&out).args(["--column", "text"])).is_bad_input(&["data.column", "text"]);
    let fractions = "data.fractions=[0.8, 0.1, 0.1]";
    run(small(&out).args(["--set", fractions])).is_bad_input(&["data.fractions", "0.8"]);
    run(small(&out).args(["--data", ""])).is_bad_input(&["data.path", "nothing"]);
    assert!(!out.exists());
}
