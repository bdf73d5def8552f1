//! Training of word vectors, from recipe to report.

use super::{VECTORS, WordVectorsConfig, open};
use crate::language_model::Corpus;
use crate::metrics::MetricLine;
use crate::recipe::{Recipe, differences};
use crate::report::{LayerRow, Report, Sample, grouped};
use crate::run::{Existing, RunDirectory, digest};
use crate::task::{Config, make_path_absolute, to_table};
use crate::training::{
    Checkpoint, Observer, Parts, Record, StepReport, Stream, TrainOptions, check,
};
use crate::weights::Tensors;
use crate::{Error, files};
use burn::tensor::TensorData;
use recurrent_data::{Vocabulary, WordVectorFormat, WordVectors};
use recurrent_nn::word2vec::{Text, Trainer};
use recurrent_nn::{noise, ops};
use std::time::Instant;

/// Steps that are made at once.
const PART: u64 = 4096;
/// Checkpoints that are kept.
const KEPT: usize = 2;
/// Frequent words whose neighbours the report shows, and how many of them.
const SHOWN: (usize, usize) = (12, 5);

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training, all parts of a resumed run together.
    pub seconds: f64,
    /// Names and values; `None` where it was asked to stop before its end.
    pub rows: Option<Vec<(String, String)>>,
    /// Neighbours of some frequent words.
    pub neighbours: String,
}

/// Trains word vectors and leaves their run directory. To resume a run, only the name and the
/// overrides of the recipe are looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    config: WordVectorsConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    let resumes = options.existing == Existing::Resume;
    let lock = match resumes {
        true => Some(run.lock()?),
        false => None,
    };
    let mut config = match resumes {
        true => again(&run, recipe)?,
        false => {
            let mut config = config;
            config.task.recipe = Some(recipe.name.clone());
            config.task.command = Some(options.command.clone()).filter(|text| !text.is_empty());
            config
        }
    };
    make_path_absolute(&mut config.data);
    let words = Words::read(&config)?;
    let fresh = Record::new(
        config.task.name.as_str(),
        to_table(&config),
        digest(&words.vocabulary),
        words.stream(),
    );
    let checkpoint = match resumes {
        true => Checkpoint::newest(&run)?,
        false => None,
    };
    let (record, trainer) = match checkpoint {
        Some(checkpoint) => restore(&config, &words, checkpoint, &fresh)?,
        None => (fresh, Trainer::new(config.settings(), &words.counts)),
    };
    let _lock = match lock {
        Some(lock) => lock,
        None => {
            let lock = run.lock()?;
            run.check(options.existing)?;
            run.start(&config.to_toml(), &words.vocabulary)?;
            lock
        }
    };
    observer.note(&format!(
        "{} words, {} of them different",
        grouped(words.ids.len() as u64),
        grouped(words.counts.len() as u64)
    ));
    let mut fit = Fit {
        run: &run,
        config: &config,
        words: &words,
        trainer,
        record,
        options,
        observer,
    };
    let finished = fit.run()?;
    let (steps, seconds) = (fit.record.step, fit.record.elapsed_seconds);
    let mut outcome = Outcome {
        steps,
        seconds,
        rows: None,
        neighbours: String::new(),
    };
    if finished {
        let vectors = words.vectors(&config, fit.trainer.input())?;
        vectors.write(&run.file(VECTORS), WordVectorFormat::Word2VecBinary)?;
        let vectors = open(run.path(), None)?;
        outcome.neighbours = neighbours(&vectors)?;
        let rows = rows(&vectors, &words, seconds, config.training.epochs);
        let title = format!("{} on {}", recipe.name, words.source);
        let report = report(title, &run, &config, &vectors, rows.clone(), &outcome)?;
        files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
        outcome.rows = Some(rows);
    }
    Ok(outcome)
}

