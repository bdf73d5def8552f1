//! What a network carries from one chunk of a text to the next.

use burn::tensor::{Device, Int, Tensor, TensorData};
use recurrent_nn::StackState;
use std::collections::BTreeMap;

/// What a network carries from one chunk of a text to the next.
#[derive(Debug, Clone)]
pub enum ModelState {
    /// The states of the layers.
    Recurrent(StackState),
    /// The last symbols `[n, B]`, as many as there were up to those of the window.
    Window(Box<Tensor<2, Int>>),
}

/// The name of a window's symbols in a checkpoint.
const WINDOW: &str = "window";

impl ModelState {
    /// The same without what it was computed from.
    pub(in crate::language_model) fn detach(self) -> Self {
        match self {
            Self::Recurrent(state) => Self::Recurrent(state.detach()),
            Self::Window(symbols) => Self::Window(symbols),
        }
    }

    /// Its tensors by name, for a checkpoint.
    pub(in crate::language_model) fn to_data(&self) -> BTreeMap<String, TensorData> {
        match self {
            Self::Recurrent(state) => (state.layers.iter().enumerate())
                .map(|(number, state)| (number.to_string(), state.to_data()))
                .collect(),
            // Ids below 2^24 are exact in the single precision of checkpoints.
            Self::Window(symbols) => {
                BTreeMap::from([(WINDOW.to_string(), symbols.clone().float().to_data())])
            }
        }
    }

    /// The state that [`ModelState::to_data`] gave; none where nothing was carried.
    pub(in crate::language_model) fn from_data(
        mut carried: BTreeMap<String, TensorData>,
        device: &Device,
    ) -> Option<Self> {
        if let Some(symbols) = carried.remove(WINDOW) {
            let symbols: Tensor<2> = Tensor::from_data(symbols, device);
            return Some(Self::Window(Box::new(symbols.int())));
        }
        let mut layers = Vec::new();
        while let Some(data) = carried.remove(&layers.len().to_string()) {
            layers.push(Tensor::from_data(data, device));
        }
        (!layers.is_empty()).then_some(Self::Recurrent(StackState { layers }))
    }
}
