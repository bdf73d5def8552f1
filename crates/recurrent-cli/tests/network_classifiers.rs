//! Networks that classify texts and signals, from files to predictions.

mod common;

use common::{Run, feed, recurrent, run};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const TRAINING: &str = "[training]\nbatch_size = 8\nepochs = 8\noptimizer = \"adam\"\nlearning_rate = 0.02\n\
                        log_every = 5\ncheckpoint_every = 7\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("written");
        path
    }

    /// A recipe with the sections `data` and `model`.
    fn recipe(&self, name: &str, data: &str, model: &str) -> PathBuf {
        let text =
            format!("[task]\nname = \"classification\"\n[data]\n{data}\n{model}\n{TRAINING}");
        self.file(&format!("{name}.toml"), text)
    }

    fn train(&self, recipe: &Path, data: &Path, out: &str, changes: &[&str]) -> Run {
        let mut command = recurrent();
        command.arg("train").arg(recipe).arg("--data").arg(data);
        command
            .args(["--threads", "1", "--out"])
            .arg(self.path(out));
        for change in changes {
            command.args(["--set", change]);
        }
        run(command)
    }
}

/// Lines of praise and blame.
fn lines(count: usize) -> String {
    let words = [
        ["good", "fine", "great", "happy", "warm"],
        ["bad", "dull", "poor", "sad", "cold"],
    ];
    let common = ["the", "film", "was", "very", "and"];
    let mut text = String::new();
    for n in 0..count {
        let class = n % 2;
        text += ["praise", "blame"][class];
        for i in 0..=n % 5 {
            text += &format!(" {} {}", common[(n + i) % 5], words[class][(n * 3 + i) % 5]);
        }
        text += ".\n";
    }
    text
}

/// Rising and falling series of two channels and several lengths, in the form of sktime.
fn series(count: usize) -> String {
    let mut text = String::from("@problemName slopes\n@classLabel true up down\n@data\n");
    for n in 0..count {
        let (class, steps) = ([1.0, -1.0][n % 2], 4 + n % 5);
        let channel = |scale: f64| {
            let value = |t: usize| {
                let noise = ((n * 7 + t * 3) % 5) as f64 * 0.05;
                format!("{:.3}", class * scale * t as f64 + noise)
            };
            (0..steps).map(value).collect::<Vec<_>>().join(",")
        };
        let label = ["up", "down"][n % 2];
        text += &format!("{}:{}:{label}\n", channel(1.0), channel(-0.5));
    }
    text
}

fn accuracy(run_directory: &Path) -> f64 {
    let mut command = recurrent();
    command.args(["evaluate", "--json"]).arg(run_directory);
    let found = run(command);
    found.succeeds();
    let value: Value = serde_json::from_str(&found.out).expect("JSON");
    value["metrics"]["accuracy"].as_f64().expect("an accuracy")
}

fn answers(run_directory: &Path, input: &str) -> Run {
    let mut command = recurrent();
    command.args(["predict", "--json"]).arg(run_directory);
    feed(command, input)
}

const RECURRENT: &str = "[model.encoder]\nkind = \"recurrent\"\ncell = \"lstm\"\nhidden_sizes = [8]\nbidirectional = true";
const CONVOLUTIONAL: &str =
    "[model.encoder]\nkind = \"convolutional\"\nfilters = [8, 8]\nwidths = [2, 3]\nwindow = 2";

#[test]
fn every_encoder_and_pooling_learns_texts() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(240));
    for (name, encoder) in [("lstm", RECURRENT), ("cnn", CONVOLUTIONAL), ("dense", "")] {
        for pooling in ["last", "all", "mean", "max", "attention", "concat"] {
            let dense = if name == "dense" {
                "dense_sizes = [8]"
            } else {
                ""
            };
            // One word of a dense network, the full stop, says nothing.
            if name == "dense" && pooling == "last" {
                continue;
            }
            let model = format!(
                "[model]\npooling = \"{pooling}\"\noutput_dropout = 0.1\n{dense}\n\
                 [model.embedding]\nsize = 8\n{encoder}"
            );
            let recipe = folder.recipe(name, "length_limit = 12", &model);
            let out = format!("{name}-{pooling}");
            folder.train(&recipe, &data, &out, &[]).succeeds();
            let found = accuracy(&folder.path(&out));
            assert!(found >= 0.9, "{out}: {found}");
            assert!(folder.path(&out).join("report.html").exists());
        }
    }
    let found = answers(
        &folder.path("lstm-attention"),
        "the film was fine\nvery dull\n",
    );
    found.succeeds();
    let labels: Vec<Value> = found
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        [&labels[0]["label"], &labels[1]["label"]],
        ["praise", "blame"]
    );
    let sum: f64 = labels[0]["probabilities"]
        .as_object()
        .expect("all")
        .values()
        .map(|p| p.as_f64().expect("a number"))
        .sum();
    assert!((sum - 1.0).abs() < 1e-9);
    let report = fs::read_to_string(folder.path("lstm-attention").join("report.html"));
    assert!(report.expect("a report").contains("attention"));
}

