//! The ranges of a language model's recipe.

use super::config::{DEFAULT_FRACTIONS, DEFAULT_GRAMMAR_SEED};
use super::{DataConfig, Estimator, LanguageModelConfig, NetworkConfig};
use crate::Error;
use crate::error::of_sampler;
use crate::recipe::name_of;
use crate::training::{check, check_fractions};
use recurrent_data::{CleanConfig, Unit};

/// Most parameters of a model, and most logits of a step: 4 GB each.
const MOST_ELEMENTS: usize = 1_000_000_000;

impl LanguageModelConfig {
    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        match &self.estimator {
            Estimator::Network(network) => {
                network.model.check()?;
                network.training.check_chunks()?;
                network.training.check()?;
            }
            Estimator::Ngram { model } => model.check()?,
            Estimator::Mixture { model } => {
                model.check()?;
                check(
                    self.data.vocabulary_limit.is_none(),
                    "data.vocabulary_limit".to_string(),
                    "nothing, as a mixture has the symbols of its models",
                    self.data.vocabulary_limit.unwrap_or_default(),
                )?;
            }
        }
        self.data.check()?;
        let length = self.decode.length;
        let limit = 1..=100_000_000;
        check(
            limit.contains(&length),
            "decode.length".into(),
            "1 to 100000000",
            length,
        )?;
        self.decode.sampler().validate().map_err(of_sampler)
    }
}

impl DataConfig {
    /// Checks the range of every value.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_use()?;
        let key = |name: &str| format!("data.{name}");
        if let Some(limit) = self.vocabulary_limit {
            let fine = (2..=10_000_000).contains(&limit);
            check(
                fine,
                key("vocabulary_limit"),
                "a number from 2 to 10000000",
                limit,
            )?;
        }
        let limited_bytes = self.unit == Unit::Byte && self.vocabulary_limit.is_some();
        check(
            !limited_bytes,
            key("vocabulary_limit"),
            "none where data.unit is byte, whose vocabulary is all 256 bytes",
            "one",
        )?;
        check(
            !self.trim_lines || self.unit == Unit::Character,
            key("trim_lines"),
            "false where data.unit is not character",
            true,
        )?;
        let tokens = self.tokens.is_some() || self.clean != CleanConfig::default();
        check(
            !tokens || (self.unit == Unit::Word && self.grammar_characters.is_none()),
            key("tokens"),
            "nothing, and no data.clean, where data.unit is not word or the text is generated",
            self.tokens
                .map_or("data.clean".to_string(), |tokens| name_of(&tokens)),
        )?;
        check_fractions("data.fractions", self.fractions)?;
        let characters = self.grammar_characters.unwrap_or([1; 3]);
        let fine = characters.iter().all(|n| (1..=100_000_000).contains(n));
        let found = format!("{characters:?}");
        check(
            fine,
            key("grammar_characters"),
            "numbers from 1 to 100000000",
            found,
        )?;
        Ok(())
    }

    /// Fails where a setting would hold for nothing beside the others.
    fn check_use(&self) -> Result<(), Error> {
        let Some(path) = &self.path else {
            // Without either the missing path is told, whatever the rest.
            if self.grammar_characters.is_none() {
                return Ok(());
            }
            let beside = |what: &str| format!("{what} beside data.grammar_characters");
            check(
                self.column.is_none(),
                "data.column".to_string(),
                &beside("nothing"),
                self.column.clone().unwrap_or_default(),
            )?;
            check(
                !self.trim_lines,
                "data.trim_lines".to_string(),
                &beside("false"),
                true,
            )?;
            return check(
                self.fractions == DEFAULT_FRACTIONS,
                "data.fractions".to_string(),
                &beside(&format!("{DEFAULT_FRACTIONS:?}")),
                format!("{:?}", self.fractions),
            );
        };
        let named = !path.trim().is_empty();
        check(
            named,
            "data.path".to_string(),
            "a file or folder",
            "nothing",
        )?;
        let beside = |default: &str| format!("{default} beside data.path = {path}");
        check(
            self.grammar_characters.is_none(),
            "data.grammar_characters".to_string(),
            &beside("nothing"),
            format!("{:?}", self.grammar_characters.unwrap_or_default()),
        )?;
        let seed = self.grammar_seed;
        check(
            seed == DEFAULT_GRAMMAR_SEED,
            "data.grammar_seed".to_string(),
            &beside(&DEFAULT_GRAMMAR_SEED.to_string()),
            seed,
        )
    }
}

impl NetworkConfig {
    /// Checks that a training step fits in `memory`, the bytes of the machine: weights,
    /// gradients and the optimizer's state, gates and states of all layers, logits with their
    /// gradient, four bytes each. What a step needs is more than that.
    ///
    /// # Errors
    /// Where even that is more than there is.
    pub(super) fn check_memory(&self, vocabulary: usize, memory: f64) -> Result<(), Error> {
        let (model, training) = (&self.model, &self.training);
        let of_parameter = 2 + training.optimizer_config().rule.state_size();
        let of_symbol = model.activations() + 2 * vocabulary;
        let parameters = model.parameters(vocabulary) as f64;
        let symbols = training.batch_size as f64 * training.chunk() as f64;
        let needed = 4.0 * (parameters * of_parameter as f64 + symbols * of_symbol as f64);
        let gigabytes = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
        check(
            needed <= memory,
            format!(
                "model.{}, training.batch_size, training.chunk_length",
                model.width_key()
            ),
            &format!("a step that fits in this machine's {}", gigabytes(memory)),
            format!("one of at least {}", gigabytes(needed)),
        )
    }

    /// Checks that a model of `vocabulary` symbols and a step of it are of a size
    /// that a machine can hold.
    ///
    /// # Errors
    /// Where there are too many parameters or logits.
    pub fn check_size(&self, vocabulary: usize) -> Result<(), Error> {
        let parameters = self.model.parameters(vocabulary);
        let expected = format!("at most {MOST_ELEMENTS} parameters");
        let key = format!("model.{}", self.model.width_key());
        check(parameters <= MOST_ELEMENTS, key, &expected, parameters)?;
        let training = &self.training;
        let symbols = training.batch_size.saturating_mul(training.chunk());
        let logits = symbols.saturating_mul(vocabulary);
        let expected = format!("batch_size x chunk_length x vocabulary of at most {MOST_ELEMENTS}");
        let key = "training.batch_size".to_string();
        check(logits <= MOST_ELEMENTS, key, &expected, logits)?;
        let logits = training.evaluation_streams.saturating_mul(vocabulary);
        let expected = format!("evaluation_streams x vocabulary of at most {MOST_ELEMENTS}");
        let key = "training.evaluation_streams".to_string();
        check(logits <= MOST_ELEMENTS, key, &expected, logits)
    }
}

#[cfg(test)]
mod tests;
