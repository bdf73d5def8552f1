//! The backward scan of one member of a team.

use super::{Segment, segments};
use crate::cells::{BackwardUnit, Cell, MAX_GATES, Operand};
use crate::layer::Split;
use crate::matmul::{self, Buffer, Columns, LeftRows, Origin, Right, Shared, multiply, pack};
use crate::simd::{Kernel, Real, Vector};
use crate::{Rows, threads};

/// Everything the members of a scan share.
pub(super) struct Scan<'a, R, C> {
    pub cell: C,
    pub hidden: usize,
    pub rows: &'a Rows,
    pub recurrent: &'a [R], // [G H, H]
    pub split: Split,
    pub gates: Shared<R>,      // [N, G H], activations in, gradients out
    pub extra: Shared<R>,      // [N, H]
    pub states: &'a [R],       // [N, H]
    pub first_hidden: &'a [R], // [B, H], sorted
    pub first_memory: &'a [R], // [B, H], sorted
    pub d_sequence: &'a [R],   // [N, H]
    pub d_hidden: Shared<R>,   // [B, H], of the state after a step, then before it
    pub d_memory: Shared<R>,   // [B, H], likewise
    pub d_operand: Shared<R>,  // [B, H], of a second phase's operand
    pub mask: Option<&'a [R]>, // [B, H], sorted
    pub d_masked: Shared<R>,   // [B, H], of the masked hidden state, if there is a mask
}

/// One member's part of a scan.
pub(super) struct Part<'a, R, C> {
    pub scan: &'a Scan<'a, R, C>,
    pub member: &'a threads::Member<'a>,
}

impl<R: Real, C: Cell> Kernel<R> for Part<'_, R, C> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let scan = self.scan;
        let (hidden, rows) = (scan.hidden, scan.rows);
        let columns = C::GATES * hidden;
        let blocks = hidden.div_ceil(V::LANES);
        let (own_rows, own_blocks) = scan.split.share(self.member, rows.batch(), blocks);

        // A strip of these products is a block of units.
        let mut packed: Vec<Vec<(Segment, Buffer<R>)>> = Vec::with_capacity(C::PHASES.len());
        for phase in C::PHASES {
            let mut matrices = Vec::new();
            for segment in segments::<C>(&phase.gates) {
                let depth = segment.gates.len() * hidden;
                let mut matrix = Buffer::new(own_blocks.len() * depth * V::LANES);
                let weights = Right::Rows {
                    data: &scan.recurrent[segment.gates.start * hidden * hidden..],
                    stride: hidden,
                };
                let strips = Columns::plain(hidden);
                // SAFETY: the buffer has the size of the strips; sizes were checked.
                unsafe {
                    pack::<V>(
                        weights,
                        0..depth,
                        strips,
                        own_blocks.clone(),
                        matrix.pointer(),
                    );
                }
                matrices.push((segment, matrix));
            }
            packed.push(matrices);
        }

        for step in (0..rows.steps()).rev() {
            let active = rows.step(step);
            let own = own_rows.start..own_rows.end.min(active.len());
            for number in (0..C::PHASES.len()).rev() {
                for row in own.clone() {
                    for block in own_blocks.clone() {
                        // SAFETY: the row and units are of this layer and this member's own.
                        unsafe { scan.retreat::<V>(number, step, row, block * V::LANES) };
                    }
                }
                scan.split.meet(self.member);
                if own.is_empty() || own_blocks.is_empty() {
                    if number > 0 {
                        scan.split.meet(self.member);
                    }
                    continue;
                }
                let unit = own_blocks.start * V::LANES;
                // SAFETY: as above; what others wrote is read after meeting them.
                unsafe {
                    let (target, mut start) = match C::PHASES[number].operand {
                        Operand::Hidden if scan.mask.is_some() => {
                            (scan.d_masked.pointer(), Origin::Zero)
                        }
                        Operand::Hidden => (scan.d_hidden.pointer(), Origin::Output),
                        Operand::Extra => (scan.d_operand.pointer(), Origin::Zero),
                    };
                    for (segment, matrix) in &mut packed[number] {
                        let (source, stride) = if segment.from_extra {
                            (scan.extra.pointer(), hidden)
                        } else {
                            (
                                scan.gates.pointer().add(segment.gates.start * hidden),
                                columns,
                            )
                        };
                        multiply::<V>(
                            LeftRows::Plain {
                                data: source.add((active.start + own.start) * stride),
                                stride,
                            },
                            [own.len(), segment.gates.len() * hidden],
                            matrix.pointer(),
                            start,
                            matmul::Output {
                                data: target.add(own.start * hidden + unit),
                                stride: hidden,
                                columns: hidden.min(own_blocks.end * V::LANES) - unit,
                            },
                        );
                        start = Origin::Output;
                    }
                }
                if number > 0 {
                    // The next phase overwrites what other members may still read.
                    scan.split.meet(self.member);
                }
            }
        }
    }
}

