//! A recurrent layer, one row and one step at a time.

use super::SHORT_STEP;
use super::stream::{Halves, Packed, Stream, dot, even};
use crate::cells::{Cell, CellKind, ForwardUnit, MAX_GATES, Operand, Phase, with_cell};
use crate::layer::{Size, Weights};
use crate::matmul::{Columns, Right, Shared};
use crate::simd::{Isa, Kernel, Real, Vector};
use crate::{Cpu, Precision, elements, threads};

/// A layer packed for steps of one row.
#[derive(Debug)]
pub struct Stepper<R> {
    isa: Isa,
    threads: usize,
    kind: CellKind,
    size: Size,
    /// For each block of units, phase by phase: `W_ih`, then `W_hh`, the gates of
    /// the phase side by side.
    weights: Packed<R>,
    /// `b_ih` and `b_hh`, each `[G H]`.
    biases: [Vec<R>; 2],
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
        let gates = elements([kind.gates(), size.hidden]);
        let matrix = |columns| elements([gates, columns]);
        let sizes = [matrix(size.input), matrix(size.hidden), gates, gates];
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
        let mut packed = Packed::new(precision, blocks * lanes * kind.gates() * depth);
        cpu.isa.run(Pack {
            phases: kind.phases(),
            size,
            weights,
            to: &mut packed,
        });
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
            weights: packed,
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
            Packed::Full {
                memory: weights, ..
            } => self.run(
                weights.shared(),
                input,
                &state.hidden,
                [memory, next, gates],
            ),
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

/// Packs the weights of a layer.
struct Pack<'a, R> {
    phases: &'a [Phase],
    size: Size,
    weights: Weights<'a, R>,
    to: &'a mut Packed<R>,
}

impl<R: Real> Kernel<R> for Pack<'_, R> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let Size { input, hidden } = self.size;
        for block in 0..hidden.div_ceil(V::LANES) {
            for phase in self.phases {
                let columns = Columns {
                    first: phase.gates.start,
                    gates: phase.gates.len(),
                    width: hidden,
                };
                let strips = block * columns.gates..(block + 1) * columns.gates;
                for (data, depth) in [
                    (self.weights.input, input),
                    (self.weights.recurrent, hidden),
                ] {
                    let right = Right::Transposed {
                        data,
                        stride: depth,
                    };
                    // SAFETY: the sizes were checked, and there is room for all blocks.
                    unsafe { self.to.push::<V>(right, depth, columns, strips.clone()) };
                }
            }
        }
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
                        MAX_GATES => self.block::<V, MAX_GATES>(number, block, weights),
                        _ => unreachable!("a cell has at most {MAX_GATES} gates"),
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
            // A later phase reads it of all units: only the phase that makes it writes it.
            if C::EXTRA && (number == 0 || number + 1 < C::PHASES.len()) {
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
