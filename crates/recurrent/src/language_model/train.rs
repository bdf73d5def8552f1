//! Training of a language model, from recipe to report.

use super::generate::check_prompt;
use super::learner::StreamLearner;
use super::mixture::{self, Mixture, MixtureConfig};
use super::results::{self, baselines, report};
use super::{
    Corpus, Estimator, LanguageModel, LanguageModelConfig, NetworkConfig, NgramConfig, Outcome,
    Predictor, Results, Split, ngram,
};
use crate::metrics::MetricLine;
use crate::recipe::{Difference, Recipe, differences};
use crate::run::{Existing, Lock, RunDirectory, digest};
use crate::task::{absolute, make_path_absolute, to_table};
use crate::training::{self, Checkpoint, Learner, Observer, Record, TrainOptions, check};
use crate::{Error, files, memory, word_vectors};
use recurrent_data::Vocabulary;
use recurrent_decode::language_model::cross_entropy;
use recurrent_nn::noise;
use std::path::Path;
use std::time::Instant;

/// Trains a language model and leaves its run directory. To resume a run, only the
/// name and the overrides of the recipe are looked at: the rest is the run's own.
///
/// # Errors
/// Where the recipe, the data or the directory is not usable, a loss is not
/// finite, or a file cannot be written.
pub fn train(
    recipe: &Recipe,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let run = RunDirectory::new(&options.out);
    let config = recipe.config.clone().language_model(run.path())?;
    run.check(options.existing)?;
    let mut start = match options.existing {
        Existing::Resume => Start::again(&run, recipe, observer)?,
        _ => Start::anew(recipe, &config, &options.command)?,
    };
    if let Some(prompt) = &start.config.decode.prompt
        && let Err(error) = check_prompt(&start.vocabulary, prompt)
    {
        let own = |change: &String| change.starts_with("decode.prompt");
        if recipe.overrides.iter().any(own) {
            return Err(error);
        }
        observer.note("the recipe's prompt is not in this text's symbols; sampling without one");
        start.config.decode.prompt = None;
    }
    let ended = match start.config.estimator.clone() {
        Estimator::Network(network) => fit(&run, &mut start, &network, options, observer)?,
        Estimator::Ngram { model } => count(&run, &mut start, model, options, observer)?,
        Estimator::Mixture { model } => mix(&run, &mut start, model, options, observer)?,
    };
    let mut outcome = Outcome {
        steps: ended.steps,
        seconds: ended.seconds,
        results: None,
    };
    if !ended.finished {
        return Ok(outcome);
    }
    let predictor = Predictor::load(&run, options.device)?;
    let mut sample = start.config.decode.prompt.clone().unwrap_or_default();
    for piece in predictor.generate(&start.config.decode)? {
        sample.push_str(&piece?);
        if options.stop.asked() {
            break;
        }
    }
    let corpus = &start.corpus;
    let results = Results {
        valid: predictor.evaluate(corpus, Split::Valid)?,
        test: match corpus.test.len() {
            0 | 1 => None,
            _ => Some(predictor.evaluate(corpus, Split::Test)?),
        },
        baselines: baselines(corpus, predictor.vocabulary().len())?,
        floor: corpus.floor.clone(),
        ngrams: predictor.ngram_costs(corpus, results::measured(corpus)),
        sample,
    };
    let title = format!("{} on {}", recipe.name, corpus.source);
    let report = report(&title, &run, &predictor, &results, corpus)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    outcome.results = Some(results);
    Ok(outcome)
}

/// How the part of a run ended that makes the model.
struct Ended {
    steps: u64,
    seconds: f64,
    /// Whether it came to its end, or was asked to stop before.
    finished: bool,
}

