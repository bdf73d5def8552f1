//! Reading what was written, whole, torn and broken.

use super::*;
use std::fs;

fn train(step: u64, cross_entropy: f64) -> MetricLine {
    MetricLine::Train {
        step,
        epoch: 0.5,
        cross_entropy,
        learning_rate: 1e-3,
        gradient_norm: 0.75,
        symbols_per_second: 50_000.0,
        elapsed_seconds: 12.0,
    }
}

fn valid(step: u64) -> MetricLine {
    MetricLine::Valid {
        step,
        epoch: 1.0,
        cross_entropy: 1.5,
        elapsed_seconds: 20.0,
        stages: None,
    }
}

fn read_text(text: impl AsRef<[u8]>) -> Result<Vec<MetricLine>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    fs::write(&path, text).unwrap();
    read(path)
}

fn written(lines: &[MetricLine]) -> String {
    let lines = lines.iter().map(|l| serde_json::to_string(l).unwrap());
    lines.map(|line| line + "\n").collect()
}

#[test]
fn lines_are_tagged_by_split() {
    assert_eq!(
        serde_json::to_string(&valid(3)).unwrap(),
        r#"{"split":"valid","step":3,"epoch":1.0,"cross_entropy":1.5,"elapsed_seconds":20.0}"#
    );
}

#[test]
fn what_was_written_is_read() {
    let staged = MetricLine::Valid {
        step: 1,
        epoch: 1.0,
        cross_entropy: 0.5,
        elapsed_seconds: 3.0,
        stages: Some(StageSeconds {
            reading: 2.0,
            counting: 1.5,
            learning: 1.25,
            answering: 0.25,
        }),
    };
    let lines = [train(1, 2.0), valid(2), train(3, 1.0), staged];
    assert_eq!(read_text(written(&lines)).unwrap(), lines);
    let blank = written(&lines).replace('\n', "\r\n\n");
    assert_eq!(read_text(blank).unwrap(), lines);
    assert_eq!(read_text("").unwrap(), []);
}

#[test]
fn a_torn_last_line_is_dropped_wherever_it_is_torn() {
    let whole = written(&[train(1, 2.0)]);
    let last = written(&[valid(2)]);
    for end in 0..last.len() - 1 {
        let torn = whole.clone() + &last[..end];
        assert_eq!(read_text(&torn).unwrap().len(), 1, "{torn}");
    }
    // Only the line end is missing: nothing is lost.
    assert_eq!(read_text(whole + last.trim_end()).unwrap().len(), 2);
    assert_eq!(read_text(b"{\"split\":\"\xc3").unwrap(), []);
}

#[test]
fn a_broken_line_is_an_error_with_file_and_line() {
    let text = written(&[train(1, 2.0)]) + "{\"split\":\n" + &written(&[valid(2)]);
    let message = read_text(text).unwrap_err().to_string();
    assert!(
        message.contains("metrics.jsonl:2: expected a metric line, found one that is cut short")
    );
    assert!(
        message.ends_with("; delete that line to go on"),
        "{message}"
    );
    assert!(!message.contains("column"), "{message}");
    let message = read("absent/metrics.jsonl").unwrap_err().to_string();
    assert!(message.starts_with("absent/metrics.jsonl: "), "{message}");
}

#[test]
fn numbers_that_json_cannot_hold_come_back_as_nan() {
    let lines = read_text(written(&[train(1, f64::INFINITY)])).unwrap();
    assert!(
        matches!(lines[..], [MetricLine::Train { step: 1, cross_entropy, .. }] if cross_entropy.is_nan())
    );
}
