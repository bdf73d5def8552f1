//! What a trained language model is used for: evaluation and generation.

use super::train::{evaluation_streams, symbols};
use super::{Corpus, DecodeConfig, LanguageModel, LanguageModelConfig};
use crate::report::LayerRow;
use crate::run::RunDirectory;
use crate::{DeviceName, Error, weights};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_data::{DataError, SequenceBatch, TokenStreams, Unit, Vocabulary};
use recurrent_decode::Sampler;
use recurrent_nn::{Mode, StackState, cross_entropy, load_parameters};

/// A part of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// What the model learns from.
    Train,
    /// What the weights are chosen by.
    Valid,
    /// What nothing is chosen by.
    Test,
}

impl Split {
    /// Lower-case name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

impl std::str::FromStr for Split {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "train" => Ok(Self::Train),
            "valid" => Ok(Self::Valid),
            "test" => Ok(Self::Test),
            _ => Err(format!("expected train, valid or test, found `{name}`")),
        }
    }
}

/// The loss over a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Mean cross entropy, nats a symbol.
    pub cross_entropy: f64,
    /// Symbols it is the mean of.
    pub symbols: usize,
}

impl Evaluation {
    /// `e` to the cross entropy.
    pub fn perplexity(&self) -> f64 {
        self.cross_entropy.exp()
    }

    /// Cross entropy in bits.
    pub fn bits_per_symbol(&self) -> f64 {
        self.cross_entropy / std::f64::consts::LN_2
    }
}

/// Mean cross entropy over all streams, the state carried from chunk to chunk.
pub(super) fn evaluate(
    model: &LanguageModel,
    streams: &TokenStreams,
    device: &Device,
) -> Evaluation {
    let mut state = None;
    let (mut sum, mut count) = (0.0, 0);
    for chunk in streams.iter() {
        let steps = chunk.target.steps;
        let lengths = &chunk.target.lengths;
        let valid: usize = lengths.iter().sum();
        let full = valid == chunk.target.values.len();
        let ids = symbols(&chunk.input, device);
        let targets = symbols(&chunk.target, device).reshape([chunk.target.values.len()]);
        let unequal = (!full).then_some(lengths.as_slice());
        let (logits, next) = model.forward(ids, unequal, state.take(), Mode::Inference);
        let mask = (!full).then(|| mask(steps, lengths, device));
        let mean = cross_entropy(logits, targets, mask, 0.0).into_scalar::<f64>();
        sum += mean * valid as f64;
        count += valid;
        state = Some(next);
    }
    Evaluation {
        cross_entropy: sum / count.max(1) as f64,
        symbols: count,
    }
}

/// One where a row is valid, `[T * B]`.
fn mask(steps: usize, lengths: &[usize], device: &Device) -> Tensor<1> {
    let values: Vec<f32> = (0..steps)
        .flat_map(|step| lengths.iter().map(move |&n| f32::from(u8::from(step < n))))
        .collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

/// A trained language model with its vocabulary.
#[derive(Debug)]
pub struct Predictor {
    model: LanguageModel,
    vocabulary: Vocabulary,
    config: LanguageModelConfig,
    device: Device,
}

impl Predictor {
    /// The model of a run directory.
    ///
    /// # Errors
    /// Where the directory lacks a file, or its weights do not fit its recipe.
    pub fn load(run: &RunDirectory, device: DeviceName) -> Result<Self, Error> {
        let device = device.device()?;
        let config = run.config()?;
        let vocabulary = run.vocabulary()?;
        if vocabulary.unit() != config.data.unit {
            return Err(Error::Run {
                path: run.file("vocabulary.json"),
                message: format!(
                    "expected symbols of unit {:?}, as in config.toml, found {:?}",
                    config.data.unit,
                    vocabulary.unit()
                ),
            });
        }
        config.check_size(vocabulary.len())?;
        let path = run.file("model.safetensors");
        let file = weights::read(&path)?;
        file.record::<serde_json::Value>(&path)?;
        let model = LanguageModel::new(&config.model.blank(), vocabulary.len(), 0, &device);
        let model = load_parameters(model, file.tensors).map_err(|error| Error::Weights {
            path,
            message: error.to_string(),
        })?;
        Ok(Self {
            model: model.valid(),
            vocabulary,
            config,
            device,
        })
    }

    /// The recipe it was trained by.
    pub fn config(&self) -> &LanguageModelConfig {
        &self.config
    }

    /// Its symbols.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Its layers from input to output.
    pub fn layers(&self) -> Vec<LayerRow> {
        self.model.layers(&self.config.model)
    }

    /// A split of the corpus it was trained on, or of the text at another path,
    /// in `column` where that is a table.
    ///
    /// # Errors
    /// Where it cannot be read, or has symbols that the vocabulary lacks.
    pub fn corpus(
        &self,
        path: Option<&str>,
        column: Option<&str>,
        split: Split,
    ) -> Result<Corpus, Error> {
        let mut data = self.config.data.clone();
        if let Some(path) = path {
            data.path = Some(path.to_string());
            data.column = None;
        }
        if let Some(column) = column {
            data.column = Some(column.to_string());
        }
        Corpus::with_vocabulary(&data, &self.vocabulary, &[split])
    }

    /// The loss over a split, every symbol but the first predicted once.
    ///
    /// # Errors
    /// Where the split has fewer than two symbols, or the loss is not finite.
    pub fn evaluate(&self, corpus: &Corpus, split: Split) -> Result<Evaluation, Error> {
        let training = &self.config.training;
        let streams = evaluation_streams(corpus, split, training, self.vocabulary.len())?;
        let found = evaluate(&self.model, &streams, &self.device);
        if !found.cross_entropy.is_finite() {
            return Err(Error::Evaluation {
                split: split.as_str(),
                loss: found.cross_entropy,
            });
        }
        Ok(found)
    }

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
pub(super) fn check_prompt(vocabulary: &Vocabulary, prompt: &str) -> Result<(), DataError> {
    let mut symbols = vocabulary.unknown_symbols(prompt);
    if symbols.is_empty() {
        return Ok(());
    }
    let count = symbols.len();
    symbols.truncate(10);
    Err(DataError::UnknownSymbols {
        symbols,
        count,
        size: vocabulary.len(),
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
