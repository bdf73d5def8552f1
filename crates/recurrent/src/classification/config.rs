//! The recipe of a classifier.

mod signals;
mod texts;

pub use signals::SignalDataConfig;
pub use texts::{KeptTokens, TextDataConfig};

use super::centroid::CentroidConfig;
use super::linear::LinearConfig;
use super::network::{NetworkConfig, NetworkModelConfig};
use crate::Error;
use crate::language_model::Split;
use crate::recipe::name_of;
use crate::report::Counted;
use crate::task::{TaskConfig, read, to_table};
use crate::training::{TrainingConfig, check};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassificationConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: ExampleConfig,
    /// `[model]`, and of a network `[training]`.
    #[serde(flatten)]
    pub estimator: Estimator,
}

/// `[data]`: examples with a label each.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ExampleConfig {
    /// Texts.
    Texts(TextDataConfig),
    /// Sequences of numbers, and images.
    Signals(SignalDataConfig),
}

/// Kinds of examples: `data.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExampleKind {
    /// Texts.
    #[default]
    Texts,
    /// Sequences of numbers, and images.
    Signals,
}

/// What classifies and how it learns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Estimator {
    /// A network and its training.
    Network(Box<NetworkConfig>),
    /// Linear in counts of n-grams.
    Linear {
        /// `[model]`.
        model: LinearConfig,
    },
    /// The nearest mean of a class.
    Centroid {
        /// `[model]`.
        model: CentroidConfig,
    },
}

/// What of a recipe says which keys its sections have.
#[derive(Deserialize, Default)]
struct Head {
    #[serde(default)]
    data: DataHead,
    #[serde(default)]
    model: ModelHead,
}

#[derive(Deserialize, Default)]
struct DataHead {
    #[serde(default)]
    kind: ExampleKind,
}

#[derive(Deserialize, Default)]
struct ModelHead {
    #[serde(default)]
    kind: Kind,
}

/// Kinds of classifiers: `model.kind`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Network,
    NaiveBayes,
    BernoulliBayes,
    Svm,
    LogisticRegression,
    Nbsvm,
    NearestCentroid,
}

/// The sections of a network's recipe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkSections<D> {
    task: TaskConfig,
    data: D,
    model: NetworkModelConfig,
    training: TrainingConfig,
}

/// The sections of a recipe without training by gradients.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DirectSections<D, M> {
    task: TaskConfig,
    data: D,
    model: M,
}

impl ClassificationConfig {
    /// The recipe from its text; ranges are not checked.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let head: Head = toml::from_str(text)?;
        match head.data.kind {
            ExampleKind::Texts => Self::of(text, head.model.kind, ExampleConfig::Texts),
            ExampleKind::Signals => Self::of(text, head.model.kind, ExampleConfig::Signals),
        }
    }

    fn of<D: DeserializeOwned>(
        text: &str,
        kind: Kind,
        data: impl Fn(D) -> ExampleConfig,
    ) -> Result<Self, toml::de::Error> {
        Ok(match kind {
            Kind::Network => {
                let sections: NetworkSections<D> = read(text)?;
                let (model, training) = (sections.model, sections.training);
                Self {
                    task: sections.task,
                    data: data(sections.data),
                    estimator: Estimator::Network(Box::new(NetworkConfig { model, training })),
                }
            }
            Kind::NearestCentroid => {
                let sections: DirectSections<D, CentroidConfig> = read(text)?;
                Self {
                    task: sections.task,
                    data: data(sections.data),
                    estimator: Estimator::Centroid {
                        model: sections.model,
                    },
                }
            }
            _ => {
                let sections: DirectSections<D, LinearConfig> = read(text)?;
                Self {
                    task: sections.task,
                    data: data(sections.data),
                    estimator: Estimator::Linear {
                        model: sections.model,
                    },
                }
            }
        })
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        let of_texts = matches!(self.data, ExampleConfig::Texts(_));
        let fits = |fine: bool, examples: &str, kind: String| {
            let expected = format!("{examples}, as model.kind is {kind}");
            check(
                fine,
                "data.kind".to_string(),
                &expected,
                name_of(&self.data.kind()),
            )
        };
        match &self.data {
            ExampleConfig::Texts(texts) => texts.check()?,
            ExampleConfig::Signals(signals) => signals.check()?,
        }
        match &self.estimator {
            Estimator::Network(network) => {
                network.check(of_texts)?;
                match (&self.data, &network.model.pretrained) {
                    (ExampleConfig::Texts(texts), Some(_)) => texts.check_given_vocabulary(),
                    _ => Ok(()),
                }
            }
            Estimator::Linear { model } => {
                fits(of_texts, "texts", name_of(&model.kind))?;
                model.check()
            }
            Estimator::Centroid { model } => fits(!of_texts, "signals", name_of(&model.kind)),
        }
    }

    /// Makes its paths hold in every working directory.
    pub(crate) fn make_paths_absolute(&mut self) {
        self.data.make_path_absolute();
        if let Estimator::Network(network) = &mut self.estimator {
            network.make_paths_absolute();
        }
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }
}

