//! What the program says: numbers it cannot use, and output that cannot be written.

#![cfg(target_os = "linux")]

mod common;

use common::{recurrent, run, small};
use std::fs::{File, OpenOptions};
use std::io::PipeWriter;

/// A device that is always full.
fn full() -> File {
    let file = OpenOptions::new().write(true).open("/dev/full");
    file.expect("the device")
}

/// The writing end of a pipe whose reader is gone.
fn closed() -> PipeWriter {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer
}

#[test]
fn a_run_goes_on_where_progress_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("full");
    let trained = run(small(&out).stderr(full()));
    trained.succeeds();
    assert!(trained.out.contains("sample:"), "{}", trained.out);
    run(recurrent().arg("evaluate").arg(&out).stderr(full())).succeeds();
    let out = folder.path().join("closed");
    run(small(&out).stderr(closed())).succeeds();
}

#[test]
fn a_mistake_keeps_its_exit_code_where_it_cannot_be_told() {
    let mistakes: [&[&str]; 3] = [&["train", "nothing"], &["--nothing"], &[]];
    for arguments in mistakes {
        let failed = run(recurrent().args(arguments).stderr(full()));
        assert_eq!(failed.code, Some(2), "{arguments:?}");
    }
}

#[test]
fn results_that_cannot_be_written_are_an_error_unless_nobody_reads_them() {
    let commands: [&[&str]; 3] = [&["recipes"], &["recipes", "char-lm"], &["--help"]];
    for arguments in commands {
        let failed = run(recurrent().args(arguments).stdout(full()));
        assert_eq!(failed.code, Some(1), "{arguments:?}");
        let start = "error: cannot write to standard output: ";
        assert!(failed.err.starts_with(start), "{}", failed.err);
        let unread = run(recurrent().args(arguments).stdout(closed()));
        assert_eq!(
            (unread.code, &unread.err[..]),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn numbers_out_of_range_say_the_range() {
    let numbers = ["-1", "-1.5", "1e99", "99999999999999999999", "many", ""];
    for option in ["--length", "--top-k", "--seed", "--threads"] {
        for number in numbers {
            run(recurrent().args(["generate", "nowhere", option, number]))
                .is_bad_input(&[option, "expected a whole number from "]);
        }
    }
    for option in ["--temperature", "--top-p"] {
        run(recurrent().args(["generate", "nowhere", option, "warm"]))
            .is_bad_input(&[option, "expected a number"]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&mut small(&out)).succeeds();
    for (option, setting) in [
        ("--temperature", "decode.temperature"),
        ("--top-p", "decode.top_p"),
    ] {
        for number in ["-1", "-1e300", "inf", "nan"] {
            run(recurrent().arg("generate").arg(&out).args([option, number])).is_bad_input(&[
                option,
                setting,
                "expected a",
            ]);
        }
    }
}
