//! What a run starts or goes on from.

use crate::language_model::{Corpus, Estimator, LanguageModelConfig, Split};
use crate::recipe::{Difference, Recipe, differences};
use crate::run::{Lock, RunDirectory};
use crate::task::{absolute, make_path_absolute, to_table};
use crate::training::{Checkpoint, Observer, TrainOptions, check};
use crate::{Error, files};
use recurrent_data::Vocabulary;

/// What a run starts or goes on from.
pub(super) struct Start {
    pub config: LanguageModelConfig,
    pub vocabulary: Vocabulary,
    pub corpus: Corpus,
    pub checkpoint: Option<Checkpoint>,
    /// The lock of a directory that holds the run already.
    lock: Option<Lock>,
}

impl Start {
    /// Takes the directory for the run that goes on after `step` steps: writes its recipe, and of
    /// a new one all that comes before the first step.
    pub(super) fn begin(
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
    pub(super) fn anew(
        recipe: &Recipe,
        config: &LanguageModelConfig,
        command: &str,
    ) -> Result<Self, Error> {
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
    pub(super) fn again(
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
