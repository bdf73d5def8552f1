//! The neural probabilistic language model (Bengio, Ducharme, Vincent and Jauvin 2003, eq. 1).
//!
//! ```text
//! x = (C(w_{t-n+1}), .., C(w_{t-1}))      the last n - 1 symbols, embedded, zeros before the text
//! y = b + W x + U tanh(d + H x)           W where there are direct connections
//! ```

use super::output::Output;
use super::{Forward, ModelKind, ModelState, default_initializer, small};
use crate::Error;
use crate::network::LayerOf;
use crate::network::check::{
    check_dropouts, check_initializers, check_size, check_tied_initializer,
};
use crate::training::check;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::{
    Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, Mode, dropout, noise,
};
use serde::{Deserialize, Serialize};

/// Widest window.
const MOST_CONTEXT: usize = 64;

/// `[model]` of kind `feed-forward`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedForwardConfig {
    /// `feed-forward`.
    pub kind: ModelKind,
    /// Symbols that are read to predict the next one, `n - 1`.
    pub context: usize,
    /// `E`.
    pub embedding_size: usize,
    /// `H`.
    pub hidden_size: usize,
    /// Whether the output reads the embedded symbols too, past the hidden layer.
    #[serde(default)]
    pub direct_connections: bool,
    /// Whether the output layer shares the embedding's weights (Press and Wolf 2017); the
    /// hidden layer then has the embedding's width.
    #[serde(default)]
    pub tie_weights: bool,
    /// Dropout of whole symbols of the embedding, the same ones in all of a chunk.
    #[serde(default)]
    pub embedding_dropout: f64,
    /// Dropout of the embedded symbols' elements.
    #[serde(default)]
    pub input_dropout: f64,
    /// Dropout of the hidden layer.
    #[serde(default)]
    pub output_dropout: f64,
    /// Start of the embedding.
    #[serde(default = "small")]
    pub embedding_initializer: Initializer,
    /// File or run directory of word vectors, which the symbols that it has begin with instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_file: Option<String>,
    /// Start of the hidden layer's weights and bias.
    #[serde(default = "default_initializer")]
    pub input_initializer: Initializer,
    /// Start of output weights and bias; the default where the weights are tied.
    #[serde(default = "default_initializer")]
    pub output_initializer: Initializer,
}

impl FeedForwardConfig {
    /// The same network with all weights zero, for weights to be loaded into.
    pub(super) fn blank(&self) -> Self {
        let zeros = Initializer::Zeros;
        Self {
            embedding_initializer: zeros,
            input_initializer: zeros,
            output_initializer: zeros,
            ..self.clone()
        }
    }

    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let context = self.context;
        let fine = (1..=MOST_CONTEXT).contains(&context);
        check(fine, key("context"), "a number from 1 to 64", context)?;
        let width = self.embedding_size;
        check_size("model.embedding_size", width)?;
        check_size("model.hidden_size", self.hidden_size)?;
        check(
            !self.tie_weights || self.hidden_size == width,
            key("hidden_size"),
            &format!("{width}, the embedding's width, to tie their weights"),
            self.hidden_size,
        )?;
        check(
            !(self.tie_weights && self.direct_connections),
            key("direct_connections"),
            "false, as model.tie_weights is true",
            true,
        )?;
        check_dropouts(&[
            ("model.embedding_dropout", self.embedding_dropout),
            ("model.input_dropout", self.input_dropout),
            ("model.output_dropout", self.output_dropout),
        ])?;
        check_initializers(&[
            ("model.embedding_initializer", self.embedding_initializer),
            ("model.input_initializer", self.input_initializer),
            ("model.output_initializer", self.output_initializer),
        ])?;
        check_tied_initializer(self.tie_weights, self.output_initializer)
    }

    /// Parameters of a model of `vocabulary` symbols.
    pub(super) fn parameters(&self, vocabulary: usize) -> usize {
        let hidden = self.hidden_size * (self.window() + 1);
        let output = match self.tie_weights {
            true => 1,
            false => self.output_inputs() + 1,
        };
        vocabulary * (self.embedding_size + output) + hidden
    }

    /// Elements of the window and the hidden layer.
    pub(super) fn activations(&self) -> usize {
        self.window() + self.output_inputs()
    }

    pub(super) fn layers(&self) -> Vec<LayerOf> {
        vec![
            LayerOf::new("embedding", "embedding", self.embedding_size),
            LayerOf::new("hidden", "linear, tanh", self.hidden_size),
        ]
    }

    /// Elements of a window of embedded symbols.
    fn window(&self) -> usize {
        self.context * self.embedding_size
    }

    /// What the output layer reads.
    fn output_inputs(&self) -> usize {
        let direct = if self.direct_connections {
            self.window()
        } else {
            0
        };
        self.hidden_size + direct
    }
}

