//! Linear classifiers of texts, by counts of their n-grams.

mod model;

pub use model::LinearModel;
pub(super) use model::train;

use crate::Error;
use crate::recipe::name_of;
use crate::training::check;
use recurrent_linear::dual::{ClassWeights, DualConfig, Loss};
use recurrent_linear::nbsvm::NbsvmConfig;
use recurrent_linear::{FeaturesConfig, Weighting};
use serde::{Deserialize, Serialize};

/// What learns from the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinearKind {
    /// Naive Bayes, multinomial: McCallum and Nigam 1998.
    NaiveBayes,
    /// Naive Bayes of what is there and what is not.
    BernoulliBayes,
    /// A support vector machine.
    Svm,
    /// Logistic regression.
    LogisticRegression,
    /// A support vector machine on log-count ratios: Wang and Manning 2012.
    Nbsvm,
}

/// What an error of a machine costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineLoss {
    /// `max(0, 1 - z)`
    Hinge,
    /// `max(0, 1 - z)²`
    SquaredHinge,
}

/// `[model]`: a linear classifier of counts of n-grams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearConfig {
    /// What learns.
    pub kind: LinearKind,
    /// The length of the longest n-grams, 1 to 3.
    #[serde(default = "two")]
    pub order: usize,
    /// In how many training texts an n-gram is, at least.
    #[serde(default = "one_token")]
    pub minimum_count: usize,
    /// What their numbers are.
    #[serde(default = "presence")]
    pub weighting: Weighting,
    /// Smoothing of counts, of naive Bayes and NBSVM; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// The machine's part of NBSVM's weights; 0.25 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// `C`, the cost of errors against weights, of machines and logistic regression; 1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The loss of a machine: `hinge` or `squared-hinge`, which it is where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<MachineLoss>,
    /// Whether errors of rare classes cost as much as those of frequent ones, of machines and logistic regression.
    #[serde(default)]
    pub class_weights: ClassWeights,
    /// What scores are divided by to make probabilities of them; training fits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Seed of the order in which examples are learned from.
    #[serde(default = "one")]
    pub seed: u64,
}

fn one() -> u64 {
    1
}
fn one_token() -> usize {
    1
}
fn two() -> usize {
    2
}
fn presence() -> Weighting {
    Weighting::Presence
}

impl LinearConfig {
    /// Smoothing where none is given.
    const ALPHA: f64 = 1.0;

    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let order = self.order;
        check(
            (1..=3).contains(&order),
            key("order"),
            "a number from 1 to 3",
            order,
        )?;
        let least = self.minimum_count;
        check(least >= 1, key("minimum_count"), "at least 1", least)?;
        for (name, value) in [
            ("alpha", self.alpha),
            ("cost", self.cost),
            ("temperature", self.temperature),
        ] {
            let value = value.unwrap_or(1.0);
            let fine = (1e-10..=1e10).contains(&value);
            check(fine, key(name), "a number from 1e-10 to 1e10", value)?;
        }
        let beta = self.beta.unwrap_or(0.0);
        check(
            (0.0..=1.0).contains(&beta),
            key("beta"),
            "a number from 0 to 1",
            beta,
        )?;
        self.check_use()
    }

    /// Fails where a setting would hold for nothing beside the others.
    fn check_use(&self) -> Result<(), Error> {
        use LinearKind::{BernoulliBayes, LogisticRegression, NaiveBayes, Nbsvm, Svm};
        let kind = self.kind;
        for (name, is_set, kinds) in [
            (
                "alpha",
                self.alpha.is_some(),
                &[NaiveBayes, BernoulliBayes, Nbsvm][..],
            ),
            ("beta", self.beta.is_some(), &[Nbsvm]),
            (
                "cost",
                self.cost.is_some(),
                &[Svm, LogisticRegression, Nbsvm],
            ),
            ("loss", self.loss.is_some(), &[Svm, Nbsvm]),
        ] {
            check(
                !is_set || kinds.contains(&kind),
                format!("model.{name}"),
                &format!("nothing, as model.kind is {}", name_of(&kind)),
                "a value",
            )?;
        }
        let balances = [Svm, LogisticRegression, Nbsvm].contains(&kind);
        check(
            balances || self.class_weights == ClassWeights::Equal,
            "model.class_weights".to_string(),
            &format!("equal, as model.kind is {}", name_of(&kind)),
            name_of(&self.class_weights),
        )?;
        let binary = [BernoulliBayes, Nbsvm].contains(&kind);
        check(
            !binary || self.weighting == Weighting::Presence,
            "model.weighting".to_string(),
            &format!("presence, as model.kind is {}", name_of(&kind)),
            name_of(&self.weighting),
        )
    }

    /// Whether its scores of so many classes are the logarithms of probabilities, up to a constant.
    pub(super) fn has_probabilities(&self, classes: usize) -> bool {
        match self.kind {
            LinearKind::NaiveBayes | LinearKind::BernoulliBayes => true,
            LinearKind::LogisticRegression => {
                classes == 2 && self.class_weights == ClassWeights::Equal
            }
            LinearKind::Svm | LinearKind::Nbsvm => false,
        }
    }

    /// Fails where a setting is one that training finds out.
    pub(super) fn check_trained(&self) -> Result<(), Error> {
        check(
            self.temperature.is_none(),
            "model.temperature".to_string(),
            "nothing in a recipe to be trained, as training fits it",
            self.temperature.unwrap_or_default(),
        )
    }

    /// Smoothing.
    pub(super) fn alpha(&self) -> f64 {
        self.alpha.unwrap_or(Self::ALPHA)
    }

    /// What makes features of tokens.
    pub(super) fn features(&self) -> FeaturesConfig {
        FeaturesConfig {
            order: self.order,
            minimum_count: self.minimum_count,
            weighting: self.weighting,
        }
    }

    /// What the descent takes.
    pub(super) fn dual(&self) -> DualConfig {
        DualConfig {
            loss: match self.kind {
                LinearKind::LogisticRegression => Loss::Logistic,
                _ => match self.loss {
                    Some(MachineLoss::Hinge) => Loss::Hinge,
                    Some(MachineLoss::SquaredHinge) | None => Loss::SquaredHinge,
                },
            },
            cost: self.cost.unwrap_or(1.0),
            class_weights: self.class_weights,
            seed: self.seed,
            ..DualConfig::default()
        }
    }

    /// What NBSVM takes.
    pub(super) fn nbsvm(&self) -> NbsvmConfig {
        let default = NbsvmConfig::default();
        NbsvmConfig {
            svm: self.dual(),
            alpha: self.alpha(),
            beta: self.beta.unwrap_or(default.beta),
        }
    }
}
