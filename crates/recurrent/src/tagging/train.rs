//! Training of a tagger, from recipe to report.

use super::baseline::Baseline;
use super::config::{Estimator, TaggingConfig};
use super::data::TaggedCorpus;
use super::network::{Encoded, MOST_PARAMETERS, NetworkConfig, TaggerTask};
use super::predict::Tagger;
use super::reading::Reading;
use super::results::{Results, report};
use crate::metrics::MetricLine;
use crate::recipe::Recipe;
use crate::report::grouped;
use crate::run::{Existing, Lock, RunDirectory};
use crate::task::{Config, to_table};
use crate::training::{
    self, Checkpoint, ExampleLearner, Learner, Observer, Record, Resumed, TrainOptions, check,
    may_change_training, note_early_end,
};
use crate::{Error, files, word_vectors};
use recurrent_nn::noise;
use std::path::Path;
use std::time::Instant;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// What it came to; none where it was asked to stop before its end.
    pub results: Option<Results>,
}

/// What a run starts or goes on from.
struct Start {
    config: TaggingConfig,
    corpus: TaggedCorpus,
    reading: Reading,
    checkpoint: Option<Checkpoint>,
    /// The lock of a directory that holds the run already.
    lock: Option<Lock>,
}

/// How the part of a run ended that makes the model.
struct Ended {
    steps: u64,
    seconds: f64,
    finished: bool,
}

/// Trains a tagger and leaves its run directory. To resume a run, only the name and the overrides of the recipe are looked
/// at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    config: TaggingConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    options.device.device()?;
    let mut start = match options.existing {
        Existing::Resume => Start::again(&run, recipe, observer)?,
        _ => Start::anew(recipe, config, &options.command)?,
    };
    start.tell(observer);
    let ended = match start.config.estimator.clone() {
        Estimator::Network(network) => start.fit(&run, &network, options, observer)?,
        _ => start.baseline(&run, options, observer)?,
    };
    let mut outcome = Outcome {
        steps: ended.steps,
        seconds: ended.seconds,
        results: None,
    };
    if ended.finished {
        let tagger = Tagger::load(&run, options.device)?;
        let results = Results::of(&tagger, &start.corpus)?;
        let title = format!("{} on {}", recipe.name, start.corpus.source);
        let report = report(title, &run, &tagger, &results)?;
        files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
        outcome.results = Some(results);
    }
    Ok(outcome)
}

impl Start {
    /// A new run.
    fn anew(recipe: &Recipe, mut config: TaggingConfig, command: &str) -> Result<Self, Error> {
        config.task.recipe = Some(recipe.name.clone());
        config.task.command = Some(command.to_string()).filter(|text| !text.is_empty());
        config.make_paths_absolute();
        let network = match &config.estimator {
            Estimator::Network(network) => Some(&network.model),
            _ => None,
        };
        let (corpus, reading) = Reading::build(&config.data, network)?;
        Ok(Self {
            config,
            corpus,
            reading,
            checkpoint: None,
            lock: None,
        })
    }

    /// The run that a directory holds, with the recipe's overrides.
    fn again(
        run: &RunDirectory,
        recipe: &Recipe,
        observer: &mut dyn Observer,
    ) -> Result<Self, Error> {
        let has_steps = matches!(run.config()?, Config::Tagging(config)
            if matches!(config.estimator, Estimator::Network(_)));
        // What is made in one step has nothing that may change on the way.
        let resumed = Resumed::open(
            run,
            recipe,
            |change| has_steps && may_change_training(change),
            observer,
        )?;
        let config = resumed.config.tagging(run.path())?;
        let network = match &config.estimator {
            Estimator::Network(network) => Some(&network.model),
            _ => None,
        };
        let reading = Reading::read(run, network)?;
        if let Some(checkpoint) = &resumed.checkpoint {
            let recorded = checkpoint.record.vocabulary;
            run.check_codec(&reading.codec(), recorded, &checkpoint.path)?;
        } else if has_steps {
            run.check_has_no_weights()?;
        }
        let corpus = reading.corpus(&config.data)?;
        Ok(Self {
            config,
            corpus,
            reading,
            checkpoint: resumed.checkpoint,
            lock: Some(resumed.lock),
        })
    }

    /// Says what there is to learn from.
    fn tell(&self, observer: &mut dyn Observer) {
        let corpus = &self.corpus;
        observer.note(&format!(
            "{} sentences with {} words to learn from, {} for validation, {} to measure by; {} tags",
            grouped(corpus.train.len() as u64),
            grouped(corpus.train.word_count() as u64),
            grouped(corpus.valid.len() as u64),
            grouped(corpus.test.len() as u64),
            self.reading.tags.len(),
        ));
        if corpus.repaired > 0 {
            observer.note(&format!(
                "the tags of {} sentences broke their scheme and were made right",
                corpus.repaired
            ));
        }
    }

