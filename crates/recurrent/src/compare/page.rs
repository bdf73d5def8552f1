//! The page that shows models side by side.

use super::{Compared, INCOMPARABLE, Quality, is_comparable, names, three_digits};
use crate::language_model::Split;
use crate::report::{Bars, bars_page, duration, grouped};

/// A page with the comparison as bars: how good they are, size, time of training, speed.
pub fn page(all: &[Compared], split: Split) -> String {
    let figure = |title: &str, value: &dyn Fn(&Compared) -> (f64, String)| Bars {
        title: title.to_string(),
        rows: (all.iter())
            .zip(names(all))
            .map(|(one, name)| {
                let (number, text) = value(one);
                (name, number, text)
            })
            .collect(),
    };
    let (title, unit) = match all.first().map(|one| one.quality) {
        Some(quality @ Quality::Classification { .. }) => {
            ("Accuracy, more is better", quality.unit())
        }
        Some(quality @ Quality::Tagging { f1: Some(_), .. }) => {
            ("F1 of spans, more is better", quality.unit())
        }
        Some(quality @ Quality::Tagging { .. }) => ("Accuracy, more is better", quality.unit()),
        Some(quality @ Quality::Transcription { .. }) => {
            ("Label error rate, less is better", quality.unit())
        }
        Some(quality @ Quality::Memory(_)) => ("Loss, less is better", quality.unit()),
        _ => ("Perplexity, less is better", "symbols"),
    };
    let figures = [
        figure(title, &|one| one.quality.shown()),
        figure("Parameters", &|one| {
            (one.parameters as f64, grouped(one.parameters))
        }),
        figure("Files", &|one| {
            let megabytes = one.bytes as f64 / 1e6;
            (megabytes, format!("{megabytes:.1} MB"))
        }),
        figure("Training", &|one| match one.training_seconds {
            Some(seconds) => (seconds, duration(seconds)),
            None => (0.0, "unknown".to_string()),
        }),
        figure("Scoring", &|one| {
            let speed = one.per_second;
            (speed, format!("{} {unit}/s", grouped(three_digits(speed))))
        }),
    ];
    let mut sources: Vec<&str> = all.iter().map(|one| one.source.as_str()).collect();
    let mut seen = std::collections::HashSet::new();
    sources.retain(|source| seen.insert(*source));
    let mut note = format!("{} split of {}", split.as_str(), sources.join(", "));
    if !is_comparable(all) {
        note = format!("{note}; {INCOMPARABLE}");
    }
    bars_page("Models side by side", &note, &figures)
}
