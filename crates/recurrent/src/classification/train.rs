//! Training of a classifier, from recipe to report.

mod fit;

use super::centroid::Centroids;
use super::config::{ClassificationConfig, Estimator};
use super::data::LabelledCorpus;
use super::linear;
use super::predict::{CentroidRecord, Classifier, Trained};
use super::reading::Reading;
use super::results::{Results, report};
use super::temperature::fit_temperature;
use crate::codec::Codec;
use crate::metrics::{MetricLine, StageSeconds};
use crate::recipe::Recipe;
use crate::report::grouped;
use crate::run::{Existing, Lock, RunDirectory};
use crate::task::Config;
use crate::training::{
    self, Checkpoint, Observer, Resumed, TrainOptions, check, may_change_training,
};
use crate::weights::{self, Tensors};
use crate::{Error, files};
use recurrent_nn::Pooling;
use std::time::Instant;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Steps made.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// What it came to, and the same as names and values; none where it was asked to stop before its end.
    pub results: Option<(Results, Vec<(String, String)>)>,
}

/// What a run starts or goes on from.
struct Start {
    config: ClassificationConfig,
    corpus: LabelledCorpus,
    reading: Reading,
    checkpoint: Option<Checkpoint>,
    /// The lock of a directory that holds the run already.
    lock: Option<Lock>,
}

/// How the part of a run ended that makes the model.
struct Ended {
    steps: u64,
    seconds: f64,
    /// Passes over the examples, of those that are learned in passes until they converge.
    rounds: Option<usize>,
    /// Seconds of counting and of learning, of linear classifiers.
    stages: Option<[f64; 2]>,
    /// Whether it came to its end, or was asked to stop before.
    finished: bool,
}

/// Trains a classifier and leaves its run directory. To resume a run, only the name and the overrides of the recipe are
/// looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    config: ClassificationConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    options.device.device()?;
    let before = Instant::now();
    let mut start = match options.existing {
        Existing::Resume => Start::again(&run, recipe, observer)?,
        _ => Start::anew(recipe, config, &options.command)?,
    };
    let reading = before.elapsed().as_secs_f64();
    start.tell(observer);
    let ended = match start.config.estimator.clone() {
        Estimator::Network(network) => fit::fit(&run, &mut start, &network, options, observer)?,
        Estimator::Linear { model } => start.linear(&run, model, options, observer)?,
        Estimator::Centroid { .. } => start.centroids(&run, options, observer)?,
    };
    let mut outcome = Outcome {
        steps: ended.steps,
        seconds: ended.seconds,
        results: None,
    };
    if ended.finished {
        let classifier = Classifier::load(&run, options.device)?;
        let results = Results::of(&classifier, &start.corpus, ended.rounds);
        if !matches!(start.config.estimator, Estimator::Network(_)) {
            record_at_once(&run, &results, &ended, reading)?;
        }
        let title = format!("{} on {}", recipe.name, start.corpus.source);
        let report = report(title, &run, &classifier, &results, &start.corpus)?;
        files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
        let rows = results.rows(classifier.classes());
        outcome.results = Some((results, rows));
    }
    Ok(outcome)
}

/// The one metric line of a model that is made at once, after `reading` seconds of reading.
fn record_at_once(
    run: &RunDirectory,
    results: &Results,
    ended: &Ended,
    reading: f64,
) -> Result<(), Error> {
    run.rewind_metrics(0)?;
    let measured = results.measured();
    let answering = measured.measures.count() as f64 / measured.speed.max(f64::MIN_POSITIVE);
    run.record(&MetricLine::Valid {
        step: 1,
        epoch: 1.0,
        cross_entropy: match results.valid.measures.count() {
            0 => f64::NAN,
            _ => results.valid.measures.log_loss,
        },
        elapsed_seconds: ended.seconds,
        stages: ended.stages.map(|[counting, learning]| StageSeconds {
            reading,
            counting,
            learning,
            answering,
        }),
    })
}

