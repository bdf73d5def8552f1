//! Training of a tagger, from recipe to report.

use super::baseline::Baseline;
use super::config::{Estimator, TaggingConfig};
use super::data::TaggedCorpus;
use super::network::{Encoded, MOST_PARAMETERS, NetworkConfig, TaggerTask};
use super::predict::Tagger;
use super::reading::Reading;
use super::results::{Results, report};
use crate::network::check::check_steps;
use crate::recipe::Recipe;
use crate::report::{grouped, number_of};
use crate::training::{
    Ended, ExampleLearner, Observer, Outcome, Setup, TrainOptions, Training, check,
    may_change_training,
};
use crate::{Error, files, word_vectors};
use recurrent_nn::noise;
use std::time::Instant;

/// What a run learns from.
struct Start {
    config: TaggingConfig,
    corpus: TaggedCorpus,
    reading: Reading,
}

/// Trains a tagger and leaves its run directory. To resume a run, only the name and the overrides of the recipe are looked
/// at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome<Results>, Error> {
    options.device.device()?;
    let (mut training, config) = Training::open(recipe, options, observer, may_change_training)?;
    let start = Start::of(config.only(training.run.path())?, &training)?;
    start.tell(training.observer);
    let ended = match &start.config.estimator {
        Estimator::Network(network) => start.fit(&mut training, network)?,
        _ => start.baseline(&mut training)?,
    };
    if !ended.finished {
        return Ok(ended.with(None));
    }
    let run = &training.run;
    let tagger = Tagger::load(run, options.device)?;
    let results = Results::of(&tagger, &start.corpus)?;
    let title = format!("{} on {}", recipe.name, start.corpus.source);
    let report = report(title, run, &tagger, &results)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    Ok(ended.with(Some(results)))
}

impl Start {
    /// The sentences of a run, read as its directory says or in a new way.
    fn of(config: TaggingConfig, training: &Training) -> Result<Self, Error> {
        let network = match &config.estimator {
            Estimator::Network(network) => Some(&network.model),
            _ => None,
        };
        let (corpus, reading) = if training.resumes() {
            let reading = Reading::read(&training.run, network)?;
            if network.is_some() {
                training.check_codec(&reading.codec())?;
            }
            (reading.corpus(&config.data)?, reading)
        } else {
            Reading::build(&config.data, network)?
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
            "{} with {} to learn from, {} for validation, {} to measure by; {}",
            number_of(corpus.train.len() as u64, "sentence"),
            number_of(corpus.train.word_count() as u64, "word"),
            grouped(corpus.valid.len() as u64),
            grouped(corpus.test.len() as u64),
            number_of(self.reading.tags.len() as u64, "tag"),
        ));
        if let Some(note) = corpus.others_note() {
            observer.note(&note);
        }
        if let Some(note) = corpus.repair_note() {
            observer.note(&note);
        }
    }

    /// Trains a tagger without a network.
    fn baseline(&self, training: &mut Training) -> Result<Ended, Error> {
        training.options.device.check_cpu("such taggers")?;
        let before = Instant::now();
        let (train, tags) = (&self.corpus.train, self.reading.tags.len());
        let baseline = match &self.config.estimator {
            Estimator::Perceptron { model } => {
                let scheme = self.config.data.learned_scheme();
                let mut progress = |pass: recurrent_linear::tagger::Pass| {
                    let share = 100.0 * pass.mistakes as f64 / pass.words.max(1) as f64;
                    training
                        .observer
                        .note(&format!("pass {}: {share:.2} % of words wrong", pass.pass));
                };
                Baseline::perceptron(model, train, &self.reading, scheme, &mut progress)?
            }
            _ => Baseline::frequent(train, tags)?,
        };
        let ended = Ended::at_once(before.elapsed().as_secs_f64());
        training.begin(&self.setup(), 0)?;
        baseline.write(&training.run, &self.reading)?;
        // Such taggers give no probabilities.
        training.record_at_once(f64::NAN, &ended, None)?;
        Ok(ended)
    }

    /// Trains a network.
    fn fit(&self, training: &mut Training, network: &NetworkConfig) -> Result<Ended, Error> {
        // What has a tag that cannot be given has no loss.
        let valid = self.corpus.valid.known(self.reading.tags.len());
        check(
            !valid.is_empty(),
            format!("{}, validation split", self.corpus.source),
            "sentences of known tags by which the weights are chosen",
            "none",
        )?;
        let device = training.options.device.device()?.autodiff();
        let config = &network.model;
        let Some(words) = &self.reading.words else {
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
        let seed = noise::mix(network.training.seed, 0);
        let mut model = config.init(shape, seed, false, &device);
        if let (Some(path), true) = (&config.embedding.file, training.is_new()) {
            let keys = ["model.embedding.size", "model.embedding.file"];
            let (size, observer) = (config.embedding.size, &mut *training.observer);
            let rows = word_vectors::rows(path, words, size, keys, observer)?;
            model = model.with_embedding(rows.iter());
        }
        let corpus = &self.corpus;
        check_steps(&corpus.train.lengths(), &|n| {
            format!("training sentence {n}")
        })?;
        check_steps(&valid.lengths(), &|n| format!("validation sentence {n}"))?;
        let characters = self.reading.characters.as_ref();
        let encode = |words_of: &[Vec<String>]| Encoded::of(config, words_of, words, characters);
        let encoded = [encode(&corpus.train.words)?, encode(&valid.words)?];
        let smoothing = network.training.label_smoothing;
        let task = TaggerTask::new([&corpus.train, &valid], encoded, smoothing);
        let mut learner = ExampleLearner::new(task, &network.training, device);
        training.fit(&self.setup(), &network.training, &mut learner, model)
    }
}