impl<R: Real, C: Cell> Scan<'_, R, C> {
    /// The gradient of one phase for the units from `unit` on of one row.
    ///
    /// # Safety
    /// The row must be active at the step, and the units nobody else's.
    #[inline(always)]
    unsafe fn retreat<V: Vector<Elem = R>>(
        &self,
        number: usize,
        step: usize,
        row: usize,
        unit: usize,
    ) {
        let hidden = self.hidden;
        let count = V::LANES.min(hidden - unit);
        let now = self.rows.step(step).start + row;
        let state = row * hidden + unit;
        let last = number + 1 == C::PHASES.len();
        // SAFETY: the caller's promise.
        unsafe {
            let zero = V::splat(R::ZERO);
            let vanished = V::splat(R::VANISHED);
            let kept = |x: V| x.abs().where_less(vanished, zero, x);
            let gates = self.gates.pointer().add(now * C::GATES * hidden + unit);
            let d_hidden = self.d_hidden.pointer().add(state);
            let load = |from: *const R| V::load_first(from, count);
            let mut values = BackwardUnit {
                d_hidden: zero,
                d_operand: zero,
                d_memory: zero,
                d_hidden_previous: zero,
                gates: [zero; MAX_GATES],
                extra: zero,
                extra_previous: zero,
                hidden_previous: zero,
            };
            for gate in 0..C::GATES {
                values.gates[gate] = load(gates.add(gate * hidden));
            }
            let mask = self.mask.map(|mask| load(mask.as_ptr().add(state)));
            if last {
                let given = load(self.d_sequence.as_ptr().add(now * hidden + unit));
                values.d_hidden = given + load(d_hidden);
                if let Some(mask) = mask {
                    let masked = load(self.d_masked.pointer().add(state));
                    values.d_hidden = masked.mul_add(mask, values.d_hidden);
                }
                values.d_hidden = kept(values.d_hidden);
            } else {
                values.d_hidden_previous = kept(load(d_hidden));
                values.d_operand = load(self.d_operand.pointer().add(state));
                if let Some(mask) = mask {
                    values.d_operand = values.d_operand * mask;
                }
            }
            let before = if step == 0 {
                None
            } else {
                Some((self.rows.step(step - 1).start + row) * hidden + unit)
            };
            values.hidden_previous = load(match before {
                None => self.first_hidden.as_ptr().add(state),
                Some(at) => self.states.as_ptr().add(at),
            });
            if C::EXTRA {
                values.extra = load(self.extra.pointer().add(now * hidden + unit));
            }
            if C::MEMORY {
                values.d_memory = kept(load(self.d_memory.pointer().add(state)));
                values.extra_previous = load(match before {
                    None => self.first_memory.as_ptr().add(state),
                    Some(at) => self.extra.pointer().add(at),
                });
            }
            self.cell.backward(number, &mut values);
            for gate in 0..C::GATES {
                values.gates[gate].store_first(gates.add(gate * hidden), count);
            }
            values.d_hidden_previous.store_first(d_hidden, count);
            if C::MEMORY {
                values
                    .d_memory
                    .store_first(self.d_memory.pointer().add(state), count);
            }
            if C::SPLIT.is_some() {
                let extra = self.extra.pointer().add(now * hidden + unit);
                values.extra.store_first(extra, count);
            }
        }
    }
}
