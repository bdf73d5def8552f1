//! Text that a trained model writes.

use super::learner::symbols;
use super::{DecodeConfig, Predictor};
use crate::Error;
use burn::tensor::{Int, Tensor};
use recurrent_data::{DataError, SequenceBatch, Unit, Vocabulary};
use recurrent_decode::Sampler;
use recurrent_nn::{Mode, StackState};

impl Predictor {
    /// Generates text, piece by piece as it is drawn; the prompt is not repeated.
    ///
    /// # Errors
    /// Where the settings are out of range, or the prompt has symbols that the
    /// vocabulary lacks.
    pub fn generate(&self, config: &DecodeConfig) -> Result<Generator<'_>, Error> {
        let sampler = Sampler::new(config.sampler(), config.seed)?;
        let prompt = config.prompt.as_deref().unwrap_or_default();
        check_prompt(&self.vocabulary, prompt)?;
        let mut prompt = self.vocabulary.encode(prompt)?;
        let given = !prompt.is_empty();
        if !given {
            prompt.push(self.start());
        }
        let mut generator = Generator {
            predictor: self,
            sampler,
            decoder: Some(self.vocabulary.decoder()),
            logits: Vec::new(),
            state: None,
            left: config.length,
        };
        for chunk in prompt.chunks(256) {
            generator.read(chunk);
        }
        // A text goes on where the prompt ends, with a word's separating space.
        if let (true, Unit::Word, Some(decoder)) =
            (given, self.vocabulary.unit(), &mut generator.decoder)
        {
            for &id in &prompt {
                decoder.push(id);
            }
        }
        Ok(generator)
    }

    /// The symbol before a text: a line end, or the first symbol where there is none.
    fn start(&self) -> u32 {
        let line_end = self.vocabulary.encode("\n").unwrap_or_default();
        line_end.first().copied().unwrap_or(0)
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
    predictor: &'a Predictor,
    sampler: Sampler,
    /// Gone once the last piece has been given out.
    decoder: Option<recurrent_data::Decoder<'a>>,
    logits: Vec<f32>,
    state: Option<StackState>,
    left: usize,
}

impl Generator<'_> {
    /// Reads symbols and keeps the logits of the next one.
    fn read(&mut self, ids: &[u32]) {
        let batch = SequenceBatch {
            values: ids.to_vec(),
            steps: ids.len(),
            lengths: vec![ids.len()],
        };
        let ids: Tensor<2, Int> = symbols(&batch, &self.predictor.device);
        let state = self.state.take();
        let (logits, state) = self
            .predictor
            .model
            .forward(ids, None, state, Mode::Inference);
        let last = logits.dims()[0] - 1;
        self.logits = logits
            .slice(last..last + 1)
            .into_data()
            .iter::<f32>()
            .collect();
        self.state = Some(state);
    }
}

impl Iterator for Generator<'_> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
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
            self.read(&[id]);
            self.decoder = Some(decoder);
        } else {
            piece.push_str(&decoder.finish());
        }
        Some(Ok(piece))
    }
}