/// The recipe of a run to go on with, with overrides that do not change what it comes to.
fn again(run: &RunDirectory, recipe: &Recipe) -> Result<WordVectorsConfig, Error> {
    let mut resumed = run.recipe()?;
    let before = resumed.config.to_table();
    resumed.set(&recipe.overrides)?;
    for change in differences(&before, &resumed.config.to_table()) {
        check(
            ["data.path", "training.checkpoint_seconds"].contains(&&change.key[..]),
            change.key.clone(),
            &format!("{}, which the run was started with", change.before),
            &change.after,
        )?;
    }
    match resumed.config {
        Config::WordVectors(config) => Ok(config),
        other => Err(other.is_not("word-vectors", run.path())),
    }
}

/// The words of a text.
struct Words {
    source: String,
    /// Words by falling frequency, and the line end, which has no vector.
    vocabulary: Vocabulary,
    counts: Vec<u64>, // [V]
    ids: Vec<u32>,
    /// Where sentences end.
    ends: Vec<usize>,
}

impl Words {
    fn read(config: &WordVectorsConfig) -> Result<Self, Error> {
        let (corpus, all) = Corpus::build(&config.data)?;
        let end = all.encode("\n").unwrap_or_default().first().copied();
        let mut counts = vec![0u64; all.len()];
        for &id in corpus.train.iter() {
            counts[id as usize] += 1;
        }
        let least = config.model.minimum_count.max(1);
        let mut kept: Vec<u32> = (0..all.len() as u32)
            .filter(|&id| Some(id) != end && counts[id as usize] >= least)
            .collect();
        // Ties stay in the order of the vocabulary.
        kept.sort_by_key(|&id| std::cmp::Reverse(counts[id as usize]));
        if kept.len() < 2 {
            return Err(Error::TooShort {
                place: format!("{}, train split", corpus.source),
                needed: 2,
                enough: format!("different words that occur {least} times or more"),
                found: kept.len(),
            });
        }
        let mut renamed = vec![None; all.len()];
        for (new, &old) in (0..).zip(&kept) {
            renamed[old as usize] = Some(new);
        }
        let (mut ids, mut ends) = (Vec::new(), Vec::new());
        for &id in corpus.train.iter() {
            if Some(id) == end {
                ends.push(ids.len());
            } else if let Some(new) = renamed[id as usize] {
                ids.push(new);
            }
        }
        if ends.last() != Some(&ids.len()) {
            ends.push(ids.len());
        }
        let name = |&id: &u32| all.symbol(id).to_string();
        let symbols = kept.iter().chain(&end).map(name).collect();
        Ok(Self {
            vocabulary: Vocabulary::from_words(symbols)?,
            counts: kept.iter().map(|&id| counts[id as usize]).collect(),
            source: corpus.source,
            ids,
            ends,
        })
    }

    fn text(&self) -> Text<'_> {
        Text::new(&self.ids, &self.ends)
    }

    /// What tells one text from another.
    fn stream(&self) -> Stream {
        let ends = self.ends.iter().map(|&end| end as u64);
        let ids = self.ids.iter().map(|&id| u64::from(id));
        Stream {
            batch_size: 1,
            chunk_length: 1,
            chunk_deviation: 0.0,
            symbols: [self.ids.len(), 0, 0],
            digest: ids.chain(ends).fold(0, noise::mix),
        }
    }

    /// The vectors with their words.
    fn vectors(&self, config: &WordVectorsConfig, values: Vec<f32>) -> Result<WordVectors, Error> {
        let name = |id: u32| self.vocabulary.symbol(id).to_string();
        let words = (0..self.counts.len() as u32).map(name).collect();
        Ok(WordVectors::new(
            words,
            config.model.embedding_size,
            values,
        )?)
    }
}

/// Where a checkpoint stands.
fn restore(
    config: &WordVectorsConfig,
    words: &Words,
    checkpoint: Checkpoint,
    fresh: &Record,
) -> Result<(Record, Trainer<f32>), Error> {
    let expected = (
        checkpoint.record.stream.digest,
        checkpoint.record.vocabulary,
    );
    let found = (fresh.stream.digest, fresh.vocabulary);
    check(
        expected == found,
        "data.path".to_string(),
        "the text that the run was started with",
        "another",
    )?;
    let path = checkpoint.path.clone();
    let record = Record {
        config: fresh.config.clone(),
        ..checkpoint.record.clone()
    };
    let mut weights = checkpoint.into_weights();
    let size = words.counts.len() * config.model.embedding_size;
    let mut matrix = |name: &str| {
        let data = weights.remove(name);
        let values: Option<Vec<f32>> = data.map(|data| data.iter::<f32>().collect());
        values
            .filter(|values| values.len() == size)
            .ok_or_else(|| Error::Weights {
                path: path.clone(),
                message: format!("expected {size} numbers `{name}`, found others"),
            })
    };
    let (input, output) = (matrix("input")?, matrix("output")?);
    let trainer = Trainer::resume(config.settings(), &words.counts, &input, &output);
    Ok((record, trainer))
}

