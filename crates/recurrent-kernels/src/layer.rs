//! One direction of one recurrent layer over a whole sequence, forward and
//! backward through time.
//!
//! Only the product of the state with the recurrent weights is sequential.
//! `X W_ih^T` before the scan and `dX`, `dW_ih`, `dW_hh` after it are one large
//! product each. In the scan the recurrent weights are packed once and stay in
//! the cores' caches; threads share the hidden units, each owning all gates of
//! its units, and meet once a step, or share the rows, which needs no meeting,
//! where a step is short. Rows that have ended cost nothing ([`crate::Rows`]).
//!
//! # Memory
//! Between forward and backward a layer keeps, beside its operands, the output
//! `(T + S) B H` and, in [`Saved`], activations `N G H`, for LSTM and GRU
//! [`crate::cells::ForwardUnit::extra`] `N H`, where rows are unequal or reversed
//! copies of states and input `N (H + I)`, and with a recurrent mask the masked
//! states `N H`. [`Saved`] is a function of the operands: who has little memory
//! drops it and runs [`forward`] again before [`backward`].

use crate::cells::{Cell, CellKind, Operand, with_cell};
use crate::matmul::{Left, Right, Shared, Start};
use crate::simd::Real;
use crate::{Cpu, Rows, elements, threads};
use std::ops::Range;

mod backward;
mod forward;
#[cfg(test)]
mod tests;

/// Multiplications of a step below which threads share rows, not units.
const SHORT_STEP: usize = 1 << 20;
/// Multiplications of a step below which one thread does it all.
const TINY_STEP: usize = 1 << 13;

/// Widths of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// `I`.
    pub input: usize,
    /// `H`.
    pub hidden: usize,
}

/// Weights of a layer in PyTorch's layout, gates in the order of the cell.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a, R> {
    /// `W_ih [G H, I]`.
    pub input: &'a [R],
    /// `W_hh [G H, H]`.
    pub recurrent: &'a [R],
    /// `b_ih [G H]`.
    pub input_bias: &'a [R],
    /// `b_hh [G H]`.
    pub recurrent_bias: &'a [R],
}

/// State of a layer, each part `[B, H]`.
#[derive(Debug, Clone, Copy)]
pub struct State<'a, R> {
    /// Hidden state.
    pub hidden: &'a [R],
    /// Memory of an LSTM; empty for other cells.
    pub memory: &'a [R],
}

/// Everything that a layer reads.
#[derive(Debug, Clone, Copy)]
pub struct Operands<'a, R> {
    /// `[T, B, I]`; padded positions are not read.
    pub input: &'a [R],
    /// The weights.
    pub weights: Weights<'a, R>,
    /// The state before the first step.
    pub initial: State<'a, R>,
    /// Factors `[B, H]` on what the recurrent weights are multiplied with, the
    /// same at every step (variational dropout, Gal and Ghahramani 2016).
    pub recurrent_mask: Option<&'a [R]>,
}

/// What a forward pass gives.
#[derive(Debug, Clone)]
pub struct Output<R> {
    /// `[T + S, B, H]`: the hidden states, zero past a row's end, then the
    /// hidden state after each row's last step, then the memory after it where
    /// the cell has one. One matrix, because a tensor library wants one result.
    pub packed: Vec<R>,
    /// What the backward pass needs.
    pub saved: Saved<R>,
}

/// What the backward pass needs of the forward pass.
#[derive(Debug, Clone)]
pub struct Saved<R> {
    /// Activations `[N, G H]`.
    gates: Vec<R>,
    /// [`ForwardUnit::extra`], `[N, H]`.
    extra: Vec<R>,
    /// Packed hidden states `[N, H]`, where they are not the output itself.
    hidden: Option<Vec<R>>,
    /// Packed hidden states times the recurrent mask `[N, H]`, where there is one.
    masked: Option<Vec<R>>,
    /// Packed input `[N, I]`, where it is not the input itself.
    input: Option<Vec<R>>,
}

impl<R> Saved<R> {
    /// Fails where this is not of a forward pass of the same shape.
    fn check(&self, kind: CellKind, size: Size, rows: &Rows, masked: bool) {
        let states = rows.packed() * size.hidden;
        let copied = |width: usize| (!rows.is_identity()).then_some(rows.packed() * width);
        let extra = if kind.keeps_extra() { states } else { 0 };
        assert_eq!(self.gates.len(), states * kind.gates(), "saved activations");
        assert_eq!(self.extra.len(), extra, "saved second values");
        assert_eq!(
            self.hidden.as_ref().map(Vec::len),
            copied(size.hidden),
            "saved states"
        );
        assert_eq!(
            self.input.as_ref().map(Vec::len),
            copied(size.input),
            "saved input"
        );
        let found = self.masked.as_ref().map(Vec::len);
        assert_eq!(found, masked.then_some(states), "saved masked states");
    }
}

/// What the backward pass starts from.
#[derive(Debug, Clone, Copy)]
pub struct OutputGradients<'a, R> {
    /// `[T, B, H]`; padded positions are not read.
    pub sequence: &'a [R],
    /// `[B, H]`.
    pub hidden: &'a [R],
    /// `[B, H]`; empty for cells without memory.
    pub memory: &'a [R],
}