#[test]
fn signals_are_learned_beside_their_baseline() {
    let folder = Folder::new();
    let data = folder.file("slopes.ts", series(120));
    let model = format!("[model]\npooling = \"last\"\n{RECURRENT}");
    let recipe = folder.recipe("slopes", "kind = \"signals\"\nstandardise = true", &model);
    let trained = folder.train(&recipe, &data, "lstm", &[]);
    trained.succeeds();
    assert!(trained.err.contains("nats an example") && !trained.err.contains("perplexity"));
    let report = fs::read_to_string(folder.path("lstm").join("report.html")).expect("a report");
    assert!(report.contains("nats an example") && report.contains("time steps/s"));
    assert!(!report.contains("bits a symbol") && !report.contains("Perplexity"));
    let baseline = ["model.kind=nearest-centroid"];
    folder
        .train(&recipe, &data, "centroid", &baseline)
        .succeeds();
    for out in ["lstm", "centroid"] {
        assert!(accuracy(&folder.path(out)) >= 0.9, "{out}");
    }
    let mut command = recurrent();
    command
        .args(["compare", "--json"])
        .args([folder.path("lstm"), folder.path("centroid")]);
    let found = run(command);
    found.succeeds();
    assert_eq!(found.out.lines().count(), 2);
    let all = ["model.pooling=all", "training.epochs=1"];
    folder.train(&recipe, &data, "all", &all).succeeds();
    let long = format!("[{}]\n", ["[0,0]"; 9].join(","));
    answers(&folder.path("all"), &long)
        .is_bad_input(&["standard input:1: expected at most 8 steps"]);
    let found = answers(&folder.path("lstm"), "[[0,0],[1,-0.5],[2,-1],[3,-1.5]]\n");
    found.succeeds();
    assert!(found.out.contains("\"label\":\"up\""), "{}", found.out);
    assert!(found.err.starts_with("1 signal, "), "{}", found.err);
    let mut command = recurrent();
    command.arg("predict").arg(folder.path("lstm")).arg(&data);
    let of_file = run(command);
    of_file.succeeds();
    assert_eq!(of_file.out.lines().count(), 120);
    for (line, expected) in [
        ("[[0,0,0]]\n", "2 channels"),
        ("[[0],[1,2]]\n", "numbers in step 2"),
        ("[]\n", "found none"),
        ("up\n", "standard input:1"),
        ("[[1e99,0]]\n", "found the number 1e99 in step 1"),
        ("[[1,null]]\n", "found `null` at character 5"),
        ("[[1e999,0]]\n", "found `1e999` at character 3"),
    ] {
        answers(&folder.path("lstm"), line).is_bad_input(&[expected]);
    }
}

/// Images of 4 x 4 in IDX, bright in the left or in the right half, and their labels.
fn images(folder: &Folder, count: usize) -> PathBuf {
    let mut pixels = vec![0, 0, 8, 3];
    for size in [count as u32, 4, 4] {
        pixels.extend(size.to_be_bytes());
    }
    let mut labels = vec![0, 0, 8, 1];
    labels.extend((count as u32).to_be_bytes());
    for n in 0..count {
        let class = n % 2;
        pixels.extend((0..16).map(|pixel| match (pixel % 4 / 2) == class {
            true => (200 + n % 50) as u8,
            false => (n * 3 + pixel) as u8 % 40,
        }));
        labels.push(class as u8);
    }
    folder.file("some-labels-idx1-ubyte", labels);
    folder.file("some-images-idx3-ubyte", pixels)
}

