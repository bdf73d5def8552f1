//! The backward scan and the products after it.

use super::forward::times;
use super::*;
use crate::matmul::{self, Buffer, Columns, LeftRows, Origin, column_sums, multiply, pack};

#[expect(clippy::too_many_arguments, reason = "the operands of one operation")]
pub(super) fn backward<R: Real, C: Cell>(
    cpu: Cpu,
    cell: C,
    size: Size,
    rows: &Rows,
    operands: Operands<R>,
    sequence: &[R],
    saved: Saved<R>,
    gradients: OutputGradients<R>,
    wants_input: bool,
) -> Gradients<R> {
    let Operands {
        input,
        weights,
        initial,
        recurrent_mask,
    } = operands;
    let Size {
        input: width,
        hidden,
    } = size;
    let (batch, packed) = (rows.batch(), rows.packed());
    let columns = C::GATES * hidden;
    let Saved {
        mut gates,
        mut extra,
        hidden: packed_hidden,
        masked,
        input: packed_input,
    } = saved;
    let states = packed_hidden.as_deref().unwrap_or(sequence);
    let input = packed_input.as_deref().unwrap_or(input);
    let first_hidden = rows.sort(initial.hidden, hidden);
    let first_memory = if C::MEMORY {
        rows.sort(initial.memory, hidden)
    } else {
        Vec::new()
    };

    let gathered = (!rows.is_identity()).then(|| rows.gather(gradients.sequence, hidden));
    let mut d_hidden = rows.sort(gradients.hidden, hidden);
    let mut d_memory = if C::MEMORY {
        rows.sort(gradients.memory, hidden)
    } else {
        Vec::new()
    };
    let two_phases = C::PHASES.len() > 1;
    let mut d_operand = vec![R::ZERO; if two_phases { batch * hidden } else { 0 }];

    let mask = recurrent_mask.map(|mask| rows.sort(mask, hidden));
    let mut d_masked = vec![R::ZERO; mask.as_ref().map_or(0, Vec::len)];

    let (split, count) = Split::choose(cpu, C::GATES, hidden, batch);
    let scan = Scan {
        cell,
        hidden,
        rows,
        recurrent: weights.recurrent,
        split,
        gates: Shared(gates.as_mut_ptr()),
        extra: Shared(extra.as_mut_ptr()),
        states,
        first_hidden: &first_hidden,
        first_memory: &first_memory,
        d_sequence: gathered.as_deref().unwrap_or(gradients.sequence),
        d_hidden: Shared(d_hidden.as_mut_ptr()),
        d_memory: Shared(d_memory.as_mut_ptr()),
        d_operand: Shared(d_operand.as_mut_ptr()),
        mask: mask.as_deref(),
        d_masked: Shared(d_masked.as_mut_ptr()),
    };
    threads::run(count, |member| {
        cpu.isa.run(Part {
            scan: &scan,
            member: &member,
        });
    });

    // What the recurrent weights were multiplied with.
    let mut first_operand = first_hidden;
    if let Some(mask) = &mask {
        for (sum, masked) in d_hidden.iter_mut().zip(times(&d_masked, mask)) {
            *sum = *sum + masked;
        }
        first_operand = times(&first_operand, mask);
    }
    let states = masked.as_deref().unwrap_or(states);

    let mut result = Gradients {
        input: Vec::new(),
        input_weights: vec![R::ZERO; columns * width],
        recurrent_weights: vec![R::ZERO; columns * hidden],
        input_bias: vec![R::ZERO; columns],
        recurrent_bias: vec![R::ZERO; columns],
        hidden: vec![R::ZERO; batch * hidden],
        memory: vec![R::ZERO; initial.memory.len()],
    };
    rows.unsort(&d_hidden, hidden, &mut result.hidden);
    if C::MEMORY {
        rows.unsort(&d_memory, hidden, &mut result.memory);
    }
    if wants_input {
        result.input = input_gradient(cpu, size, rows, columns, weights.input, &gates);
    }
    matmul::product(
        cpu,
        [columns, width, packed],
        Left::transposed(&gates, columns),
        Right::Rows {
            data: input,
            stride: width,
        },
        Start::Zero,
        &mut result.input_weights,
        width,
    );
    column_sums(
        cpu,
        [packed, columns],
        &gates,
        columns,
        &mut result.input_bias,
    );
    let previous = rows.previous();
    for phase in C::PHASES {
        for segment in segments::<C>(&phase.gates) {
            let (source, stride) = if segment.from_extra {
                (&extra[..], hidden)
            } else {
                (
                    &gates[(segment.gates.start * hidden).min(gates.len())..],
                    columns,
                )
            };
            let height = segment.gates.len() * hidden;
            let first = segment.gates.start * hidden;
            let output = &mut result.recurrent_weights[first * hidden..(first + height) * hidden];
            let sums = &mut result.recurrent_bias[first..first + height];
            if segment.from_extra {
                column_sums(cpu, [packed, height], source, stride, sums);
            } else {
                sums.copy_from_slice(&result.input_bias[first..first + height]);
            }
            if phase.operand == Operand::Extra {
                let right = Right::Rows {
                    data: &extra,
                    stride: hidden,
                };
                let left = Left::transposed(source, stride);
                let sizes = [height, hidden, packed];
                matmul::product(cpu, sizes, left, right, Start::Zero, output, hidden);
                continue;
            }
            // The first step comes from the initial state, the others from the step before.
            let first = if rows.steps() == 0 {
                0
            } else {
                rows.step(0).len()
            };
            let initial = Right::Rows {
                data: &first_operand,
                stride: hidden,
            };
            let left = Left::transposed(source, stride);
            let sizes = [height, hidden, first];
            matmul::product(cpu, sizes, left, initial, Start::Zero, output, hidden);
            if packed > first {
                let later = match &previous {
                    None => Right::Rows {
                        data: states,
                        stride: hidden,
                    },
                    Some(index) => Right::Gathered {
                        data: states,
                        stride: hidden,
                        index,
                    },
                };
                let left = Left::transposed(&source[first * stride..], stride);
                let sizes = [height, hidden, packed - first];
                matmul::product(cpu, sizes, left, later, Start::Accumulate, output, hidden);
            }
        }
    }
    result
}

