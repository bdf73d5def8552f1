//! The recurrent language model: embedding, recurrent stack, output layer (Mikolov et al. 2010,
//! Zaremba, Sutskever and Vinyals 2014).

use super::output::Output;
use super::{Forward, ModelKind, ModelState, default_initializer, small};
use crate::Error;
use crate::language_model::regularisation::Regularisation;
use crate::network::LayerOf;
use crate::network::check::{
    check_dropouts, check_initializers, check_size, check_tied_initializer,
};
use crate::recipe::name_of;
use crate::training::check;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use recurrent_nn::{
    Cell, DropoutKind, Embedding, EmbeddingConfig, Initializer, Mode, RecurrenceConfig, Stack,
    StackConfig, StackState, noise,
};
use serde::{Deserialize, Serialize};

/// `[model]` of kind `recurrent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentConfig {
    /// `recurrent`.
    #[serde(default)]
    pub kind: ModelKind,
    /// The cell.
    pub cell: Cell,
    /// `E`.
    pub embedding_size: usize,
    /// `H` of each layer.
    pub hidden_sizes: Vec<usize>,
    /// Whether the output layer shares the embedding's weights (Press and Wolf
    /// 2017); the last layer then has the embedding's width.
    #[serde(default)]
    pub tie_weights: bool,
    /// Dropout of whole symbols of the embedding, the same ones in all of a chunk.
    #[serde(default)]
    pub embedding_dropout: f64,
    /// Dropout of the embedded symbols' elements.
    #[serde(default)]
    pub input_dropout: f64,
    /// Dropout between layers; 0 where there is one.
    #[serde(default)]
    pub dropout: f64,
    /// Dropout of the last layer's states.
    #[serde(default)]
    pub output_dropout: f64,
    /// Dropout of the recurrent connections, the same at every step of a chunk.
    #[serde(default)]
    pub recurrent_dropout: f64,
    /// Which elements `input_dropout`, `dropout` and `output_dropout` take together.
    #[serde(default)]
    pub dropout_kind: DropoutKind,
    /// Dropout of the elements of the recurrent weights, the same in all of a chunk
    /// (Merity, Keskar and Socher 2018).
    #[serde(default)]
    pub weight_dropout: f64,
    /// Penalty on the mean square of the last layer's output after dropout
    /// (Merity, McCann and Socher 2017).
    #[serde(default)]
    pub activation_penalty: f64,
    /// Penalty on the mean square of that output's change from step to step, before dropout.
    #[serde(default)]
    pub temporal_penalty: f64,
    /// Whether training stores only states and computes activations again for the
    /// backward pass.
    #[serde(default)]
    pub recompute: bool,
    /// Added to the bias of the forget gate; LSTM only.
    #[serde(default)]
    pub forget_bias: f64,
    /// Start of the embedding.
    #[serde(default = "small")]
    pub embedding_initializer: Initializer,
    /// File or run directory of word vectors, which the symbols that it has begin with instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_file: Option<String>,
    /// Start of input weights.
    #[serde(default = "default_initializer")]
    pub input_initializer: Initializer,
    /// Start of recurrent weights.
    #[serde(default = "default_initializer")]
    pub recurrent_initializer: Initializer,
    /// Start of the biases.
    #[serde(default = "default_initializer")]
    pub bias_initializer: Initializer,
    /// Start of output weights and bias; the default where the weights are tied.
    #[serde(default = "default_initializer")]
    pub output_initializer: Initializer,
}

impl RecurrentConfig {
    /// The same network with all weights zero, for weights to be loaded into.
    pub(crate) fn blank(&self) -> Self {
        let zeros = Initializer::Zeros;
        Self {
            embedding_initializer: zeros,
            input_initializer: zeros,
            recurrent_initializer: zeros,
            bias_initializer: zeros,
            output_initializer: zeros,
            ..self.clone()
        }
    }

    /// The penalties on the stack's output.
    pub(in crate::language_model) fn regularisation(&self) -> Regularisation {
        Regularisation {
            activation: self.activation_penalty,
            temporal: self.temporal_penalty,
        }
    }

