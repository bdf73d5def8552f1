//! Training of a transcriber, from recipe to report.

use super::config::{DialledData, TranscribedData, TranscriptionConfig};
use super::data::TranscribedCorpus;
use super::network::{MOST_PARAMETERS, TranscriberTask};
use super::predict::Transcriber;
use super::reading::Reading;
use super::results::{Results, report};
use crate::network::check::check_steps;
use crate::recipe::Recipe;
use crate::report::grouped;
use crate::training::{
    Ended, ExampleLearner, Observer, Outcome, Setup, TrainOptions, Training, check,
    may_change_training,
};
use crate::{Error, files};
use recurrent_data::sound::{Draw, Sound};
use recurrent_data::transcribed::dialled_number;
use recurrent_nn::noise;

/// A sound to try a transcriber of dialled numbers with.
const EXAMPLE: &str = "example.wav";
/// The number in it.
const NUMBER: &str = "5550123";

/// What a run learns from.
struct Start {
    config: TranscriptionConfig,
    corpus: TranscribedCorpus,
    reading: Reading,
}

/// Trains a transcriber and leaves its run directory. To resume a run, only the name and the overrides of the recipe are
/// looked at: the rest is the run's own.
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
    let ended = start.fit(&mut training)?;
    if !ended.finished {
        return Ok(ended.with(None));
    }
    let run = &training.run;
    let transcriber = Transcriber::load(run, options.device)?;
    let results = Results::of(&transcriber, &start.corpus)?;
    let title = format!("{} on {}", recipe.name, start.corpus.source);
    let report = report(title, run, &transcriber, &start.corpus, &results)?;
    files::write_atomically(&run.file("report.html"), report.to_html().as_bytes())?;
    if let TranscribedData::Dialled(data) = &start.config.data {
        example(data).write_wav(&run.file(EXAMPLE))?;
        training.observer.note(&format!(
            "{} is the number {NUMBER}, for `recurrent predict`",
            run.file(EXAMPLE).display()
        ));
    }
    Ok(ended.with(Some(results)))
}

/// The sound of a number that is in no split.
fn example(data: &DialledData) -> Sound {
    let draw = Draw {
        seed: data.seed,
        epoch: u64::MAX,
        index: 0,
    };
    // It has digits only, and the ratio was checked with the recipe.
    dialled_number(NUMBER, data.snr_db, draw).unwrap_or_default()
}

impl Start {
    /// The sequences of a run, read as its directory says or in a new way.
    fn of(config: TranscriptionConfig, training: &Training) -> Result<Self, Error> {
        let (corpus, reading) = if training.resumes() {
            let reading = Reading::read(&training.run)?;
            training.check_codec(&reading.codec())?;
            (reading.corpus(&config.data, &config.model)?, reading)
        } else {
            Reading::build(&config.data, &config.model)?
        };
        // What decodes is read before the training, not after it.
        super::decoder::Decoder::new(&config.decode, &reading.symbols)?;
        Ok(Self {
            config,
            corpus,
            reading,
        })
    }

    /// Says what there is to learn from.
    fn tell(&self, observer: &mut dyn Observer) {
        let corpus = &self.corpus;
        let symbols = corpus.train.labels.iter().map(Vec::len).sum::<usize>();
        let seconds: f64 = corpus.train.seconds.iter().sum();
        let sound = match seconds > 0.0 {
            true => format!(" in {:.1} minutes of sound", seconds / 60.0),
            false => String::new(),
        };
        observer.note(&format!(
            "{} sequences with {} symbols{sound} to learn from, {} for validation, {} to measure by; {} different symbols",
            grouped(corpus.train.len() as u64),
            grouped(symbols as u64),
            grouped(corpus.valid.len() as u64),
            grouped(corpus.test.len() as u64),
            self.reading.symbols.len(),
        ));
        let inputs = self.reading.channels_of_front(&self.config.data);
        for (part, name) in [(&corpus.valid, "validation"), (&corpus.test, "test")] {
            let misfit = |number: &usize| {
                let steps = self.config.model.steps(inputs, part.signals[*number].steps);
                self.config.model.shortest(&part.labels[*number]) > steps
            };
            let misfits: Vec<usize> = (0..part.len()).filter(misfit).collect();
            if let Some(&first) = misfits.first() {
                observer.note(&format!(
                    "{} of the {name} sequences, the first {}, have a text that does not fit their steps and cannot be \
                     told; they count for nothing in the validation loss",
                    misfits.len(),
                    part.names[first]
                ));
            }
        }
        if corpus.dropped > 0 {
            observer.note(&format!(
                "{} training sequences were left out, as their text does not fit their steps",
                corpus.dropped
            ));
        }
    }

    fn fit(&self, training: &mut Training) -> Result<Ended, Error> {
        let (corpus, config) = (&self.corpus, &self.config);
        for (part, name) in [(&corpus.train, "training"), (&corpus.valid, "validation")] {
            check(
                !part.is_empty(),
                format!("{}, {name} split", corpus.source),
                "sequences by which the weights are found and chosen",
                "none",
            )?;
            check_steps(&part.lengths(), &|number| part.names[number - 1].clone())?;
        }
        let shape = self.reading.shape(config);
        config.model.check_inputs(shape.inputs)?;
        let parameters = config.model.parameters(shape);
        let expected = format!("at most {MOST_PARAMETERS} parameters");
        let fine = parameters <= MOST_PARAMETERS;
        check(fine, "model".to_string(), &expected, parameters)?;
        let device = training.options.device.device()?.autodiff();
        let seed = noise::mix(config.training.seed, 0);
        let model = config.model.init(shape, seed, false, &device);
        let sound = config.data.sound();
        let task = TranscriberTask::new(
            [&corpus.train, &corpus.valid],
            shape.inputs,
            sound,
            &config.model,
        );
        let mut learner = ExampleLearner::new(task, &config.training, device);
        let setup = Setup::new(config.task.name, config, self.reading.codec());
        training.fit(&setup, &config.training, &mut learner, model)
    }
}
