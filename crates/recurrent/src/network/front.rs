//! `[[model.front]]`: convolutions over steps and features before everything else that reads a sequence of vectors, as for
//! sound (Amodei et al. 2016) and lines of images (Shi, Bai and Yao 2015).

use super::LayerOf;
use super::check::check_size;
use crate::Error;
use crate::training::check;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{GridConvolution, GridConvolutionConfig, Mode, dropout, noise};
use serde::{Deserialize, Serialize};

/// Most blocks.
const MOST_BLOCKS: usize = 16;

/// One block: a convolution, a rectifier and the largest of each window. Pairs are of steps and features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontBlockConfig {
    /// The number of filters.
    pub filters: usize,
    /// What a filter sees, odd numbers.
    #[serde(default = "three")]
    pub kernel: [usize; 2],
    /// How far a filter moves.
    #[serde(default = "one")]
    pub stride: [usize; 2],
    /// What becomes one number by taking the largest.
    #[serde(default = "one")]
    pub window: [usize; 2],
}

fn three() -> [usize; 2] {
    [3, 3]
}
fn one() -> [usize; 2] {
    [1, 1]
}

/// The blocks.
#[derive(Module, Debug)]
pub struct Front {
    blocks: Vec<GridConvolution>,
    #[module(skip)]
    dropout: f64,
}

/// What blocks are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrontParts<'a> {
    /// The blocks; none where vectors go on as they are.
    pub blocks: &'a [FrontBlockConfig],
    /// Dropout after each.
    pub dropout: f64,
    /// Channels of a step, and features of a channel.
    pub inputs: [usize; 2],
}

impl FrontBlockConfig {
    /// Checks the range of every value.
    pub(crate) fn check_all(blocks: &[Self]) -> Result<(), Error> {
        let key = |name: &str| format!("model.front.{name}");
        let few = blocks.len() <= MOST_BLOCKS;
        check(
            few,
            "model.front".to_string(),
            "up to 16 blocks",
            blocks.len(),
        )?;
        for block in blocks {
            check_size(&key("filters"), block.filters)?;
            let odd = block
                .kernel
                .iter()
                .all(|&size| size % 2 == 1 && size < 1024);
            let found = format!("{:?}", block.kernel);
            check(odd, key("kernel"), "two odd numbers below 1024", found)?;
            for (name, sizes) in [("stride", block.stride), ("window", block.window)] {
                let fine = sizes.iter().all(|size| (1..=1024).contains(size));
                let found = format!("{sizes:?}");
                check(fine, key(name), "two numbers from 1 to 1024", found)?;
            }
        }
        Ok(())
    }
}

impl FrontParts<'_> {
    /// The convolutions from first to last.
    fn convolutions(&self) -> Vec<GridConvolutionConfig> {
        let [mut channels, mut features] = self.inputs;
        let next = |block: &FrontBlockConfig| {
            let convolution = GridConvolutionConfig {
                channels,
                features,
                filters: block.filters,
                kernel: block.kernel,
                stride: block.stride,
                window: block.window,
            };
            (channels, features) = (block.filters, convolution.output_features());
            convolution
        };
        self.blocks.iter().map(next).collect()
    }

    /// Blocks with weights drawn from `seed`.
    pub(crate) fn init(&self, seed: u64, device: &Device) -> Front {
        let convolutions = (0..).zip(self.convolutions());
        Front {
            blocks: convolutions
                .map(|(number, config)| config.init(noise::mix(seed, number), device))
                .collect(),
            dropout: self.dropout,
        }
    }

    /// Numbers of a step that come out.
    pub(crate) fn output_size(&self) -> usize {
        let last = self.convolutions().pop();
        last.map_or(self.inputs[0] * self.inputs[1], |last| last.output_size())
    }

    /// How many steps come out of `steps`.
    pub(crate) fn steps(&self, steps: usize) -> usize {
        let all = self.convolutions().into_iter();
        all.fold(steps, |steps, convolution| convolution.steps(steps))
    }

    /// Parameters.
    pub(crate) fn parameters(&self) -> usize {
        let all = self.convolutions().into_iter();
        all.map(|convolution| convolution.parameters()).sum()
    }

    /// The layers from input to output.
    pub(crate) fn layers(&self) -> Vec<LayerOf> {
        let row = |(number, convolution): (usize, GridConvolutionConfig)| {
            let [steps, features] = convolution.kernel;
            let kind = format!("convolution of {steps} x {features}, rectifier");
            LayerOf::new(
                &format!("front.blocks.{number}"),
                &kind,
                convolution.output_size(),
            )
        };
        self.convolutions()
            .into_iter()
            .enumerate()
            .map(row)
            .collect()
    }
}

impl Front {
    /// Reads rows of `x [T, B, C F]`; gives `[T', B, ..]` and their lengths.
    ///
    /// # Panics
    /// Where shapes disagree, or `lengths` is not `[B]` with values up to `T`.
    pub fn forward(&self, x: Tensor<3>, lengths: &[usize], mode: Mode) -> (Tensor<3>, Vec<usize>) {
        let (mut x, mut lengths) = (x, lengths.to_vec());
        for (number, block) in (0..).zip(&self.blocks) {
            (x, lengths) = block.forward(x, &lengths);
            x = dropout(x, self.dropout, mode.part(number));
        }
        (x, lengths)
    }
}
