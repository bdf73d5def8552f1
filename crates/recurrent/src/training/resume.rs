//! Going on with a run.

use super::{Checkpoint, Observer, TrainOptions, check};
use crate::codec::Codec;
use crate::recipe::{Difference, Recipe, differences};
use crate::run::{Lock, RunDirectory};
use crate::task::Config;
use crate::{Error, files};

/// A run that a directory holds.
pub(crate) struct Resumed {
    /// Its recipe, with the overrides.
    pub config: Config,
    pub checkpoint: Option<Checkpoint>,
    pub lock: Lock,
}

impl Resumed {
    /// Takes the run of a directory with the overrides of `recipe`. Beside the place of the text,
    /// whose symbols a checkpoint knows by their digest, settings may change where `may_change`
    /// says so.
    ///
    /// # Errors
    /// Where the run was started from another recipe or with another setting that may not change,
    /// another process has the directory, or a file cannot be read.
    pub(crate) fn open(
        run: &RunDirectory,
        recipe: &Recipe,
        may_change: impl Fn(&Difference) -> bool,
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
        let before = match &checkpoint {
            Some(checkpoint) => checkpoint.record.config.clone(),
            None => resumed.config.to_table(),
        };
        resumed.set(&recipe.overrides)?;
        let mut config = resumed.config;
        config.make_paths_absolute();
        for change in differences(&before, &config.to_table()) {
            if ["task.description", "task.command"].contains(&change.key.as_str()) {
                continue;
            }
            let moved = change.key == "data.path" && checkpoint.is_some();
            check(
                moved || may_change(&change),
                change.key.clone(),
                &format!("{}, which the run was started with", change.before),
                &change.after,
            )?;
            observer.note(&format!(
                "{} is {} from now on, it was {}",
                change.key, change.after, change.before
            ));
        }
        Ok(Self {
            config,
            checkpoint,
            lock,
        })
    }
}

/// Takes the directory for a run that goes on after `step` steps: writes its recipe, and of a new
/// one, which has no `lock` yet, all that comes before the first step.
///
/// # Errors
/// Where another process has it, it holds a run already, or a file cannot be written.
pub(crate) fn begin(
    run: &RunDirectory,
    lock: Option<Lock>,
    (config, codec): (&str, &Codec),
    options: &TrainOptions,
    observer: &mut dyn Observer,
    step: u64,
) -> Result<Lock, Error> {
    let Some(lock) = lock else {
        return run.begin(options.existing, config, codec);
    };
    files::write_atomically(&run.file("config.toml"), config.as_bytes())?;
    match step {
        0 => observer.note("no checkpoint to go on from; starting from the beginning"),
        step => observer.note(&format!("going on after step {step}")),
    }
    Ok(lock)
}

/// Whether a setting may change while the training of a network goes on.
pub(crate) fn may_change_training(change: &Difference) -> bool {
    match change.key.as_str() {
        "training.keep" | "training.optimizer.name" => false,
        // Without momentum a checkpoint has no state that it could go on from.
        "training.optimizer.momentum" => change.before != "0.0",
        key => !["task.", "data.", "model."]
            .iter()
            .any(|section| key.starts_with(section)),
    }
}