/// `dX = dG W_ih`, back in its padded places.
fn input_gradient<R: Real>(
    cpu: Cpu,
    size: Size,
    rows: &Rows,
    columns: usize,
    weights: &[R],
    d_gates: &[R],
) -> Vec<R> {
    let width = size.input;
    let packed = matmul::new_product(
        cpu,
        [rows.packed(), width, columns],
        Left::rows(d_gates, columns),
        Right::Rows {
            data: weights,
            stride: width,
        },
        Start::Zero,
    );
    if rows.is_identity() {
        return packed;
    }
    let mut padded = vec![R::ZERO; rows.time() * rows.batch() * width];
    rows.scatter(&packed, width, &mut padded);
    padded
}

/// Gates of a phase whose recurrent gradients stand in one matrix.
struct Segment {
    gates: Range<usize>,
    /// In `extra [N, H]`; else in `gates [N, G H]`.
    from_extra: bool,
}

fn segments<C: Cell>(gates: &Range<usize>) -> Vec<Segment> {
    let plain = |gates: Range<usize>| Segment {
        gates,
        from_extra: false,
    };
    match C::SPLIT {
        Some(split) if gates.contains(&split) => vec![
            plain(gates.start..split),
            Segment {
                gates: split..split + 1,
                from_extra: true,
            },
            plain(split + 1..gates.end),
        ]
        .into_iter()
        .filter(|segment| !segment.gates.is_empty())
        .collect(),
        _ => vec![plain(gates.clone())],
    }
}

/// Everything the members of a scan share.
struct Scan<'a, R, C> {
    cell: C,
    hidden: usize,
    rows: &'a Rows,
    recurrent: &'a [R], // [G H, H]
    split: Split,
    gates: Shared<R>,      // [N, G H], activations in, gradients out
    extra: Shared<R>,      // [N, H]
    states: &'a [R],       // [N, H]
    first_hidden: &'a [R], // [B, H], sorted
    first_memory: &'a [R], // [B, H], sorted
    d_sequence: &'a [R],   // [N, H]
    d_hidden: Shared<R>,   // [B, H], of the state after a step, then before it
    d_memory: Shared<R>,   // [B, H], likewise
    d_operand: Shared<R>,  // [B, H], of a second phase's operand
    mask: Option<&'a [R]>, // [B, H], sorted
    d_masked: Shared<R>,   // [B, H], of the masked hidden state, if there is a mask
}

/// One member's part of a scan.
struct Part<'a, R, C> {
    scan: &'a Scan<'a, R, C>,
    member: &'a threads::Member<'a>,
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
            } else {
                values.d_hidden_previous = load(d_hidden);
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
                values.d_memory = load(self.d_memory.pointer().add(state));
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
