//! What reads a whole sequence: symbols or vectors in, one vector a step out.
//!
//! ```text
//! symbols [T, B]    -> embedding [T, B, E] -> dropout -> body [T, B, H]
//! vectors [T, B, C]                        -> dropout -> body [T, B, H]
//! ```
//!
//! Without a body the vectors themselves are what comes out.

mod convolutional;
mod embedding;
mod recurrent;

pub use convolutional::ConvolutionalConfig;
pub use embedding::EmbeddingSettings;
pub use recurrent::RecurrentEncoderConfig;

use super::LayerOf;
use super::check::check_dropouts;
use crate::Error;
use crate::training::check;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use convolutional::Convolutions;
use recurrent_nn::{Embedding, Mode, Precision, Stack, StackStepper, dropout, noise};
use serde::{Deserialize, Serialize};

/// `[model.encoder]`: the body of an encoder, of one of the kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EncoderConfig {
    /// A recurrent stack.
    Recurrent(RecurrentEncoderConfig),
    /// Convolutions over time.
    Convolutional(ConvolutionalConfig),
}

impl EncoderConfig {
    /// How many steps become one, as far as numbers go.
    pub(crate) fn stride(&self) -> usize {
        match self {
            Self::Recurrent(_) => 1,
            Self::Convolutional(config) => config.stride(),
        }
    }
}

/// What an encoder reads.
#[derive(Debug, Clone)]
pub enum Input {
    /// Symbols of a vocabulary, `[T, B]`.
    Symbols(Tensor<2, Int>),
    /// Vectors, `[T, B, C]`.
    Vectors(Tensor<3>),
}

/// Embedding and body.
#[derive(Module, Debug)]
pub struct Encoder {
    embedding: Option<Embedding>,
    rnn: Option<Stack>,
    convolutions: Option<Convolutions>,
    #[module(skip)]
    embedding_dropout: f64,
    #[module(skip)]
    input_dropout: f64,
}

/// What an encoder is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncoderParts<'a> {
    /// Of symbols; none of vectors.
    pub embedding: Option<&'a EmbeddingSettings>,
    /// `V` of symbols, or `C` of vectors.
    pub inputs: usize,
    /// Width of other vectors that stand beside those of symbols.
    pub beside: usize,
    /// Dropout of what the body reads.
    pub input_dropout: f64,
    /// The body, if there is one.
    pub body: Option<&'a EncoderConfig>,
    /// The section that has the settings, such as `model`.
    pub section: &'a str,
}

impl EncoderParts<'_> {
    /// Checks the range of every value.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(embedding) = self.embedding {
            embedding.check(self.section)?;
        }
        check_dropouts(&[(
            &format!("{}.input_dropout", self.section),
            self.input_dropout,
        )])?;
        let section = format!("{}.encoder", self.section);
        match self.body {
            Some(EncoderConfig::Recurrent(config)) => config.check(&section),
            Some(EncoderConfig::Convolutional(config)) => config.check(&section),
            None => Ok(()),
        }
    }

    /// Fails where the body makes nothing of what it reads: normalised over one feature, all steps are the same.
    pub(crate) fn check_inputs(&self) -> Result<(), Error> {
        let normalised =
            matches!(self.body, Some(EncoderConfig::Recurrent(config)) if config.layer_norm);
        check(
            !normalised || self.input_size() > 1,
            format!("{}.encoder.layer_norm", self.section),
            "false, as steps have one feature",
            true,
        )
    }

    /// Width of what the body reads.
    fn input_size(&self) -> usize {
        self.embedding
            .map_or(self.inputs, |embedding| embedding.size + self.beside)
    }

    /// An encoder with weights drawn from `seed`, or all zero where `blank`, for weights to be loaded into.
    pub(crate) fn init(&self, seed: u64, blank: bool, device: &Device) -> Encoder {
        let (width, body) = (self.input_size(), noise::mix(seed, 1));
        let (rnn, convolutions) = match self.body {
            Some(EncoderConfig::Recurrent(config)) => {
                (Some(config.stack(width, blank).init(body, device)), None)
            }
            Some(EncoderConfig::Convolutional(config)) => {
                (None, Some(Convolutions::new(config, width, body, device)))
            }
            None => (None, None),
        };
        Encoder {
            embedding: self.embedding.map(|embedding| {
                let config = embedding.of(self.inputs, blank);
                config.init(noise::mix(seed, 0), device)
            }),
            rnn,
            convolutions,
            embedding_dropout: self.embedding.map_or(0.0, |embedding| embedding.dropout),
            input_dropout: self.input_dropout,
        }
    }

    /// Width of what comes out.
    pub(crate) fn output_size(&self) -> usize {
        match self.body {
            Some(EncoderConfig::Recurrent(config)) => config.output_size(),
            Some(EncoderConfig::Convolutional(config)) => config.output_size(),
            None => self.input_size(),
        }
    }

    /// Whether the second half of what comes out is of the reverse direction.
    pub(crate) fn is_bidirectional(&self) -> bool {
        matches!(self.body, Some(EncoderConfig::Recurrent(config)) if config.bidirectional)
    }

    /// How many steps come out of `steps`.
    pub(crate) fn steps(&self, steps: usize) -> usize {
        match self.body {
            Some(EncoderConfig::Convolutional(config)) => config.steps(steps),
            _ => steps,
        }
    }

    /// Parameters.
    pub(crate) fn parameters(&self) -> usize {
        let embedding = self
            .embedding
            .map_or(0, |embedding| embedding.size * self.inputs);
        let width = self.input_size();
        embedding
            + match self.body {
                Some(EncoderConfig::Recurrent(config)) => config.parameters(width),
                Some(EncoderConfig::Convolutional(config)) => config.parameters(width),
                None => 0,
            }
    }

    /// The layers from input to output; `prefix` is what the names of their parameters begin with.
    pub(crate) fn layers(&self, prefix: &str) -> Vec<LayerOf> {
        let named = |name: &str| format!("{prefix}.{name}");
        let embedding = self
            .embedding
            .map(|embedding| LayerOf::new(&named("embedding"), "embedding", embedding.size));
        let body = match self.body {
            Some(EncoderConfig::Recurrent(config)) => {
                config.layers(&named("rnn"), self.input_size())
            }
            Some(EncoderConfig::Convolutional(config)) => config.layers(&named("convolutions")),
            None => Vec::new(),
        };
        embedding.into_iter().chain(body).collect()
    }
}

