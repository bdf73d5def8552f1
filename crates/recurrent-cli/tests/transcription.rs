//! Transcribers, from sound and images to texts.

mod common;

use common::{Run, feed, recurrent, run};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A small recipe of dialled numbers whose network can hear as it goes.
const STREAMING: [&str; 8] = [
    "data.numbers=[320, 20, 20]",
    "data.digits=[2, 4]",
    "data.snr_db=20.0",
    "model.encoder.hidden_sizes=[64]",
    "model.encoder.bidirectional=false",
    "model.output_dropout=0.0",
    "training.epochs=14",
    "training.batch_size=16",
];

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn train(&self, recipe: &str, out: &str, changes: &[&str], more: &[&str]) -> Run {
        let mut command = recurrent();
        command.args(["train", recipe, "--threads", "1", "--out"]);
        command.arg(self.path(out)).args(more);
        for change in changes {
            command.args(["--set", change]);
        }
        run(command)
    }
}

/// A run that ended well.
fn fine(found: Run) -> Run {
    found.succeeds();
    found
}

fn call(command: &str, model: &Path, arguments: &[&str]) -> Run {
    let mut program = recurrent();
    program.arg(command).arg(model).args(arguments);
    run(program)
}

/// The samples of a WAV file of 16 bits as bytes.
fn samples(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file");
    let at = bytes
        .windows(4)
        .position(|word| word == b"data")
        .expect("samples");
    bytes[at + 8..].to_vec()
}

#[test]
fn numbers_are_learned_told_and_heard_as_they_come() {
    let folder = Folder::new();
    fine(folder.train("dtmf", "run", &STREAMING, &[]));
    let model = folder.path("run");

    let found = call("evaluate", &model, &["--json"]);
    let object: Value = serde_json::from_str(&found.out).expect("JSON");
    let rate = |method: &str| object["methods"][method]["label_error_rate"].as_f64();
    let best = rate("beam").expect("a rate");
    assert!(best < 0.05, "{}", found.out);
    assert!(rate("best-path").is_some() && rate("prefix-search").is_some());
    assert_eq!(object["metrics"]["label_error_rate"].as_f64(), Some(best));

    // The example is a number of its own.
    let example = model.join("example.wav");
    let example = example.to_str().expect("a path");
    let told = call("predict", &model, &[example]);
    assert_eq!(told.out, "5550123\n", "{}", told.err);
    let several = call("predict", &model, &[example, "--json", "--n-best", "3"]);
    let object: Value = serde_json::from_str(&several.out).expect("JSON");
    let texts = object["texts"].as_array().expect("texts");
    assert_eq!(texts[0]["text"], "5550123");
    assert!(texts.len() > 1 && texts[0]["score"].as_f64() > texts[1]["score"].as_f64());
    let symbols = texts[0]["symbols"].as_array().expect("symbols");
    let begins: Vec<f64> = symbols
        .iter()
        .filter_map(|symbol| symbol["begin"].as_f64())
        .collect();
    assert!(
        begins.len() == 7 && begins.is_sorted() && begins[6] < 3.0,
        "{begins:?}"
    );
    for settings in ["decode.method=best-path", "decode.method=prefix-search"] {
        let told = call("predict", &model, &[example, "--set", settings]);
        assert_eq!(told.out, "5550123\n", "{}", told.err);
    }

    // Where each digit of a text is, whether it is the right one or not.
    let placed = fine(call(
        "predict",
        &model,
        &[example, "--align", "5550123", "--json"],
    ));
    let placed: Vec<Value> = placed
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(placed.len(), 7);
    assert!(
        placed
            .windows(2)
            .all(|pair| pair[0]["end"].as_f64() <= pair[1]["begin"].as_f64())
    );
    call("predict", &model, &[example, "--align", "55x"]).is_bad_input(&["--align", "`x`"]);
    call("predict", &model, &[example, "--align", &"5".repeat(999)]).is_bad_input(&["999 labels"]);
    // A setting that is not there is taken away, too.
    fine(call(
        "predict",
        &model,
        &[example, "--set", "decode.lexicon=none"],
    ));

    // The same as it arrives.
    let bytes = samples(Path::new(example));
    for method in ["decode.method=beam", "decode.method=best-path"] {
        let mut program = recurrent();
        program.arg("predict").arg(&model);
        program.args(["--stream", "--rate", "8000", "--set", method]);
        let told = feed(program, &bytes);
        assert_eq!(told.out, "5550123\n", "{}", told.err);
        assert!(told.err.contains("real-time factor"), "{}", told.err);
    }
    let mut program = recurrent();
    program.arg("predict").arg(&model);
    program.args(["--stream", "--rate", "8000", "--json"]);
    let told = feed(program, &bytes);
    let lines: Vec<Value> = told
        .out
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let sure: String = lines
        .iter()
        .filter_map(|line| line["sure"].as_str())
        .collect();
    assert!(sure.len() > 1, "{}", told.out);
    assert_eq!(lines[lines.len() - 1]["text"], "5550123");
    assert!("5550123".starts_with(&sure), "{sure}");

    let shown = call("inspect", &model, &[]);
    assert!(shown.out.contains("encoder.rnn layer 0"), "{}", shown.out);
    let compared = call("compare", &model, &[model.to_str().expect("a path")]);
    assert!(compared.out.contains("label errors"), "{}", compared.out);
    let page = fs::read_to_string(model.join("report.html")).expect("a report");
    assert!(page.contains("Heard where") && page.contains("class=\"emissions\""));
}

