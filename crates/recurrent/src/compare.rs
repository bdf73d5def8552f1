//! Trained models side by side: how good they are, how large, how fast.

use crate::classification::Classifier;
use crate::language_model::{Corpus, Evaluation, Predictor, Split};
use crate::memory_problems::{Measures, MemoryModel};
use crate::metrics::MetricLine;
use crate::report::{Bars, bars_page, duration, grouped};
use crate::run::{RunDirectory, digest};
use crate::tagging::Tagger;
use crate::task::Config;
use crate::training::check;
use crate::{DeviceName, Error};
use recurrent_data::Vocabulary;
use recurrent_nn::noise;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A model is measured again until it has taken so long; the fastest time counts.
const MEASURED: Duration = Duration::from_millis(300);

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
    pub quality: Quality,
    /// Tells the symbols it was measured on from others.
    pub text_digest: u64,
    /// Symbols of its vocabulary.
    pub vocabulary: usize,
    /// Tells its vocabulary from others.
    pub vocabulary_digest: u32,
    /// What it learned: weights, or n-grams.
    pub parameters: u64,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// Seconds of its training.
    pub training_seconds: Option<f64>,
    /// Symbols it scored in a second, or texts.
    pub per_second: f64,
}

/// How good a model is at its task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quality {
    /// Of a language model.
    LanguageModel(Evaluation),
    /// Of a classifier.
    Classification {
        /// The share of right answers.
        accuracy: f64,
        /// The mean of the classes' F1.
        macro_f1: f64,
        /// Mean `-ln p` of the right class.
        log_loss: f64,
        /// Texts it was measured on.
        texts: u64,
    },
    /// Of a tagger.
    Tagging {
        /// F1 of the spans, where tags mark spans.
        f1: Option<f64>,
        /// The share of words whose tag is right.
        accuracy: f64,
        /// Words it was measured on.
        words: u64,
    },
    /// Of a network with a problem of long memory.
    Memory(Measures),
}

impl Quality {
    /// What models are ranked by: the less, the better.
    fn loss(self) -> f64 {
        match self {
            Self::LanguageModel(found) => found.cross_entropy,
            Self::Classification { accuracy, .. } => 1.0 - accuracy,
            Self::Tagging { f1, accuracy, .. } => 1.0 - f1.unwrap_or(accuracy),
            Self::Memory(found) => found.loss,
        }
    }

    /// The one number of a figure, with its text.
    fn shown(self) -> (f64, String) {
        match self {
            Self::LanguageModel(found) => {
                let perplexity = found.perplexity();
                (perplexity, format!("{perplexity:.2}"))
            }
            Self::Classification { accuracy, .. } => {
                let percent = 100.0 * accuracy;
                (percent, format!("{percent:.2} %"))
            }
            Self::Tagging { f1, accuracy, .. } => {
                let percent = 100.0 * f1.unwrap_or(accuracy);
                (percent, format!("{percent:.2} %"))
            }
            Self::Memory(found) => (found.loss, format!("{:.6}", found.loss)),
        }
    }

    /// What it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LanguageModel(_) => "symbols",
            Self::Classification { .. } => "texts",
            Self::Tagging { .. } => "words",
            Self::Memory(_) => "sequences",
        }
    }
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
    measured(&RunDirectory::new(run), data, split, device).map_err(|error| error.within(run))
}

fn measured(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    match directory.config()? {
        Config::Classification(_) => classifier(directory, data, split, device),
        Config::Tagging(_) => tagger(directory, data, split, device),
        Config::Memory(_) => memory(directory, data, split, device),
        _ => language_model(directory, data, split, device),
    }
}

fn language_model(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let predictor = Predictor::load(directory, device)?;
    let corpus: Corpus = predictor.corpus(data, None, split)?;
    let (found, seconds) = fastest(|| predictor.evaluate(&corpus, split))?;
    let layers = predictor.layers();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (predictor.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: (corpus.split(split).iter().copied().map(u64::from)).fold(0, noise::mix),
        source: corpus.source,
        quality: Quality::LanguageModel(found),
        vocabulary: predictor.vocabulary().len(),
        vocabulary_digest: digest(predictor.vocabulary()),
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: predictor.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: found.symbols as f64 / seconds,
    })
}

fn classifier(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let classifier = Classifier::load(directory, device)?;
    let corpus = classifier.corpus(data, [None, None])?;
    let examples = corpus.split(split)?;
    let (found, seconds) = fastest(|| Ok(classifier.predict(&examples.inputs)))?;
    let measures = classifier.measure(&examples, &found);
    let layers = classifier.layers();
    // In whatever order they were read.
    let of_example = |(example, &label): (usize, &usize)| {
        let class = crc32fast::hash(classifier.classes()[label].as_bytes());
        noise::mix(examples.inputs.digest(example), class.into())
    };
    let labels = examples.labels.iter().enumerate();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (classifier.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: labels.map(of_example).fold(0, u64::wrapping_add),
        source: corpus.source.clone(),
        quality: Quality::Classification {
            accuracy: measures.accuracy(),
            macro_f1: measures.macro_f1(),
            log_loss: measures.log_loss,
            texts: measures.count(),
        },
        vocabulary: classifier.vocabulary().map_or(0, Vocabulary::len),
        // Classifiers of other tokens answer the same question.
        vocabulary_digest: 0,
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: classifier.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: examples.labels.len() as f64 / seconds,
    })
}

