//! A network packed for reading one symbol at a time.

use super::{FeedForwardModel, LanguageModel, RecurrentModel};
use burn::tensor::Tensor;
use recurrent_nn::{LinearStepper, Precision, StackStepper, StackStepperState, linear_stepper};

/// A [`LanguageModel`] on the CPU, its weights packed once for many steps.
#[derive(Debug)]
pub struct LanguageModelStepper {
    embedding: Vec<f32>, // [V, E]
    width: usize,
    body: Body,
    output: LinearStepper<f32>,
}

/// What stands between embedding and output.
#[derive(Debug)]
enum Body {
    Recurrent(StackStepper),
    FeedForward {
        hidden: LinearStepper<f32>,
        context: usize,
        size: usize,
        direct: bool,
    },
}

/// What a stepper knows of the symbols before.
#[derive(Debug, Clone)]
pub enum StepperState {
    /// The states of the layers.
    Recurrent(StackStepperState),
    /// The embedded symbols of the window, the oldest first, and room for what the output reads.
    Window {
        /// `[(n - 1) E]`
        symbols: Vec<f32>,
        /// The hidden layer, and the window where the output reads that too.
        output: Vec<f32>,
    },
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

impl LanguageModel {
    /// The model packed for steps of one row.
    pub fn stepper(&self, precision: Precision) -> LanguageModelStepper {
        match self {
            Self::Recurrent(model) => model.stepper(precision),
            Self::FeedForward(model) => model.stepper(precision),
        }
    }
}

impl RecurrentModel {
    fn stepper(&self, precision: Precision) -> LanguageModelStepper {
        let embedding = self.embedding.weight.val();
        let output = self.output.weight(&self.embedding);
        LanguageModelStepper {
            width: embedding.dims()[1],
            embedding: values(embedding),
            body: Body::Recurrent(self.rnn.stepper(precision)),
            output: linear_stepper(output, self.output.bias.val(), precision),
        }
    }
}

impl FeedForwardModel {
    fn stepper(&self, precision: Precision) -> LanguageModelStepper {
        let embedding = self.embedding.weight.val();
        let output = self.output.weight(&self.embedding);
        let (hidden, bias) = (self.hidden.weight.val(), self.hidden.bias.val());
        LanguageModelStepper {
            width: embedding.dims()[1],
            embedding: values(embedding),
            body: Body::FeedForward {
                size: hidden.dims()[0],
                hidden: linear_stepper(hidden, bias, precision),
                context: self.context,
                direct: self.direct,
            },
            output: linear_stepper(output, self.output.bias.val(), precision),
        }
    }
}

impl LanguageModelStepper {
    /// The state before a text.
    pub fn start(&self) -> StepperState {
        match &self.body {
            Body::Recurrent(rnn) => StepperState::Recurrent(rnn.zero_state()),
            Body::FeedForward {
                context,
                size,
                direct,
                ..
            } => {
                let window = context * self.width;
                let direct = if *direct { window } else { 0 };
                StepperState::Window {
                    symbols: vec![0.0; window],
                    output: vec![0.0; size + direct],
                }
            }
        }
    }

    /// Reads a symbol, moves the state and writes the logits `[V]` of the next one.
    ///
    /// # Panics
    /// Where the symbol is not of the vocabulary, the logits are not `[V]`, or the state is of
    /// another kind of network.
    pub fn step(&self, symbol: u32, state: &mut StepperState, logits: &mut [f32]) {
        let at = symbol as usize * self.width;
        let embedded = &self.embedding[at..at + self.width];
        match (&self.body, state) {
            (Body::Recurrent(rnn), StepperState::Recurrent(state)) => {
                self.output.step(rnn.step(embedded, state), logits);
            }
            (Body::FeedForward { hidden, size, .. }, StepperState::Window { symbols, output }) => {
                symbols.copy_within(self.width.., 0);
                let last = symbols.len() - self.width;
                symbols[last..].copy_from_slice(embedded);
                let (read, direct) = output.split_at_mut(*size);
                hidden.step(symbols, read);
                read.iter_mut().for_each(|x| *x = x.tanh());
                direct.copy_from_slice(&symbols[..direct.len()]);
                self.output.step(output, logits);
            }
            _ => panic!("a state of another kind of network"),
        }
    }
}