/// Gradients of everything that a layer takes.
#[derive(Debug, Clone)]
pub struct Gradients<R> {
    /// `[T, B, I]`, zero past a row's end; empty where it was not asked for.
    pub input: Vec<R>,
    /// `[G H, I]`.
    pub input_weights: Vec<R>,
    /// `[G H, H]`.
    pub recurrent_weights: Vec<R>,
    /// `[G H]`.
    pub input_bias: Vec<R>,
    /// `[G H]`.
    pub recurrent_bias: Vec<R>,
    /// `[B, H]`.
    pub hidden: Vec<R>,
    /// `[B, H]`; empty for cells without memory.
    pub memory: Vec<R>,
}

/// Runs a layer over a whole sequence.
///
/// # Panics
/// Where a slice has another size than its documentation says.
pub fn forward<R: Real>(
    cpu: Cpu,
    kind: CellKind,
    size: Size,
    rows: &Rows,
    operands: Operands<R>,
) -> Output<R> {
    check(kind, size, rows, operands);
    with_cell!(kind, |cell| forward::forward(
        cpu, cell, size, rows, operands
    ))
}

/// Gradients of a layer; `operands` and `sequence` are those of the forward pass. The gradient of the input is computed
/// where `wants_input`. The gradient of a state below `2^-80`, in double precision below `2^-976`, is taken for zero.
///
/// # Panics
/// Where a slice has another size than its documentation says.
#[expect(clippy::too_many_arguments, reason = "the operands of one operation")]
pub fn backward<R: Real>(
    cpu: Cpu,
    kind: CellKind,
    size: Size,
    rows: &Rows,
    operands: Operands<R>,
    sequence: &[R],
    saved: Saved<R>,
    gradients: OutputGradients<R>,
    wants_input: bool,
) -> Gradients<R> {
    check(kind, size, rows, operands);
    let state = rows.batch() * size.hidden;
    assert_eq!(sequence.len(), rows.time() * state, "output sequence");
    saved.check(kind, size, rows, operands.recurrent_mask.is_some());
    assert_eq!(
        gradients.sequence.len(),
        sequence.len(),
        "sequence gradient"
    );
    assert_eq!(gradients.hidden.len(), state, "hidden gradient");
    assert_eq!(
        gradients.memory.len(),
        operands.initial.memory.len(),
        "memory gradient"
    );
    with_cell!(kind, |cell| backward::backward(
        cpu,
        cell,
        size,
        rows,
        operands,
        sequence,
        saved,
        gradients,
        wants_input
    ))
}

fn check<R>(kind: CellKind, size: Size, rows: &Rows, operands: Operands<R>) {
    let Operands {
        input,
        weights,
        initial,
        recurrent_mask,
    } = operands;
    let gates = elements([kind.gates(), size.hidden]);
    let state = elements([rows.batch(), size.hidden]);
    let memory = if kind.has_memory() { state } else { 0 };
    let sizes = [
        (
            "input",
            input.len(),
            elements([rows.time(), rows.batch(), size.input]),
        ),
        (
            "input weights",
            weights.input.len(),
            elements([gates, size.input]),
        ),
        (
            "recurrent weights",
            weights.recurrent.len(),
            elements([gates, size.hidden]),
        ),
        ("input bias", weights.input_bias.len(), gates),
        ("recurrent bias", weights.recurrent_bias.len(), gates),
        ("initial hidden state", initial.hidden.len(), state),
        ("initial memory", initial.memory.len(), memory),
    ];
    for (what, found, expected) in sizes {
        assert_eq!(found, expected, "{what}");
    }
    assert!(
        recurrent_mask.is_none_or(|mask| mask.len() == state),
        "recurrent mask"
    );
}

/// How the members of a team share a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Split {
    /// Each owns hidden units; they meet once a phase.
    Units,
    /// Each owns rows of the batch.
    Rows,
}

impl Split {
    /// Split and number of threads for a scan.
    fn choose(cpu: Cpu, gates: usize, hidden: usize, batch: usize) -> (Self, usize) {
        let step = batch * gates * hidden * hidden;
        if step < TINY_STEP {
            (Self::Rows, 1)
        } else if step < SHORT_STEP && batch >= 4 * cpu.threads {
            (Self::Rows, cpu.threads.min(batch))
        } else {
            // A member without a register of units would only wait.
            (Self::Units, cpu.threads.min(hidden.div_ceil(16)))
        }
    }

    /// Rows and blocks of units that a member owns.
    fn share(
        self,
        member: &threads::Member,
        batch: usize,
        blocks: usize,
    ) -> (Range<usize>, Range<usize>) {
        match self {
            Self::Units => (0..batch, member.share(blocks)),
            Self::Rows => (member.share(batch), 0..blocks),
        }
    }

    /// Waits for the others where they depend on each other.
    fn meet(self, member: &threads::Member) {
        if self == Self::Units {
            member.wait();
        }
    }
}
