//! One step of one row: a layer packed for streaming.
//!
//! A step at batch 1 is bound by reading the weights once. They are packed
//! beforehand in the order in which they are read: for each block of hidden
//! units the columns of all its gates side by side, so that a member of the team
//! streams through its own part of one buffer and keeps it in its own cache.
//! Weights may be kept in bfloat16, which halves what is read; sums are in the
//! element type of the layer either way.

use crate::cells::{Cell, CellKind, ForwardUnit, MAX_GATES, Operand, Phase, with_cell};
use crate::layer::{Size, Weights};
use crate::matmul::{Buffer, Columns, Right, Shared, pack_group};
use crate::simd::{Isa, Kernel, Real, Vector};
use crate::{Cpu, threads};

#[cfg(test)]
mod tests;

/// Weights of a step below which one thread does it all.
const SHORT_STEP: usize = 1 << 15;

/// How a [`Stepper`] keeps its weights. Biases and states are never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// As they are.
    #[default]
    Full,
    /// Rounded to bfloat16: 8 bits of mantissa, relative error up to `2^-9`.
    Bf16,
}

/// A layer packed for steps of one row.
#[derive(Debug)]
pub struct Stepper<R> {
    isa: Isa,
    threads: usize,
    kind: CellKind,
    size: Size,
    weights: Packed<R>,
    /// `b_ih` and `b_hh`, each `[G H]`.
    biases: [Vec<R>; 2],
}

/// For each block of units, phase by phase: the rows of `W_ih` and of `W_hh`,
/// each `[depth, gates of the phase, LANES]`, a row of zeros after an odd depth.
#[derive(Debug)]
enum Packed<R> {
    Full(Buffer<R>),
    /// Two rows in one: the even one in the lower halves.
    Bf16(Vec<u32>),
}

/// State of one row between steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StepState<R> {
    /// Hidden state `[H]`.
    pub hidden: Vec<R>,
    /// Memory of an LSTM `[H]`; what a step leaves behind for other cells.
    pub memory: Vec<R>,
    /// Where the next hidden state is written `[H]`.
    next: Vec<R>,
    /// Gates that a later phase of the step reads `[G H]`.
    gates: Vec<R>,
}

impl<R: Real> Stepper<R> {
    /// Packs the weights of a layer.
    ///
    /// # Panics
    /// Where a slice has another size than [`Weights`] says.
    pub fn new(
        cpu: Cpu,
        kind: CellKind,
        size: Size,
        weights: Weights<R>,
        precision: Precision,
    ) -> Self {
        let gates = kind.gates() * size.hidden;
        let sizes = [gates * size.input, gates * size.hidden, gates, gates];
        let found = [
            weights.input.len(),
            weights.recurrent.len(),
            weights.input_bias.len(),
            weights.recurrent_bias.len(),
        ];
        assert_eq!(found, sizes, "sizes of the weights");
        let depth = even(size.input) + even(size.hidden);
        let lanes = cpu.isa.lanes::<R>();
        let blocks = size.hidden.div_ceil(lanes);
        let length = blocks * lanes * kind.gates() * depth;
        let mut buffer = Buffer::new(length);
        cpu.isa.run(Pack {
            phases: kind.phases(),
            size,
            weights,
            to: buffer.pointer(),
        });
        let weights_packed = match precision {
            Precision::Full => Packed::Full(buffer),
            Precision::Bf16 => {
                // SAFETY: the buffer was filled above.
                let values = unsafe { std::slice::from_raw_parts(buffer.pointer(), length) };
                Packed::Bf16(halves(kind.phases(), size, lanes, values))
            }
        };
        let threads = if gates * depth < SHORT_STEP {
            1
        } else {
            cpu.threads.min(blocks).max(1)
        };
        Self {
            isa: cpu.isa,
            threads,
            kind,
            size,
            weights: weights_packed,
            biases: [weights.input_bias.to_vec(), weights.recurrent_bias.to_vec()],
        }
    }

