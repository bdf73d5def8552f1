//! The forward scan of one member of a team.

use crate::cells::{Cell, ForwardUnit, MAX_GATES, Operand, Phase};
use crate::layer::{Split, Weights};
use crate::matmul::{
    self, Buffer, Columns, LeftRows, Origin, Right, Shared, groups, multiply, pack,
};
use crate::simd::{Kernel, Real, Vector};
use crate::{Rows, threads};
use std::ops::Range;

/// Everything the members of a scan share.
pub(super) struct Scan<'a, R, C> {
    pub cell: C,
    pub hidden: usize,
    pub rows: &'a Rows,
    pub weights: Weights<'a, R>,
    pub split: Split,
    pub gates: Shared<R>,              // [N, G H]
    pub extra: Shared<R>,              // [N, H]
    pub states: Shared<R>,             // [N, H]
    pub first_hidden: &'a [R],         // [B, H], sorted
    pub first_memory: &'a [R],         // [B, H], sorted
    pub mask: Option<&'a [R]>,         // [B, H], sorted
    pub first_masked: Option<&'a [R]>, // [B, H], sorted
    pub masked: Shared<R>,             // [N, H]
}

/// One member's part of a scan.
pub(super) struct Part<'a, R, C> {
    pub scan: &'a Scan<'a, R, C>,
    pub member: &'a threads::Member<'a>,
}

impl<R: Real, C: Cell> Kernel<R> for Part<'_, R, C> {
    #[inline(always)]
    unsafe fn run<V: Vector<Elem = R>>(self) {
        let Scan {
            cell,
            hidden,
            rows,
            weights,
            split,
            mask,
            ..
        } = *self.scan;
        let masked = self.scan.masked.pointer();
        let (gates, extra, states) = (
            self.scan.gates.pointer(),
            self.scan.extra.pointer(),
            self.scan.states.pointer(),
        );
        let blocks = hidden.div_ceil(V::LANES);
        let (own_rows, own_blocks) = split.share(self.member, rows.batch(), blocks);

        let mut packed: Vec<(Buffer<R>, Buffer<R>)> = Vec::with_capacity(C::PHASES.len());
        for phase in C::PHASES {
            let columns = Columns {
                first: phase.gates.start,
                gates: phase.gates.len(),
                width: hidden,
            };
            let recurrent = Right::Transposed {
                data: weights.recurrent,
                stride: hidden,
            };
            let row = Right::Rows {
                data: weights.recurrent_bias,
                stride: 0,
            };
            let strips = own_blocks.len() * columns.gates;
            let mut matrix = Buffer::<R>::new(strips * hidden * V::LANES);
            let mut bias = Buffer::<R>::new(strips * V::LANES);
            let mut at = 0;
            for blocks in phase_groups::<V>(phase, &own_blocks) {
                let strips = blocks.start * columns.gates..blocks.end * columns.gates;
                // SAFETY: the buffers have the size of the strips; sizes were checked.
                unsafe {
                    let to = matrix.pointer().add(at * hidden);
                    pack::<V>(recurrent, 0..hidden, columns, strips.clone(), to);
                    pack::<V>(row, 0..1, columns, strips.clone(), bias.pointer().add(at));
                }
                at += strips.len() * V::LANES;
            }
            packed.push((matrix, bias));
        }
        let mut products = Buffer::new(own_rows.len() * V::LANES * MAX_GATES.max(V::TILE_STRIPS));

        for step in 0..rows.steps() {
            let active = rows.step(step);
            let own = own_rows.start..own_rows.end.min(active.len());
            // SAFETY: all indices are packed rows of this or the previous step
            // and units of this layer; members write disjoint rows or units,
            // and read what others wrote only after meeting them.
            unsafe {
                let (hidden_before, extra_before) = if step == 0 {
                    (
                        self.scan.first_hidden.as_ptr(),
                        self.scan.first_memory.as_ptr(),
                    )
                } else {
                    let at = rows.step(step - 1).start * hidden;
                    (
                        states.add(at).cast_const(),
                        extra.wrapping_add(at).cast_const(),
                    )
                };
                let operand_before = match self.scan.first_masked {
                    None => hidden_before,
                    Some(first) if step == 0 => first.as_ptr(),
                    Some(_) => masked.add(rows.step(step - 1).start * hidden),
                };
                for (number, phase) in C::PHASES.iter().enumerate() {
                    let operand = match phase.operand {
                        Operand::Hidden => operand_before,
                        Operand::Extra => extra.wrapping_add(active.start * hidden).cast_const(),
                    };
                    let (matrix, bias) = &mut packed[number];
                    let count = phase.gates.len();
                    if own.is_empty() {
                        split.meet(self.member);
                        continue;
                    }
                    for blocks in phase_groups::<V>(phase, &own_blocks) {
                        let strips = blocks.len() * count;
                        let at = (blocks.start - own_blocks.start) * count * V::LANES;
                        // What the cell reads after the product comes meanwhile.
                        for row in own.clone() {
                            let row = gates.add((active.start + row) * C::GATES * hidden);
                            for gate in 0..C::GATES {
                                let from = row.add(gate * hidden + blocks.start * V::LANES);
                                for block in 0..blocks.len() {
                                    V::prefetch(from.wrapping_add(block * V::LANES));
                                }
                            }
                        }
                        multiply::<V>(
                            LeftRows::Plain {
                                data: operand.add(own.start * hidden),
                                stride: hidden,
                            },
                            [own.len(), hidden],
                            matrix.pointer().add(at * hidden),
                            Origin::Bias(bias.pointer().add(at)),
                            matmul::Output {
                                data: products.pointer(),
                                stride: strips * V::LANES,
                                columns: strips * V::LANES,
                            },
                        );
                        for row in own.clone() {
                            let now = active.start + row;
                            for block in blocks.clone() {
                                let place =
                                    (row - own.start) * strips + (block - blocks.start) * count;
                                advance::<V, C>(
                                    cell,
                                    number,
                                    hidden,
                                    block * V::LANES,
                                    products.pointer().add(place * V::LANES),
                                    Row {
                                        gates: gates.add(now * C::GATES * hidden),
                                        extra: extra.wrapping_add(now * hidden),
                                        state: states.add(now * hidden),
                                        hidden_before: hidden_before.add(row * hidden),
                                        extra_before: extra_before.wrapping_add(row * hidden),
                                        mask: mask.map(|mask| mask.as_ptr().add(row * hidden)),
                                        masked: masked.wrapping_add(now * hidden),
                                    },
                                );
                            }
                        }
                    }
                    split.meet(self.member);
                }
            }
        }
    }
}

