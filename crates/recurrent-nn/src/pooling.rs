//! One vector from the states of a sequence, whatever its length.
//!
//! ```text
//! last       h_L-1, of a reverse direction h_0
//! all        h_0, h_1, .. one behind the other
//! mean       1/L sum_t h_t
//! max        max over t of h_t, each unit by itself
//! attention  sum_t a_t h_t, see [`AttentionPooling`]
//! concat     last, mean and max side by side (Howard and Ruder 2018, section 3.3)
//! ```
//!
//! Steps past a row's end take no part, whatever they hold, and take no gradient. A row of no steps
//! gives zeros.

use crate::padding;
use burn::module::Module;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

mod attention;

pub use attention::{AttentionPooling, AttentionPoolingConfig};

/// How the states of a sequence become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The state after the last step that each direction takes.
    #[default]
    Last,
    /// All states, one behind the other.
    All,
    /// Their mean.
    Mean,
    /// The largest value of each unit.
    Max,
    /// A mean with learned weights.
    Attention,
    /// The last state, the mean and the largest values side by side.
    Concat,
}

impl Pooling {
    /// `O`, the width of the vector for states of `input_size`; `steps` is the room of [`Pooling::All`].
    pub fn output_size(self, input_size: usize, steps: usize) -> usize {
        match self {
            Self::All => steps * input_size,
            Self::Concat => 3 * input_size,
            Self::Last | Self::Mean | Self::Max | Self::Attention => input_size,
        }
    }
}

/// Configuration of a [`PoolingLayer`].
#[derive(Debug, Clone, PartialEq)]
pub struct PoolingConfig {
    /// The kind.
    pub pooling: Pooling,
    /// `I`, the width of the states: `D H`.
    pub input_size: usize,
    /// Whether the second half of a state is that of a reverse direction; matters for
    /// [`Pooling::Last`] and [`Pooling::Concat`].
    pub bidirectional: bool,
    /// The number of steps that [`Pooling::All`] has room for.
    pub steps: usize,
    /// `A`, the hidden units of [`Pooling::Attention`].
    pub attention_size: usize,
}

impl PoolingConfig {
    /// Pooling of the states of one direction, with room for no steps and as many hidden units as
    /// a state has.
    pub fn new(pooling: Pooling, input_size: usize) -> Self {
        Self {
            pooling,
            input_size,
            bidirectional: false,
            steps: 0,
            attention_size: input_size,
        }
    }

    /// A layer, its weights (where it has some) drawn from `seed`.
    ///
    /// # Panics
    /// Where a size that the kind needs is zero, or the width of two directions odd.
    pub fn init(&self, seed: u64, device: &Device) -> PoolingLayer {
        assert!(self.input_size > 0, "states have a width");
        assert!(
            !self.bidirectional || self.input_size.is_multiple_of(2),
            "two directions have the same width"
        );
        assert!(
            self.pooling != Pooling::All || self.steps > 0,
            "pooling of all states has room for at least one"
        );
        let attention = (self.pooling == Pooling::Attention).then(|| {
            AttentionPoolingConfig {
                input_size: self.input_size,
                attention_size: self.attention_size,
            }
            .init(seed, device)
        });
        PoolingLayer {
            attention,
            pooling: self.pooling,
            input_size: self.input_size,
            bidirectional: self.bidirectional,
            steps: self.steps,
        }
    }
}

/// Makes one vector of the states of a sequence.
#[derive(Module, Debug)]
pub struct PoolingLayer {
    attention: Option<AttentionPooling>,
    #[module(skip)]
    pooling: Pooling,
    #[module(skip)]
    input_size: usize,
    #[module(skip)]
    bidirectional: bool,
    #[module(skip)]
    steps: usize,
}

impl PoolingLayer {
    /// `O`, the width of the vector.
    pub fn output_size(&self) -> usize {
        self.pooling.output_size(self.input_size, self.steps)
    }

