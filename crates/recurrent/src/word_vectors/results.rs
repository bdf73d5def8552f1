//! What a run has come to, and its report.

use super::words::Words;
use super::{Results, WordVectorsConfig};
use crate::Error;
use crate::report::{LayerRow, Loss, Report, Sample, grouped};
use crate::run::RunDirectory;
use recurrent_data::WordVectors;

/// Frequent words whose neighbours the report shows, and how many of them.
const SHOWN: (usize, usize) = (12, 5);

/// The neighbours of the most frequent words of more than three letters, a line each.
pub(super) fn neighbours(vectors: &WordVectors) -> Result<String, Error> {
    let (words, count) = SHOWN;
    let long = vectors
        .words()
        .iter()
        .filter(|word| word.chars().count() > 3);
    let mut text = String::new();
    for word in long.take(words) {
        let near = vectors.nearest(word, count)?;
        let near = near
            .iter()
            .map(|near| format!("{} {:.2}", near.word, near.similarity));
        text += &format!("{word}: {}\n", near.collect::<Vec<_>>().join(", "));
    }
    Ok(text)
}

/// Names and values, the most important first.
pub(super) fn rows(
    vectors: &WordVectors,
    words: &Words,
    seconds: f64,
    epochs: u64,
) -> Vec<(String, String)> {
    let read = words.ids.len() as f64 * epochs as f64;
    let speed = (read / seconds.max(1e-9)) as u64;
    vec![
        (
            "words with a vector".to_string(),
            grouped(vectors.len() as u64),
        ),
        ("width".to_string(), vectors.width().to_string()),
        (
            "words of the text".to_string(),
            grouped(words.ids.len() as u64),
        ),
        ("words a second".to_string(), grouped(speed)),
    ]
}

/// The report of a finished run.
pub(super) fn report(
    title: String,
    run: &RunDirectory,
    config: &WordVectorsConfig,
    vectors: &WordVectors,
    results: &Results,
) -> Result<Report, Error> {
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results: results.rows.clone(),
        metrics: run.metrics()?,
        loss: Loss::NegativeSampling,
        layers: layers(config, vectors),
        samples: vec![(
            "Neighbours".to_string(),
            vec![Sample {
                title: "nearest neighbours by cosine".to_string(),
                text: results.neighbours.clone(),
                drawing: None,
            }],
        )],
        ..Report::default()
    })
}

/// The table of vectors as a layer.
pub(crate) fn layers(config: &WordVectorsConfig, vectors: &WordVectors) -> Vec<LayerRow> {
    vec![LayerRow {
        name: "vectors".to_string(),
        kind: crate::recipe::name_of(&config.model.architecture),
        output_shape: format!("[V, {}]", vectors.width()),
        parameters: vectors.values().len() as u64,
    }]
}