    /// Widths of the layer.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Whether the memory is part of the state.
    pub fn has_memory(&self) -> bool {
        self.kind.has_memory()
    }

    /// The state of zeros.
    pub fn zero_state(&self) -> StepState<R> {
        let zeros = vec![R::ZERO; self.size.hidden];
        StepState {
            hidden: zeros.clone(),
            memory: zeros.clone(),
            next: zeros,
            gates: vec![R::ZERO; self.kind.gates() * self.size.hidden],
        }
    }

    /// Takes `input [I]` and moves the state one step; `state.hidden` is the output.
    ///
    /// # Panics
    /// Where the input is not `[I]` or the state is of another layer.
    pub fn step(&self, input: &[R], state: &mut StepState<R>) {
        let Size {
            input: width,
            hidden,
        } = self.size;
        assert_eq!(input.len(), width, "input of a step");
        for part in [&state.hidden, &state.memory, &state.next] {
            assert_eq!(part.len(), hidden, "state of a step");
        }
        assert_eq!(
            state.gates.len(),
            self.biases[0].len(),
            "state of another cell"
        );
        let memory = Shared(state.memory.as_mut_ptr());
        let next = Shared(state.next.as_mut_ptr());
        let gates = Shared(state.gates.as_mut_ptr());
        match &self.weights {
            Packed::Full(buffer) => {
                self.run(buffer.shared(), input, &state.hidden, [memory, next, gates])
            }
            Packed::Bf16(values) => self.run(
                Halves(Shared(values.as_ptr().cast_mut())),
                input,
                &state.hidden,
                [memory, next, gates],
            ),
        }
        std::mem::swap(&mut state.hidden, &mut state.next);
    }

    /// Runs the step on the packed weights; `parts` are memory, next hidden
    /// state and gates.
    fn run<W: Stream<R>>(&self, weights: W, input: &[R], hidden: &[R], parts: [Shared<R>; 3]) {
        let [memory, next, gates] = parts;
        threads::run(self.threads, |member| {
            with_cell!(self.kind, |cell| self.isa.run(Part {
                cell,
                size: self.size,
                weights,
                biases: [&self.biases[0], &self.biases[1]],
                input,
                hidden,
                gates: gates.pointer(),
                memory: memory.pointer(),
                next: next.pointer(),
                member: &member,
            }));
        });
    }
}

/// Rows that a packed matrix of `depth` rows has.
#[inline(always)]
fn even(depth: usize) -> usize {
    depth.next_multiple_of(2)
}

/// The weights of [`Packed::Full`] as those of [`Packed::Bf16`].
fn halves<R: Real>(phases: &[Phase], size: Size, lanes: usize, values: &[R]) -> Vec<u32> {
    let half = |x: R| u32::from(to_bf16(x.to_f64() as f32));
    let mut result = Vec::with_capacity(values.len() / 2);
    let mut rest = values;
    while !rest.is_empty() {
        for phase in phases {
            let row = phase.gates.len() * lanes;
            let matrices;
            (matrices, rest) = rest.split_at((even(size.input) + even(size.hidden)) * row);
            for pair in matrices.chunks_exact(2 * row) {
                let (first, second) = pair.split_at(row);
                let both = first.iter().zip(second);
                result.extend(both.map(|(&a, &b)| half(a) | half(b) << 16));
            }
        }
    }
    result
}

/// Nearest bfloat16, ties to even.
fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    let up = 0x7FFF + ((bits >> 16) & 1);
    (bits.wrapping_add(up) >> 16) as u16
}

/// Fills the buffer of a stepper.
struct Pack<'a, R> {
    phases: &'a [Phase],
    size: Size,
    weights: Weights<'a, R>,
    to: *mut R,
}

