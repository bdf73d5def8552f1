//! Input that is seldom met and still has an answer, and what is told of input that has none.

mod common;

use common::{Run, recurrent, run};
use std::fs;
use std::path::{Path, PathBuf};

const TAGGER: &str =
    "[task]\nname = \"tagging\"\n[data]\nscheme = \"iob2\"\n[model]\nkind = \"most-frequent\"\n";
const CLASSIFIER: &str =
    "[task]\nname = \"classification\"\n[data]\n[model]\nkind = \"naive-bayes\"\n";

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
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, content).expect("written");
        path
    }

    /// Trains a recipe into `out`.
    fn train(&self, recipe: &str, data: &Path, out: &Path, options: &[&str]) -> Run {
        let recipe = self.file("recipe.toml", recipe);
        let mut command = recurrent();
        command.arg("train").arg(recipe).arg("--data").arg(data);
        run(command.arg("--out").arg(out).args(options))
    }

    fn evaluate(&self, out: &Path, data: &Path) -> Run {
        let mut command = recurrent();
        command.arg("evaluate").arg(out).args(["--split", "all"]);
        run(command.arg("--data").arg(data))
    }
}

/// Labelled lines of two classes.
fn lines(count: usize) -> String {
    let line = |n| ["praise a good film\n", "blame a bad film\n"][n % 2];
    (0..count).map(line).collect()
}

#[test]
fn tags_that_are_not_learned_count_as_errors() {
    let folder = Folder::new();
    let sentence = "Ann X B-PER\nsleeps X O\n\n";
    folder.file("data/train.txt", sentence.repeat(20));
    folder.file("data/valid.txt", sentence);
    folder.file(
        "data/test.txt",
        "Oslo X B-LOC\nsleeps X O\n\n".to_string() + sentence,
    );
    let out = folder.path("out");
    let trained = folder.train(TAGGER, &folder.path("data"), &out, &[]);
    trained.succeeds();
    let note = "the tag of 1 word is none of the tagger's and counts as wrong: B-LOC";
    assert!(trained.err.contains(note), "{}", trained.err);
    assert!(trained.out.contains("LOC: precision, recall, F1, spans"));
    let other = folder.file("other.txt", "Oslo X B-LOC\nRome X B-LOC\n\n");
    let found = folder.evaluate(&out, &other);
    found.succeeds();
    let note = "the tags of 2 words are none of the tagger's and count as wrong: B-LOC";
    assert!(found.err.contains(note), "{}", found.err);
    assert!(found.out.contains("0.00 %"), "{}", found.out);
}

#[test]
fn a_class_that_is_not_learned_is_an_error() {
    let folder = Folder::new();
    folder.file("data/train.txt", lines(20));
    folder.file("data/test.txt", "other a film\n");
    folder
        .train(CLASSIFIER, &folder.path("data"), &folder.path("out"), &[])
        .is_bad_input(&["test split", "found `other`"]);
}

#[test]
fn one_example_may_be_measured() {
    let folder = Folder::new();
    let tagged = folder.file("tagged.txt", "Ann X B-PER\nsleeps X O\n\n".repeat(20));
    let tagger = folder.path("tagger");
    folder.train(TAGGER, &tagged, &tagger, &[]).succeeds();
    let one = folder.file("one.txt", "Ann X B-PER\n\n");
    let found = folder.evaluate(&tagger, &one);
    found.succeeds();
    assert!(found.out.contains("100.00 %"), "{}", found.out);
    let labelled = folder.file("labelled.txt", lines(40));
    let classifier = folder.path("classifier");
    folder
        .train(CLASSIFIER, &labelled, &classifier, &[])
        .succeeds();
    let one = folder.file("single.txt", "praise a good film\n");
    folder.evaluate(&classifier, &one).succeeds();
}

/// Bytes in the format of gzip, stored as they are.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut table = [0u32; 256];
    for (n, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(n as u32, |c, _| (c >> 1) ^ (0xedb8_8320 * (c & 1)));
    }
    let step = |c: u32, &byte: &u8| table[usize::from(c as u8 ^ byte)] ^ (c >> 8);
    let crc = !bytes.iter().fold(!0u32, step);
    let length = bytes.len() as u16;
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(bytes);
    file.extend(crc.to_le_bytes());
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

#[test]
fn compressed_lines_are_predicted() {
    let folder = Folder::new();
    let labelled = folder.file("labelled.txt", lines(40));
    let out = folder.path("out");
    folder.train(CLASSIFIER, &labelled, &out, &[]).succeeds();
    let texts = "a good film\na bad film\n";
    let predict = |path: &Path| run(recurrent().arg("predict").arg(&out).arg(path));
    let plain = predict(&folder.file("texts.txt", texts));
    plain.succeeds();
    assert!(plain.out.starts_with("praise\t"), "{}", plain.out);
    assert!(plain.err.starts_with("2 texts, "), "{}", plain.err);
    let packed = gzip(texts.as_bytes());
    let found = predict(&folder.file("texts.gz", &packed));
    found.succeeds();
    assert_eq!(found.out, plain.out);
    predict(&folder.file("cut.gz", &packed[..packed.len() - 9])).is_bad_input(&["cut.gz"]);
    let missing = predict(&folder.path("nothing.txt"));
    missing.is_bad_input(&["nothing.txt: does not exist"]);
    assert!(!missing.err.contains("os error"), "{}", missing.err);
}

#[test]
fn a_run_does_not_replace_its_data() {
    let folder = Folder::new();
    folder.file("data/praise/1.txt", "a good film\n");
    folder.file("data/blame/1.txt", "a bad film\n");
    let data = folder.path("data");
    for out in [data.clone(), data.join("praise/..")] {
        folder
            .train(CLASSIFIER, &data, &out, &["--force"])
            .is_bad_input(&["--out: expected another path than that of the data"]);
    }
    assert_eq!(fs::read_dir(&data).expect("the data").count(), 2);
}

#[test]
fn mistakes_are_told_by_what_was_written() {
    let folder = Folder::new();
    let data = folder.file("labelled.txt", lines(40));
    let out = folder.path("out");
    let train = |recipe: &str, options: &[&str]| folder.train(recipe, &data, &out, options);
    train(TAGGER, &["--column", "text"]).is_bad_input(&["error: --column text: unknown key"]);
    train(CLASSIFIER, &["--set", "training.epochs=3"]).is_bad_input(&[
        "--set training.epochs=3",
        "`training.epochs`",
        "found a naive-bayes, which has no [training]",
    ]);
    let both = ["--repair", "--set", "data.repair=false"];
    train(TAGGER, &both).is_bad_input(&["--repair: expected no other --set data.repair"]);
    let same = train(TAGGER, &["--repair", "--set", "data.repair=true"]);
    assert!(!same.err.contains("--repair: expected"), "{}", same.err);
}
