//! Trained models side by side: how good they are, how large, how fast.

use crate::language_model::{Corpus, Evaluation, Predictor, Split};
use crate::metrics::MetricLine;
use crate::report::{Bars, bars_page, duration, grouped};
use crate::run::RunDirectory;
use crate::{DeviceName, Error};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A model as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Its run directory.
    pub run: PathBuf,
    /// The recipe it was trained by.
    pub recipe: String,
    /// The text it was measured on.
    pub source: String,
    /// What it came to.
    pub evaluation: Evaluation,
    /// Symbols of its vocabulary.
    pub vocabulary: usize,
    /// What it learned: weights, or n-grams.
    pub parameters: u64,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// Seconds of its training.
    pub training_seconds: Option<f64>,
    /// Symbols it scored in a second.
    pub symbols_per_second: f64,
}

/// Measures the model of a run on a split of its own text, or of the text at `data`.
///
/// # Errors
/// Where the model or the text cannot be read, or the split is too short.
pub fn measure(
    run: &Path,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let directory = RunDirectory::new(run);
    let predictor = Predictor::load(&directory, device)?;
    let corpus: Corpus = predictor.corpus(data, None, split)?;
    let before = Instant::now();
    let evaluation = predictor.evaluate(&corpus, split)?;
    let seconds = before.elapsed().as_secs_f64();
    let layers = predictor.layers();
    Ok(Compared {
        run: run.to_path_buf(),
        recipe: (predictor.config().task.recipe.clone()).unwrap_or_default(),
        source: corpus.source,
        evaluation,
        vocabulary: predictor.vocabulary().len(),
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: predictor.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        symbols_per_second: evaluation.symbols as f64 / seconds.max(1e-9),
    })
}

/// Whether perplexities can be held against each other: over as many symbols, of as many.
pub fn is_comparable(all: &[Compared]) -> bool {
    all.windows(2).all(|pair| {
        let key = |one: &Compared| (one.evaluation.symbols, one.vocabulary);
        key(&pair[0]) == key(&pair[1])
    })
}

/// A page with the comparison as bars: perplexity, size, time of training, speed.
pub fn page(all: &[Compared]) -> String {
    let figure = |title: &str, value: &dyn Fn(&Compared) -> (f64, String)| Bars {
        title: title.to_string(),
        rows: (all.iter())
            .map(|one| {
                let (number, text) = value(one);
                (one.name(), number, text)
            })
            .collect(),
    };
    let figures = [
        figure("Perplexity", &|one| {
            let perplexity = one.evaluation.perplexity();
            (perplexity, format!("{perplexity:.2}"))
        }),
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
            let speed = one.symbols_per_second;
            (speed, format!("{} symbols/s", grouped(speed as u64)))
        }),
    ];
    bars_page("Language models side by side", &figures)
}

impl Compared {
    /// What it is called: the last part of its run directory's path.
    pub fn name(&self) -> String {
        let name = self.run.file_name().unwrap_or(self.run.as_os_str());
        name.to_string_lossy().into_owned()
    }
}
