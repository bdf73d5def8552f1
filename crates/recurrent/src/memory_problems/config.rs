//! The recipe of a problem of long memory.

use crate::Error;
use crate::network::{EmbeddingSettings, EncoderConfig};
use crate::recipe::name_of;
use crate::report::Loss;
use crate::task::{TaskConfig, read, to_table};
use crate::training::{TrainingConfig, check};
use serde::{Deserialize, Serialize};

/// Most parameters of a network: 4 GB.
const MOST_PARAMETERS: usize = 1_000_000_000;

/// Most steps of the sequences of a batch, whose states and gates are in memory together.
const MOST_BATCH_STEPS: usize = 1 << 20;

/// Most examples of a split.
const MOST_EXAMPLES: u64 = 1_000_000_000_000;

/// All sections of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryConfig {
    /// `[task]`.
    pub task: TaskConfig,
    /// `[data]`.
    pub data: MemoryDataConfig,
    /// `[model]`.
    pub model: MemoryModelConfig,
    /// `[training]`.
    pub training: TrainingConfig,
}

/// The problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// The sum of two marked numbers.
    Adding,
    /// Ten symbols, after a while.
    Copy,
}

/// `[data]`: what is generated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryDataConfig {
    /// The problem.
    pub problem: Problem,
    /// `T`: the numbers of a sequence, or the steps from the last symbol to the mark.
    pub steps: usize,
    /// Examples of an epoch, all of them new, of validation and of test.
    pub examples: [u64; 3],
    /// Seed of the examples.
    #[serde(default = "one")]
    pub seed: u64,
}

/// `[model]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryModelConfig {
    /// `[model.embedding]`: the vectors of symbols; without it a symbol is read as a one among zeros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingSettings>,
    /// `[model.encoder]`: what reads the sequence.
    pub encoder: EncoderConfig,
}

fn one() -> u64 {
    1
}

impl MemoryConfig {
    /// What the losses of its training are.
    pub(crate) fn loss(&self) -> Loss {
        match self.data.problem {
            Problem::Adding => Loss::SquaredError,
            Problem::Copy => Loss::OfSteps,
        }
    }

    /// The recipe from its text; ranges are not checked.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        read(text)
    }

    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        self.data.check()?;
        self.model.check(self.data.problem)?;
        self.training.check_whole_sequences()?;
        self.training.check()?;
        let steps = self.data.steps.saturating_mul(self.training.batch_size);
        check(
            steps <= MOST_BATCH_STEPS,
            "training.batch_size".to_string(),
            &format!("at most {MOST_BATCH_STEPS} steps in a batch"),
            steps,
        )?;
        let smoothing = self.training.label_smoothing;
        check(
            smoothing == 0.0 || self.data.problem == Problem::Copy,
            "training.label_smoothing".to_string(),
            "0, as a sum is no label",
            smoothing,
        )
    }

    /// The recipe as TOML, every default written out.
    pub fn to_toml(&self) -> String {
        to_table(self).to_string()
    }
}

impl MemoryDataConfig {
    fn check(&self) -> Result<(), Error> {
        let (steps, examples) = (self.steps, self.examples);
        let fine = (2..=65_536).contains(&steps);
        check(
            fine,
            "data.steps".to_string(),
            "a number from 2 to 65536",
            steps,
        )?;
        let fine = examples.iter().all(|n| (1..=MOST_EXAMPLES).contains(n));
        check(
            fine,
            "data.examples".to_string(),
            "three numbers from 1 to 1000000000000",
            format!("{examples:?}"),
        )
    }
}

impl MemoryModelConfig {
    fn check(&self, problem: Problem) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let EncoderConfig::Recurrent(encoder) = &self.encoder else {
            let expected = "recurrent, as it is the memory of a state that is tried";
            return check(false, key("encoder.kind"), expected, "convolutional");
        };
        check(
            !encoder.bidirectional,
            key("encoder.bidirectional"),
            "false, as a state is to remember the steps before it",
            true,
        )?;
        if let Some(embedding) = &self.embedding {
            check(
                problem == Problem::Copy,
                key("embedding"),
                &format!("nothing, as the problem {} has numbers", name_of(&problem)),
                "a table",
            )?;
            check(
                embedding.file.is_none(),
                key("embedding.file"),
                "nothing, as the symbols are no words",
                embedding.file.clone().unwrap_or_default(),
            )?;
        }
        self.parts(problem).check()?;
        let parameters = self.parameters(problem);
        let expected = format!("networks of at most {MOST_PARAMETERS} parameters");
        let fine = parameters <= MOST_PARAMETERS;
        check(fine, key("encoder.hidden_sizes"), &expected, parameters)
    }
}
