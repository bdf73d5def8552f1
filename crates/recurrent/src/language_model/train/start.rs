//! What a run starts or goes on from.

use crate::Error;
use crate::language_model::{Corpus, Estimator, LanguageModelConfig, Split};
use crate::recipe::{Recipe, name_of};
use crate::run::{Lock, RunDirectory};
use crate::training::{
    self, Checkpoint, Observer, Resumed, TrainOptions, check, may_change_training,
};
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
        training::begin(
            run,
            self.lock.take(),
            (&self.config.to_toml(), &(&self.vocabulary).into()),
            options,
            observer,
            step,
        )
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
        config.make_paths_absolute();
        let (corpus, vocabulary) = match &config.estimator {
            // Its symbols are those of its models, whatever this text has.
            Estimator::Mixture { model } => {
                let first = RunDirectory::new(&model.runs[0]);
                first.config()?;
                let vocabulary = first.vocabulary()?;
                let unit = vocabulary.unit();
                check(
                    config.data.unit == unit,
                    "data.unit".to_string(),
                    &format!("{}, as of {}", name_of(&unit), model.runs[0]),
                    name_of(&config.data.unit),
                )?;
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
        let resumed = Resumed::open(run, recipe, may_change_training, observer)?;
        let checkpoint = resumed.checkpoint;
        if checkpoint.is_none() {
            run.check_has_no_weights()?;
        }
        let config = resumed.config.language_model(run.path())?;
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
            lock: Some(resumed.lock),
        })
    }
}