#[test]
fn a_transducer_is_learned_and_hears_as_numbers_come() {
    let folder = Folder::new();
    let predictor = "model.predictor={ embedding_size = 8, cell = \"gru\", hidden_sizes = [16], joint_size = 32 }";
    let changes = [
        &STREAMING[..],
        &[predictor, "decode.beam_width=4", "training.epochs=26"],
    ]
    .concat();
    fine(folder.train("dtmf", "run", &changes, &[]));
    let model = folder.path("run");
    let found = fine(call("evaluate", &model, &["--json"]));
    let object: Value = serde_json::from_str(&found.out).expect("JSON");
    let rate = object["metrics"]["label_error_rate"]
        .as_f64()
        .expect("a rate");
    assert!(rate < 0.1, "{}", found.out);
    assert!(
        object["methods"]["best-path"].is_object() && object["methods"]["prefix-search"].is_null()
    );
    let example = model.join("example.wav");
    let whole = fine(call(
        "predict",
        &model,
        &[example.to_str().expect("a path")],
    ));
    let mut program = recurrent();
    program
        .arg("predict")
        .arg(&model)
        .args(["--stream", "--rate", "8000"]);
    let heard = fine(feed(program, samples(&example)));
    assert_eq!(heard.out, whole.out, "{}", heard.err);
    let refused = call(
        "evaluate",
        &model,
        &["--set", "decode.method=prefix-search"],
    );
    refused.is_bad_input(&["decode.method", "transducer"]);
}

