//! Layers on top of each other, in one or both directions.

use crate::{
    Cell, Direction, DropoutKind, Initializer, Layer, LayerConfig, LayerNorm, Mode,
    RecurrenceConfig, padding,
};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_kernels::noise;

/// Configuration of a [`Stack`].
#[derive(Debug, Clone, PartialEq)]
pub struct StackConfig {
    /// `I` of the first layer.
    pub input_size: usize,
    /// `H` of each layer, the first first.
    pub hidden_sizes: Vec<usize>,
    /// A reverse layer beside each forward one; outputs are concatenated.
    pub bidirectional: bool,
    /// Dropout on the output of every layer but the last.
    pub dropout: f64,
    /// Which elements that dropout takes together.
    pub dropout_kind: DropoutKind,
    /// Whether the steps that a layer reads are normalised ([`LayerNorm`]), those of the first one too.
    pub layer_norm: bool,
    /// Cell, initial values and recurrent dropout of every layer.
    pub recurrence: RecurrenceConfig,
}

impl StackConfig {
    /// `layers` forward layers of one width, PyTorch's initial values, no dropout.
    pub fn new(cell: Cell, input_size: usize, hidden_size: usize, layers: usize) -> Self {
        Self {
            input_size,
            hidden_sizes: vec![hidden_size; layers],
            bidirectional: false,
            dropout: 0.0,
            dropout_kind: DropoutKind::Independent,
            layer_norm: false,
            recurrence: RecurrenceConfig::new(cell),
        }
    }

    /// The stack of rectified units that starts at the identity (Le, Jaitly and
    /// Hinton 2015): recurrent weights the identity, biases zero, input
    /// weights small.
    pub fn identity_relu(input_size: usize, hidden_size: usize, layers: usize) -> Self {
        let mut config = Self::new(Cell::ElmanRelu, input_size, hidden_size, layers);
        config.recurrence.input_initializer = Initializer::Uniform(0.001 * 3f64.sqrt());
        config.recurrence.recurrent_initializer = Initializer::Identity(1.0);
        config.recurrence.bias_initializer = Initializer::Zeros;
        config
    }

    /// A stack with weights drawn from `seed`.
    ///
    /// # Panics
    /// Where there is no layer, a size is zero or a dropout not in `[0, 1)`.
    pub fn init(&self, seed: u64, device: &Device) -> Stack {
        assert!(
            !self.hidden_sizes.is_empty(),
            "a stack has at least one layer"
        );
        assert!((0.0..1.0).contains(&self.dropout), "dropout is in [0, 1)");
        let mut input_size = self.input_size;
        let (mut layers, mut norms) = (Vec::new(), Vec::new());
        for (number, &hidden_size) in self.hidden_sizes.iter().enumerate() {
            let layer = |direction, part| {
                let seed = noise::mix(seed, 2 * number as u64 + part);
                LayerConfig {
                    input_size,
                    hidden_size,
                    direction,
                    recurrence: self.recurrence.clone(),
                }
                .init(seed, device)
            };
            if self.layer_norm {
                norms.push(LayerNorm::new(input_size, device));
            }
            layers.push(StackLayer {
                forward: layer(Direction::Forward, 0),
                reverse: self.bidirectional.then(|| layer(Direction::Reverse, 1)),
            });
            input_size = hidden_size * (1 + usize::from(self.bidirectional));
        }
        Stack {
            layers,
            norms,
            dropout: self.dropout,
            dropout_kind: self.dropout_kind,
        }
    }
}

/// Recurrent layers on top of each other.
#[derive(Module, Debug)]
pub struct Stack {
    layers: Vec<StackLayer>,
    /// One before each layer, or none.
    norms: Vec<LayerNorm>,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    dropout_kind: DropoutKind,
}

/// One layer of a stack.
#[derive(Module, Debug)]
struct StackLayer {
    forward: Layer,
    reverse: Option<Layer>,
}

/// State of a [`Stack`]: a tensor `[S, B, H]` for each layer and direction,
/// layer by layer, the forward direction before the reverse one.
#[derive(Debug, Clone)]
pub struct StackState {
    /// The states of the layers.
    pub layers: Vec<Tensor<3>>,
}

impl StackState {
    /// The same values, cut off from the graph that computed them.
    pub fn detach(self) -> Self {
        Self {
            layers: self.layers.into_iter().map(Tensor::detach).collect(),
        }
    }
}

impl Stack {
    /// Width of the output: `H` of the last layer, twice that with two directions.
    pub fn output_size(&self) -> usize {
        self.layers.last().map_or(0, |layer| {
            layer.forward.hidden_size() + layer.reverse.as_ref().map_or(0, Layer::hidden_size)
        })
    }

    /// A state of zeros for `batch` rows.
    pub fn zero_state(&self, batch: usize) -> StackState {
        let layers = self
            .layers
            .iter()
            .flat_map(|layer| std::iter::once(&layer.forward).chain(&layer.reverse))
            .map(|layer| layer.zero_state(batch))
            .collect();
        StackState { layers }
    }

    /// Runs the stack over `input [T, B, I]` from `state` (zeros where `None`).
    /// Returns the last layer's states `[T, B, D H]` and the state after each
    /// row's last step.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        input: Tensor<3>,
        lengths: Option<&[usize]>,
        state: Option<StackState>,
        mode: Mode,
    ) -> (Tensor<3>, StackState) {
        let mut states = state.map(|state| state.layers.into_iter());
        let mut take = || states.as_mut().and_then(Iterator::next);
        let mut finals = Vec::new();
        let mut x = input;
        for (number, layer) in self.layers.iter().enumerate() {
            let mode = mode.part(number as u64);
            if number > 0 {
                x = self.dropout_kind.apply(x, self.dropout, mode.part(0));
            }
            if let Some(norm) = self.norms.get(number) {
                // What lies past a row's end reaches no weight.
                x = norm.forward(padding::fill(x, lengths, 0.0));
            }
            let (output, state) = layer
                .forward
                .forward(x.clone(), lengths, take(), mode.part(1));
            finals.push(state);
            x = match &layer.reverse {
                None => output,
                Some(reverse) => {
                    let (reversed, state) = reverse.forward(x, lengths, take(), mode.part(2));
                    finals.push(state);
                    Tensor::cat(vec![output, reversed], 2)
                }
            };
        }
        (x, StackState { layers: finals })
    }

    /// One step: `input [B, I]` to `[B, H]` and the new state. Steps over a
    /// sequence give what [`Stack::forward`] gives.
    ///
    /// # Panics
    /// Where the stack is bidirectional: its outputs need the whole sequence.
    pub fn step(&self, input: Tensor<2>, state: Option<StackState>) -> (Tensor<2>, StackState) {
        self.assert_steps();
        let (output, state) = self.forward(input.unsqueeze(), None, state, Mode::Inference);
        (output.squeeze_dim(0), state)
    }

    /// Whether a step can be taken alone: no layer reads in the reverse direction.
    pub fn has_steps(&self) -> bool {
        self.layers.iter().all(|layer| layer.reverse.is_none())
    }

    /// Fails where a step cannot be taken alone.
    pub(crate) fn assert_steps(&self) {
        assert!(
            self.has_steps(),
            "a bidirectional stack has no step: its outputs need the whole sequence"
        );
    }

    /// What normalises the input of each layer; nothing where none is normalised.
    pub(crate) fn norms(&self) -> &[LayerNorm] {
        &self.norms
    }

    /// The layers of the forward direction, the first first.
    pub(crate) fn forward_layers(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().map(|layer| &layer.forward)
    }
}
