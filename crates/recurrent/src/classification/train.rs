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
use crate::metrics::StageSeconds;
use crate::recipe::Recipe;
use crate::report::{grouped, number_of};
use crate::training::{
    Ended, Observer, Outcome, Setup, TrainOptions, Training, check, may_change_training,
};
use crate::weights::{self, Tensors};
use crate::{Error, files};
use recurrent_nn::Pooling;
use std::time::Instant;

/// What a finished run has come to.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How good it is.
    pub results: Results,
    /// The same as names and values, the most important first.
    pub rows: Vec<(String, String)>,
}

/// What a run learns from.
struct Start {
    config: ClassificationConfig,
    corpus: LabelledCorpus,
    reading: Reading,
}

/// How a linear model was made.
struct Counted {
    /// Passes over the examples, of one that is learned in passes until they converge.
    rounds: Option<usize>,
    /// Of counting and of learning.
    seconds: [f64; 2],
}

/// Trains a classifier and leaves its run directory. To resume a run, only the name and the overrides of the recipe are
/// looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome<Finished>, Error> {
    options.device.device()?;
    let (mut training, config) = Training::open(recipe, options, observer, may_change_training)?;
    let before = Instant::now();
    let mut start = Start::of(config.only(training.run.path())?, &training)?;
    let reading = before.elapsed().as_secs_f64();
    start.tell(training.observer);
    let (ended, counted) = match start.config.estimator.clone() {
        Estimator::Network(network) => (fit::fit(&mut training, &start, &network)?, None),
        Estimator::Linear { model } => {
            let (ended, counted) = start.linear(&mut training, model)?;
            (ended, Some(counted))
        }
        Estimator::Centroid { .. } => (start.centroids(&mut training)?, None),
    };
    if !ended.finished {
        return Ok(ended.with(None));
    }
    let run = &training.run;
    let classifier = Classifier::load(run, options.device)?;
    let rounds = counted.as_ref().and_then(|counted| counted.rounds);
    let results = Results::of(&classifier, &start.corpus, rounds)?;
    if !matches!(start.config.estimator, Estimator::Network(_)) {
        let stages = counted.map(|counted| StageSeconds {
            reading,
            counting: counted.seconds[0],
            learning: counted.seconds[1],
            answering: results.measured().seconds(),
        });
        training.record_at_once(results.valid_loss(), &ended, stages)?;
    }
    let title = format!("{} on {}", recipe.name, start.corpus.source);
    let report = report(title, run, &classifier, &results, &start.corpus)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    let rows = results.rows(classifier.classes());
    Ok(ended.with(Some(Finished { results, rows })))
}

impl Start {
    /// The examples of a run, read as its directory says or in a new way.
    fn of(config: ClassificationConfig, training: &Training) -> Result<Self, Error> {
        let network = match &config.estimator {
            Estimator::Network(network) => Some(network),
            _ => None,
        };
        let (corpus, reading) = if training.resumes() && network.is_some() {
            let reading = Reading::read(&training.run, &config.data)?;
            training.check_codec(&reading.codec())?;
            (reading.corpus(&config.data)?, reading)
        } else {
            if let Estimator::Linear { model } = &config.estimator
                && !training.resumes()
            {
                model.check_trained()?;
            }
            let vocabulary = network.map(|network| network.vocabulary()).transpose()?;
            let bounded = network.is_some_and(|network| network.model.pooling == Pooling::All);
            let (corpus, found) = Reading::build(&config.data, vocabulary.flatten(), bounded)?;
            if training.resumes() {
                // No checkpoint tells other examples from those of the run.
                check(
                    found == Reading::read(&training.run, &config.data)?,
                    "data.path".to_string(),
                    "the examples that the run was started with",
                    "others",
                )?;
            }
            (corpus, found)
        };
        Ok(Self {
            config,
            corpus,
            reading,
        })
    }

    /// What the directory holds before the first step.
    fn setup(&self) -> Setup {
        Setup::new(self.config.task.name, &self.config, self.reading.codec())
    }

    /// Says what there is to learn from.
    fn tell(&self, observer: &mut dyn Observer) {
        let corpus = &self.corpus;
        observer.note(&format!(
            "{} of {} classes to learn from, {} for validation, {} to measure by",
            number_of(corpus.train.len() as u64, "example"),
            self.reading.classes.len(),
            grouped(corpus.valid.len() as u64),
            grouped(corpus.test.len() as u64),
        ));
        match corpus.dropped {
            0 => {}
            1 => observer.note("1 example with nothing in it was left out"),
            dropped => observer.note(&format!(
                "{} examples with nothing in them were left out",
                grouped(dropped as u64)
            )),
        }
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
        training: &mut Training,
        mut config: linear::LinearConfig,
    ) -> Result<(Ended, Counted), Error> {
        training.options.device.check_cpu("linear classifiers")?;
        let classes = self.reading.classes.len();
        let finds_temperature = !config.has_probabilities(classes);
        if finds_temperature {
            self.check_valid("probabilities are made of scores")?;
        }
        let before = Instant::now();
        let trained = linear::train(&config, &self.corpus.train, classes)?;
        if !trained.converged {
            let observer = &mut training.observer;
            observer.note("the descent ended before it came to the minimum");
        }
        trained.model.check_finite()?;
        let model = Trained::Linear(trained.model);
        if finds_temperature {
            let valid = &self.corpus.valid;
            let scores = model.scores(&valid.inputs)?;
            config.temperature = Some(fit_temperature(&scores, &valid.labels));
        }
        let seconds = before.elapsed().as_secs_f64();
        self.config.estimator = Estimator::Linear {
            model: config.clone(),
        };
        training.begin(&self.setup(), 0)?;
        if let Trained::Linear(model) = &model {
            model.write(&training.run, &config, &self.reading.codec())?;
        }
        let counted = Counted {
            rounds: trained.rounds,
            seconds: trained.seconds,
        };
        Ok((Ended::at_once(seconds), counted))
    }

    /// Takes the means of classes.
    fn centroids(&mut self, training: &mut Training) -> Result<Ended, Error> {
        training.options.device.check_cpu("centroids")?;
        self.check_valid("probabilities are made of distances")?;
        let before = Instant::now();
        let centroids = Centroids::of(&self.corpus.train, self.reading.classes.len());
        let tensors = Tensors::from(centroids.tensors());
        let valid = &self.corpus.valid;
        let scores = Trained::Centroid(centroids).scores(&valid.inputs)?;
        if let Estimator::Centroid { model } = &mut self.config.estimator {
            model.temperature = Some(fit_temperature(&scores, &valid.labels));
        }
        let seconds = before.elapsed().as_secs_f64();
        training.begin(&self.setup(), 0)?;
        let record = CentroidRecord {
            task: "classification".to_string(),
            codec: self.reading.codec().digest(),
        };
        let path = training.run.file("model.safetensors");
        weights::write(&path, &tensors, &record)?;
        Ok(Ended::at_once(seconds))
    }
}
