//! The layers of a network as they are listed, with their parameters.

use crate::report::LayerRow;
use recurrent_nn::Parameter;

/// A layer as it is listed.
pub(crate) struct LayerOf {
    pub name: String,
    pub kind: String,
    /// Of what it gives.
    pub shape: String,
    /// What the names of its parameters begin with.
    pub prefix: String,
    /// What they end with, one of these.
    pub suffixes: Vec<String>,
}

impl LayerOf {
    /// A layer that gives `[T, B, width]` and whose parameters begin with its name.
    pub(crate) fn new(name: &str, kind: &str, width: usize) -> Self {
        Self {
            name: name.to_string(),
            kind: kind.to_string(),
            shape: format!("[T, B, {width}]"),
            prefix: format!("{name}."),
            suffixes: vec![String::new()],
        }
    }

    /// A layer of recurrent stack `prefix`, number `number` from 0.
    pub(crate) fn of_stack(prefix: &str, number: usize, kind: &str, width: usize) -> Self {
        let suffixes = ["", "_reverse"].map(|direction| format!("_l{number}{direction}"));
        Self {
            prefix: format!("{prefix}."),
            suffixes: suffixes.to_vec(),
            ..Self::new(&format!("{prefix} layer {number}"), kind, width)
        }
    }

    /// A layer that gives `[B, width]`, a vector for a whole sequence.
    pub(crate) fn of_rows(name: &str, kind: &str, width: usize) -> Self {
        Self {
            shape: format!("[B, {width}]"),
            ..Self::new(name, kind, width)
        }
    }

    fn has(&self, parameter: &Parameter) -> bool {
        let name = &parameter.name;
        let mut suffixes = self.suffixes.iter();
        name.starts_with(&self.prefix) && suffixes.any(|suffix| name.ends_with(suffix))
    }
}

/// The rows of layers whose parameters are among `all`.
pub(crate) fn rows(layers: Vec<LayerOf>, all: &[Parameter]) -> Vec<LayerRow> {
    let row = |layer: LayerOf| {
        let own = all.iter().filter(|parameter| layer.has(parameter));
        LayerRow {
            parameters: own.map(|own| own.data.num_elements() as u64).sum(),
            name: layer.name,
            kind: layer.kind,
            output_shape: layer.shape,
        }
    };
    layers.into_iter().map(row).collect()
}