impl Start {
    /// A new run.
    fn anew(
        recipe: &Recipe,
        mut config: ClassificationConfig,
        command: &str,
    ) -> Result<Self, Error> {
        config.task.recipe = Some(recipe.name.clone());
        config.task.command = Some(command.to_string()).filter(|text| !text.is_empty());
        config.make_paths_absolute();
        if let Estimator::Linear { model } = &config.estimator {
            model.check_trained()?;
        }
        let vocabulary = match &config.estimator {
            Estimator::Network(network) => network.vocabulary()?,
            _ => None,
        };
        let bounded = matches!(&config.estimator, Estimator::Network(network)
            if network.model.pooling == Pooling::All);
        let (corpus, reading) = Reading::build(&config.data, vocabulary, bounded)?;
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
        let has_steps = matches!(run.config()?, Config::Classification(config)
            if matches!(config.estimator, Estimator::Network(_)));
        // What is made in one step has nothing that may change on the way.
        let resumed = Resumed::open(
            run,
            recipe,
            |change| has_steps && may_change_training(change),
            observer,
        )?;
        let config = match resumed.config {
            Config::Classification(config) => config,
            other => return Err(other.is_not("classification", run.path())),
        };
        let reading = Reading::read(run, &config.data)?;
        if let Some(checkpoint) = &resumed.checkpoint {
            run.check_codec(
                &reading.codec(),
                checkpoint.record.vocabulary,
                &checkpoint.path,
            )?;
        } else if has_steps {
            run.check_has_no_weights()?;
        }
        let corpus = match has_steps {
            true => reading.corpus(&config.data)?,
            // No checkpoint tells other examples from those of the run.
            false => {
                let (corpus, found) = Reading::build(&config.data, None, false)?;
                let expected = "the texts that the run was started with";
                check(
                    found == reading,
                    "data.path".to_string(),
                    expected,
                    "others",
                )?;
                corpus
            }
        };
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
            "{} examples of {} classes to learn from, {} for validation, {} to measure by",
            grouped(corpus.train.len() as u64),
            self.reading.classes.len(),
            grouped(corpus.valid.len() as u64),
            grouped(corpus.test.len() as u64),
        ));
        if corpus.dropped > 0 {
            observer.note(&format!(
                "{} examples with nothing in them were left out",
                corpus.dropped
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

    /// Fails where there is nothing to validate by.
    fn check_valid(&self, what: &str) -> Result<(), Error> {
        check(
            !self.corpus.valid.is_empty(),
            format!("{}, validation split", self.corpus.source),
            &format!("examples by which {what}"),
            "none",
        )
    }

    /// Trains a linear model.
    fn linear(
        &mut self,
        run: &RunDirectory,
        mut config: linear::LinearConfig,
        options: &TrainOptions,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        options.device.check_cpu("linear classifiers")?;
        let classes = self.reading.classes.len();
        let finds_temperature = !config.has_probabilities(classes);
        if finds_temperature {
            self.check_valid("probabilities are made of scores")?;
        }
        let before = Instant::now();
        let trained = linear::train(&config, &self.corpus.train, classes)?;
        if !trained.converged {
            observer.note("the descent ended before it came to the minimum");
        }
        trained.model.check_finite()?;
        let model = Trained::Linear(trained.model);
        if finds_temperature {
            let valid = &self.corpus.valid;
            let scores = model.scores(&valid.inputs);
            config.temperature = Some(fit_temperature(&scores, &valid.labels));
        }
        let seconds = before.elapsed().as_secs_f64();
        self.config.estimator = Estimator::Linear {
            model: config.clone(),
        };
        let _lock = self.begin(run, options, observer, 0)?;
        if let Trained::Linear(model) = &model {
            model.write(run, &config, &self.reading.codec())?;
        }
        Ok(Ended {
            steps: 1,
            seconds,
            rounds: trained.rounds,
            stages: Some(trained.seconds),
            finished: true,
        })
    }

    /// Takes the means of classes.
    fn centroids(
        &mut self,
        run: &RunDirectory,
        options: &TrainOptions,
        observer: &mut dyn Observer,
    ) -> Result<Ended, Error> {
        options.device.check_cpu("centroids")?;
        self.check_valid("probabilities are made of distances")?;
        let before = Instant::now();
        let centroids = Centroids::of(&self.corpus.train, self.reading.classes.len());
        let tensors = Tensors::from(centroids.tensors());
        let valid = &self.corpus.valid;
        let scores = Trained::Centroid(centroids).scores(&valid.inputs);
        if let Estimator::Centroid { model } = &mut self.config.estimator {
            model.temperature = Some(fit_temperature(&scores, &valid.labels));
        }
        let seconds = before.elapsed().as_secs_f64();
        let _lock = self.begin(run, options, observer, 0)?;
        let record = CentroidRecord {
            task: "classification".to_string(),
            codec: Codec::digest(&self.reading.codec()),
        };
        weights::write(&run.file("model.safetensors"), &tensors, &record)?;
        Ok(Ended {
            steps: 1,
            seconds,
            rounds: None,
            stages: None,
            finished: true,
        })
    }
}