/// Trains a network.
fn fit(
    run: &RunDirectory,
    start: &mut Start,
    network: &NetworkConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    let device = options.device.device()?.autodiff();
    let (corpus, symbols) = (&start.corpus, start.vocabulary.len());
    network.check_size(symbols)?;
    if let Some(memory) = memory::of_machine() {
        network.check_memory(symbols, memory)?;
    }
    let training = &network.training;
    let mut learner = StreamLearner::new(network, corpus, symbols, device.clone())?;
    let (valid, chunk) = (corpus.valid.len(), training.chunk_length);
    if valid <= chunk {
        let place = corpus.place(Split::Valid);
        observer.note(&format!(
            "{place}: {valid} symbols are less than training.chunk_length = {chunk}; \
             the weights are chosen by little"
        ));
    }
    let seed = noise::mix(training.seed, 0);
    let mut model = LanguageModel::new(&network.model, symbols, seed, &device);
    if let (Some(path), None) = (network.model.embedding_file(), &start.checkpoint) {
        let (path, size) = (Path::new(path), network.model.embedding_size());
        let key = "model.embedding_size";
        let found = word_vectors::rows(path, &start.vocabulary, size, key)?;
        observer.note(&format!(
            "{} of {symbols} symbols begin with a vector of {}",
            found.len(),
            path.display()
        ));
        model = model.with_embedding(found.iter());
    }
    let fresh = Record::new(
        start.config.task.name.as_str(),
        to_table(&start.config),
        digest(&start.vocabulary),
        learner.stream(),
    );
    let checkpoint = start.checkpoint.take();
    let position = training::prepare(checkpoint, fresh, training, &mut learner, model)?;
    let _lock = start.begin(run, options, observer, position.record.step)?;
    let fitted = training::fit(
        run,
        training,
        &mut learner,
        position,
        &options.stop,
        observer,
    )?;
    let record = fitted.record;
    if record.finished && record.epoch < training.epochs {
        let since = record.since_best;
        observer.note(&format!(
            "stopped early: {since} validations without a better one (training.early_stopping)"
        ));
    }
    Ok(Ended {
        steps: record.step,
        seconds: record.elapsed_seconds,
        finished: record.finished,
    })
}

/// Estimates an n-gram model, in one step.
fn count(
    run: &RunDirectory,
    start: &mut Start,
    mut config: NgramConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    config.check_trained()?;
    let _lock = start.begin(run, options, observer, 0)?;
    observer.note(&format!(
        "counting the n-grams of {} symbols",
        start.corpus.train.len()
    ));
    let before = Instant::now();
    let model = ngram::estimate(&mut config, &start.corpus, &start.vocabulary)?;
    let seconds = before.elapsed().as_secs_f64();
    // What was fitted is part of the model.
    start.config.estimator = config.into();
    let path = run.file("config.toml");
    files::write_atomically(&path, start.config.to_toml().as_bytes())?;
    ngram::write(run, &model, &start.vocabulary)?;
    let valid = cross_entropy(&model, &start.corpus.valid, 1);
    let cross_entropy = valid.map_err(|_| start.corpus.too_short(Split::Valid))?;
    one_step(run, cross_entropy, seconds)
}

/// Fits the weights of a mixture where its recipe does not give them.
fn mix(
    run: &RunDirectory,
    start: &mut Start,
    mut config: MixtureConfig,
    options: &TrainOptions,
    observer: &mut dyn Observer,
) -> Result<Ended, Error> {
    let before = Instant::now();
    let models = mixture::load_models(&config, options.device, 0)?;
    let (own, first) = (&start.vocabulary, models[0].vocabulary());
    mixture::check_vocabulary(run, own, first, &config.runs[0])?;
    if config.weights.is_none() {
        let count = models.len();
        observer.note(&format!(
            "fitting the weights of {count} models on the validation split"
        ));
        config.weights = Some(mixture::fit(&models, &start.corpus)?);
    }
    let weights = config.weights.clone().unwrap_or_default();
    start.config.estimator = config.into();
    let _lock = start.begin(run, options, observer, 0)?;
    let cross_entropy = {
        let mixture = Mixture { models, weights };
        let all = mixture.surprisals(&start.corpus, Split::Valid)?;
        all.iter().sum::<f64>() / all.len() as f64
    };
    let seconds = before.elapsed().as_secs_f64();
    one_step(run, cross_entropy, seconds)
}

/// The end of a run that takes one step, with the line of its validation.
fn one_step(run: &RunDirectory, cross_entropy: f64, seconds: f64) -> Result<Ended, Error> {
    run.rewind_metrics(0)?;
    run.record(&MetricLine::Valid {
        step: 1,
        epoch: 1.0,
        cross_entropy,
        elapsed_seconds: seconds,
    })?;
    Ok(Ended {
        steps: 1,
        seconds,
        finished: true,
    })
}

/// What a run starts or goes on from.
struct Start {
    config: LanguageModelConfig,
    vocabulary: Vocabulary,
    corpus: Corpus,
    checkpoint: Option<Checkpoint>,
    /// The lock of a directory that holds the run already.
    lock: Option<Lock>,
}

