//! A trained classifier, as it is read from its run directory.

use super::{ClassificationConfig, Examples, LabelledCorpus, LinearModel, Measures};
use crate::Error;
use crate::language_model::Split;
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::training::check;
use rayon::prelude::*;
use recurrent_data::Vocabulary;
use recurrent_linear::argmax;
use std::borrow::Cow;

/// A trained classifier with its vocabulary and the names of its classes.
#[derive(Debug)]
pub struct Classifier {
    pub(super) model: LinearModel,
    pub(super) vocabulary: Vocabulary,
    classes: Vec<String>,
    config: ClassificationConfig,
    bytes: u64,
}

/// What a text was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The most probable class.
    pub class: usize,
    /// The probability of each class, `[K]`.
    pub probabilities: Vec<f64>,
}

impl Classifier {
    /// The classifier of a run directory.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its files do not fit each other.
    pub fn load(run: &RunDirectory) -> Result<Self, Error> {
        let config = run.config()?.classification(run.path())?;
        let vocabulary = run.vocabulary()?;
        let (model, classes) = LinearModel::read(run, &config.model, &vocabulary)?;
        let file = std::fs::metadata(run.file("model.safetensors"));
        Ok(Self {
            bytes: file.map_or(0, |file| file.len()),
            model,
            vocabulary,
            classes,
            config,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &ClassificationConfig {
        &self.config
    }

    /// The tokens it knows.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The names of its classes, `[K]`.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What it learned.
    pub fn layers(&self) -> Vec<LayerRow> {
        self.model.layers(&self.config.model)
    }

    /// Size of its file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The texts that it was trained on and measured by, or those at another path, in `columns` of text and label
    /// where that is a table.
    ///
    /// # Errors
    /// Where they cannot be read, or a label is none of the classes.
    pub fn corpus(
        &self,
        path: Option<&str>,
        columns: [Option<&str>; 2],
    ) -> Result<LabelledCorpus, Error> {
        let mut data = self.config.data.clone();
        if let Some(path) = path {
            data.path = Some(path.to_string());
            data.fold = None;
        }
        let [column, label_column] = columns.map(|name| name.map(str::to_string));
        data.column = column.or(data.column);
        data.label_column = label_column.or(data.label_column);
        LabelledCorpus::with_vocabulary(&data, &self.vocabulary, &self.classes)
    }

    /// What texts are taken for, `[N]`.
    ///
    /// # Errors
    /// Where the vocabulary has no `<unk>` for a token that it lacks.
    pub fn predict<S: AsRef<str> + Sync>(&self, texts: &[S]) -> Result<Vec<Prediction>, Error> {
        let one = |text: &S| {
            let ids = self.config.data.ids(&self.vocabulary, text.as_ref())?;
            Ok(self.predict_ids(&ids))
        };
        texts.par_iter().map(one).collect()
    }

    /// What a text of tokens is taken for.
    fn predict_ids(&self, ids: &[u32]) -> Prediction {
        let rows = self.model.rows([ids]);
        let linear = &self.model.linear;
        let probabilities = match self.config.model.temperature {
            None => linear.softmax(rows.row(0)),
            Some(temperature) => linear.softmax_at(rows.row(0), temperature),
        };
        Prediction {
            class: argmax(&probabilities),
            probabilities,
        }
    }

    /// The predictions for examples, `[N]`.
    pub fn predict_examples(&self, examples: &Examples) -> Vec<Prediction> {
        examples
            .ids
            .par_iter()
            .map(|ids| self.predict_ids(ids))
            .collect()
    }

    /// How good the predictions for examples are.
    pub fn measure(&self, examples: &Examples, predictions: &[Prediction]) -> Measures {
        let answers = examples.labels.iter().zip(predictions);
        let answers = answers.map(|(&label, found)| (label, &found.probabilities[..]));
        Measures::of(self.classes.len(), answers)
    }
}

impl LabelledCorpus {
    /// The examples of a split; all of them one after the other.
    ///
    /// # Errors
    /// Where it has none.
    pub fn split(&self, split: Split) -> Result<Cow<'_, Examples>, Error> {
        let examples = match split {
            Split::Train => Cow::Borrowed(&self.train),
            Split::Valid => Cow::Borrowed(&self.valid),
            Split::Test => Cow::Borrowed(&self.test),
            Split::All => {
                let mut all = self.train.clone();
                for part in [&self.valid, &self.test] {
                    all.texts.extend_from_slice(&part.texts);
                    all.ids.extend_from_slice(&part.ids);
                    all.labels.extend_from_slice(&part.labels);
                }
                Cow::Owned(all)
            }
        };
        check(
            !examples.labels.is_empty(),
            "--split".to_string(),
            &format!("a split of {} with texts", self.source),
            split.as_str(),
        )?;
        Ok(examples)
    }
}