struct Fit<'a> {
    run: &'a RunDirectory,
    config: &'a WordVectorsConfig,
    words: &'a Words,
    trainer: Trainer<f32>,
    record: Record,
    options: &'a TrainOptions,
    observer: &'a mut dyn Observer,
}

impl Fit<'_> {
    /// Trains to the end, or until it is asked to stop; returns whether it came to the end.
    fn run(&mut self) -> Result<bool, Error> {
        let text = self.words.text();
        let of_epoch = self.trainer.steps_per_epoch(&text);
        let total = of_epoch * self.config.training.epochs;
        self.run.rewind_metrics(self.record.step)?;
        self.observer.start(self.record.step, total);
        let mut saved = Instant::now();
        while self.record.step < total {
            let before = Instant::now();
            let steps = self.record.step..(self.record.step + PART).min(total);
            self.record.step = steps.end;
            let progress = self.trainer.train(ops::cpu(), &text, steps);
            let seconds = before.elapsed().as_secs_f64();
            self.record.elapsed_seconds += seconds;
            let epoch = self.record.step as f64 / of_epoch as f64;
            let [first, last] = [
                self.config.training.learning_rate,
                self.config.training.final_learning_rate,
            ];
            let way = self.record.step as f64 / total as f64;
            let report = StepReport {
                step: self.record.step,
                total_steps: total,
                epoch,
                loss: progress.loss.unwrap_or(f64::NAN),
                learning_rate: first + (last - first) * way,
                symbols_per_second: progress.words as f64 / seconds.max(1e-9),
            };
            self.observer.step(&report);
            self.run.record(&MetricLine::Train {
                step: report.step,
                epoch,
                cross_entropy: report.loss,
                learning_rate: report.learning_rate,
                gradient_norm: f64::NAN,
                symbols_per_second: report.symbols_per_second,
                elapsed_seconds: self.record.elapsed_seconds,
            })?;
            let stops = self.options.stop.asked();
            let due = saved.elapsed().as_secs_f64() >= self.config.training.checkpoint_seconds;
            self.record.finished = self.record.step == total;
            if stops || due || self.record.finished {
                self.checkpoint()?;
                saved = Instant::now();
            }
            if stops {
                break;
            }
        }
        self.observer.finish();
        Ok(self.record.step == total)
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.run.sync_metrics()?;
        let shape = [self.words.counts.len(), self.config.model.embedding_size];
        let matrix = |values: Vec<f32>| TensorData::new(values, shape);
        let weights = Tensors::from([
            ("input".to_string(), matrix(self.trainer.input())),
            ("output".to_string(), matrix(self.trainer.output())),
        ]);
        Checkpoint::write(self.run, Parts::weights(weights), &self.record, KEPT)
    }
}

/// The neighbours of the most frequent words of more than three letters, a line each.
fn neighbours(vectors: &WordVectors) -> Result<String, Error> {
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

fn rows(vectors: &WordVectors, words: &Words, seconds: f64, epochs: u64) -> Vec<(String, String)> {
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

fn report(
    title: String,
    run: &RunDirectory,
    config: &WordVectorsConfig,
    vectors: &WordVectors,
    results: Vec<(String, String)>,
    outcome: &Outcome,
) -> Result<Report, Error> {
    Ok(Report {
        title,
        command: config.task.command.clone().unwrap_or_default(),
        config_toml: config.to_toml(),
        results,
        metrics: run.metrics()?,
        layers: layers(config, vectors),
        samples: vec![Sample {
            title: "nearest neighbours by cosine".to_string(),
            text: outcome.neighbours.clone(),
        }],
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
