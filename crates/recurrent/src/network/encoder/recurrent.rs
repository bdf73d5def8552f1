//! The recurrent body of an encoder: a stack in one or both directions.

use crate::Error;
use crate::network::LayerOf;
use crate::network::check::{check_dropouts, check_initializers, check_size};
use crate::recipe::name_of;
use crate::training::check;
use recurrent_nn::{Cell, DropoutKind, Initializer, RecurrenceConfig, StackConfig};
use serde::{Deserialize, Serialize};

/// `[model.encoder]` of kind `recurrent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentEncoderConfig {
    /// The cell.
    pub cell: Cell,
    /// `H` of each layer and direction.
    pub hidden_sizes: Vec<usize>,
    /// Whether every layer reads in both directions.
    #[serde(default)]
    pub bidirectional: bool,
    /// Dropout between layers; 0 where there is one.
    #[serde(default)]
    pub dropout: f64,
    /// Which elements that dropout takes together.
    #[serde(default)]
    pub dropout_kind: DropoutKind,
    /// Whether the steps that each layer reads are normalised (Ba, Kiros and Hinton 2016).
    #[serde(default)]
    pub layer_norm: bool,
    /// Dropout of the recurrent connections, the same at every step.
    #[serde(default)]
    pub recurrent_dropout: f64,
    /// Dropout of the elements of the recurrent weights, the same for all of a batch.
    #[serde(default)]
    pub weight_dropout: f64,
    /// Whether training stores only states and computes activations again for the backward pass.
    #[serde(default)]
    pub recompute: bool,
    /// Added to the bias of the forget gate; LSTM only.
    #[serde(default)]
    pub forget_bias: f64,
    /// Start of input weights.
    #[serde(default = "default_initializer")]
    pub input_initializer: Initializer,
    /// Start of recurrent weights.
    #[serde(default = "default_initializer")]
    pub recurrent_initializer: Initializer,
    /// Start of the biases.
    #[serde(default = "default_initializer")]
    pub bias_initializer: Initializer,
}

fn default_initializer() -> Initializer {
    Initializer::Default
}

impl RecurrentEncoderConfig {
    /// Layers of one direction without dropout, with PyTorch's initial values.
    pub(crate) fn plain(cell: Cell, hidden_sizes: &[usize]) -> Self {
        Self {
            cell,
            hidden_sizes: hidden_sizes.to_vec(),
            bidirectional: false,
            dropout: 0.0,
            dropout_kind: DropoutKind::default(),
            layer_norm: false,
            recurrent_dropout: 0.0,
            weight_dropout: 0.0,
            recompute: false,
            forget_bias: 0.0,
            input_initializer: default_initializer(),
            recurrent_initializer: default_initializer(),
            bias_initializer: default_initializer(),
        }
    }

    pub(super) fn check(&self, section: &str) -> Result<(), Error> {
        let key = |name: &str| format!("{section}.{name}");
        let layers = self.hidden_sizes.len();
        let few = (1..=64).contains(&layers);
        check(few, key("hidden_sizes"), "1 to 64 layers", layers)?;
        for &hidden in &self.hidden_sizes {
            check_size(&key("hidden_sizes"), hidden)?;
        }
        check_dropouts(&[
            (&key("dropout"), self.dropout),
            (&key("recurrent_dropout"), self.recurrent_dropout),
            (&key("weight_dropout"), self.weight_dropout),
        ])?;
        let bias = self.forget_bias;
        check(
            bias.is_finite(),
            key("forget_bias"),
            "a finite number",
            bias,
        )?;
        check_initializers(&[
            (&key("input_initializer"), self.input_initializer),
            (&key("recurrent_initializer"), self.recurrent_initializer),
            (&key("bias_initializer"), self.bias_initializer),
        ])?;
        check(
            self.cell == Cell::Lstm || bias == 0.0,
            key("forget_bias"),
            &format!("0, as the cell is {}", name_of(&self.cell)),
            bias,
        )?;
        check(
            layers > 1 || self.dropout == 0.0,
            key("dropout"),
            "0, as there is one layer and it acts between layers",
            self.dropout,
        )?;
        check(
            self.dropout_kind == DropoutKind::Independent || self.dropout > 0.0,
            key("dropout_kind"),
            "independent, as dropout is 0",
            name_of(&self.dropout_kind),
        )
    }

    /// The stack over vectors of a width.
    pub(super) fn stack(&self, input_size: usize, blank: bool) -> StackConfig {
        let start = |initializer| match blank {
            true => Initializer::Zeros,
            false => initializer,
        };
        StackConfig {
            input_size,
            hidden_sizes: self.hidden_sizes.clone(),
            bidirectional: self.bidirectional,
            dropout: self.dropout,
            dropout_kind: self.dropout_kind,
            layer_norm: self.layer_norm,
            recurrence: RecurrenceConfig {
                cell: self.cell,
                input_initializer: start(self.input_initializer),
                recurrent_initializer: start(self.recurrent_initializer),
                bias_initializer: start(self.bias_initializer),
                forget_bias: self.forget_bias,
                recurrent_dropout: self.recurrent_dropout,
                weight_dropout: self.weight_dropout,
                recompute: self.recompute,
            },
        }
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    pub(super) fn output_size(&self) -> usize {
        self.directions() * self.hidden_sizes.last().copied().unwrap_or(0)
    }

    pub(super) fn parameters(&self, width: usize) -> usize {
        let (mut parameters, mut input) = (0, width);
        for &hidden in &self.hidden_sizes {
            let direction = self.cell.gates() * hidden * (input + hidden + 2);
            parameters += self.directions() * direction;
            parameters += 2 * input * usize::from(self.layer_norm);
            input = self.directions() * hidden;
        }
        parameters
    }

    pub(super) fn layers(&self, prefix: &str, width: usize) -> Vec<LayerOf> {
        let kind = match self.bidirectional {
            true => format!("{}, both directions", name_of(&self.cell)),
            false => name_of(&self.cell),
        };
        let mut rows = Vec::new();
        let mut input = width;
        for (number, &hidden) in self.hidden_sizes.iter().enumerate() {
            if self.layer_norm {
                let name = format!("{prefix}.norms.{number}");
                rows.push(LayerOf::new(&name, "layer normalisation", input));
            }
            input = self.directions() * hidden;
            rows.push(LayerOf::of_stack(prefix, number, &kind, input));
        }
        rows
    }
}