#[test]
fn images_are_predicted_as_they_are_learned() {
    let folder = Folder::new();
    let data = images(&folder, 80);
    let model = format!("[model]\npooling = \"last\"\n{RECURRENT}");
    let order =
        "kind = \"signals\"\nimage_order = \"permuted-pixels\"\npermutation_seed = 3\nframe = 2";
    let recipe = folder.recipe("images", order, &model);
    folder.train(&recipe, &data, "out", &[]).succeeds();
    assert!(accuracy(&folder.path("out")) >= 0.9);
    let of_file = |path: &Path| {
        let mut command = recurrent();
        command.args(["predict", "--json"]).arg(folder.path("out"));
        run(command.arg(path))
    };
    let found = of_file(&data);
    found.succeeds();
    assert_eq!(found.out.lines().count(), 80);
    // The same images by hand, as rows of grey levels.
    let bytes = fs::read(&data).expect("the images");
    let rows = bytes[16..].chunks(16).map(|image| {
        let rows: Vec<&[u8]> = image.chunks(4).collect();
        serde_json::to_string(&rows).expect("JSON") + "\n"
    });
    let by_hand = answers(&folder.path("out"), &rows.collect::<String>());
    by_hand.succeeds();
    assert_eq!(by_hand.out, found.out);
    answers(&folder.path("out"), "[[0,0],[0,0]]\n")
        .is_bad_input(&["standard input:1", "4 rows of 4 grey levels"]);
    let bright = "[[0,0,0,0],[0,0,0,0],[0,0,0,0],[0,0,0,300]]\n";
    answers(&folder.path("out"), bright).is_bad_input(&["standard input:1", "0 to 255"]);
    let broken = folder.file("broken.png", "no image");
    of_file(&broken).is_bad_input(&["broken.png", "PNG or JPEG"]);
    let slopes = folder.file("slopes.ts", series(4));
    of_file(&slopes).is_bad_input(&["slopes.ts", "image_order"]);
    // The pixels of an IDX file that is not whole.
    let cut = folder.file("cut-images-idx3-ubyte", &bytes[..50]);
    of_file(&cut).is_bad_input(&["cut-images-idx3-ubyte"]);
}

#[test]
fn a_resumed_run_comes_to_the_same_weights() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(120));
    let model = format!(
        "[model]\npooling = \"mean\"\ninput_dropout = 0.2\nclass_weights = \"balanced\"\n\
         [model.embedding]\nsize = 4\ndropout = 0.1\n{RECURRENT}"
    );
    let recipe = folder.recipe("texts", "", &model);
    folder.train(&recipe, &data, "whole", &[]).succeeds();
    folder
        .train(&recipe, &data, "parts", &["training.epochs=3"])
        .succeeds();
    let mut command = recurrent();
    command.args([
        "train",
        "--resume",
        "--threads",
        "1",
        "--set",
        "training.epochs=8",
    ]);
    command.arg("--out").arg(folder.path("parts"));
    run(command).succeeds();
    let weights = |out: &str| fs::read(folder.path(out).join("model.safetensors")).expect("read");
    assert_eq!(weights("whole"), weights("parts"));
    folder.file("texts.txt", lines(120).replace("good", "nice"));
    let mut command = recurrent();
    command.args(["train", "--resume", "--set", "training.epochs=9", "--out"]);
    run(command.arg(folder.path("parts"))).is_bad_input(&["data.path"]);
}

#[test]
fn a_classifier_begins_with_a_language_model() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(200));
    let recipe = "[task]\nname = \"language-model\"\n[data]\nunit = \"word\"\ntokens = \"words\"\n\
                  clean = { lower_case = true }\nvocabulary_limit = 20\n[model]\ncell = \"lstm\"\n\
                  embedding_size = 8\nhidden_sizes = [8]\n[training]\nbatch_size = 4\nchunk_length = 10\n\
                  epochs = 2\noptimizer = \"adam\"\nlearning_rate = 0.01\n";
    let recipe = folder.file("lm.toml", recipe);
    folder.train(&recipe, &data, "lm", &[]).succeeds();
    let lm = folder.path("lm");
    let model = format!(
        "[model]\npooling = \"max\"\n[model.embedding]\nsize = 8\n[model.encoder]\nkind = \"recurrent\"\n\
         cell = \"lstm\"\nhidden_sizes = [8]\n[model.pretrained]\nrun = {:?}\nunfreeze_every = 2\n\
         rate_decay = 2.0",
        lm.display().to_string()
    );
    let recipe = folder.recipe("begins", "clean = { lower_case = true }", &model);
    folder
        .train(
            &recipe,
            &data,
            "begins",
            &["training.epochs=1", "training.keep=last"],
        )
        .succeeds();
    // What is not yet trained is the language model's.
    let embedding = |run: &Path, name: &str| {
        let mut command = recurrent();
        command.arg("inspect").arg(run.join("model.safetensors"));
        let found = run_text(command);
        assert!(found.contains(name), "{found}");
        fs::read(run.join("model.safetensors")).expect("read")
    };
    let (theirs, ours) = (
        embedding(&lm, "embedding.weight"),
        embedding(&folder.path("begins"), "encoder.embedding.weight"),
    );
    let table = |file: &[u8], name: &str| -> Vec<u8> {
        let length = u64::from_le_bytes(file[..8].try_into().expect("eight")) as usize;
        let header: Value = serde_json::from_slice(&file[8..8 + length]).expect("JSON");
        let offsets = &header[name]["data_offsets"];
        let [from, to] =
            [0, 1].map(|n| offsets[n].as_u64().expect("an offset") as usize + 8 + length);
        file[from..to].to_vec()
    };
    assert_eq!(
        table(&theirs, "embedding.weight"),
        table(&ours, "encoder.embedding.weight")
    );
    folder
        .train(&recipe, &data, "other", &["model.encoder.hidden_sizes=[9]"])
        .is_bad_input(&["weight_ih"]);
    folder
        .train(
            &recipe,
            &data,
            "none",
            &[&format!(
                "model.pretrained.run={}",
                folder.path("no").display()
            )],
        )
        .is_bad_input(&["expected a run directory"]);
}