    /// From `states [T, B, I]` to `[B, O]`, with the weights `[T, B]` of attention. All rows have
    /// `T` steps where `lengths [B]` is `None`. [`Pooling::All`] fills up with zeros to its number
    /// of steps.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`, or `T` is above the
    /// steps of [`Pooling::All`].
    pub fn forward(
        &self,
        states: Tensor<3>,
        lengths: Option<&[usize]>,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let [time, batch, width] = states.dims();
        assert_eq!(width, self.input_size, "width of the states");
        let full = vec![time; batch];
        let lengths = lengths.unwrap_or(&full);
        assert_eq!(lengths.len(), batch, "number of lengths");
        padding::check(time, lengths);
        if let Some(attention) = &self.attention {
            let (vector, weights) = attention.forward(states, Some(lengths));
            return (vector, Some(weights));
        }
        if time * batch == 0 {
            let shape = [batch, self.output_size()];
            return (
                Tensor::zeros(shape, (&states.device(), states.dtype())),
                None,
            );
        }
        let vector = match self.pooling {
            Pooling::Last => last(states, lengths, self.bidirectional),
            Pooling::All => all(states, lengths, self.steps),
            Pooling::Max => max(states, lengths),
            Pooling::Concat => {
                let last = last(states.clone(), lengths, self.bidirectional);
                let mean = mean(states.clone(), lengths);
                Tensor::cat(vec![last, mean, max(states, lengths)], 1)
            }
            Pooling::Mean | Pooling::Attention => mean(states, lengths),
        };
        (vector, None)
    }
}

fn last(states: Tensor<3>, lengths: &[usize], bidirectional: bool) -> Tensor<2> {
    let [time, batch, width] = states.dims();
    let device = states.device();
    let places: Vec<i64> = lengths
        .iter()
        .enumerate()
        .map(|(row, &length)| (length.saturating_sub(1) * batch + row) as i64)
        .collect();
    let places = Tensor::<1, Int>::from_data(TensorData::new(places, [batch]), &device);
    let flat = states.clone().reshape([time * batch, width]);
    let mut vector: Tensor<2> = flat.select(0, places);
    if bidirectional {
        let half = width / 2;
        let first: Tensor<2> = states.slice(0..1).squeeze_dim(0);
        vector = Tensor::cat(
            vec![vector.narrow(1, 0, half), first.narrow(1, half, half)],
            1,
        );
    }
    without_empty(vector, lengths)
}

fn all(states: Tensor<3>, lengths: &[usize], steps: usize) -> Tensor<2> {
    let [time, batch, width] = states.dims();
    assert!(
        time <= steps,
        "{time} steps where pooling has room for {steps}"
    );
    let zeros = Tensor::zeros(
        [steps - time, batch, width],
        (&states.device(), states.dtype()),
    );
    let mut states = padding::fill(states, Some(lengths), 0.0);
    if time < steps {
        states = Tensor::cat(vec![states, zeros], 0);
    }
    states.swap_dims(0, 1).reshape([batch, steps * width])
}

fn mean(states: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
    let (device, dtype) = (states.device(), states.dtype());
    let factors: Vec<f64> = lengths
        .iter()
        .map(|&length| 1.0 / length.max(1) as f64)
        .collect();
    let factors = TensorData::new(factors, [lengths.len(), 1]);
    let factors = Tensor::<2>::from_data(factors, (&device, dtype));
    let sums: Tensor<2> = padding::fill(states, Some(lengths), 0.0)
        .sum_dim(0)
        .squeeze_dim(0);
    sums * factors
}

fn max(states: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
    let largest = padding::fill(states, Some(lengths), f64::NEG_INFINITY).max_dim(0);
    without_empty(largest.squeeze_dim(0), lengths)
}

/// Zeros for the rows of no steps.
fn without_empty(vector: Tensor<2>, lengths: &[usize]) -> Tensor<2> {
    if lengths.iter().all(|&length| length > 0) {
        return vector;
    }
    let empty: Vec<bool> = lengths.iter().map(|&length| length == 0).collect();
    let data = TensorData::new(empty, [lengths.len(), 1]);
    let empty = Tensor::<2, Bool>::from_data(data, &vector.device());
    let shape = vector.dims();
    vector.mask_fill(empty.expand(shape), 0.0)
}