impl Encoder {
    /// The vectors `[T, B, ..]` that the body reads, before dropout: those of symbols, or the input itself.
    ///
    /// # Panics
    /// Where the input is of the other kind than the encoder.
    pub fn embed(&self, input: Input, mode: Mode) -> Tensor<3> {
        match (input, &self.embedding) {
            (Input::Vectors(vectors), None) => vectors,
            (Input::Symbols(ids), Some(embedding)) => {
                embedding.forward(ids, self.embedding_dropout, mode.part(0))
            }
            _ => panic!("an encoder of symbols reads symbols, one of vectors reads vectors"),
        }
    }

    /// Reads vectors `[T, B, ..]`. Returns what the body makes of them, `[T', B, H]`, and its lengths; both are those of
    /// the input where time is not pooled.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn read(
        &self,
        vectors: Tensor<3>,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<3>, Vec<usize>) {
        let x = dropout(vectors, self.input_dropout, mode.part(1));
        match (&self.rnn, &self.convolutions) {
            (Some(rnn), _) => {
                let (states, _) = rnn.forward(x, Some(lengths), None, mode.part(2));
                (states, lengths.to_vec())
            }
            (None, Some(convolutions)) => convolutions.forward(x, lengths, mode.part(2)),
            (None, None) => (x, lengths.to_vec()),
        }
    }

    /// The vectors of the symbols, `[V][E]`; none of an encoder of vectors.
    pub(crate) fn vectors(&self) -> Vec<Vec<f32>> {
        let Some(embedding) = &self.embedding else {
            return Vec::new();
        };
        let weight = embedding.weight.val();
        let [_, size] = weight.dims();
        let values: Vec<f32> = weight.into_data().iter().collect();
        values.chunks_exact(size).map(<[f32]>::to_vec).collect()
    }

    /// The recurrent body packed for steps of one row; none where the body needs whole sequences.
    pub(crate) fn stepper(&self, precision: Precision) -> Option<StackStepper> {
        let rnn = self.rnn.as_ref()?;
        rnn.has_steps().then(|| rnn.stepper(precision))
    }

    /// The encoder with other vectors `[E]` of some symbols.
    ///
    /// # Panics
    /// Where a symbol is not below `V`, or a vector of another width.
    pub(crate) fn with_embedding<'a>(
        mut self,
        rows: impl Iterator<Item = (usize, &'a [f32])>,
    ) -> Self {
        self.embedding = self.embedding.map(|embedding| embedding.with_rows(rows));
        self
    }
}