impl Start {
    /// Takes the directory for the run that goes on after `step` steps: writes its recipe, and of
    /// a new one all that comes before the first step.
    fn begin(
        &mut self,
        run: &RunDirectory,
        options: &TrainOptions,
        observer: &mut dyn Observer,
        step: u64,
    ) -> Result<Lock, Error> {
        let Some(lock) = self.lock.take() else {
            let lock = run.lock()?;
            // Another process may have had the directory meanwhile.
            run.check(options.existing)?;
            run.start(&self.config.to_toml(), &self.vocabulary)?;
            return Ok(lock);
        };
        let path = run.file("config.toml");
        files::write_atomically(&path, self.config.to_toml().as_bytes())?;
        match step {
            0 => observer.note("no checkpoint yet; starting from the beginning"),
            step => observer.note(&format!("going on after step {step}")),
        }
        Ok(lock)
    }

    /// A new run.
    fn anew(recipe: &Recipe, config: &LanguageModelConfig, command: &str) -> Result<Self, Error> {
        let mut config = config.clone();
        config.task.recipe = Some(recipe.name.clone());
        config.task.command = (!command.is_empty()).then(|| command.to_string());
        make_paths_absolute(&mut config);
        let (corpus, vocabulary) = match &config.estimator {
            // Its symbols are those of its models, whatever this text has.
            Estimator::Mixture { model } => {
                let vocabulary = RunDirectory::new(&model.runs[0]).vocabulary()?;
                let corpus = Corpus::with_vocabulary(&config.data, &vocabulary, Split::All)?;
                (corpus, vocabulary)
            }
            _ => Corpus::build(&config.data)?,
        };
        Ok(Self {
            config,
            vocabulary,
            corpus,
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
        let lock = run.lock()?;
        let mut resumed = run.recipe()?;
        check(
            resumed.name == recipe.name,
            "RECIPE".to_string(),
            &format!("`{}`, which the run was started from", resumed.name),
            format!("`{}`", recipe.name),
        )?;
        let checkpoint = Checkpoint::newest(run)?;
        if checkpoint.is_none() {
            check_weights(run)?;
        }
        let before = match &checkpoint {
            Some(checkpoint) => checkpoint.record.config.clone(),
            None => resumed.config.to_table(),
        };
        resumed.set(&recipe.overrides)?;
        let mut config = resumed.config.language_model(run.path())?;
        make_paths_absolute(&mut config);
        let changes = differences(&before, &to_table(&config));
        for change in changes
            .into_iter()
            .filter(|change| !is_comment(&change.key))
        {
            check(
                may_change(&change),
                change.key.clone(),
                &format!("{}, which the run was started with", change.before),
                &change.after,
            )?;
            observer.note(&format!(
                "{} is {} from now on, it was {}",
                change.key, change.after, change.before
            ));
        }
        let vocabulary = run.vocabulary()?;
        if let Some(checkpoint) = &checkpoint {
            let recorded = checkpoint.record.vocabulary;
            run.check_vocabulary(&vocabulary, recorded, &checkpoint.path)?;
        }
        let corpus = Corpus::with_vocabulary(&config.data, &vocabulary, Split::All)?;
        Ok(Self {
            config,
            vocabulary,
            corpus,
            checkpoint,
            lock: Some(lock),
        })
    }
}

/// Fails where a finished run has no checkpoint that it could go on from.
fn check_weights(run: &RunDirectory) -> Result<(), Error> {
    // An interruption may come between the first weights and the first checkpoint.
    let weights = run.file("model.safetensors");
    if !run.file("report.html").exists() || !weights.exists() {
        return Ok(());
    }
    Err(Error::Run {
        path: weights,
        message: "these weights are of a finished run that has no checkpoint to go on from; \
                  start anew with --force"
            .to_string(),
    })
}

/// Whether a key is for people alone.
fn is_comment(key: &str) -> bool {
    ["task.description", "task.command"].contains(&key)
}

/// Whether a setting may change while a run goes on. The text may be moved: what it
/// says is compared by its digest.
fn may_change(change: &Difference) -> bool {
    match change.key.as_str() {
        "data.path" => true,
        "training.keep" | "training.optimizer.name" => false,
        // Without momentum a checkpoint has no state that it could go on from.
        "training.optimizer.momentum" => change.before != "0.0",
        key => !["task.", "data.", "model."]
            .iter()
            .any(|section| key.starts_with(section)),
    }
}

/// The run directory is read from other places too.
fn make_paths_absolute(config: &mut LanguageModelConfig) {
    make_path_absolute(&mut config.data);
    match &mut config.estimator {
        Estimator::Network(network) => {
            if let Some(path) = network.model.embedding_file_mut() {
                *path = absolute(path);
            }
        }
        Estimator::Mixture { model } => {
            model.runs.iter_mut().for_each(|run| *run = absolute(run));
        }
        Estimator::Ngram { .. } => {}
    }
}
