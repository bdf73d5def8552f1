//! The network of a language model.

use super::ModelConfig;
use crate::report::LayerRow;
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::{
    Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, Mode, Stack, StackState,
    dropout, noise, ops, parameters,
};

/// Embedding, recurrent stack and output layer.
#[derive(Module, Debug)]
pub struct LanguageModel {
    embedding: Embedding,
    rnn: Stack,
    /// Output layer of its own; else the embedding's weights with `output_bias`.
    output: Option<Linear>,
    output_bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    input_dropout: f64,
    #[module(skip)]
    output_dropout: f64,
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
        let output = (!config.tie_weights).then(|| {
            LinearConfig {
                input_size: rnn.output_size(),
                output_size: vocabulary,
                initializer: config.output_initializer,
                bias_initializer: config.output_initializer,
            }
            .init(noise::mix(seed, 2), device)
        });
        let output_bias = config.tie_weights.then(|| {
            let values = Initializer::Zeros.values(0, 1, [vocabulary, 1], vocabulary);
            let data = TensorData::new(values, [vocabulary]);
            Param::from_tensor(Tensor::from_data(data, device))
        });
        Self {
            embedding: embedding.init(noise::mix(seed, 0), device),
            rnn,
            output,
            output_bias,
            input_dropout: config.input_dropout,
            output_dropout: config.output_dropout,
        }
    }

    /// Logits `[T B, V]` of the symbols after `ids [T, B]`, and the new state.
    pub fn forward(
        &self,
        ids: Tensor<2, Int>,
        lengths: Option<&[usize]>,
        state: Option<StackState>,
        mode: Mode,
    ) -> (Tensor<2>, StackState) {
        let [time, batch] = ids.dims();
        let x = dropout(
            self.embedding.forward(ids),
            self.input_dropout,
            mode.part(0),
        );
        let (h, state) = self.rnn.forward(x, lengths, state, mode.part(1));
        let h = dropout(h, self.output_dropout, mode.part(2));
        let h = h.reshape([time * batch, self.rnn.output_size()]);
        let logits = match (&self.output, &self.output_bias) {
            (Some(output), _) => output.forward(h),
            (None, bias) => {
                let weight = self.embedding.weight.val();
                let bias = bias.as_ref().map(|bias| bias.val());
                let options = (&weight.device(), weight.dtype());
                let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], options));
                ops::linear(h, weight, bias)
            }
        };
        (logits, state)
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
                format!("{:?}", config.cell),
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
