//! The network of a language model.

use super::ModelConfig;
use crate::recipe::name_of;
use crate::report::LayerRow;
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};
use recurrent_nn::{
    DropoutKind, Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, Mode, Stack,
    StackState, noise, ops, parameters,
};

/// Embedding, recurrent stack and output layer.
#[derive(Module, Debug)]
pub struct LanguageModel {
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

/// What a forward pass comes to.
#[derive(Debug)]
pub struct Forward {
    /// Of the symbols that follow, `[T B, V]`.
    pub logits: Tensor<2>,
    /// After each row's last step.
    pub state: StackState,
    /// Output of the stack, `[T, B, H]`.
    pub hidden: Tensor<3>,
    /// The same after dropout, which the logits are made of.
    pub dropped: Tensor<3>,
}

/// The linear map from states to logits.
#[derive(Module, Debug)]
pub(super) struct Output {
    /// `[V, H]`; those of the embedding where `None`.
    weight: Option<Param<Tensor<2>>>,
    /// `[V]`.
    pub(super) bias: Param<Tensor<1>>,
}

impl Output {
    fn new(
        config: &ModelConfig,
        [input_size, vocabulary]: [usize; 2],
        seed: u64,
        device: &Device,
    ) -> Self {
        let bias_initializer = if config.tie_weights {
            Initializer::Zeros
        } else {
            config.output_initializer
        };
        let Linear { weight, bias } = LinearConfig {
            input_size,
            output_size: vocabulary,
            initializer: config.output_initializer,
            bias_initializer,
        }
        .init(seed, device);
        Self {
            weight: (!config.tie_weights).then_some(weight),
            bias,
        }
    }
}

impl LanguageModel {
    /// A model of a vocabulary of `V` symbols with weights drawn from `seed`.
    pub fn new(config: &ModelConfig, vocabulary: usize, seed: u64, device: &Device) -> Self {
        let rnn = config.stack().init(noise::mix(seed, 1), device);
        let embedding = EmbeddingConfig {
            vocabulary,
            size: config.embedding_size,
            initializer: config.embedding_initializer,
        };
        let sizes = [rnn.output_size(), vocabulary];
        Self {
            embedding: embedding.init(noise::mix(seed, 0), device),
            rnn,
            output: Output::new(config, sizes, noise::mix(seed, 2), device),
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
        let [time, batch] = ids.dims();
        let dropout = |x, probability, part| {
            let mode = mode.part(part);
            self.dropout_kind.apply(x, probability, mode)
        };
        let symbols = (self.embedding).forward(ids, self.embedding_dropout, mode.part(3));
        let x = dropout(symbols, self.input_dropout, 0);
        let (hidden, state) = self.rnn.forward(x, lengths, state, mode.part(1));
        let dropped = dropout(hidden.clone(), self.output_dropout, 2);
        let h = dropped
            .clone()
            .reshape([time * batch, self.rnn.output_size()]);
        let logits = ops::linear(h, self.output_weight(), self.output.bias.val());
        Forward {
            logits,
            state,
            hidden,
            dropped,
        }
    }

    /// `[V, H]`.
    pub(super) fn output_weight(&self) -> Tensor<2> {
        let own = self.output.weight.as_ref();
        own.unwrap_or(&self.embedding.weight).val()
    }

    /// A state of zeros for `batch` rows.
    pub fn zero_state(&self, batch: usize) -> StackState {
        self.rnn.zero_state(batch)
    }

    /// The layers from input to output.
    pub fn layers(&self, config: &ModelConfig) -> Vec<LayerRow> {
        let all = parameters(self);
        let count = |of: &dyn Fn(&str) -> bool| -> u64 {
            all.iter()
                .filter(|parameter| of(&parameter.name))
                .map(|parameter| parameter.data.num_elements() as u64)
                .sum()
        };
        let vocabulary = self.embedding.weight.val().dims()[0];
        let row = |name: &str, kind: String, width: usize, parameters: u64| LayerRow {
            name: name.to_string(),
            kind,
            output_shape: format!("[T, B, {width}]"),
            parameters,
        };
        let mut rows = vec![row(
            "embedding",
            "embedding".to_string(),
            config.embedding_size,
            count(&|name| name.starts_with("embedding.")),
        )];
        for (number, &width) in config.hidden_sizes.iter().enumerate() {
            let suffix = format!("_l{number}");
            rows.push(row(
                &format!("rnn layer {number}"),
                name_of(&config.cell),
                width,
                count(&|name| name.starts_with("rnn.") && name.ends_with(&suffix)),
            ));
        }
        let kind = if config.tie_weights {
            "linear, weights of the embedding"
        } else {
            "linear"
        };
        rows.push(row(
            "output",
            kind.to_string(),
            vocabulary,
            count(&|name| name.starts_with("output")),
        ));
        rows
    }
}