/// Embedding, hidden layer over a window, output layer.
#[derive(Module, Debug)]
pub struct FeedForwardModel {
    pub(super) embedding: Embedding,
    pub(super) hidden: Linear,
    /// Of the hidden layer, and behind it of the window where there are direct connections.
    pub(super) output: Output,
    #[module(skip)]
    pub(super) context: usize,
    #[module(skip)]
    pub(super) direct: bool,
    #[module(skip)]
    embedding_dropout: f64,
    #[module(skip)]
    input_dropout: f64,
    #[module(skip)]
    output_dropout: f64,
}

impl FeedForwardModel {
    /// A model of a vocabulary of `V` symbols with weights drawn from `seed`.
    pub fn new(config: &FeedForwardConfig, vocabulary: usize, seed: u64, device: &Device) -> Self {
        let embedding = EmbeddingConfig {
            vocabulary,
            size: config.embedding_size,
            initializer: config.embedding_initializer,
        };
        let hidden = LinearConfig {
            input_size: config.window(),
            output_size: config.hidden_size,
            initializer: config.input_initializer,
            bias_initializer: config.input_initializer,
        };
        let output = Output::new(
            [config.output_inputs(), vocabulary],
            config.output_initializer,
            config.tie_weights,
            noise::mix(seed, 2),
            device,
        );
        Self {
            embedding: embedding.init(noise::mix(seed, 0), device),
            hidden: hidden.init(noise::mix(seed, 1), device),
            output,
            context: config.context,
            direct: config.direct_connections,
            embedding_dropout: config.embedding_dropout,
            input_dropout: config.input_dropout,
            output_dropout: config.output_dropout,
        }
    }

    /// Reads `ids [T, B]` after the symbols of `state`, none where `None`.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        ids: Tensor<2, Int>,
        lengths: Option<&[usize]>,
        state: Option<Tensor<2, Int>>,
        mode: Mode,
    ) -> Forward {
        let [time, batch] = ids.dims();
        let all = match state {
            Some(before) => Tensor::cat(vec![before, ids], 0),
            None => ids,
        };
        let before = all.dims()[0] - time;
        let symbols = (self.embedding).forward(all.clone(), self.embedding_dropout, mode.part(0));
        let symbols = dropout(symbols, self.input_dropout, mode.part(1));
        let window = self.windows(symbols, before);
        let [_, _, width] = window.dims();
        let read = self
            .hidden
            .forward(window.clone().reshape([time * batch, width]));
        let hidden = read.tanh().reshape([time as i32, batch as i32, -1]);
        let dropped = dropout(hidden.clone(), self.output_dropout, mode.part(2));
        let input = match self.direct {
            true => Tensor::cat(vec![dropped.clone(), window], 2),
            false => dropped.clone(),
        };
        Forward {
            logits: self.output.forward(input, &self.embedding),
            state: ModelState::Window(Box::new(self.last(all, before, lengths))),
            hidden,
            dropped,
        }
    }

    /// The window `[T, B, (n - 1) E]` before each step, the oldest symbol first, of the vectors
    /// `[before + T, B, E]`; zeros stand for what is before those.
    fn windows(&self, symbols: Tensor<3>, before: usize) -> Tensor<3> {
        let [all, batch, width] = symbols.dims();
        let missing = (self.context - 1).saturating_sub(before);
        let symbols = match missing {
            0 => symbols,
            steps => {
                let options = (&symbols.device(), symbols.dtype());
                let zeros = Tensor::zeros([steps, batch, width], options);
                Tensor::cat(vec![zeros, symbols], 0)
            }
        };
        let time = all - before;
        let first = before + missing - (self.context - 1);
        let shifted = (0..self.context).map(|shift| {
            let begin = first + shift;
            symbols.clone().slice(begin..begin + time)
        });
        Tensor::cat(shifted.collect(), 2)
    }

    /// The symbols that the next window needs: the last of each row.
    fn last(
        &self,
        all: Tensor<2, Int>,
        before: usize,
        lengths: Option<&[usize]>,
    ) -> Tensor<2, Int> {
        let [steps, batch] = all.dims();
        let Some(lengths) = lengths else {
            let first = steps.saturating_sub(self.context - 1);
            return all.slice(first..steps);
        };
        // As many as the shortest row has.
        let shortest = lengths.iter().min().map_or(0, |least| before + least);
        let kept = shortest.min(self.context - 1);
        let ids: Vec<i32> = all.to_data().iter::<i32>().collect();
        let values: Vec<i32> = (0..kept)
            .flat_map(|step| {
                let ids = &ids;
                (lengths.iter().enumerate())
                    .map(move |(row, length)| ids[(before + length - kept + step) * batch + row])
            })
            .collect();
        Tensor::from_data(TensorData::new(values, [kept, batch]), &all.device())
    }
}
