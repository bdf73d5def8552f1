//! The ranges of a language model's recipe.

use super::LanguageModelConfig;
use super::config::{DEFAULT_FRACTIONS, DEFAULT_GRAMMAR_SEED};
use crate::Error;
use crate::recipe::name_of;
use crate::training::check;
use recurrent_data::Unit;
use recurrent_nn::{Cell, DropoutKind, Initializer};

/// Most parameters of a model, and most logits of a step: 4 GB each.
const MOST_ELEMENTS: usize = 1_000_000_000;

impl LanguageModelConfig {
    /// Checks the range of every value.
    ///
    /// # Errors
    /// Where one is out of range; the message names its key.
    pub fn check(&self) -> Result<(), Error> {
        const SIZE: &str = "a number from 1 to 65536";
        let size = |n: usize| (1..=65_536).contains(&n);
        let model = &self.model;
        let key = |name: &str| format!("model.{name}");
        let e = model.embedding_size;
        check(size(e), key("embedding_size"), SIZE, e)?;
        let layers = model.hidden_sizes.len();
        let key_sizes = key("hidden_sizes");
        check(
            (1..=64).contains(&layers),
            key_sizes.clone(),
            "1 to 64 layers",
            layers,
        )?;
        for &hidden in &model.hidden_sizes {
            check(size(hidden), key_sizes.clone(), SIZE, hidden)?;
        }
        let last = model.hidden_sizes[layers - 1];
        let fits = !model.tie_weights || last == e;
        let expected = format!("a last layer of {e}, the embedding's width, to tie their weights");
        check(fits, key_sizes, &expected, last)?;
        for (name, value) in [
            ("embedding_dropout", model.embedding_dropout),
            ("input_dropout", model.input_dropout),
            ("dropout", model.dropout),
            ("output_dropout", model.output_dropout),
            ("recurrent_dropout", model.recurrent_dropout),
            ("weight_dropout", model.weight_dropout),
        ] {
            check(
                (0.0..1.0).contains(&value),
                key(name),
                "0 to below 1",
                value,
            )?;
        }
        for (name, value) in [
            ("activation_penalty", model.activation_penalty),
            ("temporal_penalty", model.temporal_penalty),
        ] {
            let fine = value >= 0.0 && value.is_finite();
            check(fine, key(name), "a number of at least 0", value)?;
        }
        let bias = model.forget_bias;
        check(
            bias.is_finite(),
            key("forget_bias"),
            "a finite number",
            bias,
        )?;
        for (name, initializer) in [
            ("embedding_initializer", model.embedding_initializer),
            ("input_initializer", model.input_initializer),
            ("recurrent_initializer", model.recurrent_initializer),
            ("bias_initializer", model.bias_initializer),
            ("output_initializer", model.output_initializer),
        ] {
            if let Initializer::Uniform(x) | Initializer::Identity(x) = initializer {
                let fine = x.is_finite() && x >= 0.0;
                check(fine, key(name), "a finite number of at least 0", x)?;
            }
        }
        self.check_use()?;
        let key = |name: &str| format!("data.{name}");
        if let Some(limit) = self.data.vocabulary_limit {
            let fine = (2..=10_000_000).contains(&limit);
            check(
                fine,
                key("vocabulary_limit"),
                "a number from 2 to 10000000",
                limit,
            )?;
        }
        let limited_bytes = self.data.unit == Unit::Byte && self.data.vocabulary_limit.is_some();
        check(
            !limited_bytes,
            key("vocabulary_limit"),
            "none where data.unit is byte, whose vocabulary is all 256 bytes",
            "one",
        )?;
        let fractions = self.data.fractions;
        let fine = fractions.iter().all(|f| (0.0..=1.0).contains(f))
            && (fractions.iter().sum::<f64>() - 1.0).abs() < 1e-6;
        let found = format!("{fractions:?}");
        check(fine, key("fractions"), "three parts that sum to 1", found)?;
        let characters = self.data.grammar_characters.unwrap_or([1; 3]);
        let fine = characters.iter().all(|n| (1..=100_000_000).contains(n));
        let found = format!("{characters:?}");
        check(
            fine,
            key("grammar_characters"),
            "numbers from 1 to 100000000",
            found,
        )?;
        let length = self.decode.length;
        let limit = 1..=100_000_000;
        check(
            limit.contains(&length),
            "decode.length".into(),
            "1 to 100000000",
            length,
        )?;
        self.decode.sampler().validate()?;
        self.training.check()
    }

