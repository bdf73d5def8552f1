//! What makes scores of the states of a sequence: pooling over time, dense layers, an output layer.

use super::LayerOf;
use super::check::{check_dropouts, check_initializers, check_size};
use crate::Error;
use crate::recipe::name_of;
use crate::training::check;
use burn::module::Module;
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Tensor};
use recurrent_nn::{
    Initializer, Linear, LinearConfig, Mode, Pooling, PoolingConfig, PoolingLayer, dropout, noise,
};
use serde::{Deserialize, Serialize};

/// What follows a dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// The rectifier.
    #[default]
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

/// The keys of a head within `[model]`.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadConfig {
    /// How states become one vector.
    pub pooling: Pooling,
    /// Widths of dense layers above it.
    pub dense_sizes: Vec<usize>,
    /// What follows each of them.
    pub activation: Activation,
    /// Dropout of the pooled vector and of every dense layer.
    pub output_dropout: f64,
    /// Start of the output layer.
    pub output_initializer: Initializer,
}

/// Pooling, dense layers and output layer.
#[derive(Module, Debug)]
pub struct Head {
    pooling: PoolingLayer,
    dense: Vec<Linear>,
    output: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    output_dropout: f64,
}

/// What a head is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadShape {
    /// `H` of the states, both directions together.
    pub states: usize,
    /// Whether the second half of them is of the reverse direction.
    pub bidirectional: bool,
    /// Most steps of a sequence, where that is known.
    pub steps: Option<usize>,
    /// Numbers that come out.
    pub outputs: usize,
}

impl HeadConfig {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let layers = self.dense_sizes.len();
        let key = |name: &str| format!("model.{name}");
        check(
            layers <= 16,
            key("dense_sizes"),
            "at most 16 layers",
            layers,
        )?;
        for &size in &self.dense_sizes {
            check_size("model.dense_sizes", size)?;
        }
        check(
            layers > 0 || self.activation == Activation::default(),
            key("activation"),
            &format!(
                "{}, as there are no dense layers",
                name_of(&Activation::default())
            ),
            name_of(&self.activation),
        )?;
        check_dropouts(&[("model.output_dropout", self.output_dropout)])?;
        check_initializers(&[("model.output_initializer", self.output_initializer)])
    }

    /// Width of the pooled vector.
    fn pooled(&self, shape: HeadShape) -> usize {
        let steps = shape.steps.unwrap_or(1);
        self.pooling.output_size(shape.states, steps)
    }

    /// Parameters of a head.
    pub(crate) fn parameters(&self, shape: HeadShape) -> usize {
        let attention = match self.pooling {
            Pooling::Attention => shape.states * (shape.states + 2),
            _ => 0,
        };
        let sizes = self.dense_sizes.iter().chain([&shape.outputs]);
        let (mut parameters, mut input) = (attention, self.pooled(shape));
        for &size in sizes {
            parameters += size * (input + 1);
            input = size;
        }
        parameters
    }

    /// A head with weights drawn from `seed`.
    pub(crate) fn init(&self, shape: HeadShape, seed: u64, device: &Device) -> Head {
        let pooling = PoolingConfig {
            bidirectional: shape.bidirectional,
            steps: shape.steps.unwrap_or(1),
            ..PoolingConfig::new(self.pooling, shape.states)
        };
        let mut input = self.pooled(shape);
        let mut linear = |size, part, initializer| {
            let config = LinearConfig {
                initializer,
                ..LinearConfig::new(input, size)
            };
            input = size;
            config.init(noise::mix(seed, part), device)
        };
        let sizes = (1..).zip(&self.dense_sizes);
        let dense = sizes.map(|(part, &size)| linear(size, part, Initializer::Default));
        let dense = dense.collect();
        Head {
            pooling: pooling.init(noise::mix(seed, 0), device),
            dense,
            output: linear(shape.outputs, 100, self.output_initializer),
            activation: self.activation,
            output_dropout: self.output_dropout,
        }
    }

    /// The layers from input to output; `prefix` is what the names of their parameters begin with.
    pub(crate) fn layers(&self, shape: HeadShape, prefix: &str) -> Vec<LayerOf> {
        let pooling = LayerOf::of_rows(
            &format!("{prefix}.pooling"),
            &format!("pooling, {}", name_of(&self.pooling)),
            self.pooled(shape),
        );
        let kind = format!("linear, {}", name_of(&self.activation));
        let dense = self.dense_sizes.iter().enumerate();
        let dense = dense.map(|(number, &size)| {
            LayerOf::of_rows(&format!("{prefix}.dense.{number}"), &kind, size)
        });
        let output = LayerOf::of_rows(&format!("{prefix}.output"), "linear", shape.outputs);
        [pooling].into_iter().chain(dense).chain([output]).collect()
    }
}

impl Head {
    /// Scores `[B, K]` of sequences by their `states [T, B, H]`, and the weights `[T, B]` that attention gives their steps.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(
        &self,
        states: Tensor<3>,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let (pooled, weights) = self.pooling.forward(states, Some(lengths));
        let mut x = dropout(pooled, self.output_dropout, mode.part(0));
        for (part, dense) in (1..).zip(&self.dense) {
            x = dense.forward(x);
            x = match self.activation {
                Activation::Relu => relu(x),
                Activation::Tanh => tanh(x),
            };
            x = dropout(x, self.output_dropout, mode.part(part));
        }
        (self.output.forward(x), weights)
    }
}
