//! Text that a trained model writes.

use super::{DecodeConfig, Predictor, Scorer, ScorerState};
use crate::Error;
use crate::error::of_sampler;
use crate::training::check;
use recurrent_data::{DataError, Unit, Vocabulary};
use recurrent_decode::{LanguageModel, Sampler};
use recurrent_nn::Precision;

impl Predictor {
    /// Generates text on the CPU, piece by piece as it is drawn; the prompt is not repeated.
    ///
    /// # Errors
    /// Where the settings are out of range or hold for nothing, or the prompt has symbols that
    /// the vocabulary lacks.
    pub fn generate(&self, config: &DecodeConfig) -> Result<Generator<'_>, Error> {
        let sampler = Sampler::new(config.sampler(), config.seed).map_err(of_sampler)?;
        let fits = config.precision == Precision::Full || self.has_weights();
        check(
            fits,
            "decode.precision".to_string(),
            "full, as counts have no weights to keep in less",
            "bf16",
        )?;
        let prompt = config.prompt.as_deref().unwrap_or_default();
        check_prompt(&self.vocabulary, prompt)?;
        let prompt = self.vocabulary.encode(prompt)?;
        let model = self.scorer(config.precision);
        let mut generator = Generator {
            sampler,
            decoder: Some(self.vocabulary.decoder()),
            logits: vec![0.0; self.vocabulary.len()],
            state: model.start(),
            model,
            forbidden: self.vocabulary.unknown_id().filter(|_| !config.unknown),
            left: config.length,
        };
        for &id in &prompt {
            generator.model.advance(&mut generator.state, id);
        }
        // A text goes on where the prompt ends, with a word's separating space.
        if let (true, Unit::Word, Some(decoder)) = (
            !prompt.is_empty(),
            self.vocabulary.unit(),
            &mut generator.decoder,
        ) {
            for &id in &prompt {
                decoder.push(id);
            }
        }
        Ok(generator)
    }

    /// The symbol before a text: a line end, or where there is none the first symbol that is
    /// known.
    pub(super) fn start(&self) -> u32 {
        let known = |id: &u32| Some(*id) != self.vocabulary.unknown_id();
        let line_end = self.vocabulary.encode("\n").unwrap_or_default();
        let symbols = 0..self.vocabulary.len() as u32;
        line_end.into_iter().chain(symbols).find(known).unwrap_or(0)
    }
}

/// Fails where a prompt has symbols outside the vocabulary, also where that has
/// an unknown symbol: a text cannot be continued from what is not known of it.
pub(super) fn check_prompt(vocabulary: &Vocabulary, prompt: &str) -> Result<(), Error> {
    let mut symbols = vocabulary.unknown_symbols(prompt);
    if symbols.is_empty() {
        return Ok(());
    }
    let count = symbols.len();
    symbols.truncate(10);
    Err(Error::Text {
        place: "the prompt (--prompt, decode.prompt)".to_string(),
        error: DataError::UnknownSymbols {
            symbols,
            count,
            size: vocabulary.len(),
        },
    })
}

/// Text as it is generated.
pub struct Generator<'a> {
    model: Scorer<'a>,
    sampler: Sampler,
    /// Gone once the last piece has been given out.
    decoder: Option<recurrent_data::Decoder<'a>>,
    /// Of the next symbol, while it is drawn.
    logits: Vec<f32>,
    state: ScorerState,
    /// A symbol that is drawn only where no other can be.
    forbidden: Option<u32>,
    left: usize,
}

impl Iterator for Generator<'_> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        self.model.log_probabilities(&self.state, &mut self.logits);
        if let Some(forbidden) = self.forbidden {
            let own = std::mem::replace(&mut self.logits[forbidden as usize], f32::NEG_INFINITY);
            // Counts may know nothing else that comes next.
            if self.logits.iter().all(|&logit| logit == f32::NEG_INFINITY) {
                self.logits[forbidden as usize] = own;
            }
        }
        let id = match self.sampler.sample(&self.logits) {
            Ok(id) => id as u32,
            Err(error) => {
                self.left = 0;
                return Some(Err(error.into()));
            }
        };
        let mut decoder = self.decoder.take()?;
        let mut piece = decoder.push(id);
        if self.left > 0 {
            self.model.advance(&mut self.state, id);
            self.decoder = Some(decoder);
        } else {
            piece.push_str(&decoder.finish());
        }
        Some(Ok(piece))
    }
}
