//! The cells by name.

use recurrent_kernels::cells::{Activation, CellKind};
use serde::{Deserialize, Serialize};

/// A recurrent cell; its equations stand in `recurrent_kernels::cells`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Simple recurrent network (Elman 1990) with the hyperbolic tangent.
    ElmanTanh,
    /// Simple recurrent network with the rectifier.
    ElmanRelu,
    /// Simple recurrent network with the logistic function.
    ElmanLogistic,
    /// Long short-term memory (Hochreiter and Schmidhuber 1997).
    Lstm,
    /// Gated recurrent unit, reset gate after the recurrent product (PyTorch, cuDNN).
    Gru,
    /// Gated recurrent unit, reset gate before the recurrent product (Cho et al. 2014).
    GruResetBefore,
}

impl Cell {
    /// All cells.
    pub const ALL: [Self; 6] = [
        Self::ElmanTanh,
        Self::ElmanRelu,
        Self::ElmanLogistic,
        Self::Lstm,
        Self::Gru,
        Self::GruResetBefore,
    ];

    /// The kernel's name of the cell.
    pub fn kind(self) -> CellKind {
        match self {
            Self::ElmanTanh => CellKind::Elman(Activation::Tanh),
            Self::ElmanRelu => CellKind::Elman(Activation::Relu),
            Self::ElmanLogistic => CellKind::Elman(Activation::Logistic),
            Self::Lstm => CellKind::Lstm,
            Self::Gru => CellKind::Gru,
            Self::GruResetBefore => CellKind::GruResetBefore,
        }
    }

    /// Number of gates `G`.
    pub fn gates(self) -> usize {
        self.kind().gates()
    }

    /// Parts of the state `S`: 2 with a memory, else 1.
    pub fn states(self) -> usize {
        1 + usize::from(self.kind().has_memory())
    }
}