    /// Checks the range of every value.
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        let width = self.embedding_size;
        check_size("model.embedding_size", width)?;
        let layers = self.hidden_sizes.len();
        let few = (1..=64).contains(&layers);
        check(few, key("hidden_sizes"), "1 to 64 layers", layers)?;
        for &hidden in &self.hidden_sizes {
            check_size("model.hidden_sizes", hidden)?;
        }
        let last = self.hidden_sizes[layers - 1];
        let fits = !self.tie_weights || last == width;
        let expected =
            format!("a last layer of {width}, the embedding's width, to tie their weights");
        check(fits, key("hidden_sizes"), &expected, last)?;
        check_dropouts(&[
            ("model.embedding_dropout", self.embedding_dropout),
            ("model.input_dropout", self.input_dropout),
            ("model.dropout", self.dropout),
            ("model.output_dropout", self.output_dropout),
            ("model.recurrent_dropout", self.recurrent_dropout),
            ("model.weight_dropout", self.weight_dropout),
        ])?;
        for (name, value) in [
            ("activation_penalty", self.activation_penalty),
            ("temporal_penalty", self.temporal_penalty),
        ] {
            let fine = value >= 0.0 && value.is_finite();
            check(fine, key(name), "a number of at least 0", value)?;
        }
        let bias = self.forget_bias;
        check(
            bias.is_finite(),
            key("forget_bias"),
            "a finite number",
            bias,
        )?;
        check_initializers(&[
            ("model.embedding_initializer", self.embedding_initializer),
            ("model.input_initializer", self.input_initializer),
            ("model.recurrent_initializer", self.recurrent_initializer),
            ("model.bias_initializer", self.bias_initializer),
            ("model.output_initializer", self.output_initializer),
        ])?;
        self.check_use()
    }

    /// Fails where a setting would hold for nothing beside the others.
    fn check_use(&self) -> Result<(), Error> {
        let key = |name: &str| format!("model.{name}");
        check(
            self.cell == Cell::Lstm || self.forget_bias == 0.0,
            key("forget_bias"),
            &format!("0, as model.cell is {}", name_of(&self.cell)),
            self.forget_bias,
        )?;
        check(
            self.hidden_sizes.len() > 1 || self.dropout == 0.0,
            key("dropout"),
            "0, as there is one layer and it acts between layers",
            self.dropout,
        )?;
        let elements = [self.input_dropout, self.dropout, self.output_dropout];
        check(
            self.dropout_kind == DropoutKind::Independent || elements.iter().any(|&p| p > 0.0),
            key("dropout_kind"),
            "independent, as input_dropout, dropout and output_dropout are 0",
            name_of(&self.dropout_kind),
        )?;
        check_tied_initializer(self.tie_weights, self.output_initializer)
    }

    /// Parameters of a model of `vocabulary` symbols.
    pub(super) fn parameters(&self, vocabulary: usize) -> usize {
        let mut parameters = vocabulary * self.embedding_size;
        let mut input = self.embedding_size;
        for &hidden in &self.hidden_sizes {
            parameters += self.cell.gates() * hidden * (input + hidden + 2);
            input = hidden;
        }
        let output = if self.tie_weights { 0 } else { input };
        parameters + vocabulary * (output + 1)
    }

    /// Gates and states that a training step holds for each symbol.
    pub(super) fn activations(&self) -> usize {
        let hidden: usize = self.hidden_sizes.iter().sum();
        (self.cell.gates() + 1) * hidden
    }

    /// The layers from input to output.
    pub(super) fn layers(&self) -> Vec<LayerOf> {
        let mut rows = vec![LayerOf::new("embedding", "embedding", self.embedding_size)];
        for (number, &width) in self.hidden_sizes.iter().enumerate() {
            let kind = name_of(&self.cell);
            rows.push(LayerOf::of_stack("rnn", number, &kind, width));
        }
        rows
    }

    /// The recurrent stack.
    pub fn stack(&self) -> StackConfig {
        StackConfig {
            input_size: self.embedding_size,
            hidden_sizes: self.hidden_sizes.clone(),
            bidirectional: false,
            dropout: self.dropout,
            dropout_kind: self.dropout_kind,
            layer_norm: false,
            recurrence: RecurrenceConfig {
                cell: self.cell,
                input_initializer: self.input_initializer,
                recurrent_initializer: self.recurrent_initializer,
                bias_initializer: self.bias_initializer,
                forget_bias: self.forget_bias,
                recurrent_dropout: self.recurrent_dropout,
                weight_dropout: self.weight_dropout,
                recompute: self.recompute,
            },
        }
    }
}

/// Embedding, recurrent stack and output layer.
#[derive(Module, Debug)]
pub struct RecurrentModel {
    pub(super) embedding: Embedding,
    pub(super) rnn: Stack,
    pub(super) output: Output,
    #[module(skip)]
    embedding_dropout: f64,
    #[module(skip)]
    input_dropout: f64,
    #[module(skip)]
    output_dropout: f64,
    #[module(skip)]
    dropout_kind: DropoutKind,
}

impl RecurrentModel {
    /// A model of a vocabulary of `V` symbols with weights drawn from `seed`.
    pub fn new(config: &RecurrentConfig, vocabulary: usize, seed: u64, device: &Device) -> Self {
        let rnn = config.stack().init(noise::mix(seed, 1), device);
        let embedding = EmbeddingConfig {
            vocabulary,
            size: config.embedding_size,
            initializer: config.embedding_initializer,
        };
        let output = Output::new(
            [rnn.output_size(), vocabulary],
            config.output_initializer,
            config.tie_weights,
            noise::mix(seed, 2),
            device,
        );
        Self {
            embedding: embedding.init(noise::mix(seed, 0), device),
            rnn,
            output,
            embedding_dropout: config.embedding_dropout,
            input_dropout: config.input_dropout,
            output_dropout: config.output_dropout,
            dropout_kind: config.dropout_kind,
        }
    }

    /// Reads `ids [T, B]` from `state` (zeros where `None`).
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        ids: Tensor<2, Int>,
        lengths: Option<&[usize]>,
        state: Option<StackState>,
        mode: Mode,
    ) -> Forward {
        let dropout = |x, probability, part| {
            let mode = mode.part(part);
            self.dropout_kind.apply(x, probability, mode)
        };
        let symbols = (self.embedding).forward(ids, self.embedding_dropout, mode.part(3));
        let x = dropout(symbols, self.input_dropout, 0);
        let (hidden, state) = self.rnn.forward(x, lengths, state, mode.part(1));
        let dropped = dropout(hidden.clone(), self.output_dropout, 2);
        Forward {
            logits: self.output.forward(dropped.clone(), &self.embedding),
            state: ModelState::Recurrent(state),
            hidden,
            dropped,
        }
    }
}
