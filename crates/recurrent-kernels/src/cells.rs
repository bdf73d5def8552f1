//! The cells: what happens to one register of hidden units at one step.
//!
//! A cell is pointwise: the layer driver ([`crate::layer`]) does the products,
//! walks over time, rows and units, and hands each register of units to the
//! cell. To add a cell, write one file here and list it in [`CellKind`].

use crate::simd::Vector;
use std::ops::Range;

mod elman;
mod gru;
mod lstm;

pub use elman::{Activation, Elman};
pub use gru::{Gru, GruResetBefore};
pub use lstm::Lstm;

/// Most gates a cell has.
pub const MAX_GATES: usize = 4;

/// What the recurrent weights of a phase are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The previous hidden state.
    Hidden,
    /// What the phase before left in [`ForwardUnit::extra`].
    Extra,
}

/// A part of a step whose gates need the same recurrent product.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Gates whose recurrent product is known in this phase.
    pub gates: Range<usize>,
    /// Left side of that product.
    pub operand: Operand,
}

/// One register of units going forward; each field is `LANES` units of one row.
#[derive(Clone, Copy)]
pub struct ForwardUnit<V> {
    /// `W_ih x + b_ih` of each gate; the cell replaces it by the activation,
    /// which is kept for the backward pass.
    pub gates: [V; MAX_GATES],
    /// `W_hh operand + b_hh` of the gates of the phase.
    pub recurrent: [V; MAX_GATES],
    /// Hidden state before the step; the last phase leaves the one after it.
    pub hidden: V,
    /// `extra` of the step before (the initial memory at the first step).
    pub extra_previous: V,
    /// A second value a unit keeps: the memory of an LSTM, or what the
    /// backward pass of a GRU needs.
    pub extra: V,
}

/// One register of units going backward through one phase.
#[derive(Clone, Copy)]
pub struct BackwardUnit<V> {
    /// Gradient of the hidden state after the step.
    pub d_hidden: V,
    /// Gradient of the phase's operand ([`Operand::Extra`]), from the phase after.
    pub d_operand: V,
    /// Gradient of the memory after the step; the cell leaves that before it.
    pub d_memory: V,
    /// Part of the gradient of the previous hidden state that does not pass
    /// through the recurrent weights; the last phase finds zero.
    pub d_hidden_previous: V,
    /// Activations; the cell replaces those of the phase by the gradients of
    /// `W_ih x + b_ih`.
    pub gates: [V; MAX_GATES],
    /// As the forward pass left it. A cell with [`Cell::SPLIT`] replaces it by
    /// the gradient of that gate's recurrent product.
    pub extra: V,
    /// `extra` of the step before.
    pub extra_previous: V,
    /// Hidden state before the step.
    pub hidden_previous: V,
}

/// Pointwise forward and backward of a recurrent cell.
pub trait Cell: Copy + Send + Sync {
    /// Rows of the weight matrices are `GATES * H`, gate after gate.
    const GATES: usize;
    /// The phases of a step in order; together they cover all gates.
    const PHASES: &'static [Phase];
    /// Whether `extra` is carried from step to step as a second state.
    const MEMORY: bool;
    /// Whether the cell keeps `extra` at all.
    const EXTRA: bool;
    /// The gate whose recurrent product has another gradient than its input
    /// product; the backward pass leaves it in `extra`.
    const SPLIT: Option<usize>;

    /// Phase `phase` of a step.
    fn forward<V: Vector>(self, phase: usize, unit: &mut ForwardUnit<V>);

    /// The gradient of phase `phase`; phases come in reverse order.
    fn backward<V: Vector>(self, phase: usize, unit: &mut BackwardUnit<V>);
}

/// A cell chosen at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// Simple recurrent network.
    Elman(Activation),
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent unit with the reset gate after the recurrent product.
    Gru,
    /// Gated recurrent unit with the reset gate before the recurrent product.
    GruResetBefore,
}

/// Calls `$body` with `$cell` bound to the cell of a [`CellKind`].
macro_rules! with_cell {
    ($kind:expr, |$cell:ident| $body:expr) => {
        match $kind {
            $crate::cells::CellKind::Elman(activation) => {
                let $cell = $crate::cells::Elman { activation };
                $body
            }
            $crate::cells::CellKind::Lstm => {
                let $cell = $crate::cells::Lstm;
                $body
            }
            $crate::cells::CellKind::Gru => {
                let $cell = $crate::cells::Gru;
                $body
            }
            $crate::cells::CellKind::GruResetBefore => {
                let $cell = $crate::cells::GruResetBefore;
                $body
            }
        }
    };
}
pub(crate) use with_cell;

impl CellKind {
    /// All cells.
    pub const ALL: [Self; 6] = [
        Self::Elman(Activation::Tanh),
        Self::Elman(Activation::Relu),
        Self::Elman(Activation::Logistic),
        Self::Lstm,
        Self::Gru,
        Self::GruResetBefore,
    ];

    /// Number of gates `G`.
    pub fn gates(self) -> usize {
        fn of<C: Cell>(_: C) -> usize {
            C::GATES
        }
        with_cell!(self, |cell| of(cell))
    }

    /// The phases of a step in order.
    pub fn phases(self) -> &'static [Phase] {
        fn of<C: Cell>(_: C) -> &'static [Phase] {
            C::PHASES
        }
        with_cell!(self, |cell| of(cell))
    }

    /// Whether a step keeps [`ForwardUnit::extra`].
    pub fn keeps_extra(self) -> bool {
        fn of<C: Cell>(_: C) -> bool {
            C::EXTRA
        }
        with_cell!(self, |cell| of(cell))
    }

    /// Whether the state has a second part, the memory.
    pub fn has_memory(self) -> bool {
        fn of<C: Cell>(_: C) -> bool {
            C::MEMORY
        }
        with_cell!(self, |cell| of(cell))
    }
}

/// One in the lanes of a vector like `like`.
#[inline(always)]
fn one<V: Vector>(_like: V) -> V {
    // SAFETY: a vector exists, so the machine has the instructions.
    unsafe { V::splat(<V::Elem as crate::Real>::ONE) }
}

/// Zero in the lanes of a vector like `like`.
#[inline(always)]
fn zero<V: Vector>(_like: V) -> V {
    // SAFETY: a vector exists, so the machine has the instructions.
    unsafe { V::splat(<V::Elem as crate::Real>::ZERO) }
}