/// Fractions of data that is not cut.
const UNCUT: [f64; 3] = [1.0, 0.0, 0.0];

impl ExampleConfig {
    /// Which kind they are.
    pub fn kind(&self) -> ExampleKind {
        match self {
            Self::Texts(_) => ExampleKind::Texts,
            Self::Signals(_) => ExampleKind::Signals,
        }
    }

    /// What the speed of learning from them counts.
    pub(crate) fn counted(&self) -> Counted {
        match self {
            Self::Texts(_) => Counted::Tokens,
            Self::Signals(_) => Counted::TimeSteps,
        }
    }

    /// Where they are read from.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Texts(texts) => texts.path.as_deref(),
            Self::Signals(signals) => signals.path.as_deref(),
        }
    }

    /// Has them read from another path, which has no folds, and where `split` is all of it no parts that it is cut in, and
    /// from other columns of text and label.
    pub(super) fn read_elsewhere(
        &mut self,
        path: Option<&str>,
        [column, label_column]: [Option<&str>; 2],
        split: Split,
    ) -> Result<(), Error> {
        let whole = path.is_some() && split == Split::All;
        let replace = |setting: &mut Option<String>, value: Option<&str>| {
            if let Some(value) = value {
                *setting = Some(value.to_string());
            }
        };
        match self {
            Self::Texts(texts) => {
                replace(&mut texts.path, path);
                replace(&mut texts.column, column);
                replace(&mut texts.label_column, label_column);
                texts.fold = texts.fold.filter(|_| path.is_none());
                if whole {
                    texts.fractions = UNCUT;
                }
            }
            Self::Signals(signals) => {
                let fine = column.is_none();
                let expected = "nothing for signals, whose columns are those of the recipe";
                check(
                    fine,
                    "--column".to_string(),
                    expected,
                    column.unwrap_or_default(),
                )?;
                replace(&mut signals.path, path);
                replace(&mut signals.label_column, label_column);
                signals.fold = signals.fold.filter(|_| path.is_none());
                if whole {
                    signals.fractions = UNCUT;
                }
            }
        }
        Ok(())
    }

    fn make_path_absolute(&mut self) {
        match self {
            Self::Texts(texts) => texts.make_path_absolute(),
            Self::Signals(signals) => signals.make_path_absolute(),
        }
    }
}

/// Checks a part of a cross-validation.
fn check_fold(fold: Option<[usize; 2]>) -> Result<(), Error> {
    let Some([k, n]) = fold else {
        return Ok(());
    };
    let fine = (2..=1000).contains(&n) && (1..=n).contains(&k);
    let expected = "[k, n] with k from 1 to n, and n from 2 to 1000";
    check(
        fine,
        "data.fold".to_string(),
        expected,
        format!("[{k}, {n}]"),
    )
}
