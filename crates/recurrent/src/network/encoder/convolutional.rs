//! The convolutional body of an encoder: blocks of convolutions over time, each with a rectifier and pooling.
//!
//! With one block of widths 3, 4 and 5 and the maximum over time above it, it is the text classifier of Kim 2014; with
//! several blocks and windows, the usual network of convolution, pooling and dense layers (LeCun et al. 1998).

use crate::Error;
use crate::network::LayerOf;
use crate::network::check::{check_dropouts, check_size};
use crate::training::check;
use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{
    Convolution, ConvolutionConfig, Mode, TimePooling, WindowPooling, dropout, noise,
};
use serde::{Deserialize, Serialize};

/// `[model.encoder]` of kind `convolutional`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvolutionalConfig {
    /// Filters of each width, a number a block.
    pub filters: Vec<usize>,
    /// Steps that a filter sees; filters of several widths stand side by side.
    pub widths: Vec<usize>,
    /// Steps that pooling makes one of after each block; 1 for none.
    #[serde(default = "one")]
    pub window: usize,
    /// What pooling takes of them.
    #[serde(default)]
    pub window_pooling: WindowPooling,
    /// Dropout between blocks; 0 where there is one.
    #[serde(default)]
    pub dropout: f64,
}

fn one() -> usize {
    1
}

impl ConvolutionalConfig {
    pub(super) fn check(&self, section: &str) -> Result<(), Error> {
        let key = |name: &str| format!("{section}.{name}");
        for (name, list) in [("filters", &self.filters), ("widths", &self.widths)] {
            let count = list.len();
            check(
                (1..=16).contains(&count),
                key(name),
                "1 to 16 numbers",
                count,
            )?;
        }
        for &filters in &self.filters {
            check_size(&key("filters"), filters)?;
        }
        for (name, &steps) in
            (self.widths.iter().map(|width| ("widths", width))).chain([("window", &self.window)])
        {
            let fine = (1..=1024).contains(&steps);
            check(fine, key(name), "a number from 1 to 1024", steps)?;
        }
        check_dropouts(&[(&key("dropout"), self.dropout)])?;
        check(
            self.filters.len() > 1 || self.dropout == 0.0,
            key("dropout"),
            "0, as there is one block and it acts between blocks",
            self.dropout,
        )
    }

    pub(super) fn output_size(&self) -> usize {
        self.widths.len() * self.filters.last().copied().unwrap_or(0)
    }

    /// How many steps come out of `steps`.
    pub(super) fn steps(&self, steps: usize) -> usize {
        let blocks = self.filters.iter();
        blocks.fold(steps, |steps, _| steps.div_ceil(self.window))
    }

    /// How many steps become one, as far as numbers go.
    pub(super) fn stride(&self) -> usize {
        let blocks = self.filters.iter();
        blocks.fold(1, |stride: usize, _| stride.saturating_mul(self.window))
    }

    pub(super) fn parameters(&self, width: usize) -> usize {
        let seen: usize = self.widths.iter().sum();
        let (mut parameters, mut input) = (0, width);
        for &filters in &self.filters {
            parameters += filters * (seen * input + self.widths.len());
            input = self.widths.len() * filters;
        }
        parameters
    }

    pub(super) fn layers(&self, prefix: &str) -> Vec<LayerOf> {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        let kind = format!("convolution of {} steps, rectifier", widths.join(", "));
        let row = |(number, &filters): (usize, &usize)| {
            let name = format!("{prefix}.blocks.{number}");
            LayerOf::new(&name, &kind, self.widths.len() * filters)
        };
        self.filters.iter().enumerate().map(row).collect()
    }
}

/// The blocks.
#[derive(Module, Debug)]
pub(super) struct Convolutions {
    blocks: Vec<Block>,
    /// Of the windows after each block.
    #[module(skip)]
    pooling: TimePooling,
    #[module(skip)]
    dropout: f64,
}

/// Convolutions of several widths over the same steps.
#[derive(Module, Debug)]
struct Block {
    convolutions: Vec<Convolution>,
}

impl Convolutions {
    /// Blocks over vectors of a width, with weights drawn from `seed`.
    pub(super) fn new(
        config: &ConvolutionalConfig,
        width: usize,
        seed: u64,
        device: &Device,
    ) -> Self {
        let mut input_size = width;
        let block = |(number, &filters): (usize, &usize)| {
            let convolution = |(part, &width): (usize, &usize)| {
                let seed = noise::mix(noise::mix(seed, number as u64), part as u64);
                ConvolutionConfig::new(input_size, filters, width).init(seed, device)
            };
            let convolutions = config.widths.iter().enumerate();
            let convolutions = convolutions.map(convolution).collect();
            input_size = config.widths.len() * filters;
            Block { convolutions }
        };
        Self {
            blocks: config.filters.iter().enumerate().map(block).collect(),
            pooling: TimePooling::new(config.window_pooling, config.window),
            dropout: config.dropout,
        }
    }

    /// Reads vectors `[T, B, ..]`.
    pub(super) fn forward(
        &self,
        vectors: Tensor<3>,
        lengths: &[usize],
        mode: Mode,
    ) -> (Tensor<3>, Vec<usize>) {
        let (mut x, mut lengths) = (vectors, lengths.to_vec());
        for (number, block) in self.blocks.iter().enumerate() {
            if number > 0 {
                x = dropout(x, self.dropout, mode.part(number as u64));
            }
            let all = block.convolutions.iter();
            let all = all.map(|convolution| convolution.forward(x.clone(), Some(&lengths)));
            x = relu(Tensor::cat(all.collect(), 2));
            if self.pooling.window > 1 {
                (x, lengths) = self.pooling.forward(x, Some(&lengths));
            }
        }
        (x, lengths)
    }
}