impl<R: Real> Kernel<R> for Pack<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let Self {
            phases,
            size: Size { input, hidden },
            weights,
            mut to,
        } = self;
        for block in 0..hidden.div_ceil(V::LANES) {
            for phase in phases {
                let columns = Columns {
                    first: phase.gates.start,
                    gates: phase.gates.len(),
                    width: hidden,
                };
                let strips = block * columns.gates..(block + 1) * columns.gates;
                for (data, depth) in [(weights.input, input), (weights.recurrent, hidden)] {
                    let right = Right::Transposed {
                        data,
                        stride: depth,
                    };
                    // SAFETY: the sizes were checked, and the buffer holds all blocks.
                    unsafe {
                        let row = columns.gates * V::LANES;
                        pack_group::<V>(right, 0..depth, columns, strips.clone(), to);
                        to = to.add(depth * row);
                        for _ in depth * row..even(depth) * row {
                            *to = R::ZERO;
                            to = to.add(1);
                        }
                    }
                }
            }
        }
    }
}

/// Packed weights from some place on.
trait Stream<R: Real>: Copy + Sync {
    /// The same weights from `count` on, which is whole pairs of rows further.
    ///
    /// # Safety
    /// They must go on for so many.
    unsafe fn skip(self, count: usize) -> Self;
    /// Register `column` of rows `2 pair` and `2 pair + 1`, each `width` registers.
    ///
    /// # Safety
    /// The weights must have them, and the machine the instructions of `V`.
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2];
}

/// Weights as they are.
impl<R: Real> Stream<R> for Shared<R> {
    #[inline(always)]
    unsafe fn skip(self, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(self.pointer().add(count)) }
    }
    #[inline(always)]
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe {
            let from = self.pointer().add((2 * pair * width + column) * V::LANES);
            [V::load(from), V::load(from.add(width * V::LANES))]
        }
    }
}

/// Weights in bfloat16, two rows in one.
#[derive(Clone, Copy)]
struct Halves(Shared<u32>);

impl<R: Real> Stream<R> for Halves {
    #[inline(always)]
    unsafe fn skip(self, count: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self(Shared(self.0.pointer().add(count / 2))) }
    }
    #[inline(always)]
    unsafe fn pair<V: Vector<Elem = R>>(self, pair: usize, column: usize, width: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe { V::load_bf16_pairs(self.0.pointer().add((pair * width + column) * V::LANES)) }
    }
}

/// One member's part of a step.
struct Part<'a, R, C, W> {
    cell: C,
    size: Size,
    weights: W,
    biases: [&'a [R]; 2], // [G H]
    input: &'a [R],       // [I]
    hidden: &'a [R],      // [H]
    gates: *mut R,        // [G H], from phase to phase
    memory: *mut R,       // [H]
    next: *mut R,         // [H]
    member: &'a threads::Member<'a>,
}

impl<R: Real, C: Cell, W: Stream<R>> Kernel<R> for Part<'_, R, C, W> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let blocks = self.member.share(self.size.hidden.div_ceil(V::LANES));
        let depth = even(self.size.input) + even(self.size.hidden);
        let block_size = depth * C::GATES * V::LANES;
        let mut offset = 0;
        for (number, phase) in C::PHASES.iter().enumerate() {
            if number > 0 {
                // The operand of this phase is what all members left in the one before.
                self.member.wait();
            }
            for block in blocks.clone() {
                // SAFETY: the blocks are this member's own, and the packed weights
                // have `block_size` elements for each.
                unsafe {
                    let weights = self.weights.skip(block * block_size + offset);
                    match phase.gates.len() {
                        1 => self.block::<V, 1>(number, block, weights),
                        2 => self.block::<V, 2>(number, block, weights),
                        3 => self.block::<V, 3>(number, block, weights),
                        _ => self.block::<V, 4>(number, block, weights),
                    }
                }
            }
            offset += depth * phase.gates.len() * V::LANES;
        }
    }
}

