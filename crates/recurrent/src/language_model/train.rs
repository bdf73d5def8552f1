//! Training of a language model, from recipe to report.

mod count;
mod fit;
mod start;

use super::generate::check_prompt;
use super::results::{self, baselines, report};
use super::{Estimator, Predictor, Results, Split};
use crate::recipe::Recipe;
use crate::training::{Observer, Outcome, TrainOptions, Training, may_change_training};
use crate::{Error, files};
use count::{count, mix};
use fit::fit;
use start::Start;

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
) -> Result<Outcome<Results>, Error> {
    let (mut training, config) = Training::open(recipe, options, observer, may_change_training)?;
    let mut start = Start::of(config.only(training.run.path())?, &training)?;
    if let Some(prompt) = &start.config.decode.prompt
        && let Err(error) = check_prompt(&start.vocabulary, prompt)
    {
        let own = |change: &String| change.starts_with("decode.prompt");
        if recipe.overrides.iter().any(own) {
            return Err(error);
        }
        training
            .observer
            .note("the recipe's prompt is not in this text's symbols; sampling without one");
        start.config.decode.prompt = None;
    }
    let ended = match start.config.estimator.clone() {
        Estimator::Network(network) => fit(&mut training, &start, &network)?,
        Estimator::Ngram { model } => count(&mut training, &mut start, model)?,
        Estimator::Mixture { model } => mix(&mut training, &mut start, model)?,
    };
    let run = &training.run;
    if !ended.finished {
        return Ok(ended.with(None));
    }
    let predictor = Predictor::load(run, options.device)?;
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
        baselines: baselines(
            run,
            &start.config.estimator,
            corpus,
            predictor.vocabulary().len(),
        )?,
        floor: corpus.floor.clone(),
        ngrams: predictor.ngram_costs(corpus, results::measured(corpus)),
        sample,
    };
    let title = format!("{} on {}", recipe.name, corpus.source);
    let report = report(&title, run, &predictor, &results, corpus)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    Ok(ended.with(Some(results)))
}
