//! Going on with a run.

use super::{Checkpoint, Observer, check};
use crate::Error;
use crate::recipe::{Difference, Recipe, differences};
use crate::run::{Lock, RunDirectory};
use crate::task::Config;

/// A run that a directory holds.
pub(super) struct Resumed {
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
    pub(super) fn open(
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
