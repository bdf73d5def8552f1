//! What a transcriber has come to, and its report.

use super::config::DecodeMethod;
use super::data::{TranscribedCorpus, Utterances};
use super::figures;
use super::measures::TextMeasures;
use super::predict::{Transcriber, Transcript};
use crate::Error;
use crate::report::{Counted, Loss, Report, Sample, grouped};
use crate::run::RunDirectory;
use crate::training::BySplit;
use std::time::Instant;

/// Wrong texts that a report shows.
const MISTAKES: usize = 30;
/// Sequences whose emissions a report draws.
const DRAWN: usize = 4;

/// How good a transcriber is on a split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitResults {
    /// The split's name.
    pub split: &'static str,
    /// How good the texts of each method are, that of the recipe first, with the seconds that decoding took.
    pub methods: Vec<(DecodeMethod, TextMeasures, f64)>,
    /// Sequences.
    pub count: usize,
    /// Seconds of sound, and of all that was done with it but reading.
    pub seconds: [f64; 2],
    /// Wrong texts by the method of the recipe: the name of the sequence, the text that is right and the one that was found.
    pub mistakes: Vec<[String; 3]>,
}

/// What a run has come to.
pub type Results = BySplit<SplitResults>;

impl SplitResults {
    /// Those of a split; none where it is empty.
    ///
    /// # Errors
    /// Where a sequence cannot be read or decoded.
    pub fn of(
        transcriber: &Transcriber,
        utterances: &Utterances,
        split: &'static str,
    ) -> Result<Option<Self>, Error> {
        if utterances.is_empty() {
            return Ok(None);
        }
        let before = Instant::now();
        let frames = transcriber.frames(utterances)?;
        let network = before.elapsed().as_secs_f64();
        let mut methods = Vec::new();
        let mut mistakes = Vec::new();
        for method in transcriber.methods() {
            let before = Instant::now();
            let found = transcriber.decode(method, &frames, 1)?;
            let seconds = before.elapsed().as_secs_f64();
            if methods.is_empty() {
                mistakes = wrong(utterances, &found);
            }
            methods.push((method, transcriber.measure(utterances, &found), seconds));
        }
        Ok(Some(Self {
            split,
            count: utterances.len(),
            seconds: [utterances.seconds.iter().sum(), network + methods[0].2],
            methods,
            mistakes,
        }))
    }

    /// How good the texts are by the method of the recipe.
    pub fn measures(&self) -> &TextMeasures {
        &self.methods[0].1
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let named = self.measures().rows().into_iter();
        let mut rows: Vec<(String, String)> = named
            .map(|(name, value)| (format!("{} {name}", self.split), value))
            .collect();
        for (method, measures, seconds) in &self.methods {
            let (rate, exact) = (measures.label_error_rate(), measures.exact_share());
            rows.push((
                format!("{} by {}", self.split, method.as_str()),
                format!(
                    "label error rate {:.2} %, exact {:.2} %, {:.2} ms a sequence",
                    100.0 * rate,
                    100.0 * exact,
                    1000.0 * seconds / self.count as f64
                ),
            ));
        }
        let [sound, work] = self.seconds;
        rows.push(match sound > 0.0 {
            true => (
                format!("{} real-time factor", self.split),
                format!("{:.5}", work / sound),
            ),
            false => (
                format!("{} sequences a second", self.split),
                grouped((self.count as f64 / work.max(1e-9)) as u64),
            ),
        });
        rows
    }
}

/// Names, right texts and found texts of sequences whose text is wrong, those with most edits first.
fn wrong(utterances: &Utterances, found: &[Vec<Transcript>]) -> Vec<[String; 3]> {
    let texts = utterances.texts.iter().zip(found).zip(&utterances.names);
    let mut wrong: Vec<(usize, [String; 3])> = texts
        .filter_map(|((right, found), name)| {
            let best = found.first().map_or("", |best| &best.text);
            let edits = TextMeasures::of([(&right[..], best)].into_iter())
                .labels
                .edits();
            let texts = || [name.clone(), right.clone(), best.to_string()];
            (edits > 0).then(|| (edits, texts()))
        })
        .collect();
    wrong.sort_by_key(|(edits, _)| std::cmp::Reverse(*edits));
    wrong.into_iter().map(|(_, texts)| texts).collect()
}

impl Results {
    pub(super) fn of(transcriber: &Transcriber, corpus: &TranscribedCorpus) -> Result<Self, Error> {
        Ok(Self {
            valid: SplitResults::of(transcriber, &corpus.valid, "validation")?,
            test: SplitResults::of(transcriber, &corpus.test, "test")?,
        })
    }

    /// Names and values, the most important first.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = self.measured().map_or_else(Vec::new, SplitResults::rows);
        if let (Some(valid), Some(_)) = (&self.valid, &self.test) {
            let rate = 100.0 * valid.measures().label_error_rate();
            rows.push((
                "validation label error rate".to_string(),
                format!("{rate:.2} %"),
            ));
        }
        rows
    }
}

/// The report of a finished run.
pub(super) fn report(
    title: String,
    run: &RunDirectory,
    transcriber: &Transcriber,
    corpus: &TranscribedCorpus,
    results: &Results,
) -> Result<Report, Error> {
    let config = transcriber.config();
    let layers = transcriber.layers();
    let mut rows = results.rows();
    let parameters: u64 = layers.iter().map(|layer| layer.parameters).sum();
    rows.push(("parameters".to_string(), grouped(parameters)));
    rows.push((
        "symbols".to_string(),
        grouped(transcriber.symbols().len() as u64),
    ));
    let measured = match corpus.test.is_empty() {
        true => &corpus.valid,
        false => &corpus.test,
    };
    let mistakes = results.measured().map_or(&[][..], |found| &found.mistakes);
    let mistake = |[name, right, found]: &[String; 3]| Sample {
        title: name.clone(),
        text: format!("{right}\n{found}"),
        drawing: None,
    };
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results: rows,
        metrics: run.metrics()?,
        loss: Loss::OfTexts,
        counted: Counted::TimeSteps,
        layers,
        emissions: figures::emissions(transcriber, measured, DRAWN)?,
        samples: vec![(
            "Mistakes: the text that is right, and the one that was found".to_string(),
            mistakes.iter().take(MISTAKES).map(mistake).collect(),
        )],
        ..Report::default()
    })
}
