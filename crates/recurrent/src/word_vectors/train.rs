//! Training of word vectors, from recipe to report.

use super::results::{neighbours, report, rows};
use super::words::Words;
use super::{VECTORS, WordVectorsConfig, open};
use crate::codec::Codec;
use crate::metrics::MetricLine;
use crate::recipe::{Difference, Recipe};
use crate::report::grouped;
use crate::run::RunDirectory;
use crate::training::{
    Checkpoint, Ended, Observer, Outcome, Parts, Record, Setup, StepReport, TrainOptions, Training,
    check,
};
use crate::weights::Tensors;
use crate::{Error, files, memory};
use burn::tensor::TensorData;
use recurrent_data::WordVectorFormat;
use recurrent_nn::ops;
use recurrent_nn::word2vec::Trainer;
use std::time::Instant;

/// Steps that are made at once.
const PART: u64 = 4096;
/// Checkpoints that are kept.
const KEPT: usize = 2;

/// What a finished run has come to.
#[derive(Debug, Clone)]
pub struct Results {
    /// Names and values, the most important first.
    pub rows: Vec<(String, String)>,
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
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome<Results>, Error> {
    options.device.check_cpu("word vectors")?;
    let (mut training, config) = Training::open(recipe, options, observer, may_change)?;
    let config = config.only::<WordVectorsConfig>(training.run.path())?;
    let words = Words::read(&config)?;
    if let Some(memory) = memory::of_machine() {
        config.check_memory(words.counts.len(), memory)?;
    }
    let codec = Codec::from(&words.vocabulary);
    let setup = Setup::new(config.task.name, &config, codec);
    let fresh = training.fresh(&setup, words.stream());
    let (record, trainer) = match training.checkpoint.take() {
        Some(checkpoint) => restore(&config, &words, checkpoint, &fresh)?,
        None => (fresh, Trainer::new(config.settings(), &words.counts)),
    };
    training.begin(&setup, record.step)?;
    training.observer.note(&format!(
        "{} words, {} of them different",
        grouped(words.ids.len() as u64),
        grouped(words.counts.len() as u64)
    ));
    let mut fit = Fit {
        run: &training.run,
        config: &config,
        words: &words,
        trainer,
        record,
        last_loss: None,
        options,
        observer: training.observer,
    };
    let finished = fit.run()?;
    let ended = Ended {
        steps: fit.record.step,
        seconds: fit.record.elapsed_seconds,
        finished,
    };
    if !ended.finished {
        return Ok(ended.with(None));
    }
    if fit.last_loss.is_none() && ended.steps > 0 {
        fit.observer.note(
            "no pair of words was measured: the text is very short, or model.subsampling leaves \
             hardly a word",
        );
    }
    let vectors = words.vectors(&config, fit.trainer.input())?;
    let run = &training.run;
    vectors.write(&run.file(VECTORS), WordVectorFormat::Word2VecBinary)?;
    let vectors = open(run.path(), None)?;
    let results = Results {
        rows: rows(&vectors, &words, ended.seconds, config.training.epochs),
        neighbours: neighbours(&vectors)?,
    };
    let title = format!("{} on {}", recipe.name, words.source);
    let report = report(title, run, &config, &vectors, &results)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    Ok(ended.with(Some(results)))
}

/// Whether a setting may change while a run goes on.
fn may_change(change: &Difference) -> bool {
    change.key == "training.checkpoint_seconds"
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
    /// Of the part before.
    last_loss: Option<f64>,
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
            // A part of few words may have no measured example.
            if progress.loss.is_some_and(|loss| !loss.is_finite()) {
                return Err(self.not_finite(&report));
            }
            self.last_loss = progress.loss.or(self.last_loss);
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

    fn not_finite(&self, report: &StepReport) -> Error {
        Error::NotFinite {
            step: report.step,
            what: "the loss is not a number".to_string(),
            learning_rate: report.learning_rate,
            history: self.last_loss.into_iter().collect(),
        }
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
