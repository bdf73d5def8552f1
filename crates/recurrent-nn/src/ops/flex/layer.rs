//! A recurrent layer on the kernels.

use super::{Float, cpu_of_products, dims, elements, tensor};
use crate::ops::LayerOptions;
use burn_flex::FlexTensor;
use recurrent_kernels::layer::{
    self as kernel, Gradients, Operands, Output, OutputGradients, Saved, Size, State, Weights,
};
use recurrent_kernels::{Rows, noise};

/// What the backward pass of a layer keeps.
#[derive(Debug, Clone)]
pub enum SavedLayer {
    /// In single precision.
    F32(Saved<f32>),
    /// In double precision.
    F64(Saved<f64>),
    /// Nothing: the forward pass is run again.
    Nothing,
}

/// The kernels keep what they need in their own element type.
pub(super) trait Keep: Float {
    fn keep(saved: Saved<Self>) -> SavedLayer;
    fn give(saved: SavedLayer) -> Option<Saved<Self>>;
}

impl Keep for f32 {
    fn keep(saved: Saved<Self>) -> SavedLayer {
        SavedLayer::F32(saved)
    }
    fn give(saved: SavedLayer) -> Option<Saved<Self>> {
        match saved {
            SavedLayer::F32(saved) => Some(saved),
            _ => None,
        }
    }
}

impl Keep for f64 {
    fn keep(saved: Saved<Self>) -> SavedLayer {
        SavedLayer::F64(saved)
    }
    fn give(saved: SavedLayer) -> Option<Saved<Self>> {
        match saved {
            SavedLayer::F64(saved) => Some(saved),
            _ => None,
        }
    }
}

/// Sizes, rows and mask of a layer's call.
struct Call<R> {
    size: Size,
    rows: Rows,
    states: usize,
    mask: Option<Vec<R>>,
}

impl<R: Float> Call<R> {
    fn new(operands: &[FlexTensor; 6], options: &LayerOptions) -> Self {
        let [time, batch, input] = dims(&operands[0]);
        let [states, _, hidden] = dims(&operands[5]);
        let mask = options.recurrent_dropout.map(|(seed, probability)| {
            noise::dropout_mask(seed, probability, batch * hidden)
                .into_iter()
                .map(|factor| R::from_f64(f64::from(factor)))
                .collect()
        });
        Self {
            size: Size { input, hidden },
            rows: Rows::new(time, batch, options.lengths.as_deref(), options.direction),
            states,
            mask,
        }
    }

    fn operands<'a>(&'a self, tensors: &'a [FlexTensor; 6]) -> Operands<'a, R> {
        let [input, weight_ih, weight_hh, bias_ih, bias_hh, state] = tensors;
        let (hidden, memory) = elements(state).split_at(self.state_len());
        Operands {
            input: elements(input),
            weights: Weights {
                input: elements(weight_ih),
                recurrent: elements(weight_hh),
                input_bias: elements(bias_ih),
                recurrent_bias: elements(bias_hh),
            },
            initial: State { hidden, memory },
            recurrent_mask: self.mask.as_deref(),
        }
    }

    fn forward(&self, operands: &[FlexTensor; 6], options: &LayerOptions) -> Output<R> {
        kernel::forward(
            cpu_of_products(),
            options.cell.kind(),
            self.size,
            &self.rows,
            self.operands(operands),
        )
    }

    fn state_len(&self) -> usize {
        self.rows.batch() * self.size.hidden
    }

    /// Sequence, hidden state and memory in a packed result `[T + S, B, H]`.
    fn split<'a>(&self, packed: &'a [R]) -> [&'a [R]; 3] {
        let (sequence, rest) = packed.split_at(self.rows.time() * self.state_len());
        let (hidden, memory) = rest.split_at(self.state_len());
        [sequence, hidden, memory]
    }
}

/// Sequence and final state `[T + S, B, H]`, and what the backward pass needs.
pub(super) fn forward<R: Keep>(
    operands: &[FlexTensor; 6],
    options: &LayerOptions,
) -> (FlexTensor, SavedLayer) {
    let call = Call::<R>::new(operands, options);
    let shape = [
        call.rows.time() + call.states,
        call.rows.batch(),
        call.size.hidden,
    ];
    let Output { packed, saved } = call.forward(operands, options);
    let saved = if options.recompute {
        SavedLayer::Nothing
    } else {
        R::keep(saved)
    };
    (tensor(packed, shape), saved)
}

/// Gradients of the six operands.
pub(super) fn backward<R: Keep>(
    operands: &[FlexTensor; 6],
    options: &LayerOptions,
    output: &FlexTensor,
    saved: SavedLayer,
    gradient: &FlexTensor,
    wants_input: bool,
) -> [Option<FlexTensor>; 6] {
    let call = Call::<R>::new(operands, options);
    let saved = match saved {
        SavedLayer::Nothing => call.forward(operands, options).saved,
        saved => match R::give(saved) {
            Some(saved) => saved,
            None => panic!("the gradient of a layer has another element type than its output"),
        },
    };
    let [d_sequence, d_hidden, d_memory] = call.split(elements(gradient));
    let Gradients {
        input,
        input_weights,
        recurrent_weights,
        input_bias,
        recurrent_bias,
        hidden: mut state,
        memory,
    } = kernel::backward(
        cpu_of_products(),
        options.cell.kind(),
        call.size,
        &call.rows,
        call.operands(operands),
        call.split(elements(output))[0],
        saved,
        OutputGradients {
            sequence: d_sequence,
            hidden: d_hidden,
            memory: d_memory,
        },
        wants_input,
    );
    state.extend(memory);
    let shape = |number: usize| operands[number].layout().shape().clone();
    [
        wants_input.then(|| tensor(input, shape(0))),
        Some(tensor(input_weights, shape(1))),
        Some(tensor(recurrent_weights, shape(2))),
        Some(tensor(input_bias, shape(3))),
        Some(tensor(recurrent_bias, shape(4))),
        Some(tensor(state, shape(5))),
    ]
}