/// Blocks of units whose gates in a phase are multiplied at once: as many as
/// one tile is wide.
#[inline(always)]
fn phase_groups<V: Vector>(
    phase: &Phase,
    blocks: &Range<usize>,
) -> impl Iterator<Item = Range<usize>> {
    groups(blocks.clone(), (V::TILE_STRIPS / phase.gates.len()).max(1))
}

/// Where one row of a step stands in each matrix, `[H]` from there on
/// (`[G H]` for the gates). Matrices that the cell does not keep are not read.
#[derive(Clone, Copy)]
struct Row<R> {
    gates: *mut R,
    extra: *mut R,
    state: *mut R,
    hidden_before: *const R,
    extra_before: *const R,
    mask: Option<*const R>,
    masked: *mut R,
}

/// One phase of the units from `unit` on of one row.
///
/// # Safety
/// `row` must be a row of the layer; `products` holds the recurrent products
/// of the phase's gates, a register each.
#[inline(always)]
unsafe fn advance<V: Vector, C: Cell>(
    cell: C,
    number: usize,
    hidden: usize,
    unit: usize,
    products: *const V::Elem,
    row: Row<V::Elem>,
) {
    let Row {
        gates,
        extra,
        state,
        hidden_before,
        extra_before,
        mask,
        masked,
    } = row;
    let phase = &C::PHASES[number];
    let count = V::LANES.min(hidden - unit);
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(V::Elem::ZERO);
        let mut values = ForwardUnit {
            gates: [zero; MAX_GATES],
            recurrent: [zero; MAX_GATES],
            hidden: V::load_first(hidden_before.add(unit), count),
            extra_previous: zero,
            extra: zero,
        };
        for gate in 0..C::GATES {
            values.gates[gate] = V::load_first(gates.add(gate * hidden + unit), count);
        }
        for gate in phase.gates.clone() {
            let place = (gate - phase.gates.start) * V::LANES;
            values.recurrent[gate] = V::load(products.add(place));
        }
        if C::MEMORY {
            values.extra_previous = V::load_first(extra_before.add(unit), count);
        }
        if number > 0 {
            values.extra = V::load_first(extra.add(unit), count);
        }
        cell.forward(number, &mut values);
        for gate in 0..C::GATES {
            values.gates[gate].store_first(gates.add(gate * hidden + unit), count);
        }
        let mask = mask.map(|mask| V::load_first(mask.add(unit), count));
        // A later phase reads it of all units: only the phase that makes it writes it.
        if C::EXTRA && (number == 0 || number + 1 < C::PHASES.len()) {
            let next = C::PHASES.get(number + 1);
            if let (Some(mask), Some(Operand::Extra)) = (mask, next.map(|phase| phase.operand)) {
                values.extra = values.extra * mask;
            }
            values.extra.store_first(extra.add(unit), count);
        }
        if number + 1 == C::PHASES.len() {
            values.hidden.store_first(state.add(unit), count);
            if let Some(mask) = mask {
                (values.hidden * mask).store_first(masked.add(unit), count);
            }
        }
    }
}
