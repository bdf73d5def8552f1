//! The network: a recurrent stack, and a linear output of its last state (adding) or of every state (copy).

use super::config::{MemoryModelConfig, Problem};
use super::data::{ALPHABET, Batch, SYMBOLS};
use crate::network::{Encoder, EncoderParts, LayerOf, rows};
use crate::report::LayerRow;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use recurrent_nn::{Linear, LinearConfig, Mode, noise, parameters};

/// Numbers or symbols in, a number or scores of symbols out.
#[derive(Module, Debug)]
pub struct MemoryNetwork {
    encoder: Encoder,
    output: Linear,
    /// Whether every step has an answer, not only the last.
    #[module(skip)]
    every_step: bool,
}

/// Numbers that come out of a step: the sum, or scores of the alphabet and of the blank.
pub(super) fn outputs(problem: Problem) -> usize {
    match problem {
        Problem::Adding => 1,
        Problem::Copy => ALPHABET + 1,
    }
}

impl MemoryModelConfig {
    /// The encoder of a problem.
    pub(super) fn parts(&self, problem: Problem) -> EncoderParts<'_> {
        EncoderParts {
            embedding: self.embedding.as_ref(),
            inputs: match problem {
                Problem::Adding => 2,
                Problem::Copy => SYMBOLS,
            },
            beside: 0,
            input_dropout: 0.0,
            body: Some(&self.encoder),
            section: "model",
        }
    }

    fn linear(&self, problem: Problem) -> LinearConfig {
        LinearConfig::new(self.parts(problem).output_size(), outputs(problem))
    }

    pub(super) fn parameters(&self, problem: Problem) -> usize {
        let linear = self.linear(problem);
        self.parts(problem).parameters() + linear.output_size * (linear.input_size + 1)
    }

    /// A network with weights drawn from `seed`; those of the encoder are zero where `blank`.
    pub(super) fn init(
        &self,
        problem: Problem,
        seed: u64,
        blank: bool,
        device: &Device,
    ) -> MemoryNetwork {
        let encoder = self.parts(problem);
        MemoryNetwork {
            encoder: encoder.init(noise::mix(seed, 0), blank, device),
            output: self.linear(problem).init(noise::mix(seed, 1), device),
            every_step: problem == Problem::Copy,
        }
    }

    /// The layers of a network from input to output.
    pub(super) fn layers(&self, problem: Problem, network: &MemoryNetwork) -> Vec<LayerRow> {
        let mut layers = self.parts(problem).layers("encoder");
        let output = match problem {
            Problem::Adding => LayerOf::of_rows,
            Problem::Copy => LayerOf::new,
        };
        layers.push(output("output", "linear", outputs(problem)));
        rows(layers, &parameters(network))
    }
}

impl MemoryNetwork {
    /// The answers to a batch, of each row `[B, 1]` or of each step `[T B, 9]`.
    pub(super) fn forward(&self, batch: &Batch, mode: Mode) -> Tensor<2> {
        let vectors = self.encoder.embed(batch.input.clone(), mode.part(0));
        let (states, _) = self.encoder.read(vectors, &batch.lengths, mode.part(1));
        let [time, rows, width] = states.dims();
        let states = match self.every_step {
            true => states.reshape([time * rows, width]),
            false => states.narrow(0, time - 1, 1).reshape([rows, width]),
        };
        self.output.forward(states)
    }
}

#[cfg(test)]
impl MemoryNetwork {
    /// Makes all answers zero.
    pub(super) fn clear_output(&mut self) {
        self.output.weight = (self.output.weight.clone()).map(|weight| weight.zeros_like());
        self.output.bias = self.output.bias.clone().map(|bias| bias.zeros_like());
    }
}