fn run_text(command: std::process::Command) -> String {
    let found = run(command);
    found.succeeds();
    found.out.clone()
}

#[test]
fn words_are_cut_in_subwords_or_left_out() {
    let folder = Folder::new();
    let data = folder.file("texts.txt", lines(120));
    let model = format!("[model]\npooling = \"max\"\n[model.embedding]\nsize = 8\n{RECURRENT}");
    let recipe = folder.recipe("parts", "", &model);
    for (out, change) in [
        ("subwords", "data.subwords=40"),
        ("stops", "data.stop_words=english"),
    ] {
        folder.train(&recipe, &data, out, &[change]).succeeds();
        assert!(accuracy(&folder.path(out)) >= 0.9, "{out}");
    }
    let vocabulary = |out: &str| fs::read_to_string(folder.path(out).join("vocabulary.json"));
    assert!(vocabulary("subwords").expect("read").contains('\u{2581}'));
    assert!(!vocabulary("stops").expect("read").contains("\"the\""));
    let path = folder.path("subwords").join("subwords.json");
    fs::write(&path, "{}").expect("written");
    answers(&folder.path("subwords"), "fine\n").is_bad_input(&["subwords.json"]);
    for (change, expected) in [
        ("data.stop_words=none-such", "none-such"),
        ("data.subwords=1", "data.subwords"),
    ] {
        folder
            .train(&recipe, &data, "out", &[change])
            .is_bad_input(&[expected]);
    }
    let both = ["data.subwords=40", "data.minimum_count=2"];
    folder
        .train(&recipe, &data, "out", &both)
        .is_bad_input(&["data.subwords"]);
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let folder = Folder::new();
    let texts = folder.file("texts.txt", lines(60));
    let signals = folder.file("slopes.ts", series(40));
    let model = format!("[model]\npooling = \"last\"\n[model.embedding]\nsize = 4\n{RECURRENT}");
    let recipe = folder.recipe("texts", "", &model);
    for (change, expected) in [
        ("model.pooling=all", "data.length_limit"),
        (
            "training.chunk_length=5",
            "training.chunk_length: expected nothing",
        ),
        ("model.embedding=none", "model.embedding"),
        ("model.encoder.dropout=0.1", "one layer"),
        ("model.encoder.cell=gru", ""),
        ("model.activation=tanh", "model.activation"),
        (
            "model.encoder.hidden_sizes=[0]",
            "model.encoder.hidden_sizes",
        ),
        ("data.kind=signals", "model.embedding: expected nothing"),
        ("data.keep=last", "data.keep"),
    ] {
        let found = folder.train(&recipe, &texts, "out", &[change, "training.epochs=1"]);
        match expected {
            "" => found.succeeds(),
            expected => found.is_bad_input(&[expected]),
        }
    }
    let recipe = folder.recipe("signals", "kind = \"signals\"", &model);
    folder
        .train(&recipe, &signals, "out2", &[])
        .is_bad_input(&["model.embedding: expected nothing"]);
    let odd = folder.file(
        "odd.ts",
        "@classLabel true up down\n@data\n1,2:3,nan:up\n1,2:3,4:down\n",
    );
    let model = format!("[model]\npooling = \"last\"\n{RECURRENT}");
    let recipe = folder.recipe("odd", "kind = \"signals\"", &model);
    folder
        .train(&recipe, &odd, "out3", &[])
        .is_bad_input(&["odd.ts, line 3", "nan"]);
}