    /// Takes the directory for the run that goes on after `step` steps.
    fn begin(
        &mut self,
        run: &RunDirectory,
        options: &TrainOptions,
        observer: &mut dyn Observer,
        step: u64,
    ) -> Result<Lock, Error> {
        let (toml, codec) = (self.config.to_toml(), self.reading.codec());
        training::begin(
            run,
            self.lock.take(),
            (&toml, &codec),
            options,
            observer,
            step,
        )
    }

    /// Trains a tagger without a network.
    fn baseline(
        &mut self,
        run: &RunDirectory,
        options: &TrainOptions,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        options.device.check_cpu("such taggers")?;
        let before = Instant::now();
        let (train, tags) = (&self.corpus.train, self.reading.tags.len());
        let baseline = match &self.config.estimator {
            Estimator::Perceptron { model } => {
                let scheme = self.config.data.learned_scheme();
                let mut progress = |pass: recurrent_linear::tagger::Pass| {
                    let share = 100.0 * pass.mistakes as f64 / pass.words.max(1) as f64;
                    observer.note(&format!("pass {}: {share:.2} % of words wrong", pass.pass));
                };
                Baseline::perceptron(model, train, &self.reading, scheme, &mut progress)?
            }
            _ => Baseline::frequent(train, tags)?,
        };
        let seconds = before.elapsed().as_secs_f64();
        let _lock = self.begin(run, options, observer, 0)?;
        baseline.write(run, &self.reading)?;
        run.rewind_metrics(0)?;
        run.record(&MetricLine::Valid {
            step: 1,
            epoch: 1.0,
            // Such taggers give no probabilities.
            cross_entropy: f64::NAN,
            elapsed_seconds: seconds,
            stages: None,
        })?;
        Ok(Ended {
            steps: 1,
            seconds,
            finished: true,
        })
    }

    /// Trains a network.
    fn fit(
        &mut self,
        run: &RunDirectory,
        network: &NetworkConfig,
        options: &TrainOptions,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        check(
            !self.corpus.valid.is_empty(),
            format!("{}, validation split", self.corpus.source),
            "sentences by which the weights are chosen",
            "none",
        )?;
        let device = options.device.device()?.autodiff();
        let (config, training) = (&network.model, &network.training);
        let Some(words) = self.reading.words.clone() else {
            unreachable!("a network has a vocabulary of words");
        };
        let shape = self.reading.shape();
        let parameters = config.parameters(shape);
        let expected = format!("at most {MOST_PARAMETERS} parameters");
        check(
            parameters <= MOST_PARAMETERS,
            "model".to_string(),
            &expected,
            parameters,
        )?;
        let seed = noise::mix(training.seed, 0);
        let mut model = config.init(shape, seed, false, &device);
        if let (Some(path), None) = (&config.embedding.file, &self.checkpoint) {
            let size = config.embedding.size;
            let rows = word_vectors::rows(
                Path::new(path),
                &words,
                size,
                ["model.embedding.size", "model.embedding.file"],
            )?;
            let (found, all) = (rows.len(), words.len());
            observer.note(&format!(
                "{found} of {all} words begin with a vector of {path}"
            ));
            model = model.with_embedding(rows.iter());
        }
        let corpus = self.corpus.clone();
        let characters = self.reading.characters.as_ref();
        let encode = |words_of: &[Vec<String>]| Encoded::of(config, words_of, &words, characters);
        let encoded = [encode(&corpus.train.words)?, encode(&corpus.valid.words)?];
        let smoothing = training.label_smoothing;
        let task = TaggerTask::new([&corpus.train, &corpus.valid], encoded, smoothing);
        let mut learner = ExampleLearner::new(task, training, device);
        let fresh = Record::new(
            self.config.task.name.as_str(),
            to_table(&self.config),
            self.reading.codec().digest(),
            learner.stream(),
        );
        let checkpoint = self.checkpoint.take();
        let position = training::prepare(checkpoint, fresh, training, &mut learner, model)?;
        let _lock = self.begin(run, options, observer, position.record.step)?;
        let stop = &options.stop;
        let fitted = training::fit(run, training, &mut learner, position, stop, observer)?;
        note_early_end(&fitted.record, training, observer);
        Ok(Ended {
            steps: fitted.record.step,
            seconds: fitted.record.elapsed_seconds,
            finished: fitted.record.finished,
        })
    }
}