#[test]
fn what_cannot_be_heard_is_told() {
    let folder = Folder::new();
    let changes = ["data.numbers=[16, 4, 4]", "training.epochs=1"];
    fine(folder.train("dtmf", "run", &changes, &[]));
    let model = folder.path("run");
    let refused = |arguments: &[&str], problem: &str| {
        let found = call("predict", &model, arguments);
        found.is_bad_input(&[problem]);
        assert_eq!(found.out, "", "{arguments:?}");
    };
    refused(&["missing.wav"], "missing.wav");
    let text = folder.path("text.wav");
    fs::write(&text, "no sound").expect("written");
    refused(&[text.to_str().expect("a path")], "WAV or FLAC");
    let mut silence = b"RIFF\x64\x06\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x40\x06\0\0".to_vec();
    silence.resize(silence.len() + 1600, 0);
    let quiet = folder.path("quiet.wav");
    fs::write(&quiet, &silence).expect("written");
    refused(&[quiet.to_str().expect("a path")], "silence");
    let mut standing = silence.clone();
    standing[24..28].fill(0);
    fs::write(&quiet, &standing).expect("written");
    refused(&[quiet.to_str().expect("a path")], "found 0");
    refused(&[], "standard input");
    // Both directions need the whole sound.
    refused(&["--stream"], "model.encoder");
    refused(&["--stream", "--rate", "0"], "0");
    let example = model.join("example.wav");
    let example = example.to_str().expect("a path");
    refused(&[example, "--set", "model.output_dropout=0.5"], "[decode]");
    refused(
        &[example, "--set", "decode.lexicon=missing.txt"],
        "missing.txt",
    );
    let words = folder.path("words.txt");
    fs::write(&words, "555\n55a\n").expect("written");
    let lexicon = format!("decode.lexicon={}", words.display());
    refused(&[example, "--set", &lexicon], "line 2");
    refused(
        &[example, "--set", "decode.hotwords=[\"x\"]"],
        "decode.hotwords",
    );
    refused(
        &[example, "--set", "decode.language_model=missing"],
        "missing",
    );

    let found = folder.train("dtmf", "other", &["data.digits=[4, 2]"], &[]);
    assert_eq!(found.code, Some(2));
    assert!(found.err.contains("data.digits"), "{}", found.err);
    let found = folder.train("dtmf", "other", &[], &["--data", "somewhere"]);
    assert_eq!(found.code, Some(2), "{}", found.err);
}

#[test]
fn a_manifest_is_learned_from_and_its_mistakes_are_named() {
    let folder = Folder::new();
    fine(folder.train(
        "dtmf",
        "run",
        &["data.numbers=[16, 4, 4]", "training.epochs=1"],
        &[],
    ));
    let data = folder.path("data");
    fs::create_dir(&data).expect("a folder");
    let example = folder.path("run").join("example.wav");
    let mut lines = String::new();
    for number in 0..12 {
        let name = format!("{number}.wav");
        let second = ["one", "two"][number % 2];
        fs::copy(&example, data.join(&name)).expect("copied");
        lines += &format!("{{\"audio\": \"{name}\", \"text\": \"five {second}\"}}\n");
    }
    fs::write(data.join("all.jsonl"), &lines).expect("written");
    let data = data.to_str().expect("a path");
    let sound = [
        "data.kind=sound",
        "training.epochs=1",
        "data.sound.speed_factors=[0.9, 1.0]",
    ];
    let trained = fine(folder.train("dtmf", "sound", &sound, &["--data", data]));
    assert!(trained.err.contains("18 sequences"), "{}", trained.err);
    assert!(trained.out.contains("word error rate"), "{}", trained.out);

    // A text of more symbols than the sound has steps.
    let long = &"five one ".repeat(100);
    let long = lines
        .replacen("five one", long, 2)
        .replacen("five two", long, 2);
    fs::write(Path::new(data).join("all.jsonl"), long).expect("written");
    let refused = folder.train("dtmf", "long", &sound, &["--data", data]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(
        refused.err.contains(".wav") && refused.err.contains("misfits"),
        "{}",
        refused.err
    );
    let sound = [&sound[..], &["data.misfits=drop"]].concat();
    let dropped = fine(folder.train("dtmf", "long", &sound, &["--data", data]));
    assert!(
        dropped.err.contains("training sequences were left out"),
        "{}",
        dropped.err
    );

    // Other data in symbols that were not learned.
    let model = folder.path("sound");
    fs::write(
        Path::new(data).join("all.jsonl"),
        lines.replace("five", "fünf"),
    )
    .expect("written");
    let found = call("evaluate", &model, &["--data", data]);
    assert_eq!(found.code, Some(2), "{}", found.err);
    assert!(
        found.err.contains("`ü`") || found.err.contains("ü"),
        "{}",
        found.err
    );
}