    /// Fails where a setting would hold for nothing beside the others.
    fn check_use(&self) -> Result<(), Error> {
        let (model, data) = (&self.model, &self.data);
        let bias = model.forget_bias;
        check(
            model.cell == Cell::Lstm || bias == 0.0,
            "model.forget_bias".to_string(),
            &format!("0, as model.cell is {}", name_of(&model.cell)),
            bias,
        )?;
        check(
            model.hidden_sizes.len() > 1 || model.dropout == 0.0,
            "model.dropout".to_string(),
            "0, as there is one layer and it acts between layers",
            model.dropout,
        )?;
        let elements = [model.input_dropout, model.dropout, model.output_dropout];
        check(
            model.dropout_kind == DropoutKind::Independent || elements.iter().any(|&p| p > 0.0),
            "model.dropout_kind".to_string(),
            "independent, as input_dropout, dropout and output_dropout are 0",
            name_of(&model.dropout_kind),
        )?;
        let initializer = model.output_initializer;
        check(
            !model.tie_weights || initializer == Initializer::Default,
            "model.output_initializer".to_string(),
            "default, as model.tie_weights is true",
            name_of(&initializer),
        )?;
        let Some(path) = &data.path else {
            // Without either the missing path is told, whatever the rest.
            if data.grammar_characters.is_none() {
                return Ok(());
            }
            let beside = |what: &str| format!("{what} beside data.grammar_characters");
            check(
                data.column.is_none(),
                "data.column".to_string(),
                &beside("nothing"),
                data.column.clone().unwrap_or_default(),
            )?;
            return check(
                data.fractions == DEFAULT_FRACTIONS,
                "data.fractions".to_string(),
                &beside(&format!("{DEFAULT_FRACTIONS:?}")),
                format!("{:?}", data.fractions),
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
            data.grammar_characters.is_none(),
            "data.grammar_characters".to_string(),
            &beside("nothing"),
            format!("{:?}", data.grammar_characters.unwrap_or_default()),
        )?;
        let seed = data.grammar_seed;
        check(
            seed == DEFAULT_GRAMMAR_SEED,
            "data.grammar_seed".to_string(),
            &beside(&DEFAULT_GRAMMAR_SEED.to_string()),
            seed,
        )
    }

    /// Parameters of a model of `vocabulary` symbols.
    fn parameters(&self, vocabulary: usize) -> usize {
        let model = &self.model;
        let mut parameters = vocabulary * model.embedding_size;
        let mut input = model.embedding_size;
        for &hidden in &model.hidden_sizes {
            parameters += model.cell.gates() * hidden * (input + hidden + 2);
            input = hidden;
        }
        let output = if model.tie_weights { 0 } else { input };
        parameters + vocabulary * (output + 1)
    }

    /// Checks that a training step fits in `memory`, the bytes of the machine: weights,
    /// gradients and the optimizer's state, gates and states of all layers, logits with their
    /// gradient, four bytes each. What a step needs is more than that.
    ///
    /// # Errors
    /// Where even that is more than there is.
    pub(super) fn check_memory(&self, vocabulary: usize, memory: f64) -> Result<(), Error> {
        let (model, training) = (&self.model, &self.training);
        let of_parameter = 2 + training.optimizer_config().rule.state_size();
        let hidden: usize = model.hidden_sizes.iter().sum();
        let of_symbol = (model.cell.gates() + 1) * hidden + 2 * vocabulary;
        let parameters = self.parameters(vocabulary) as f64;
        let symbols = training.batch_size as f64 * training.chunk_length as f64;
        let needed = 4.0 * (parameters * of_parameter as f64 + symbols * of_symbol as f64);
        let gigabytes = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
        check(
            needed <= memory,
            "model.hidden_sizes, training.batch_size, training.chunk_length".to_string(),
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
        let parameters = self.parameters(vocabulary);
        let expected = format!("at most {MOST_ELEMENTS} parameters");
        let key = "model.hidden_sizes".to_string();
        check(parameters <= MOST_ELEMENTS, key, &expected, parameters)?;
        let training = &self.training;
        let symbols = training.batch_size.saturating_mul(training.chunk_length);
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
