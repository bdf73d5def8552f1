//! Training of a language model, from recipe to report.

use super::generate::check_prompt;
use super::learner::StreamLearner;
use super::results::{baselines, report};
use super::{Corpus, LanguageModel, LanguageModelConfig, Outcome, Predictor, Results, Split};
use crate::recipe::{Difference, Recipe, differences};
use crate::run::{Existing, Lock, RunDirectory, digest};
use crate::training::{self, Checkpoint, Learner, Observer, Record, TrainOptions, check};
use crate::{Error, files, memory};
use recurrent_data::Vocabulary;
use recurrent_nn::noise;

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
    let device = options.device.device()?.autodiff();
    let run = RunDirectory::new(&options.out);
    run.check(options.existing)?;
    let resumes = options.existing == Existing::Resume;
    let Start {
        mut config,
        vocabulary,
        corpus,
        checkpoint,
        lock,
    } = if resumes {
        Start::again(&run, recipe, observer)?
    } else {
        Start::anew(recipe, &options.command)?
    };
    config.check_size(vocabulary.len())?;
    if let Some(memory) = memory::of_machine() {
        config.check_memory(vocabulary.len(), memory)?;
    }
    let training = config.training.clone();
    let mut learner = StreamLearner::new(&config, &corpus, vocabulary.len(), device.clone())?;
    let (valid, chunk) = (corpus.valid.len(), training.chunk_length);
    if valid <= chunk {
        let place = corpus.place(Split::Valid);
        observer.note(&format!(
            "{place}: {valid} symbols are less than training.chunk_length = {chunk}; \
             the weights are chosen by little"
        ));
    }
    if let Some(prompt) = &config.decode.prompt
        && let Err(error) = check_prompt(&vocabulary, prompt)
    {
        let own = |change: &String| change.starts_with("decode.prompt");
        if recipe.overrides.iter().any(own) {
            return Err(error);
        }
        observer.note("the recipe's prompt is not in this text's symbols; sampling without one");
        config.decode.prompt = None;
    }
    let seed = noise::mix(training.seed, 0);
    let model = LanguageModel::new(&config.model, vocabulary.len(), seed, &device);
    let task = config.task.name.as_str();
    let fresh = Record::new(
        task,
        config.to_table(),
        digest(&vocabulary),
        learner.stream(),
    );
    let position = training::prepare(checkpoint, fresh, &training, &mut learner, model)?;
    let _lock = match lock {
        Some(lock) => {
            files::write_atomically(&run.file("config.toml"), config.to_toml().as_bytes())?;
            match position.record.step {
                0 => observer.note("no checkpoint yet; starting from the beginning"),
                step => observer.note(&format!("going on after step {step}")),
            }
            lock
        }
        None => {
            let lock = run.lock()?;
            // Another process may have had the directory meanwhile.
            run.check(options.existing)?;
            run.start(&config, &vocabulary)?;
            lock
        }
    };
    let fitted = training::fit(
        &run,
        &training,
        &mut learner,
        position,
        &options.stop,
        observer,
    )?;
    let mut outcome = Outcome {
        steps: fitted.record.step,
        seconds: fitted.record.elapsed_seconds,
        results: None,
    };
    if !fitted.record.finished {
        return Ok(outcome);
    }
    if fitted.record.epoch < training.epochs {
        let since = fitted.record.since_best;
        observer.note(&format!(
            "stopped early: {since} validations without a better one (training.early_stopping)"
        ));
    }
    drop(fitted.model);

    let predictor = Predictor::load(&run, options.device)?;
    let mut sample = config.decode.prompt.clone().unwrap_or_default();
    for piece in predictor.generate(&config.decode)? {
        sample.push_str(&piece?);
        if options.stop.asked() {
            break;
        }
    }
    let results = Results {
        valid: predictor.evaluate(&corpus, Split::Valid)?,
        test: match corpus.test.len() {
            0 | 1 => None,
            _ => Some(predictor.evaluate(&corpus, Split::Test)?),
        },
        baselines: baselines(&corpus, predictor.vocabulary().len())?,
        floor: corpus.floor,
        sample,
    };
    let title = format!("{} on {}", recipe.name, corpus.source);
    let report = report(&title, &run, &predictor, &results)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    outcome.results = Some(results);
    Ok(outcome)
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
    /// A new run.
    fn anew(recipe: &Recipe, command: &str) -> Result<Self, Error> {
        let mut config = recipe.config.clone();
        config.task.recipe = Some(recipe.name.clone());
        config.task.command = (!command.is_empty()).then(|| command.to_string());
        make_path_absolute(&mut config);
        let (corpus, vocabulary) = Corpus::build(&config.data)?;
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
        let mut config = resumed.config;
        make_path_absolute(&mut config);
        let changes = differences(&before, &config.to_table());
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
    if !run.file("report.html").exists() {
        return Ok(());
    }
    Err(Error::Run {
        path: run.file("model.safetensors"),
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
fn make_path_absolute(config: &mut LanguageModelConfig) {
    if let Some(path) = &mut config.data.path
        && let Ok(absolute) = std::path::absolute(&path)
    {
        *path = absolute.to_string_lossy().into_owned();
    }
}
