//! A language model packed for reading one symbol at a time.

use super::LanguageModel;
use recurrent_nn::{LinearStepper, Precision, StackStepper, StackStepperState, linear_stepper};

/// A [`LanguageModel`] on the CPU, its weights packed once for many steps.
#[derive(Debug)]
pub struct LanguageModelStepper {
    embedding: Vec<f32>, // [V, E]
    width: usize,
    rnn: StackStepper,
    output: LinearStepper<f32>,
}

impl LanguageModel {
    /// The model packed for steps of one row.
    pub fn stepper(&self, precision: Precision) -> LanguageModelStepper {
        let embedding = self.embedding.weight.val();
        let [_, width] = embedding.dims();
        LanguageModelStepper {
            embedding: embedding.into_data().iter::<f32>().collect(),
            width,
            rnn: self.rnn.stepper(precision),
            output: linear_stepper(self.output_weight(), self.output.bias.val(), precision),
        }
    }
}

impl LanguageModelStepper {
    /// A state of zeros.
    pub fn zero_state(&self) -> StackStepperState {
        self.rnn.zero_state()
    }

    /// Reads a symbol, moves the state and writes the logits `[V]` of the next one.
    ///
    /// # Panics
    /// Where the symbol is not of the vocabulary or the logits are not `[V]`.
    pub fn step(&self, symbol: u32, state: &mut StackStepperState, logits: &mut [f32]) {
        let at = symbol as usize * self.width;
        let embedded = &self.embedding[at..at + self.width];
        self.output.step(self.rnn.step(embedded, state), logits);
    }
}
