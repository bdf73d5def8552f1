//! Data that the program reads, and data that it refuses before anything is written.

mod common;

use common::{Run, recurrent, run, small_on};
use std::fs;
use std::path::Path;

fn train_on(folder: &Path, data: &Path, settings: &[&str]) -> Run {
    let mut command = small_on(data, &folder.join("run"));
    for setting in settings {
        command.args(["--set", setting]);
    }
    run(&mut command)
}

#[test]
fn bytes_need_no_encoding() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("any.bin");
    let bytes: Vec<u8> = (0..4000_u32).map(|n| (n * n % 251 + 5) as u8).collect();
    fs::write(&data, &bytes).expect("writes");
    train_on(folder.path(), &data, &["data.unit=byte"]).succeeds();
    let mut evaluate = recurrent();
    evaluate.arg("evaluate").arg(folder.path().join("run"));
    let found = run(evaluate.args(["--split", "train", "--json"]));
    found.succeeds();
    // 90 % of the bytes, of which the first is not predicted.
    assert!(found.out.contains("\"symbols\":3599"), "{}", found.out);
}

#[test]
fn unusable_data_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("folder");
    fs::create_dir(&empty).expect("creates");
    let csv = b"id,text\n1,\"a\n2,b\n".as_slice();
    let tar = [&[b'a'; 257][..], b"ustar"].concat();
    type Case<'a> = (&'a str, &'a [u8], &'a [&'a str], &'a [&'a str]);
    // Name, content, settings, what the message holds.
    let cases: [Case; 8] = [
        (
            "open.csv",
            csv,
            &["data.column=text"],
            &["line 2", "closing"],
        ),
        ("a.csv", b"id,text\n1,a\n", &[], &["--column", "id, text"]),
        (
            "b.csv",
            b"id,text\n1,a\n",
            &["data.column=t"],
            &["`t`", "id, text"],
        ),
        (
            "c.csv",
            b"id,text\n1,a\n",
            &["data.column=2"],
            &["from 0 to 1"],
        ),
        (
            "d.csv",
            b"text,text\n1,a\n",
            &["data.column=text"],
            &["found 2"],
        ),
        ("e.csv", b"id,text\n", &["data.column=text"], &["rows"]),
        ("f.tar", &tar, &[], &["tar archive"]),
        ("latin.txt", b"caf\xe9", &[], &["byte 3;", "UTF-8"]),
    ];
    for (name, bytes, settings, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("writes");
        let refused = train_on(folder.path(), &path, settings);
        refused.is_bad_input(expected);
        refused.is_bad_input(&[name]);
    }
    train_on(folder.path(), &empty, &[]).is_bad_input(&["train", "files there: none"]);
    let missing = folder.path().join("missing");
    train_on(folder.path(), &missing, &[]).is_bad_input(&["missing", "does not exist"]);
    if cfg!(unix) {
        let device = Path::new("/dev/zero");
        train_on(folder.path(), device, &[]).is_bad_input(&["/dev/zero", "a device"]);
    }
    assert!(!folder.path().join("run").exists(), "nothing was written");
}

#[test]
fn models_that_are_none_are_said_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.txt");
    fs::write(&file, "some text, which is no weight file").expect("writes");
    for command in ["inspect", "evaluate", "generate"] {
        let missing = folder.path().join("missing");
        run(recurrent().arg(command).arg(missing))
            .is_bad_input(&["missing", "expected a run directory, found nothing"]);
        run(recurrent().arg(command).arg(folder.path()))
            .is_bad_input(&["found a folder without config.toml"]);
    }
    run(recurrent().arg("evaluate").arg(&file)).is_bad_input(&["a.txt", "found a file"]);
    run(recurrent().arg("inspect").arg(&file)).is_bad_input(&[
        "a.txt",
        "inspect takes a run directory or a .safetensors file",
    ]);
    run(recurrent().args(["recipes", "nothing-like-it"])).is_bad_input(&[
        "nothing-like-it",
        "char-lm, ",
        "word-lm-ptb-small",
    ]);
}
