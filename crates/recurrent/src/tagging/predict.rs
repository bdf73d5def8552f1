//! A trained tagger, as it is read from its run directory.

use super::baseline::Baseline;
use super::config::{Estimator, TaggingConfig, WordUnit};
use super::data::{Sentences, TaggedCorpus};
use super::measures::TagMeasures;
use super::network::TrainedNetwork;
use super::reading::Reading;
use crate::language_model::Split;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::{DeviceName, Error};
use rayon::prelude::*;
use recurrent_data::{Span, TagScheme, Vocabulary};

/// A trained tagger with what it reads by.
#[derive(Debug)]
pub struct Tagger {
    model: Trained,
    reading: Reading,
    config: TaggingConfig,
    bytes: u64,
}

/// What gives the tags.
#[derive(Debug)]
enum Trained {
    Baseline(Baseline),
    Network(Box<TrainedNetwork>),
}

/// A sentence with the tags that it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// Its words. `[T]`
    pub words: Vec<String>,
    /// The tag of each, in the scheme of the files that the tagger learned from. `[T]`
    pub tags: Vec<String>,
    /// The spans that they mark; none where tags mark no spans.
    pub spans: Vec<Span>,
}

impl Tagger {
    /// The tagger of a run directory; a network computes on `device`.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its files do not fit each other.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        device.device()?;
        let config = run.config()?.only::<TaggingConfig>(run.path())?;
        let network = match &config.estimator {
            Estimator::Network(network) => Some(&network.model),
            _ => None,
        };
        let reading = Reading::read(run, network)?;
        let scheme = config.data.learned_scheme();
        let model = match network {
            Some(network) => {
                let network = TrainedNetwork::read(run, network, &reading, scheme, device)?;
                Trained::Network(Box::new(network))
            }
            None => Trained::Baseline(Baseline::read(run, &reading)?),
        };
        let file = std::fs::metadata(run.file("model.safetensors"));
        Ok(Self {
            bytes: file.map_or(0, |file| file.len()),
            model,
            reading,
            config,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &TaggingConfig {
        &self.config
    }

    /// The tags it may give, in the scheme that it learned.
    pub fn tags(&self) -> &[String] {
        &self.reading.tags
    }

    /// The words it knows; none where it has no vocabulary.
    pub fn vocabulary(&self) -> Option<&Vocabulary> {
        self.reading.words.as_ref()
    }

    /// What it learned.
    pub fn layers(&self) -> Vec<LayerRow> {
        match &self.model {
            Trained::Baseline(baseline) => baseline.layers(),
            Trained::Network(network) => network.layers(self.reading.tags.len()),
        }
    }

    /// Size of its file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sentences that it was trained on and measured by, or those at another path, for `split` to be looked at; with
    /// `repair`, tags that break their scheme are made right.
    ///
    /// # Errors
    /// Where they cannot be read, or tags break their scheme.
    pub fn corpus(
        &self,
        path: Option<&str>,
        repair: bool,
        split: Split,
    ) -> Result<TaggedCorpus, Error> {
        let mut data = self.config.data.clone();
        data.repair |= repair;
        if let Some(path) = path {
            data.path = Some(path.to_string());
            if split == Split::All {
                data.fractions = [1.0, 0.0, 0.0];
            }
        }
        self.reading.corpus(&data)
    }

    /// The words of a text: what white space parts, or all characters.
    pub fn words(&self, text: &str) -> Vec<String> {
        match self.config.data.unit {
            WordUnit::Words => text.split_whitespace().map(str::to_string).collect(),
            WordUnit::Characters => {
                let all = text.chars().filter(|character| !character.is_whitespace());
                all.map(String::from).collect()
            }
        }
    }

    /// The tags of the words of sentences as numbers of the learned scheme, `[N][T]`; `place` says what messages call a
    /// sentence by its number from 1.
    ///
    /// # Errors
    /// Where a vocabulary has no `<unk>` for what it lacks.
    pub fn tag_ids(
        &self,
        sentences: &[Vec<String>],
        place: &dyn Fn(usize) -> String,
    ) -> Result<Vec<Vec<usize>>, Error> {
        match &self.model {
            Trained::Baseline(baseline) => Ok(sentences
                .par_iter()
                .map(|words| baseline.tag(words))
                .collect()),
            Trained::Network(network) => network.tag(&self.reading, sentences, place),
        }
    }

    /// Sentences with their tags, in the scheme of the files; `place` as for [`Self::tag_ids`].
    ///
    /// # Errors
    /// As [`Self::tag_ids`].
    pub fn tag(
        &self,
        sentences: Vec<Vec<String>>,
        place: &dyn Fn(usize) -> String,
    ) -> Result<Vec<Tagged>, Error> {
        let all = self.tag_ids(&sentences, place)?;
        let tagged = |(words, ids): (Vec<String>, Vec<usize>)| {
            let tags = self.in_files(&ids, &[])?;
            let spans = match self.config.data.scheme {
                TagScheme::Plain => Vec::new(),
                scheme => scheme.spans(&tags),
            };
            Ok(Tagged { words, tags, spans })
        };
        sentences.into_iter().zip(all).map(tagged).collect()
    }

    /// The names of tags in the scheme of the files, `[T]`; the numbers of `others` follow those of the tagger's own.
    pub(crate) fn in_files(&self, tags: &[usize], others: &[String]) -> Result<Vec<String>, Error> {
        self.reading.in_files(&self.config.data, tags, others)
    }

    /// How good the tags `[N][T]` of sentences are.
    ///
    /// # Errors
    /// Where there are not as many tags as words.
    pub fn measure(
        &self,
        sentences: &Sentences,
        found: &[Vec<usize>],
    ) -> Result<TagMeasures, Error> {
        TagMeasures::of(&self.reading, &self.config.data, sentences, found)
    }
}
