//! One direction of one recurrent layer.

use crate::ops::{self, LayerOptions};
use crate::{Cell, Direction, Initializer, Mode, dropout};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use recurrent_kernels::noise;

/// What the layers of a network have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct RecurrenceConfig {
    /// The cell.
    pub cell: Cell,
    /// Start of `weight_ih`.
    pub input_initializer: Initializer,
    /// Start of `weight_hh`.
    pub recurrent_initializer: Initializer,
    /// Start of both biases.
    pub bias_initializer: Initializer,
    /// Added to the input bias of the forget gate (Jozefowicz et al. 2015); LSTM only.
    pub forget_bias: f64,
    /// Dropout of the recurrent connections, the same units at every step
    /// (Gal and Ghahramani 2016).
    pub recurrent_dropout: f64,
    /// Dropout of the elements of `weight_hh`, the same for all rows and steps of a
    /// sequence (Merity, Keskar and Socher 2018, after Wan et al. 2013).
    pub weight_dropout: f64,
    /// Whether training stores only states for the backward pass, which runs the
    /// forward pass again for the rest, a layer at a time: less memory in a stack of several
    /// layers, a third more work.
    pub recompute: bool,
}

impl RecurrenceConfig {
    /// PyTorch's initial values and no dropout.
    pub fn new(cell: Cell) -> Self {
        Self {
            cell,
            input_initializer: Initializer::Default,
            recurrent_initializer: Initializer::Default,
            bias_initializer: Initializer::Default,
            forget_bias: 0.0,
            recurrent_dropout: 0.0,
            weight_dropout: 0.0,
            recompute: false,
        }
    }
}

/// Configuration of a [`Layer`].
#[derive(Debug, Clone, PartialEq)]
pub struct LayerConfig {
    /// `I`.
    pub input_size: usize,
    /// `H`.
    pub hidden_size: usize,
    /// Order of the steps.
    pub direction: Direction,
    /// Cell, initial values and recurrent dropout.
    pub recurrence: RecurrenceConfig,
}

impl LayerConfig {
    /// A forward layer with PyTorch's initial values and no dropout.
    pub fn new(cell: Cell, input_size: usize, hidden_size: usize) -> Self {
        Self {
            input_size,
            hidden_size,
            direction: Direction::Forward,
            recurrence: RecurrenceConfig::new(cell),
        }
    }

    /// A layer with weights drawn from `seed`.
    ///
    /// # Panics
    /// Where a size is zero or the dropout not in `[0, 1)`.
    pub fn init(&self, seed: u64, device: &Device) -> Layer {
        assert!(
            self.input_size > 0 && self.hidden_size > 0,
            "sizes are positive"
        );
        let RecurrenceConfig {
            cell,
            input_initializer,
            recurrent_initializer,
            bias_initializer,
            forget_bias,
            recurrent_dropout,
            weight_dropout,
            recompute,
        } = self.recurrence;
        for probability in [recurrent_dropout, weight_dropout] {
            assert!((0.0..1.0).contains(&probability), "dropout is in [0, 1)");
        }
        let (gates, hidden) = (cell.gates(), self.hidden_size);
        let matrix = |initializer: Initializer, part, columns| {
            let seed = noise::mix(seed, part);
            let values = initializer.values(seed, gates, [hidden, columns], hidden);
            let data = TensorData::new(values, [gates * hidden, columns]);
            Param::from_tensor(Tensor::<2>::from_data(data, device))
        };
        let bias = |part, forget: f64| {
            let seed = noise::mix(seed, part);
            let mut values = bias_initializer.values(seed, gates, [hidden, 1], hidden);
            if cell == Cell::Lstm {
                for value in &mut values[hidden..2 * hidden] {
                    *value += forget as f32;
                }
            }
            let data = TensorData::new(values, [gates * hidden]);
            Param::from_tensor(Tensor::<1>::from_data(data, device))
        };
        Layer {
            weight_ih: matrix(input_initializer, 0, self.input_size),
            weight_hh: matrix(recurrent_initializer, 1, hidden),
            bias_ih: bias(2, forget_bias),
            bias_hh: bias(3, 0.0),
            cell,
            direction: self.direction,
            recurrent_dropout,
            weight_dropout,
            recompute,
        }
    }
}

/// One direction of one recurrent layer, weights in PyTorch's layout.
#[derive(Module, Debug)]
pub struct Layer {
    /// `[G H, I]`.
    pub weight_ih: Param<Tensor<2>>,
    /// `[G H, H]`.
    pub weight_hh: Param<Tensor<2>>,
    /// `[G H]`.
    pub bias_ih: Param<Tensor<1>>,
    /// `[G H]`.
    pub bias_hh: Param<Tensor<1>>,
    #[module(skip)]
    cell: Cell,
    #[module(skip)]
    direction: Direction,
    #[module(skip)]
    recurrent_dropout: f64,
    #[module(skip)]
    weight_dropout: f64,
    #[module(skip)]
    recompute: bool,
}

impl Layer {
    /// The cell.
    pub fn cell(&self) -> Cell {
        self.cell
    }

    /// `H`.
    pub fn hidden_size(&self) -> usize {
        self.weight_hh.val().dims()[1]
    }

    /// A state of zeros `[S, B, H]`.
    pub fn zero_state(&self, batch: usize) -> Tensor<3> {
        let weights = self.weight_hh.val();
        let shape = [self.cell.states(), batch, weights.dims()[1]];
        Tensor::zeros(shape, (&weights.device(), weights.dtype()))
    }

    /// Runs the layer over `input [T, B, I]` from `state [S, B, H]` (zeros
    /// where `None`). Returns the hidden states `[T, B, H]`, zero past a row's
    /// end, and the state `[S, B, H]` after each row's last step.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        input: Tensor<3>,
        lengths: Option<&[usize]>,
        state: Option<Tensor<3>>,
        mode: Mode,
    ) -> (Tensor<3>, Tensor<3>) {
        let [time, batch, _] = input.dims();
        let state = state.unwrap_or_else(|| self.zero_state(batch));
        let recurrent_dropout = match mode {
            Mode::Training { seed } if self.recurrent_dropout > 0.0 => {
                Some((seed, self.recurrent_dropout))
            }
            _ => None,
        };
        let packed = ops::layer(
            input,
            self.weight_ih.val(),
            // The noise of the recurrent units is drawn from the seed itself.
            dropout(self.weight_hh.val(), self.weight_dropout, mode.part(0)),
            self.bias_ih.val(),
            self.bias_hh.val(),
            state,
            LayerOptions {
                cell: self.cell,
                direction: self.direction,
                lengths: lengths.map(<[usize]>::to_vec),
                recurrent_dropout,
                recompute: self.recompute,
            },
        );
        let end = packed.dims()[0];
        (packed.clone().slice(0..time), packed.slice(time..end))
    }

    /// One step: `input [B, I]` to the hidden state `[B, H]` and the new state.
    /// Steps over a sequence give what [`Layer::forward`] gives.
    pub fn step(&self, input: Tensor<2>, state: Option<Tensor<3>>) -> (Tensor<2>, Tensor<3>) {
        let (output, state) = self.forward(input.unsqueeze(), None, state, Mode::Inference);
        (output.squeeze_dim(0), state)
    }
}
