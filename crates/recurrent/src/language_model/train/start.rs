//! What a run starts or goes on from.

use crate::Error;
use crate::codec::Codec;
use crate::language_model::{Corpus, DataConfig, Estimator, LanguageModelConfig, Split};
use crate::recipe::name_of;
use crate::run::RunDirectory;
use crate::training::{Setup, Training, check};
use recurrent_data::Vocabulary;

/// What a run starts or goes on from.
pub(super) struct Start {
    pub config: LanguageModelConfig,
    pub vocabulary: Vocabulary,
    pub corpus: Corpus,
}

impl Start {
    /// The text of a run with its symbols: those that its directory holds, or new ones.
    pub(super) fn of(config: LanguageModelConfig, training: &Training) -> Result<Self, Error> {
        let (corpus, vocabulary) = if training.resumes() {
            let vocabulary = training.run.vocabulary()?;
            training.check_codec(&Codec::from(&vocabulary))?;
            with_vocabulary(&config.data, vocabulary)?
        } else if let Estimator::Mixture { model } = &config.estimator {
            // Its symbols are those of its models, whatever this text has.
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
            with_vocabulary(&config.data, vocabulary)?
        } else {
            Corpus::build(&config.data)?
        };
        Ok(Self {
            config,
            vocabulary,
            corpus,
        })
    }

    /// What the directory holds before the first step.
    pub(super) fn setup(&self) -> Setup {
        let codec = Codec::from(&self.vocabulary);
        Setup::new(self.config.task.name, &self.config, codec)
    }
}

fn with_vocabulary(
    data: &DataConfig,
    vocabulary: Vocabulary,
) -> Result<(Corpus, Vocabulary), Error> {
    let corpus = Corpus::with_vocabulary(data, &vocabulary, Split::All)?;
    Ok((corpus, vocabulary))
}