impl<R: Real, C: Cell, W: Stream<R>> Part<'_, R, C, W> {
    /// One phase, with `G` gates, of one block of units.
    ///
    /// # Safety
    /// The units must be nobody else's, and the weights theirs.
    #[inline(always)]
    unsafe fn block<V: Vector<Elem = R>, const G: usize>(
        &self,
        number: usize,
        block: usize,
        weights: W,
    ) {
        let hidden = self.size.hidden;
        let unit = block * V::LANES;
        let count = V::LANES.min(hidden - unit);
        let phase = &C::PHASES[number];
        // SAFETY: the caller's promise; all loads and stores are of these units,
        // but for the operand, which no member writes in this phase.
        unsafe {
            let operand = match phase.operand {
                Operand::Hidden => self.hidden.as_ptr(),
                Operand::Extra => self.memory.cast_const(),
            };
            let recurrent = weights.skip(even(self.size.input) * G * V::LANES);
            let from_input = dot::<V, W, G>(self.input.as_ptr(), self.size.input, weights);
            let from_state = dot::<V, W, G>(operand, hidden, recurrent);
            let zero = V::splat(R::ZERO);
            let mut values = ForwardUnit {
                gates: [zero; MAX_GATES],
                recurrent: [zero; MAX_GATES],
                hidden: V::load_first(self.hidden.as_ptr().add(unit), count),
                extra_previous: zero,
                extra: zero,
            };
            for gate in 0..G {
                let at = (phase.gates.start + gate) * hidden + unit;
                let [input_bias, recurrent_bias] = self
                    .biases
                    .map(|bias| V::load_first(bias.as_ptr().add(at), count));
                values.gates[phase.gates.start + gate] = from_input[gate] + input_bias;
                values.recurrent[phase.gates.start + gate] = from_state[gate] + recurrent_bias;
            }
            for gate in 0..phase.gates.start {
                let from = self.gates.add(gate * hidden + unit);
                values.gates[gate] = V::load_first(from, count);
            }
            let extra = self.memory.add(unit);
            if C::MEMORY {
                values.extra_previous = V::load_first(extra, count);
            }
            if number > 0 {
                values.extra = V::load_first(extra, count);
            }
            self.cell.forward(number, &mut values);
            if C::EXTRA {
                values.extra.store_first(extra, count);
            }
            if phase.gates.end < C::GATES {
                for gate in phase.gates.clone() {
                    let to = self.gates.add(gate * hidden + unit);
                    values.gates[gate].store_first(to, count);
                }
            } else {
                values.hidden.store_first(self.next.add(unit), count);
            }
        }
    }
}

/// `operand [depth]` times weights `[depth, G, LANES]`, even and odd steps of
/// depth summed apart, so that one addition need not wait for the one before.
///
/// # Safety
/// Both must cover the depth.
#[inline(always)]
unsafe fn dot<V: Vector, W: Stream<V::Elem>, const G: usize>(
    operand: *const V::Elem,
    depth: usize,
    weights: W,
) -> [V; G] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[V::splat(V::Elem::ZERO); 2]; G];
        for pair in 0..depth / 2 {
            let first = V::splat(*operand.add(2 * pair));
            let second = V::splat(*operand.add(2 * pair + 1));
            for (gate, [even, odd]) in sums.iter_mut().enumerate() {
                let weights = weights.pair::<V>(pair, gate, G);
                *even = first.mul_add(weights[0], *even);
                *odd = second.mul_add(weights[1], *odd);
            }
        }
        if depth % 2 == 1 {
            let last = V::splat(*operand.add(depth - 1));
            for (gate, [even, _]) in sums.iter_mut().enumerate() {
                *even = last.mul_add(weights.pair::<V>(depth / 2, gate, G)[0], *even);
            }
        }
        let mut total = [V::splat(V::Elem::ZERO); G];
        for (total, [even, odd]) in total.iter_mut().zip(sums) {
            *total = even + odd;
        }
        total
    }
}