fn tagger(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    let tagger = Tagger::load(directory, device)?;
    let corpus = tagger.corpus(data)?;
    let sentences = corpus.split(split)?;
    let (found, seconds) = fastest(|| tagger.tag_ids(&sentences.words))?;
    let measures = tagger.measure(&sentences, &found)?;
    let layers = tagger.layers();
    let words = sentences.words.iter().flatten();
    let hashes = words.map(|word| crc32fast::hash(word.as_bytes()).into());
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: (tagger.config().task.recipe.clone()).unwrap_or_default(),
        text_digest: hashes.fold(0, noise::mix),
        source: corpus.source.clone(),
        quality: Quality::Tagging {
            f1: measures.spans.as_ref().map(|spans| spans.micro().f1()),
            accuracy: measures.accuracy(),
            words: measures.words,
        },
        vocabulary: tagger.vocabulary().map_or(0, Vocabulary::len),
        // Taggers of other vocabularies answer the same question.
        vocabulary_digest: 0,
        parameters: layers.iter().map(|layer| layer.parameters).sum(),
        bytes: tagger.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: measures.words as f64 / seconds,
    })
}

fn memory(
    directory: &RunDirectory,
    data: Option<&str>,
    split: Split,
    device: DeviceName,
) -> Result<Compared, Error> {
    check(
        data.is_none(),
        "--data".to_string(),
        "nothing, as the sequences are generated",
        data.unwrap_or_default(),
    )?;
    let model = MemoryModel::load(directory, device)?;
    let (found, seconds) = fastest(|| Ok(model.measure(split)))?;
    let config = model.config();
    Ok(Compared {
        run: directory.path().to_path_buf(),
        recipe: config.task.recipe.clone().unwrap_or_default(),
        text_digest: config.data.digest_of(split),
        source: config.data.source(),
        quality: Quality::Memory(found),
        vocabulary: 0,
        vocabulary_digest: 0,
        parameters: model.layers().iter().map(|layer| layer.parameters).sum(),
        bytes: model.bytes(),
        training_seconds: directory.metrics()?.last().map(MetricLine::elapsed_seconds),
        per_second: found.examples as f64 / seconds,
    })
}

/// What `work` gives, and the seconds of the fastest of several times.
fn fastest<T>(mut work: impl FnMut() -> Result<T, Error>) -> Result<(T, f64), Error> {
    let (mut least, start) = (f64::INFINITY, Instant::now());
    loop {
        let before = Instant::now();
        let found = work()?;
        least = least.min(before.elapsed().as_secs_f64());
        // Memory is cold and caches are empty the first time.
        if start.elapsed() >= MEASURED {
            return Ok((found, least.max(1e-9)));
        }
    }
}

/// Fails where runs are of different tasks.
///
/// # Errors
/// Where they are, or one is no run.
pub fn check_tasks(runs: &[PathBuf]) -> Result<(), Error> {
    let mut first = None;
    for run in runs {
        let task = RunDirectory::new(run).config()?.task().name;
        if *first.get_or_insert(task) != task {
            return Err(Error::Setting {
                key: "RUN".to_string(),
                expected: format!("runs of one task, such as that of {}", runs[0].display()),
                found: format!("{}, which is of another", run.display()),
            });
        }
    }
    Ok(())
}

/// The texts that runs were trained on.
pub fn data_paths(runs: &[PathBuf]) -> Vec<PathBuf> {
    let configs = runs
        .iter()
        .filter_map(|run| RunDirectory::new(run).config().ok());
    let path = |config: Config| match config {
        Config::LanguageModel(config) => config.data.path,
        Config::WordVectors(config) => config.data.path,
        Config::Classification(config) => config.data.path().map(str::to_string),
        Config::Tagging(config) => config.data.path,
        Config::Memory(_) => None,
    };
    configs.filter_map(path).map(PathBuf::from).collect()
}

/// Whether the numbers can be held against each other: over the same text in the same symbols.
pub fn is_comparable(all: &[Compared]) -> bool {
    all.windows(2).all(|pair| {
        let key = |one: &Compared| (one.text_digest, one.vocabulary_digest);
        key(&pair[0]) == key(&pair[1])
    })
}

/// What is said where numbers cannot be held against each other.
pub const INCOMPARABLE: &str =
    "the runs differ in text or vocabulary: their numbers cannot be held against each other";

/// The models, the best first.
pub fn ranked(mut all: Vec<Compared>) -> Vec<Compared> {
    all.sort_by(|a, b| a.quality.loss().total_cmp(&b.quality.loss()));
    all
}

/// A page with the comparison as bars: perplexity, size, time of training, speed.
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
    sources.dedup();
    let mut note = format!("{} split of {}", split.as_str(), sources.join(", "));
    if !is_comparable(all) {
        note = format!("{note}; {INCOMPARABLE}");
    }
    bars_page("Models side by side", &note, &figures)
}

/// What the models are called: the last part of their run directories' paths, or the whole path where
/// several have the same.
pub fn names(all: &[Compared]) -> Vec<String> {
    let short = |one: &Compared| {
        let name = one.run.file_name().unwrap_or(one.run.as_os_str());
        name.to_string_lossy().into_owned()
    };
    let shared = |one: &Compared| {
        all.iter()
            .filter(|other| short(other) == short(one))
            .count()
    };
    (all.iter())
        .map(|one| match shared(one) {
            1 => short(one),
            _ => one.run.display().to_string(),
        })
        .collect()
}

/// A number to three digits, as a speed is never known better.
pub fn three_digits(number: f64) -> u64 {
    let unit = 10f64.powi(number.max(1.0).log10() as i32 - 2).max(1.0);
    ((number / unit).round() * unit) as u64
}

#[cfg(test)]
mod tests {
    use super::three_digits;

    #[test]
    fn speeds_have_three_digits() {
        let found = [0.4, 7.0, 99.6, 1234.0, 12_780_123.0].map(three_digits);
        assert_eq!(found, [0, 7, 100, 1230, 12_800_000]);
    }
}
